"""How the notifier's database is rebuilt from the topics.

A case follows from its flag's states. What was said to whom, every attempt, and the steps that officers
recorded are on no topic: they are taken from the live database with its cases. A case that the topics know
newer, or alone, is news: it is announced and followed up as if its flag had just come.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from services.notifier import store
from services.notifier.casework import Casework, Now
from services.notifier.handlers import Handlers, news
from services.notifier.settings import NotifierSettings
from shared import replay, topics
from shared.consuming import Received, Work
from shared.database import Database
from shared.events.data import FlagState
from shared.replay import OpenWork, Recipe

_TABLES = ("flag_case", "alert", "attempt", "sanction_step", "sanction_announced")
_COLUMNS = "id::text, id, version, flag, correlation"
_KNOWN = f"SELECT {_COLUMNS} FROM flag_case WHERE id = ANY($1::uuid[])"
_SAY_AGAIN = """
UPDATE flag_case c SET flag = n.flag, correlation = n.correlation
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, flag, correlation) WHERE c.id = n.id
"""
_GO_ON = """
SELECT setval(pg_get_serial_sequence('alert', 'sequence'), greatest(1, (SELECT max(sequence) FROM alert)))
"""
_flags = msgspec.json.Decoder(FlagState)


class _Row(NamedTuple):
    case: UUID
    version: int
    flag: str
    correlation: str | None


def recipe(settings: NotifierSettings, now: Now) -> Recipe:
    """The notifier with these recipients; `now` is the real instant, by which alerts are scheduled."""
    settle, longest = (
        timedelta(seconds=seconds) for seconds in (settings.settle_seconds, settings.settle_longest_seconds)
    )
    handlers = Handlers(settings.clock, Casework(settings.recipients, settle, longest, now))

    async def finish(live: Database, rebuilt: Database, open_work: OpenWork) -> int:
        newer, otherwise = await _different(live, rebuilt)
        await _take_over(live, rebuilt, otherwise)
        async with open_work() as work:
            states = {row.case: _flags.decode(row.flag) for row in newer}
            said = {(states[r.case].flag_id, r.version): r.correlation for r in newer}
            if states:
                await handlers.take(work, states, said)
            return len(work.messages)

    whole = "its cases rest on the newest state of each flag: it is always read from the beginning"
    return Recipe((topics.FLAGS,), _keep_states, finish, whole=whole)


async def _keep_states(work: Work, received: list[Received]) -> None:
    await store.put_cases(work.transaction, *news(received))


async def _different(live: Database, rebuilt: Database) -> tuple[list[_Row], list[_Row]]:
    """The rebuilt cases that are newer than the live ones, and those that tell the same version otherwise."""
    newer: list[_Row] = []
    otherwise: list[_Row] = []
    async for page in replay.pages(rebuilt, "flag_case", _COLUMNS, "id::text"):
        rows = _rows(page)
        async with live.transaction() as transaction:
            known = {r.case: r for r in _rows(await transaction.rows(_KNOWN, [row.case for row in rows]))}
        newer += [r for r in rows if r.case not in known or known[r.case].version < r.version]
        otherwise += [r for r in rows if r.case in known and _says_otherwise(r, known[r.case])]
    return newer, otherwise


def _rows(found: Sequence[Any]) -> list[_Row]:
    return [_Row(*row[1:]) for row in found]


def _says_otherwise(row: _Row, known: _Row) -> bool:
    return row.version == known.version and row != known


async def _take_over(live: Database, rebuilt: Database, otherwise: list[_Row]) -> None:
    async with rebuilt.transaction() as transaction:
        await transaction.run(f"TRUNCATE {', '.join(_TABLES)}")
    for table in _TABLES:
        await replay.copy(live, rebuilt, table)
    async with rebuilt.transaction() as transaction:
        said = [(r.case, r.flag, r.correlation) for r in otherwise]
        if said:
            await transaction.run(_SAY_AGAIN, *map(list, zip(*said, strict=True)))
        await transaction.rows(_GO_ON)
