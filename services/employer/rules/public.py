"""Rules about offices and their non-ASN staff, and about groups of vulnerable workers."""

from datetime import date, timedelta

from services.employer.covered import Covered
from services.employer.facts import EmployerFacts
from services.employer.finding import Finding, same, spelled
from services.employer.rules.employer import active
from services.employer.rules.inquiry import Inquiry, counted
from shared.calendar import add_working_days, working_days

_DAY = timedelta(days=1)


def non_asn_missing(x: Inquiry, office: EmployerFacts) -> Finding:
    """An office that has not enrolled all its non-ASN staff.

    Every personnel officer must. Legal source: Permenaker 1/2025 art. 3A; PP 44/2015 art. 6-8.
    """
    active(x, office)
    workforce, enrolled = x.known("workforce", office.workforce(x.day)), office.enrolled(x.day)
    evidence = [workforce.evidence("workforce"), counted("enrolled", enrolled)]
    x.wrong_if("fewer-enrolled", enrolled < workforce.value, *evidence)
    since = office.short_since(office.declared_first(x.day), x.day)
    deadline = x.parameter("employer.registration-working-days", since)
    return x.finding(
        [*evidence, deadline.evidence()],
        since=since,
        due=add_working_days(since, int(deadline.value)),
        workers=workforce.value - enrolled,
        uncovered_working_days=working_days(since, x.day),
        facts={"workforce": same(workforce.value), "enrolled": same(enrolled)},
    )


def cover_ending(x: Inquiry, group: EmployerFacts) -> Finding:
    """Cover of vulnerable workers, paid by government, that runs out within so many days, or just did.

    Looks as many days ahead as back. Legal source: Inpres 2/2021; the warning time is a parameter.
    """
    horizon = x.parameter("group.warning-days", x.day)
    span = int(horizon.value) * _DAY
    before = {on: group.enrolled(on) for on in _window(group, x.day - span, x.day)}
    then, most = group.enrolled(x.day + span), max(before.values())
    x.applies("somebody-enrolled", most, counted("enrolled", most))
    x.wrong_if("cover-ends", then < most, counted("enrolled then", then), horizon.evidence())
    ends = _falls(group, x.day - span, x.day + span, most)
    return x.finding(
        [counted("enrolled", most), counted("enrolled then", then), horizon.evidence()],
        since=min(ends - span, x.day),
        due=ends - _DAY,
        workers=most - then,
        facts={"ends": spelled(ends - _DAY), "enrolled": same(most)},
    )


def _window(group: Covered, first: date, last: date) -> list[date]:
    return sorted({first, last, *(day for day in group.days_covered() if first < day < last)})


def _falls(group: Covered, first: date, last: date, most: int) -> date:
    """The first day without some of those covered at most."""
    days = _window(group, first, last)
    highest = next(day for day in days if group.enrolled(day) == most)
    return next(day for day in days if day > highest and group.enrolled(day) < most)
