"""Which flags the city is meant to have open, read from its records and from nothing a service knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from patuh.city.build import build_city
from patuh.city.deadlines import Deadlines
from patuh.city.employer_truth import EMPLOYER_TRUTHS
from patuh.city.plan import CityPlan
from patuh.city.project_truth import PROJECT_TRUTHS, contractor_flagged
from patuh.city.public import Group, Office
from patuh.city.public_truth import cover_ending, silent_feeds, staff_missing, unprotected
from patuh.city.records import City, Employer, Project

CODES = (
    *EMPLOYER_TRUTHS,
    *PROJECT_TRUTHS,
    "project.contractor-flagged",
    "agency.non-asn-missing",
    "group.cover-ending",
    "worker.unprotected-incident",
    "feed.silent",
)


@dataclass(frozen=True)
class Truth:
    """The subjects that have each flag open, and the subjects of the planted cases, first the main one."""

    flags: Mapping[str, frozenset[str]]
    worst: Mapping[str, tuple[str, ...]]


def expected(plan: CityPlan) -> Truth:
    """The truth of the plan on its `today`."""
    return truth_of(build_city(plan), plan.today)


def truth_of(city: City, today: date, **changed: int) -> Truth:
    """The truth of a built city on `today`, any day, as it is known then.

    `changed` are deadlines other than the usual, by the names of `Deadlines`: `project_grace=10`.
    """
    deadlines = Deadlines(**changed)
    firms = {
        code: _subjects(firm for firm in city.employers if wrong(firm, today, deadlines))
        for code, wrong in EMPLOYER_TRUTHS.items()
    }
    works = {
        code: _subjects(project for project in city.projects if wrong(project, today, deadlines))
        for code, wrong in PROJECT_TRUTHS.items()
    }
    flagged = frozenset[str]().union(*firms.values())
    others = {
        "project.contractor-flagged": _subjects(
            project for project in city.projects if contractor_flagged(project, flagged, today)
        ),
        "agency.non-asn-missing": _subjects(one for one in city.offices if staff_missing(one, today)),
        "group.cover-ending": _subjects(one for one in city.groups if cover_ending(one, today, deadlines)),
        "worker.unprotected-incident": frozenset(unprotected(city, today)),
        "feed.silent": frozenset(silent_feeds(city, today, deadlines)),
    }
    return Truth(firms | works | others, city.worst)


def _subjects(records: Iterable[Employer | Project | Office | Group]) -> frozenset[str]:
    return frozenset(record.subject for record in records)
