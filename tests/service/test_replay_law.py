"""A registry rebuilt under other minimum wages tells what they change, one version higher; nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import count
from pathlib import Path

import services.registry
from patuh.embedded.postgres import PostgresNode
from services.registry.replay import recipe
from services.registry.wages import Minimums
from shared.clock import FixedClock
from shared.consuming import Received, Work
from shared.database import Database, with_driver
from shared.dead_letters import Record
from shared.events import Event, decode
from shared.events import data as d
from tests.service.small_world import DAY, FIRM, WORKERS
from tests.service.test_registry_known import enrolled

ANNA, BUDI, CITRA = WORKERS[:3]
LOW, ENOUGH = (Minimums({"32.72": {date(2025, 1, 1): amount}}) for amount in (3_000_000, 1))
_numbers = count(1)


async def registry_of(
    postgres: PostgresNode, facts: list[Event], minimums: Minimums, at_once: int
) -> Database:
    """A new registry that took these facts in batches of `at_once`."""
    name = f"replay_law_{next(_numbers)}"
    postgres.create_databases([name])
    database = Database(with_driver(postgres.dsn(name)))
    await database.migrate(Path(str(services.registry.__file__)).parent / "migrations")
    handler = recipe(FixedClock(DAY), minimums).handler
    for first in range(0, len(facts), at_once):
        async with database.transaction() as transaction:
            batch = [Received(fact, _record()) for fact in facts[first : first + at_once]]
            await handler(Work(transaction, "registry"), batch)
    return database


def _record() -> Record:
    return Record("t", 0, 0, 0, 0, None, None, None, 0, 0, ())


async def settled(live: Database, rebuilt: Database, minimums: Minimums) -> dict[str, d.CoverageChanged]:
    """What is announced when `rebuilt` is to take the place of `live`."""
    heard: list[Event] = []

    @asynccontextmanager
    async def open_work() -> AsyncIterator[Work]:
        async with rebuilt.transaction() as transaction:
            work = Work(transaction, "registry")
            yield work
            heard.extend(decode(one.value or b"", one.headers) for one in work.messages)

    told = await recipe(FixedClock(DAY), minimums).finish(live, rebuilt, open_work)
    assert told == len(heard)
    return {e.subject: e.data for e in heard if isinstance(e.data, d.CoverageChanged)}


async def versions(database: Database) -> dict[str, int]:
    async with database.transaction() as transaction:
        rows = await transaction.rows("SELECT subject, version FROM coverage")
        return {row.subject: row.version for row in rows}


async def test_another_law_is_told_where_it_changes_something(postgres: PostgresNode) -> None:
    facts = [
        enrolled(ANNA, "2025-03-03", wage_idr=2_000_000, region="32.72.02"),
        enrolled(BUDI, "2025-03-04", wage_idr=2_000_000, region="32.72.02"),
        enrolled(CITRA, "2025-03-03", employer="agency:63421"),
    ]
    live = await registry_of(postgres, facts, LOW, at_once=1)
    same, other = [await registry_of(postgres, facts, table, at_once=3) for table in (LOW, ENOUGH)]
    assert await versions(same) != await versions(live) == {FIRM: 2, "agency:63421": 1}

    assert await settled(live, same, LOW) == {}
    assert await versions(same) == await versions(live)

    told = await settled(live, other, ENOUGH)
    assert {subject: one.version for subject, one in told.items()} == {FIRM: 3}
    assert [(step.waged, step.low) for step in told[FIRM].steps] == [(1, 0), (2, 0)]
    assert await versions(other) == {FIRM: 3, "agency:63421": 1}
    for database in (live, same, other):
        await database.close()


async def test_coverage_that_only_one_database_knows_is_told_too(postgres: PostgresNode) -> None:
    facts = [enrolled(ANNA, "2025-03-03"), enrolled(CITRA, "2025-03-03", employer="agency:63421")]
    live, rebuilt = [await registry_of(postgres, [fact], LOW, at_once=1) for fact in facts]
    told = await settled(live, rebuilt, LOW)
    assert {s: (one.version, bool(one.steps)) for s, one in told.items()} == {
        FIRM: (2, False),
        "agency:63421": (1, True),
    }
    for database in (live, rebuilt):
        await database.close()
