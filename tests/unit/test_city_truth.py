"""The truth of the sample city: it agrees with what the events say, and turns on the right day."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from patuh.city import CityPlan, city_events, expected
from patuh.city.build import build_city
from patuh.city.days import Days
from patuh.city.employer_truth import EMPLOYER_TRUTHS, not_registered, workers_missing
from patuh.city.project_truth import worker_removed
from patuh.city.truth import CODES
from shared.calendar import add_working_days

TODAY = date(2025, 11, 28)
DAY = timedelta(days=1)
PLANS = [
    CityPlan(seed=1, today=TODAY, scale=0.05),
    CityPlan(seed=2, today=date(2025, 4, 21), scale=0.1, days=60),
    CityPlan(seed=3, today=date(2026, 1, 1), scale=0.3, days=200),
    CityPlan(seed=4, today=date(2025, 8, 16), scale=0.2),
]


RETOLD = {
    "employer.not-registered",
    "employer.workers-missing",
    "project.not-registered",
    "project.contractor-flagged",
    "project.worker-removed",
}

# (effective_on, time, enrols) of one worker at one employer or project.
Line = list[tuple[str, str, bool]]


class Told:
    """What the events of a plan say, put together again by the rules of the contract."""

    def __init__(self, plan: CityPlan) -> None:
        self.today = plan.today
        self.profiles: dict[str, dict[str, Any]] = defaultdict(dict)
        self.amended: dict[str, dict[str, Any]] = defaultdict(dict)
        self.lines: dict[str | None, dict[tuple[str, str | None], Line]] = defaultdict(
            lambda: defaultdict(list)
        )
        for event in city_events(plan):
            self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        entity, what = event["type"].split(".")[2:4]
        data = event["data"]
        if what == "incident-reported":
            return
        if entity == "worker":
            place = data.get("project") or data.get("employer")
            fact = (data["effective_on"], event["time"], what != "unregistered")
            self.lines[place][event["subject"], data.get("employer")].append(fact)
        elif what == "amended":
            self.amended[event["subject"]] |= data
        elif what == "workforce-declared":
            self.profiles[event["subject"]] |= {"workforce": data["headcount"]}
        elif what in ("registered", "updated", "awarded", "started", "completed", "cancelled", "closed"):
            first = (
                {"award_on": str(datetime.fromisoformat(event["time"]).date())} if what == "awarded" else {}
            )
            self.profiles[event["subject"]] |= data | first

    def enrolled(self, line: Line) -> bool:
        past = [fact for fact in sorted(line) if fact[0] <= str(self.today)]
        return bool(past) and past[-1][2]

    def flags(self, others: frozenset[str]) -> dict[str, set[str]]:
        """The five flags that events tell without arithmetic; `others` are employers flagged for the rest."""
        found: dict[str, set[str]] = {code: set() for code in RETOLD}
        for subject, data in self.profiles.items():
            if subject.startswith("employer:") and "closed_on" not in data:
                self._employer(found, subject, data)
        flagged = found["employer.not-registered"] | found["employer.workers-missing"] | others
        for subject, data in self.profiles.items():
            if subject.startswith("project:") and "cancelled_on" not in data:
                self._project(found, subject, data | self.amended[subject], flagged)
        return found

    def _employer(self, found: dict[str, set[str]], subject: str, data: dict[str, Any]) -> None:
        staff = {key[0] for key, line in self.lines[subject].items() if self.enrolled(line)}
        if "npp" in data:
            if "workforce" in data and len(staff) < data["workforce"]:
                found["employer.workers-missing"].add(subject)
        elif data.get("workforce") and self._late(data["obliged_since"], 30):
            found["employer.not-registered"].add(subject)

    def _late(self, start: str, days: int) -> bool:
        return self.today > add_working_days(date.fromisoformat(start), days)

    def _project(
        self, found: dict[str, set[str]], subject: str, data: dict[str, Any], flagged: set[str]
    ) -> None:
        built = data["kind"].startswith("construction")
        clock = data.get("contract_on") or data.get("start_on") or data["award_on"]
        if built and "registered_on" not in data and self._late(clock, 14):
            found["project.not-registered"].add(subject)
        if "completed_on" in data:
            return
        if clock <= str(self.today) and flagged & set(data["contractors"]):
            found["project.contractor-flagged"].add(subject)
        start = data.get("start_on") or data.get("contract_on") or data["award_on"]
        end = min(data.get("end_on", str(self.today)), str(self.today))
        if built and any(
            not self.enrolled(line) and any(start <= on <= end and not enrols for on, _, enrols in line)
            for line in self.lines[subject].values()
        ):
            found["project.worker-removed"].add(subject)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_truth_is_what_the_events_say(plan: CityPlan) -> None:
    truth = expected(plan)
    others = frozenset[str]().union(*(truth.flags[code] for code in EMPLOYER_TRUTHS.keys() - RETOLD))
    assert Told(plan).flags(others) == {code: truth.flags[code] for code in RETOLD}
    assert set(truth.flags) == set(CODES)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_projects_are_told_as_they_are_recorded(plan: CityPlan) -> None:
    told = Told(plan)
    for project in build_city(plan).projects:
        last = told.profiles[project.subject] | told.amended[project.subject]
        recorded = {
            "start_on": project.known_start,
            "contract_on": project.contract_on,
            "end_on": project.end_as_of(plan.today),
            "registered_on": project.registered_on,
            "completed_on": project.completed_on,
            "cancelled_on": project.cancelled_on,
            "value_idr": project.value_on(plan.today),
        }
        assert {name: last.get(name) for name in recorded} == msgspec.to_builtins(recorded)


def test_habits_do_what_they_are_called() -> None:
    city = build_city(PLANS[2])
    outside = {employer.habit for employer in city.employers if not_registered(employer, city.plan.today)}
    short = {employer.habit for employer in city.employers if workers_missing(employer, city.plan.today)}
    removed = {project.habit for project in city.projects if worker_removed(project, city.plan.today)}
    assert (outside, short) == ({"never"}, {"enrols-some"})
    assert "removes" in removed
    assert removed <= {"removes", "restores", "prompt"}


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_planted_cases_are_open(plan: CityPlan) -> None:
    truth = expected(plan)
    hospital, builder = truth.worst["hospital-builder"]
    market, lead, partner = truth.worst["market-joint-operation"]
    (factory,) = truth.worst["garment-factory"]
    assert {factory, partner} <= truth.flags["employer.not-registered"]
    assert builder in truth.flags["employer.workers-missing"]
    assert lead not in truth.flags["employer.workers-missing"]
    assert hospital in truth.flags["project.not-registered"]
    assert {hospital, market} <= truth.flags["project.contractor-flagged"]
    assert market in truth.flags["project.worker-removed"]


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_the_last_grace_is_found(plan: CityPlan) -> None:
    first = Days(plan).first_in_grace
    assert add_working_days(first, 30) >= plan.today
    assert add_working_days(first - DAY, 29) < plan.today
