"""How the employer service's database is rebuilt from the topics.

Facts follow from the topics alone. Flags do not: when each was raised, updated and ended depends on the day
on which somebody looked, and their versions count what was announced. So the flags are taken from the live
database, every subject is assessed once with all its facts, and only what differs is stored and announced.
Coverage is a compacted topic: where its newest record lies beyond what the live service had read, the
snapshot of the live database stands in.
"""

from typing import Any

import msgspec

from services.employer import store
from services.employer.handlers import Handlers
from shared import replay, topics
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.database import Database
from shared.events.data import CoverageChanged
from shared.law import Law
from shared.replay import OpenWork, Recipe

_AT_ONCE = 500
_snapshots = msgspec.json.Decoder(CoverageChanged)
_WHOLE = "its facts are few and its flags are assessed from all of them: it is always read from the beginning"


def recipe(clock: Clock, law: Law) -> Recipe:
    """The employer service, under this law, on this clock's day."""
    handlers = Handlers(clock, law)

    async def take(work: Work, received: list[Received]) -> None:
        await handlers.take(work, received)

    async def finish(live: Database, rebuilt: Database, open_work: OpenWork) -> int:
        await replay.copy(live, rebuilt, "flag")
        await _put_coverage(live, open_work)
        async with rebuilt.transaction() as transaction:
            flagged = {row.subject for row in await transaction.rows("SELECT DISTINCT subject FROM flag")}
            subjects = sorted(flagged.union(await store.subjects(transaction)))
        told = 0
        for first in range(0, len(subjects), _AT_ONCE):
            async with open_work() as work:
                await handlers.look_at(work, set(subjects[first : first + _AT_ONCE]))
                told += len(work.messages)
        return told

    sources = (topics.EMPLOYERS, topics.PROJECTS, topics.COVERAGE)
    return Recipe(sources, take, finish, facts=("fact",), whole=_WHOLE)


async def _put_coverage(live: Database, open_work: OpenWork) -> None:
    page: list[Any]
    async for page in replay.pages(live, "coverage", "subject, snapshot", "subject"):
        async with open_work() as work:
            snapshots = {subject: _snapshots.decode(snapshot) for subject, snapshot in page}
            await store.put_coverage(work.transaction, snapshots)
