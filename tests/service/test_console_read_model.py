"""The console's read model on a real PostgreSQL: flags in any order, exact counts, what is kept."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import permutations

import pytest

from patuh.embedded.postgres import PostgresNode
from services.console import handlers, reading, store
from services.console.letters import letters
from services.console.reading import EventQuery, FlagQuery
from shared.consuming import Work
from shared.database import Database
from shared.dead_letters import Record
from shared.events import Event, types
from shared.events.data import EmployerRegistered, WorkerRegistered
from tests.browser.console_stage import (
    EMPLOYER,
    FLAG,
    TODAY,
    event,
    flag,
    fresh_database,
    postgres,
    raised,
    received,
    record,
    take,
)

PROJECT = "project:lkpp-1-tender-2"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    with postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture
async def database(node: PostgresNode) -> AsyncIterator[Database]:
    async with fresh_database(node) as empty:
        yield empty


async def test_flags_end_in_the_same_state_whatever_the_order(database: Database) -> None:
    orders = list(permutations([1, 2, 3, 4]))
    for n, order in enumerate(orders):
        for version in order:
            status = "cleared" if version == 4 else "open"
            state = flag(flag_id=f"f-{n}", version=version, status=status, workers=version)
            await take(database, received([raised(state)]))
    total, found = await reading.flags(database, FlagQuery(status="all", limit=500))
    assert total == len(orders)
    assert {(f.version, f.status, f.workers) for f in found} == {(4, "cleared", 4)}
    assert (await reading.flags(database, FlagQuery()))[0] == 0


async def test_the_state_comes_back_as_it_was_said(database: Database) -> None:
    await take(database, received([raised(FLAG)]))
    assert await reading.flags(database, FlagQuery()) == (1, [FLAG])


async def test_counts_are_exact_under_redelivery(database: Database) -> None:
    batch = received([_worker(n) for n in range(1000)])
    await take(database, batch[:700])
    await take(database, batch[500:])
    await take(database, batch)
    await take(database, received([raised(FLAG)], partition=1))
    assert await reading.counts(database) == {
        types.WORKER_REGISTERED.name: 1000,
        types.FLAG_RAISED.name: 1,
    }
    _, kept = await reading.events(database, EventQuery(topic="patuh.workers"), 500)
    assert len({e.event_id for e in kept}) == len(kept) == 400


async def test_a_transaction_that_is_rolled_back_counts_nothing(database: Database) -> None:
    batch = received([raised(FLAG)])
    with suppress(ZeroDivisionError):
        async with database.transaction() as transaction:
            await handlers.on_events(Work(transaction, "console"), batch)
            raise ZeroDivisionError
    assert await reading.counts(database) == {}
    await take(database, batch)
    assert await reading.counts(database) == {types.FLAG_RAISED.name: 1}


async def test_only_the_newest_events_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECENT_EVENTS", 30)
    for first in range(0, 100, 20):
        await take(database, received([raised(flag(flag_id=f"f-{first}"))] * 20, first))
    total, kept = await reading.events(database, EventQuery(), 500)
    assert (total, kept[0].id - kept[-1].id) == (30, 29)
    assert (await reading.counts(database))[types.FLAG_RAISED.name] == 100


async def test_no_wage_reaches_the_database(database: Database) -> None:
    await take(database, received([_worker(1)]))
    async with database.transaction() as transaction:
        rows = await transaction.rows("SELECT recent_event::text AS told FROM recent_event")
    assert "4321987" not in rows[0].told
    assert "jkm" not in rows[0].told


async def test_a_worker_event_is_found_by_its_employer_and_by_its_project(database: Database) -> None:
    await take(database, received([_worker(1)]))
    for subject, found in [(EMPLOYER, 1), (PROJECT, 1), ("employer:nib-1234567890123", 0)]:
        assert (await reading.events(database, EventQuery(about=subject), 10))[0] == found


async def test_a_nul_in_a_name_or_a_flag_does_not_fail_the_batch(database: Database) -> None:
    named = event(types.EMPLOYER_REGISTERED, EMPLOYER, EmployerRegistered(name="PT \x00 Nol"))
    nul = flag(flag_id="\x00", subject="a\x00b", name="\x00", region="\x00", law=["\x00"])
    await take(database, received([named, raised(nul)]))
    assert (await reading.flags(database, FlagQuery()))[0] == 1
    _, kept = await reading.events(database, EventQuery(), 10)
    assert [e.summary.get("name") for e in kept] == ["\x00", "PT \x00 Nol"]


async def test_workers_of_one_subject_are_affected_once(database: Database) -> None:
    flags = [
        flag(flag_id="a", workers=12, amount_idr=5),
        flag(flag_id="b", code="employer.in-arrears", workers=30, amount_idr=7),
        flag(flag_id="c", subject=PROJECT, workers=None, amount_idr=None),
        flag(flag_id="d", subject=PROJECT, workers=4, amount_idr=None),
        flag(flag_id="e", subject="group:rw-05", status="withdrawn", ended_on=TODAY),
    ]
    await take(database, received([raised(each) for each in flags]))
    found = await reading.overview(database)
    assert (found.open, found.workers, found.amount_idr) == (4, 34, 12)
    assert found.by_code == {"employer.workers-missing": 3, "employer.in-arrears": 1}


async def test_dead_letters_are_grouped_and_read_again_without_doubling(database: Database) -> None:
    refused = [_dead(n, "data.period", "not a month") for n in range(3)] + [_dead(3, "type", "unknown")]
    for _ in range(2):
        async with database.transaction() as transaction:
            await store.put_letters(transaction, letters(refused))
    groups = await reading.letter_groups(database)
    assert [(g.service, g.field, g.rule, g.n) for g in groups] == [
        ("registry", "type", "unknown", 1),
        ("registry", "data.period", "not a month", 3),
    ]
    assert [letter.origin for letter in await reading.latest_letters(database, 2)] == ["2@30", "2@20"]


def _worker(number: int) -> Event:
    data = WorkerRegistered(
        segment="pu",
        programmes=["jkk", "jkm"],
        effective_on=TODAY,
        employer=EMPLOYER,
        project=PROJECT,
        wage_idr=4_321_987,
    )
    return event(types.WORKER_REGISTERED, f"worker:{number:040x}", data)


def _dead(offset: int, field: str, rule: str) -> Record:
    said = {"service": "registry", "field": field, "rule": rule, "topic": "patuh.contributions"}
    said |= {"partition": "2", "offset": str(offset * 10), "attempts": "1"}
    headers = [(f"patuh-{name}", value.encode()) for name, value in said.items()]
    return record("patuh.dead-letters", offset, headers=headers)
