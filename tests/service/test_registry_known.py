"""The coverage as it was known, over HTTP, and what becomes of it when the minimum wages change."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from services.registry.handlers import Handlers
from services.registry.routes import routes
from services.registry.store import lock_coverage
from services.registry.wages import Minimums, in_force
from shared.clock import FixedClock
from shared.consuming import Received, Work
from shared.dead_letters import Record
from shared.events import Event, decode, types
from shared.events import data as d
from tests.service.small_world import FIRM, PROJECTS, WORKERS, Services

PATH = "/v1/subjects/coverage"
ANNA, BUDI, CITRA = WORKERS[:3]
Told = dict[str, Any]


@pytest.fixture
async def world(services_on_postgres: Services) -> Services:
    await services_on_postgres.empty()
    return services_on_postgres


@pytest.fixture
async def http(world: Services) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(routes(world.registry_database, in_force()))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://registry") as client:
        yield client


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T03:00:00+00:00")


def said(kind: types.EventType, subject: str, data: d.Data, on: str, recorded: str | None = None) -> Event:
    event_id = f"{kind.short} {subject} {on}"
    return Event(kind, event_id, "sipp", subject, at(on), data, None, at(recorded) if recorded else None)


def enrolled(worker: str, on: str, recorded: str | None = None, **told: Any) -> Event:
    usual: Told = {"segment": "pu", "programmes": ["jkk", "jkm"], "employer": FIRM}
    data = d.WorkerRegistered(effective_on=date.fromisoformat(on), **(usual | told))
    return said(types.WORKER_REGISTERED, worker, data, on, recorded)


def unregistered(worker: str, on: str, **told: Any) -> Event:
    data = d.WorkerUnregistered(effective_on=date.fromisoformat(on), reason="left", **told)
    return said(types.WORKER_UNREGISTERED, worker, data, on)


def injured(worker: str, on: str, recorded: str, **told: Any) -> Event:
    usual: Told = {"kind": "accident", "employer": FIRM, "project": PROJECTS[0]}
    data = d.WorkerIncidentReported(occurred_on=date.fromisoformat(on), **(usual | told))
    return said(types.WORKER_INCIDENT, worker, data, on, recorded)


def retracted(event: Event, recorded: str) -> Event:
    data = d.FactRetracted(source=event.source, id=event.id, reason="typed twice")
    return said(types.FACT_RETRACTED, event.subject, data, recorded)


async def ask(http: AsyncClient, *subjects: str, known: str | None = None) -> dict[str, Told]:
    params: Told = {"subject": list(subjects)} | ({"known": known} if known else {})
    answer = await http.get(PATH, params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Told] = answer.json()
    return told


async def test_what_was_recorded_later_was_not_known(world: Services, http: AsyncClient) -> None:
    wrong = enrolled(BUDI, "2025-03-03")
    await world.registry([enrolled(ANNA, "2025-03-03", recorded="2025-04-07"), wrong])
    await world.registry([retracted(wrong, "2025-05-05")])
    steps = {}
    for known in ("2025-03-02", "2025-03-03", "2025-04-07", "2025-05-04", "2025-05-05"):
        told = await ask(http, FIRM, known=f"{known}T23:00:00+07:00")
        steps[known] = [(step[0], step[1]) for step in told[FIRM].get("steps", [])]
    assert steps == {
        "2025-03-02": [],
        "2025-03-03": [("2025-03-03", 1)],
        "2025-04-07": [("2025-03-03", 2)],
        "2025-05-04": [("2025-03-03", 2)],
        "2025-05-05": [("2025-03-03", 1)],
    }
    assert (await ask(http, FIRM))[FIRM]["steps"] == [["2025-03-03", 1, 1, 1, 0, 0, 0, 0, 0]]


async def test_the_instant_itself_counts(world: Services, http: AsyncClient) -> None:
    await world.registry([enrolled(ANNA, "2025-03-03")])
    assert (await ask(http, FIRM, known="2025-03-03T03:00:00Z"))[FIRM]["steps"]
    assert "steps" not in (await ask(http, FIRM, known="2025-03-03T02:59:59Z"))[FIRM]


async def test_the_earliest_recording_and_the_earliest_retraction_count(
    world: Services, http: AsyncClient
) -> None:
    fact = enrolled(ANNA, "2025-03-03", recorded="2025-04-07")
    earlier = enrolled(ANNA, "2025-03-03", recorded="2025-03-10")
    await world.registry([fact, retracted(fact, "2025-06-02")])
    await world.registry([earlier, retracted(fact, "2025-05-05"), retracted(fact, "2025-06-01")])
    for known, there in (("2025-03-09", False), ("2025-03-11", True), ("2025-05-06", False)):
        assert ("steps" in (await ask(http, FIRM, known=f"{known}T00:00:00Z"))[FIRM]) is there


async def test_an_incident_becomes_covered_by_an_enrolment_elsewhere(
    world: Services, http: AsyncClient
) -> None:
    [first] = await world.registry([injured(ANNA, "2025-03-10", recorded="2025-03-11")])
    assert (first.subject, _covered(first)) == (PROJECTS[0], [False])
    enrolment = enrolled(ANNA, "2025-03-03", recorded="2025-04-07")
    late = {event.subject: event for event in await world.registry([enrolment])}
    assert late.keys() == {FIRM, PROJECTS[0]}
    assert _covered(late[PROJECTS[0]]) == [True]
    known = [(await ask(http, PROJECTS[0], known=f"2025-04-0{n}T12:00:00Z"))[PROJECTS[0]] for n in (6, 7)]
    assert [[one["covered"] for one in told["incidents"]] for told in known] == [[False], [True]]
    taken_back = {
        event.subject: event for event in await world.registry([retracted(enrolment, "2025-05-05")])
    }
    assert _covered(taken_back[PROJECTS[0]]) == [False]


def _covered(event: Event) -> list[bool]:
    assert isinstance(event.data, d.CoverageChanged)
    return [incident.covered for incident in event.data.incidents]


async def test_batches_side_by_side_do_not_miss_each_other(world: Services) -> None:
    """An incident at a project, the enrolment that covers it and another one, stored at the same moment."""
    for worker in WORKERS:
        batches = [
            [injured(worker, "2025-03-10", recorded="2025-03-11")],
            [enrolled(worker, "2025-03-03")],
            [unregistered(worker, "2025-03-05", employer=None, project=PROJECTS[0])],
            [enrolled(worker, "2025-03-04", employer=None)],
        ]
        handlers = Handlers(FixedClock(world.day), in_force())
        await asyncio.gather(*(_batch(world, handlers, batch) for batch in batches))
    async with world.registry_database.transaction() as transaction:
        known, _ = await lock_coverage(transaction, [PROJECTS[0]], in_force().digest)
    assert [incident.covered for incident in known[PROJECTS[0]].incidents] == [True] * len(WORKERS)


async def test_an_incident_that_is_taken_back_or_says_something_else(world: Services) -> None:
    first = injured(ANNA, "2025-03-10", recorded="2025-03-11")
    other = injured(ANNA, "2025-03-10", recorded="2025-03-11", kind="death")
    await world.registry([first])
    messages = await _batch(world, Handlers(FixedClock(world.day), in_force()), [other])
    assert [message.topic for message in messages] == ["patuh.dead-letters"]
    [gone] = await world.registry([retracted(first, "2025-05-05")])
    assert _covered(gone) == []
    assert await world.registry([first]) == []


async def _batch(world: Services, handlers: Handlers, events: list[Event]) -> list[Any]:
    async with world.registry_database.transaction() as transaction:
        work = Work(transaction, "registry")
        record = Record("t", 0, 0, 0, 0, b"", b"", None, 0, 0, ())
        await handlers.on_facts(work, [Received(event, record) for event in events])
    return work.messages


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"subject": "employer:123"},
        {"subject": "feed:sipp"},
        {"subject": [FIRM] * 201},
        {"subject": FIRM, "known": "2025-03-03T03:00:00"},
        {"subject": FIRM, "known": "yesterday"},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(http: AsyncClient, query: Told) -> None:
    answer = await http.get(PATH, params=query)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "query"


async def test_several_subjects_and_one_nobody_spoke_of(world: Services, http: AsyncClient) -> None:
    await world.registry(
        [enrolled(ANNA, "2025-03-03"), enrolled(BUDI, "2025-03-03", employer="agency:63421")]
    )
    told = await ask(http, FIRM, "agency:63421", "group:rentan-cikole")
    assert list(told) == [FIRM, "agency:63421", "group:rentan-cikole"]
    assert [len(one.get("steps", [])) for one in told.values()] == [1, 1, 0]


async def test_other_minimum_wages_count_everything_anew(world: Services) -> None:
    low, enough = (
        Minimums({"32.72": {date(2025, 1, 1): 3_000_000}}),
        Minimums({"32.72": {date(2025, 1, 1): 1}}),
    )
    told: Told = {"wage_idr": 2_000_000, "region": "32.72.02"}
    first, second = (Handlers(FixedClock(world.day), table) for table in (low, enough))
    for worker, employer in zip(
        (ANNA, BUDI, CITRA), (FIRM, "agency:63421", "group:rentan-cikole"), strict=True
    ):
        await _batch(world, first, [enrolled(worker, "2025-03-03", employer=employer, **told)])
    [changed] = await _batch(world, second, [enrolled(BUDI, "2025-03-04", **told)])
    assert _counts(changed) == [("2025-03-03", 1, 1, 0), ("2025-03-04", 2, 2, 0)]
    async with world.registry_database.transaction() as transaction:
        work = Work(transaction, "registry")
        last = await second.recount(work, "")
        assert last == "group:rentan-cikole"
        assert await second.recount(work, last) is None
        assert await second.recount(work, "") is None
    assert [_counts(message) for message in work.messages] == [[("2025-03-03", 1, 1, 0)]] * 2


def _counts(message: Any) -> list[tuple[str, int, int, int]]:
    data = decode(message.value, message.headers).data
    assert isinstance(data, d.CoverageChanged)
    return [(step.on.isoformat(), step.enrolled, step.waged, step.low) for step in data.steps]


async def test_rows_from_before_have_no_time_of_recording(world: Services, http: AsyncClient) -> None:
    fact = enrolled(ANNA, "2025-03-03", recorded="2025-04-07")
    await world.registry([fact])
    async with world.registry_database.transaction() as transaction:
        await transaction.run("UPDATE enrolment SET recorded = NULL")
    assert "steps" in (await ask(http, FIRM, known="2025-03-04T00:00:00Z"))[FIRM]
    await world.registry([retracted(fact, "2025-05-05")])
    async with world.registry_database.transaction() as transaction:
        await transaction.run("UPDATE retraction SET recorded = NULL")
    await world.registry([retracted(fact, "2025-05-05")])
    known = datetime(2025, 3, 4, tzinfo=UTC).isoformat()
    assert "steps" not in (await ask(http, FIRM, known=known))[FIRM]
