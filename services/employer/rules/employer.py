"""Rules about an employer's membership: itself, its workers, its programmes, their wages."""

from datetime import date

from services.employer.covered import LOW
from services.employer.facts import EmployerFacts
from services.employer.finding import Finding, same
from services.employer.known import evidence_of
from services.employer.rules.inquiry import Inquiry, counted, counting
from shared.calendar import add_working_days, working_days
from shared.events.data import Evidence
from shared.law import Law

_REGISTRATION = "employer.registration-working-days"
_CHANGE = "employer.change-working-days"


def active(x: Inquiry, employer: EmployerFacts) -> None:
    """The rule applies to employers that have not closed."""
    closed = employer.closed(x.day)
    x.applies("open", not closed, *evidence_of("closed_on", closed))


def not_registered(x: Inquiry, employer: EmployerFacts) -> Finding:
    """PWBD: known to have workers, and no member after the deadline.

    Counted from `obliged_since`, in working days. Legal source: UU 24/2011 art. 15 and 17.
    """
    active(x, employer)
    member = employer.member_since(x.day)
    x.wrong_if("no-member", not member, *evidence_of("member_since", member))
    x.wrong_if(
        "nobody-enrolled", not employer.somebody(x.day), counting("enrolled", employer.enrolled, x.day)
    )
    declared = employer.workforce(x.day)
    if declared and declared.value == 0:
        x.applies("has-workers", False, declared.evidence("workforce"))
    workforce = x.known("workforce", declared)
    obliged = x.known("obliged_since", employer.known("obliged_since", x.day))
    deadline = x.parameter(_REGISTRATION, obliged.value)
    due = add_working_days(obliged.value, int(deadline.value))
    x.wrong_if("deadline-passed", x.day > due, Evidence(name="due", value=due.isoformat()))
    return x.finding(
        [obliged.evidence("obliged_since"), workforce.evidence("workforce"), deadline.evidence()],
        since=obliged.value,
        due=due,
        workers=workforce.value,
        uncovered_working_days=working_days(obliged.value, x.day),
    )


def _may_register(employer: EmployerFacts, law: Law, day: date) -> bool:
    """The deadline to register has not passed: who enrols some workers early must not fare worse."""
    obliged = employer.known("obliged_since", day)
    deadline = law.since(_REGISTRATION, obliged.value) if obliged else None
    return bool(obliged and deadline and day <= add_working_days(obliged.value, int(deadline.value)))


def workers_missing(x: Inquiry, employer: EmployerFacts) -> Finding:
    """PDS TK: a member whose enrolled workers are fewer than its declared workforce.

    Due within the working days for reporting a change. Legal source: UU 24/2011 art. 15 and 17;
    PP 44/2015 art. 9.
    """
    active(x, employer)
    member, enrolled = employer.member_since(x.day), employer.enrolled(x.day)
    x.applies("member-or-enrolling", member or enrolled, counted("enrolled", enrolled))
    x.applies("time-to-register-over", member or not _may_register(employer, x.law, x.day))
    workforce = x.known("workforce", employer.workforce(x.day))
    x.wrong_if(
        "fewer-enrolled",
        enrolled < workforce.value,
        counted("enrolled", enrolled),
        workforce.evidence("workforce"),
    )
    first = employer.declared_first(x.day)
    since = employer.short_since(max(first, member.value) if member else first, x.day)
    deadline = x.parameter(_CHANGE, since)
    return x.finding(
        [workforce.evidence("workforce"), counted("enrolled", enrolled), deadline.evidence()],
        since=since,
        due=add_working_days(since, int(deadline.value)),
        workers=workforce.value - enrolled,
        uncovered_working_days=working_days(since, x.day),
        facts={"workforce": same(workforce.value), "enrolled": same(enrolled)},
    )


def programme_missing(x: Inquiry, employer: EmployerFacts) -> Finding:
    """PDS program: a member in fewer programmes than its size makes mandatory.

    An unknown size cannot be decided. Legal source: Perpres 109/2013 art. 6(3)-(4).
    """
    active(x, employer)
    member = employer.member_since(x.day)
    x.applies("member", member, *evidence_of("member_since", member))
    assert member is not None
    size = x.known("size", employer.known("size", x.day))
    joined = x.known("programmes", employer.known("programmes", x.day))
    mandatory = x.parameter("programmes.mandatory", x.day)
    missing = [name for name in mandatory.value[size.value] if name not in joined.value]
    x.wrong_if("programmes-lack", missing, Evidence(name="missing", value=", ".join(missing)))
    deadline = x.parameter(_REGISTRATION, member.value)
    return x.finding(
        [size.evidence("size"), joined.evidence("programmes"), mandatory.evidence(), deadline.evidence()],
        since=member.value,
        due=add_working_days(member.value, int(deadline.value)),
        workers=employer.enrolled(x.day) or None,
        facts={"missing": same(", ".join(missing).upper()), "size": same(size.value)},
    )


def wage_underreported(x: Inquiry, employer: EmployerFacts) -> Finding:
    """PDS upah: workers whose reported wage is below the minimum wage of their region.

    Micro and small businesses are exempt from it. Wages stay in the registry; it says for how many the
    wage is known and below. An employer's own, higher minimum (of its sector, say) it cannot compare. Legal
    source: UU 24/2011 art. 15(2); PP 36/2021 art. 36.
    """
    active(x, employer)
    x.applies("somebody-enrolled", employer.somebody(x.day), counting("enrolled", employer.enrolled, x.day))
    size = x.known("size", employer.known("size", x.day))
    exempt = x.parameter("wage.minimum-exempt-sizes", x.day)
    exempted, own = size.value in exempt.value, employer.known("min_wage_idr", x.day)
    x.applies("minimum-wage-binds", own or not exempted, size.evidence("size"))
    low = employer.low(x.day)
    if own and (exempted if low else _above_region(x, employer, own.value)):
        x.cannot_decide("own-minimum", "wages are compared with the minimum of the region, not with its own")
    if not employer.somebody_waged(x.day):
        x.cannot_decide("wages", "wages or the minimum wage of the region are unknown")
    x.wrong_if("wages-low", low, counted("low", low), counting("waged", employer.waged, x.day))
    since = employer.stretch(LOW, lambda _: bool, min(employer.days_covered()), x.day)
    deadline = x.parameter(_CHANGE, since)
    return x.finding(
        [size.evidence("size"), counted("workers below the minimum wage", low), deadline.evidence()],
        since=since,
        due=add_working_days(since, int(deadline.value)),
        workers=low,
        facts={"enrolled": same(employer.enrolled(x.day))},
    )


def _above_region(x: Inquiry, employer: EmployerFacts, own_idr: int) -> bool:
    region = employer.known("region", x.day)
    minimum = x.law.minimum_wage(region.value if region else None, x.day)
    return minimum is None or own_idr > minimum.value
