"""Which flags the city is meant to have open, read from its records and from nothing a service knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from patuh.city.build import build_city
from patuh.city.days import EMPLOYER_GRACE, PROJECT_GRACE
from patuh.city.plan import CityPlan
from patuh.city.records import City, Employer, Project, Spell
from shared.calendar import add_working_days

CODES = (
    "employer.not-registered",
    "employer.workers-missing",
    "project.not-registered",
    "project.contractor-flagged",
    "project.worker-removed",
)


@dataclass(frozen=True)
class Truth:
    """The subjects that have each flag open, and the subjects of the planted cases, first the main one."""

    flags: Mapping[str, frozenset[str]]
    worst: Mapping[str, tuple[str, ...]]


def expected(plan: CityPlan) -> Truth:
    """The truth of the plan on its `today`."""
    return truth_of(build_city(plan), plan.today)


def truth_of(city: City, today: date) -> Truth:
    """The truth of a built city on `today`, which is not before the plan's `today`."""
    outside = _subjects(firm for firm in city.employers if not_registered(firm, today))
    short = _subjects(firm for firm in city.employers if workers_missing(firm, today))
    flags = {
        "employer.not-registered": outside,
        "employer.workers-missing": short,
        "project.not-registered": _subjects(p for p in city.projects if unregistered(p, today)),
        "project.contractor-flagged": _subjects(
            p for p in city.projects if contractor_flagged(p, outside | short, today)
        ),
        "project.worker-removed": _subjects(p for p in city.projects if worker_removed(p, today)),
    }
    return Truth(flags, city.worst)


def _subjects(records: Iterable[Employer | Project]) -> frozenset[str]:
    return frozenset(record.subject for record in records)


def _closed(employer: Employer, today: date) -> bool:
    return employer.closed_on is not None and employer.closed_on <= today


def not_registered(employer: Employer, today: date) -> bool:
    """Has workers and no membership, and the working days to register have passed."""
    if not employer.workforce or employer.npp or employer.member_since or _closed(employer, today):
        return False
    return today > add_working_days(employer.obliged_since, EMPLOYER_GRACE)


def workers_missing(employer: Employer, today: date) -> bool:
    """A member with fewer workers enrolled than declared."""
    if employer.npp is None or employer.workforce is None or _closed(employer, today):
        return False
    return employer.enrolled(today) < employer.workforce


def unregistered(project: Project, today: date) -> bool:
    """Construction that nobody registered, and the working days to do so have passed."""
    cancelled = project.cancelled_on is not None and project.cancelled_on <= today
    registered = project.registered_on is not None and project.registered_on <= today
    if not project.construction or cancelled or registered:
        return False
    clock = project.contract_on or project.known_start or project.award_on
    return today > add_working_days(clock, PROJECT_GRACE)


def contractor_flagged(project: Project, flagged: frozenset[str], today: date) -> bool:
    """Runs on `today` with a contractor that has a flag of its own."""
    contracted = project.contract_on or project.known_start or project.award_on
    if contracted > today or project.ended(today):
        return False
    return any(firm.subject in flagged for firm in project.contractors)


def worker_removed(project: Project, today: date) -> bool:
    """Runs on `today` without a worker that was taken off while it ran."""
    if not project.construction or project.ended(today):
        return False
    start = project.known_start or project.contract_on or project.award_on
    end = min(filter(None, (project.known_end, today)))
    back = {spell.worker for spell in project.crew if spell.covers(today)}
    return any(_left_between(spell, start, end) and spell.worker not in back for spell in project.crew)


def _left_between(spell: Spell, start: date, end: date) -> bool:
    return spell.off is not None and start <= spell.off <= end
