"""What is wrong with an employer of the sample city on a day, read from its record alone."""

from collections.abc import Callable
from datetime import date

from patuh.city.days import after, next_office_day
from patuh.city.deadlines import USUAL, Deadlines
from patuh.city.minimum_wages import minimum_wage
from patuh.city.records import Employer
from shared.calendar import add_working_days

# Perpres 109/2013 art. 6.
_MANDATORY = {
    "micro": {"jkk", "jkm"},
    "small": {"jkk", "jkm", "jht"},
    "medium": {"jkk", "jkm", "jht", "jp"},
    "large": {"jkk", "jkm", "jht", "jp"},
}
# The minimum wage binds these (PP 36/2021 art. 36).
_BOUND_BY_MINIMUM = ("medium", "large")
_DUE_DAY = 15


def not_registered(employer: Employer, today: date, deadlines: Deadlines = USUAL) -> bool:
    """Has workers and no membership, and the working days to register have passed."""
    if not employer.headcount(today) or employer.member(today) or employer.closed(today):
        return False
    return today > add_working_days(employer.obliged_since, deadlines.employer_grace)


def workers_missing(employer: Employer, today: date, _: Deadlines = USUAL) -> bool:
    """A member with fewer workers enrolled than declared."""
    headcount = employer.headcount(today)
    if not employer.member(today) or headcount is None or employer.closed(today):
        return False
    return employer.enrolled(today) < headcount


def programme_missing(employer: Employer, today: date, _: Deadlines = USUAL) -> bool:
    """A member without a programme that its size needs; undecided while size or programmes are untold."""
    if employer.closed(today) or not employer.member(today):
        return False
    if not (employer.size_told and employer.programmes_told):
        return False
    return not _MANDATORY[employer.size] <= set(employer.programmes(today))


def in_arrears(employer: Employer, today: date, _: Deadlines = USUAL) -> bool:
    """Owes a month after one that it paid; nobody can say while it never paid any."""
    if employer.closed(today) or not (employer.member(today) or employer.enrolled(today)):
        return False
    paid = {deposit.period for deposit in employer.deposits if deposit.on <= today}
    month = date.fromisoformat(f"{min(paid)}-01") if paid else None
    while month is not None:
        following = after(month, 31).replace(day=1)
        if next_office_day(following.replace(day=_DUE_DAY)) >= today:
            return False
        if f"{month:%Y-%m}" not in paid and employer.enrolled(after(following, -1)):
            return True
        month = following
    return False


def wage_underreported(employer: Employer, today: date, _: Deadlines = USUAL) -> bool:
    """A medium or large employer that reports somebody below the minimum wage of the year."""
    least = minimum_wage(today)
    if employer.closed(today) or not (employer.size_told and employer.wages_told) or least is None:
        return False
    if employer.size not in _BOUND_BY_MINIMUM:
        return False
    return any(spell.covers(today) and spell.wage_on(today) < least for spell in employer.staff)


EMPLOYER_TRUTHS: dict[str, Callable[[Employer, date, Deadlines], bool]] = {
    "employer.not-registered": not_registered,
    "employer.workers-missing": workers_missing,
    "employer.programme-missing": programme_missing,
    "employer.wage-underreported": wage_underreported,
    "employer.in-arrears": in_arrears,
}
