"""Rules about an employer. Each returns at most one finding: wrong, or not to be decided."""

from datetime import date

from services.employer.facts import EmployerFacts, shortage_since
from services.employer.finding import Finding, same
from services.employer.law import Law, Parameter
from shared.calendar import add_working_days, working_days
from shared.events.data import Evidence


def name_of(employer: EmployerFacts, day: date) -> str:
    """The name people know it by, else its subject."""
    known = employer.known("name", day)
    return str(known.value) if known else employer.subject


def _finding(employer: EmployerFacts, code: str, law: Law, day: date) -> Finding:
    region = employer.known("region", day)
    return Finding(
        subject=employer.subject,
        code=code,
        name=name_of(employer, day),
        law=law.rules[code].law,
        evidence=[],
        region=region.value if region else None,
    )


def _registration_deadline(obliged_since: date, law: Law, day: date) -> tuple[Parameter, date]:
    parameter = law.parameter("employer.registration-working-days", day)
    return parameter, add_working_days(obliged_since, int(parameter.value))


def not_registered(employer: EmployerFacts, law: Law, day: date) -> Finding | None:
    """PWBD: known to have workers, and no member after the deadline.

    Counted from `obliged_since`, in working days. Legal source: UU 24/2011 art. 15 and 17.
    """
    if employer.closed(day) or employer.member_since(day) or employer.enrolled(day):
        return None
    found = _finding(employer, "employer.not-registered", law, day)
    workforce, obliged = employer.workforce(day), employer.known("obliged_since", day)
    if workforce and workforce.value == 0:
        return None
    if workforce is None or obliged is None:
        found.undecided = "workforce is unknown" if workforce is None else "obliged_since is unknown"
        return found
    deadline, due = _registration_deadline(obliged.value, law, day)
    if day <= due:
        return None
    found.since, found.due, found.workers = obliged.value, due, workforce.value
    found.uncovered_working_days = working_days(obliged.value, day)
    found.evidence = [obliged.evidence("obliged_since"), workforce.evidence("workforce"), deadline.evidence()]
    return found


def _may_register(employer: EmployerFacts, law: Law, day: date) -> bool:
    """The deadline to register has not passed: who enrols some workers early must not fare worse."""
    obliged = employer.known("obliged_since", day)
    return obliged is not None and day <= _registration_deadline(obliged.value, law, day)[1]


def workers_missing(employer: EmployerFacts, law: Law, day: date) -> Finding | None:
    """PDS TK: a member whose enrolled workers are fewer than its declared workforce.

    Due within the working days for reporting a change. Legal source: UU 24/2011 art. 15 and 17;
    PP 44/2015 art. 9.
    """
    member = employer.member_since(day)
    enrolled = employer.enrolled(day)
    if employer.closed(day) or not (member or enrolled) or (not member and _may_register(employer, law, day)):
        return None
    found = _finding(employer, "employer.workers-missing", law, day)
    workforce = employer.workforce(day)
    if workforce is None:
        found.undecided = "workforce is unknown"
        return found
    if enrolled >= workforce.value:
        return None
    first = employer.declared_first(day)
    deadline = law.parameter("employer.change-working-days", day)
    found.since = shortage_since(employer, max(first, member.value) if member else first, day)
    found.due = add_working_days(found.since, int(deadline.value))
    found.workers = workforce.value - enrolled
    found.uncovered_working_days = working_days(found.since, day)
    found.facts = {"workforce": same(workforce.value), "enrolled": same(enrolled)}
    counted = Evidence(name="enrolled", value=str(enrolled))
    found.evidence = [workforce.evidence("workforce"), counted, deadline.evidence()]
    return found


RULES = (not_registered, workers_missing)


def assess(employer: EmployerFacts, law: Law, day: date) -> list[Finding]:
    """All findings about an employer on a day, undecided ones too."""
    return [found for rule in RULES if (found := rule(employer, law, day))]
