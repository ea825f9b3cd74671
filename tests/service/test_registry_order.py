"""The registry in any order and any batching: wages, incidents and retractions, now and as known before."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.changes import says_the_same
from services.registry.enrolment import snapshots
from services.registry.past import facts_of
from services.registry.wages import in_force
from shared.events import Event, types
from shared.events.data import CoverageChanged, Programme, WorkerRegistered
from tests.service.small_world import (
    FIRM,
    WORKERS,
    Services,
    contributions,
    for_registry,
    instants,
    retraction,
    standing,
    worker_facts,
)

EMPTY = CoverageChanged(version=0)
Coverage = dict[str, CoverageChanged]


@st.composite
def worlds(draw: st.DrawFn) -> list[Event]:
    """Facts of workers and retractions, recorded when it happened to be."""
    # Two workers under two employers, so that an incident often meets the enrolment that covers it.
    of_workers = worker_facts(workers=WORKERS[:2], employers=(FIRM, "agency:63421"))
    drawn = draw(st.lists(st.one_of(*[of_workers] * 5, contributions()), max_size=16))
    facts = [
        Event(kind, f"e{index}", draw(st.sampled_from(["a", "b"])), subject, draw(instants), data)
        for index, (kind, subject, data) in enumerate(drawn)
    ]
    taken_back = draw(st.lists(st.sampled_from(facts), unique_by=lambda e: e.id, max_size=4)) if facts else []
    said = facts + [retraction(fact) for fact in taken_back]
    return [msgspec.structs.replace(event, recordedtime=draw(st.none() | instants)) for event in said]


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Event]]:
    """A world shuffled, with repetitions that were recorded at other times, cut into batches."""
    world = draw(worlds())
    repeated = draw(st.lists(st.sampled_from(world), max_size=6)) if world else []
    again = [msgspec.structs.replace(e, recordedtime=draw(st.none() | instants)) for e in repeated]
    shuffled = draw(st.permutations(world + again))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
    return [shuffled[a:b] for a, b in pairwise([0, *cuts, len(shuffled)]) if a < b]


async def kept(world: Services) -> Coverage:
    async with world.registry_database.transaction() as transaction:
        rows = await transaction.rows("SELECT subject, snapshot FROM coverage")
    return {row.subject: msgspec.json.decode(row.snapshot, type=CoverageChanged) for row in rows}


async def as_known(world: Services, subjects: set[str], known: datetime | None) -> Coverage:
    async with world.registry_database.transaction() as transaction:
        facts = await facts_of(transaction, subjects, known)
    return facts.snapshots(subjects, in_force())


def differing(one: Coverage, other: Coverage) -> set[str]:
    return {
        subject
        for subject in one.keys() | other.keys()
        if not says_the_same(one.get(subject, EMPTY), other.get(subject, EMPTY))
    }


def recorded_by(events: list[Event], known: datetime) -> list[Event]:
    return [e for e in events if (e.recordedtime or e.time) <= known]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=deliveries(), known=instants)
async def test_any_delivery_gives_the_coverage_of_the_facts_themselves(
    services_on_postgres: Services, batches: list[list[Event]], known: datetime
) -> None:
    world = services_on_postgres
    await world.empty()
    announced = [event for batch in batches for event in await world.registry(batch)]
    told = [event for batch in batches for event in batch]
    expected = snapshots(standing(told))
    assert differing(await kept(world), expected) == set()
    last = {e.subject: e.data for e in announced if isinstance(e.data, CoverageChanged)}
    assert differing(last, expected) == set()
    subjects = {event.subject for event in announced} | expected.keys()
    assert differing(await as_known(world, subjects, None), expected) == set()
    then = snapshots(standing(recorded_by(told, known)))
    assert differing(await as_known(world, subjects | then.keys(), known), then) == set()
    assert all(for_registry(event) for event in told)


async def test_the_handler_announces_only_what_changes(services_on_postgres: Services) -> None:
    await services_on_postgres.empty()
    at = datetime(2025, 3, 3, tzinfo=UTC)
    first = worker_event("w", at)
    [announced] = await services_on_postgres.registry([first])
    assert announced.subject == "agency:63421"
    later = msgspec.structs.replace(first, recordedtime=at + timedelta(days=1))
    assert await services_on_postgres.registry([later, first]) == []


def worker_event(event_id: str, at: datetime) -> Event:
    from shared.events import data as d

    data = d.WorkerRegistered(
        segment="non-asn", programmes=["jkk", "jkm"], effective_on=at.date(), employer="agency:63421"
    )
    return Event(types.WORKER_REGISTERED, event_id, "a", f"worker:{1:040x}", at, data)


def enrolled(on: date, *programmes: Programme) -> Event:
    data = WorkerRegistered(segment="pu", programmes=[*programmes], effective_on=on, employer=FIRM)
    said = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return Event(types.WORKER_REGISTERED, f"e-{on}", "a", WORKERS[0], said, data)


async def test_what_was_said_years_ago_stands_until_something_later_is(
    services_on_postgres: Services,
) -> None:
    await services_on_postgres.empty()
    told: list[Event] = []
    for event in (
        enrolled(date(2019, 1, 7), "jkk", "jkm"),
        enrolled(date(2022, 3, 3), "jkk"),
        enrolled(date(2020, 5, 4), "jkk", "jkm", "jht"),
        enrolled(date(2022, 5, 2), "jkm"),
        enrolled(date(2025, 2, 3), "jkk", "jkm"),
    ):
        await services_on_postgres.registry([event])
        told.append(event)
        assert says_the_same((await kept(services_on_postgres))[FIRM], snapshots(told)[FIRM])
