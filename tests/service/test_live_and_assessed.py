"""What the live stream has open on a day is what `patuh assess` finds on that day: no more, no less."""

from datetime import date, timedelta

import msgspec
from msgspec import Raw

from patuh.assessing import facts_in, findings_on, said_by
from patuh.city import CityPlan, city_events
from patuh.cloudevents_files import Member
from shared.clock import local_date
from shared.events import BadEvent, Event
from shared.law import load
from tests.service.small_world import Services

TODAY = date(2025, 6, 10)
PLAN = CityPlan(seed=11, today=TODAY, scale=0.05)
DAYS = [TODAY - timedelta(days=back) for back in (80, 55, 30, 12, 0)]
TOLD = (
    "since",
    "due",
    "workers",
    "amount_idr",
    "uncovered_working_days",
    "uncovered_worker_days",
    "exposure",
)


def facts_of(plan: CityPlan) -> list[Event]:
    """The facts of a sample city, as `patuh assess` reads them from files."""
    events = (Member(str(n), Raw(msgspec.json.encode(event))) for n, event in enumerate(city_events(plan)))
    return facts_in(events, refused)


def refused(member: Member, error: BadEvent) -> None:
    raise AssertionError((member.raw, error))


def by_day(facts: list[Event], after: date, until: date) -> list[Event]:
    return [fact for fact in facts if after < local_date(fact.time) <= until]


async def test_on_five_days_the_open_flags_are_those_that_are_assessed(
    services_on_postgres: Services,
) -> None:
    await services_on_postgres.empty()
    facts, before, seen = facts_of(PLAN), date.min, set[str]()
    for day in DAYS:
        services_on_postgres.day = day
        await services_on_postgres.all(by_day(facts, before, day))
        await services_on_postgres.pass_days(day)
        found = {(f.subject, f.code): f for f in await services_on_postgres.open_flags()}
        assessed = {
            (f.subject, f.code): f for f in findings_on(said_by(facts, day), load(), day) if not f.undecided
        }
        assert found.keys() == assessed.keys(), day
        for key, flag in found.items():
            for name in TOLD:
                assert getattr(flag, name) == getattr(assessed[key], name), (day, key, name)
        before, seen = day, seen | {code for _, code in found}
    assert len(seen) >= 15, seen
