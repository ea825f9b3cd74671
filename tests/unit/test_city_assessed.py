"""The rules find in the sample city what it was made with. Neither knows the other."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from patuh.assessing import facts_in, findings_on
from patuh.city import CityPlan
from patuh.city.build import build_city
from patuh.city.records import City
from patuh.city.stream import events_of
from patuh.city.truth import CODES, truth_of
from patuh.cloudevents_files import Member
from shared.events import BadEvent, Event
from shared.law import Law, load

PLANS = [
    CityPlan(seed=1, today=date(2026, 11, 25), scale=0.05),
    CityPlan(seed=2, today=date(2025, 6, 10), scale=0.05),
    CityPlan(seed=3, today=date(2025, 12, 20), scale=0.02),
    CityPlan(seed=4, today=date(2025, 4, 8), scale=0.1),
]


def _refused(member: Member, error: BadEvent) -> None:
    raise AssertionError(f"{member.place}: {error}")


def _facts(city: City) -> list[Event]:
    raw = (msgspec.Raw(msgspec.json.encode(event)) for event in events_of(city))
    return facts_in((Member(f"event {number}", one) for number, one in enumerate(raw)), _refused)


def _found(facts: list[Event], law: Law, day: date) -> Mapping[str, frozenset[str]]:
    by_code: dict[str, set[str]] = defaultdict(set)
    for finding in findings_on(facts, law, day):
        if finding.undecided is None:
            by_code[finding.code].add(finding.subject)
    return {code: frozenset(by_code[code]) for code in {*by_code, *CODES}}


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_the_findings_are_the_truth_today_before_and_after(plan: CityPlan) -> None:
    city = build_city(plan)
    facts = _facts(city)
    for days in (-45, -1, 0, 1, 20, 40, 100):
        day = plan.today + timedelta(days=days)
        assert _found(facts, load(), day) == truth_of(city, day).flags, day


def test_the_findings_under_another_deadline_are_the_truth_under_it() -> None:
    city, name = build_city(PLANS[0]), "project.registration-working-days"
    rows = (msgspec.structs.replace(row, value=10) if row.name == name else row for row in load().parameters)
    found = _found(_facts(city), replace(load(), parameters=tuple(rows)), city.plan.today)
    assert found == truth_of(city, city.plan.today, project_grace=10).flags
