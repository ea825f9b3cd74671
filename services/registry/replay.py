"""How the registry's database is rebuilt from the topics.

Facts and coverage follow from the topics alone. The versions of coverage do not: they count what was
announced, batch by batch. So they are taken from the live database, and raised by one where the rebuilt
coverage says something else, which is then announced.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.registry import changes, store
from services.registry.handlers import SOURCE, Handlers
from services.registry.wages import Minimums
from shared import replay, topics
from shared.clock import Clock
from shared.consuming import Work
from shared.database import Database
from shared.events import Event, types
from shared.events.data import CoverageChanged
from shared.replay import OpenWork, Recipe

_OLD = "coalesce(recorded, at) < $1"
_snapshots = msgspec.json.Decoder(CoverageChanged)


def recipe(clock: Clock, minimums: Minimums) -> Recipe:
    """The registry, under these minimum wages."""
    handlers = Handlers(clock, minimums)

    async def finish(live: Database, rebuilt: Database, open_work: OpenWork) -> int:
        await handlers.run_recount(lambda: replay.unheard(open_work))
        return await _Settling(clock, minimums, open_work).settle(live, rebuilt)

    return Recipe(
        sources=(topics.WORKERS, topics.CONTRIBUTIONS),
        handler=handlers.on_facts,
        finish=finish,
        facts=store.TABLES,
        keep=_keep,
    )


async def _keep(live: Database, rebuilt: Database, time: datetime) -> None:
    """The facts recorded before, all that was retracted before, everybody who was erased."""
    for table in store.TABLES:
        await replay.copy(live, rebuilt, table, _OLD, time)
    await replay.copy(live, rebuilt, "retraction", "recorded IS NULL OR recorded < $1", time)
    await replay.copy(live, rebuilt, "erasure")
    async with rebuilt.transaction() as transaction:
        for table in store.TABLES:  # a retraction of later may not have been read again
            await transaction.run(_RETRACTED.format(table=table))
    # Without a digest of the minimum wages they are counted from all their facts when they are next touched.
    async for page in replay.pages(live, "coverage", "subject", "subject"):
        async with rebuilt.transaction() as transaction:
            await transaction.run(_UNCOUNTED, [subject for (subject,) in page])


_RETRACTED = """
UPDATE {table} f SET retracted = false
WHERE f.retracted AND NOT EXISTS (SELECT FROM retraction r WHERE r.source = f.source AND r.id = f.id)
"""
_UNCOUNTED = """
INSERT INTO coverage (subject, version, snapshot) SELECT s, 0, '{"version":0}' FROM unnest($1::text[]) s
"""


class _Settling:
    """Gives the rebuilt coverage the versions that consumers know, and tells them what differs."""

    def __init__(self, clock: Clock, minimums: Minimums, open_work: OpenWork) -> None:
        self._clock, self._wages, self._open_work = clock, minimums.digest, open_work

    async def settle(self, live: Database, rebuilt: Database) -> int:
        told = 0
        async for page in replay.pages(live, "coverage", "subject, snapshot", "subject"):
            told += await self._page(page)
        async for page in replay.pages(rebuilt, "coverage", "subject", "subject"):
            told += await self._unknown(live, [subject for (subject,) in page])
        return told

    async def _page(self, page: Sequence[Any]) -> int:
        before = {subject: _snapshots.decode(snapshot) for subject, snapshot in page}
        async with self._open_work() as work:
            rebuilt, _ = await store.lock_coverage(work.transaction, before, self._wages)
            changed = {s for s, one in rebuilt.items() if not changes.says_the_same(one, before[s])}
            for subject, snapshot in rebuilt.items():
                snapshot.version = before[subject].version + (subject in changed)
            await store.put_coverage(work.transaction, rebuilt, self._wages)
            return self._announce(work, {s: rebuilt[s] for s in sorted(changed)})

    async def _unknown(self, live: Database, subjects: list[str]) -> int:
        """Coverage of which the live database has no row: told as it is."""
        async with live.transaction() as transaction:
            sql = "SELECT subject FROM coverage WHERE subject = ANY($1::text[])"
            known = {row.subject for row in await transaction.rows(sql, subjects)}
        new = sorted(set(subjects) - known)
        async with self._open_work() as work:
            found, _ = await store.lock_coverage(work.transaction, new, self._wages)
            return self._announce(work, {s: one for s, one in found.items() if one.version})

    def _announce(self, work: Work, changed: dict[str, CoverageChanged]) -> int:
        now = self._clock.now()
        for subject, snapshot in changed.items():
            event_id = f"{subject}:{snapshot.version}"
            work.announce(Event(types.COVERAGE_CHANGED, event_id, SOURCE, subject, now, snapshot))
        return len(changed)
