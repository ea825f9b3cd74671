"""The console forgets what was said about a worker who is erased, whichever came first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from patuh.embedded.postgres import PostgresNode
from shared.events import Event, types
from shared.events import data as d
from tests.browser.console_stage import fresh_database, postgres, received, take

AT = datetime(2025, 6, 2, tzinfo=UTC)
WORKER, OTHER = "worker:" + "a" * 40, "worker:" + "b" * 40


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    with postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


def enrolled(name: str, worker: str, at: datetime) -> Event:
    data = d.WorkerRegistered(segment="pu", programmes=["jkk"], effective_on=at.date(), employer="agency:1")
    return Event(types.WORKER_REGISTERED, name, "urn:a", worker, at, data)


def told() -> list[Event]:
    erased = d.WorkerErased(erased_on=AT.date(), basis="UU 27/2022 art. 43")
    return [
        enrolled("before", WORKER, AT - timedelta(days=1)),
        Event(types.WORKER_ERASED, "x", "urn:patuh:privacy", WORKER, AT, erased),
        enrolled("after", WORKER, AT + timedelta(days=1)),
        enrolled("of-another", OTHER, AT - timedelta(days=1)),
    ]


async def test_the_recent_events_forget_in_any_order(node: PostgresNode) -> None:
    for order in list(permutations(told()))[::5]:
        async with fresh_database(node) as database:
            for offset, event in enumerate(order):
                await take(database, received([event], first=offset))
            async with database.transaction() as transaction:
                rows = await transaction.rows("SELECT event_id FROM recent_event ORDER BY event_id")
            assert [row.event_id for row in rows] == ["after", "of-another"]
