"""Withdrawn or cleared: what late facts and retractions do to flags that were raised before them."""

from datetime import UTC, date, datetime

import pytest

from shared.events import Event, types
from shared.events import data as d
from tests.service.small_world import FIRM, FIRM_BY_NIB, WORKERS, Services

SPK, DUE = date(2025, 3, 20), date(2025, 4, 21)
PROJECT = "project:lkpp-119-nontender-10060496000"


@pytest.fixture
async def world(services_on_postgres: Services) -> Services:
    await services_on_postgres.empty()
    return services_on_postgres


def said(kind: types.EventType, subject: str, data: d.Data, event_id: str, on: date = SPK) -> Event:
    return Event(kind, event_id, "test", subject, datetime(on.year, on.month, on.day, 3, tzinfo=UTC), data)


def awarded() -> Event:
    data = d.ProjectAwarded(
        title="Talud RW 05",
        kind="construction",
        method="direct",
        owner=d.Owner(agency="dputr"),
        contractors=[],
        value_idr=700_000_000,
        vat_included=False,
        contract_on=SPK,
    )
    return said(types.PROJECT_AWARDED, PROJECT, data, "award")


def registered(on: date, told: date) -> Event:
    return said(types.PROJECT_REGISTERED, PROJECT, d.ProjectRegistered(registered_on=on), "ejakon", told)


def retracted(event: Event) -> Event:
    data = d.FactRetracted(source=event.source, id=event.id, reason="typed twice")
    return said(types.FACT_RETRACTED, event.subject, data, f"not-{event.id}", date(2025, 5, 2))


def member(workforce: int, event_id: str = "firm") -> Event:
    data = d.EmployerRegistered(
        name="PT A", npp="AB123456", workforce=workforce, member_since=date(2025, 1, 6)
    )
    return said(types.EMPLOYER_REGISTERED, FIRM, data, event_id, date(2025, 3, 3))


def enrolled(worker: str, on: date) -> Event:
    data = d.WorkerRegistered(segment="pu", programmes=["jkk", "jkm"], effective_on=on, employer=FIRM)
    return said(types.WORKER_REGISTERED, worker, data, f"sipp-{worker[-1]}", on)


def told(changes: list[Event]) -> list[tuple[str, str]]:
    found = []
    for change in changes:
        assert isinstance(change.data, d.FlagState)
        found.append((change.kind.short, change.data.code))
    return found


async def test_the_flag_is_raised_the_day_after_the_deadline_by_the_timer_alone(world: Services) -> None:
    world.day = DUE
    assert told(await world.all([awarded()])) == [("flag.raised", "project.registration-due")]
    assert sorted(told(await world.pass_days(date(2025, 4, 22)))) == [
        ("flag.cleared", "project.registration-due"),
        ("flag.raised", "project.not-registered"),
    ]
    [flag] = await world.open_flags()
    assert (flag.since, flag.due, flag.amount_idr) == (SPK, DUE, 1_300_000)


async def test_a_registration_that_arrives_late_withdraws_the_flag_it_disproves(world: Services) -> None:
    world.day = date(2025, 5, 2)
    await world.all([awarded()])
    changes = await world.all([registered(on=date(2025, 4, 10), told=date(2025, 5, 2))])
    assert set(told(changes)) == {
        ("flag.withdrawn", "project.not-registered"),
        ("flag.raised", "project.registered-late"),
        ("flag.raised", "project.registered-unpaid"),
        ("flag.raised", "project.workers-missing"),  # no list of workers came with it
    }


async def test_a_registration_made_late_clears_the_flag(world: Services) -> None:
    world.day = date(2025, 5, 2)
    await world.all([awarded()])
    changes = await world.all([registered(on=date(2025, 4, 25), told=date(2025, 4, 25))])
    assert set(told(changes)) == {
        ("flag.cleared", "project.not-registered"),
        ("flag.raised", "project.registered-late"),
        ("flag.raised", "project.registered-unpaid"),
        ("flag.raised", "project.workers-missing"),  # no list of workers came with it
    }


async def test_an_enrolment_that_arrives_late_withdraws_and_one_made_late_clears(world: Services) -> None:
    world.day = date(2025, 3, 20)
    raised = await world.all([member(2), enrolled(WORKERS[0], date(2025, 3, 3))])
    assert told(raised) == [("flag.raised", "employer.workers-missing")]
    late = enrolled(WORKERS[1], date(2025, 3, 3))
    assert told(await world.all([late])) == [("flag.withdrawn", "employer.workers-missing")]
    assert told(await world.all([retracted(late)])) == [("flag.raised", "employer.workers-missing")]
    made_late = enrolled(WORKERS[2], date(2025, 3, 20))
    assert told(await world.all([made_late])) == [("flag.cleared", "employer.workers-missing")]


async def test_a_retracted_fact_withdraws_the_flags_it_caused_even_if_the_retraction_came_first(
    world: Services,
) -> None:
    world.day = date(2025, 3, 20)
    wrong = member(5, "wrong")
    assert told(await world.all([wrong])) == [("flag.raised", "employer.workers-missing")]
    assert told(await world.all([retracted(wrong)])) == [("flag.withdrawn", "employer.workers-missing")]
    await world.empty()
    world.day = date(2025, 3, 20)
    assert told(await world.all([retracted(wrong)])) == []
    assert told(await world.all([wrong])) == []


async def test_a_flag_under_another_name_of_the_employer_moves_when_the_names_meet(world: Services) -> None:
    world.day = date(2025, 6, 10)
    by_nib = d.EmployerRegistered(
        name="PT A", nib="1234567890123", workforce=3, obliged_since=date(2025, 1, 6)
    )
    await world.all([said(types.EMPLOYER_REGISTERED, FIRM_BY_NIB, by_nib, "oss")])
    [flag] = await world.open_flags()
    assert flag.subject == FIRM_BY_NIB
    same = d.EmployerUpdated(npwp=FIRM.removeprefix("employer:"), nib="1234567890123")
    changes = await world.all([said(types.EMPLOYER_UPDATED, FIRM, same, "djp")])
    assert sorted(told(changes)) == [
        ("flag.raised", "employer.not-registered"),
        ("flag.withdrawn", "employer.not-registered"),
    ]
    [flag] = await world.open_flags()
    assert flag.subject == FIRM


async def test_a_second_delivery_of_everything_changes_nothing(world: Services) -> None:
    world.day = date(2025, 5, 2)
    facts = [awarded(), member(2), enrolled(WORKERS[0], date(2025, 3, 3))]
    assert len(await world.all(facts)) == 2
    assert await world.all(facts[::-1]) == []
