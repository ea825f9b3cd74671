"""assess(facts about one subject, law, day) -> findings. Pure: no I/O, no clock, no framework.

The same function serves the live stream, the deadline timer, `patuh assess` and `patuh explain`.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.employer import employer_rules, project_rules
from services.employer.facts import EmployerFacts
from services.employer.finding import Finding
from services.employer.law import Law
from services.employer.subjects import Subject
from shared.calendar import add_working_days

_DAY = timedelta(days=1)
_DEADLINES = (
    "employer.registration-working-days",
    "employer.change-working-days",
    "project.registration-working-days",
    "project.change-working-days",
)


def assess(subject: Subject, law: Law, day: date) -> list[Finding]:
    """All findings about a subject on a day, those that cannot be decided too."""
    if not subject.facts:
        return []
    if isinstance(subject, EmployerFacts):
        return employer_rules.assess(subject, law, day)
    return [found for rule in project_rules.RULES if (found := rule(subject, law, day))]


def change_days(subject: Subject, law: Law) -> list[date]:
    """Every day on which a finding may begin or end without a new fact: dates said, deadlines passed."""
    said = subject.days()
    limits = {int(p.value) for p in law.parameters if p.name in _DEADLINES}
    passed = {add_working_days(day, limit) + _DAY for day in said for limit in limits}
    return sorted(said | passed | {p.valid_from for p in law.parameters})


def next_look(subject: Subject, law: Law, day: date, open_flags: bool) -> date | None:
    """The next day to look again: the next change, or tomorrow while days without cover add up."""
    if open_flags:
        return day + _DAY
    return next((change for change in change_days(subject, law) if change > day), None)


def ever_held(subject: Subject, law: Law, code: str, first: date, last: date) -> bool:
    """Whether, as known now, the flag was right on some day in first..last: mended, not mistaken.

    Days before the first of the law are left out: an obligation may be older than what is known of it.
    """
    return any(
        found.code == code and not found.undecided
        for day in _walk(subject, law, max(first, law.first_day), last)
        for found in assess(subject, law, day)
    )


def _walk(subject: Subject, law: Law, first: date, last: date) -> Iterator[date]:
    yield first
    yield from (day for day in change_days(subject, law) if first < day < last)
    yield last
