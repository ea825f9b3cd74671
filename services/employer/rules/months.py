"""Contribution periods and the days on which they fall due. A month is a number: year * 12 + month - 1."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from services.employer.facts import EmployerFacts
from shared.calendar import add_working_days, is_working_day
from shared.law import Law

DUE_DAY = "contribution.due-day"
_DAY = timedelta(days=1)


def months_from(period: str) -> Iterator[int]:
    """The months from a period (`2025-06`) on, without end."""
    return count(int(period[:4]) * 12 + int(period[5:]) - 1)


def period_of(month: int) -> str:
    """`2025-06`."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def month_end(month: int) -> date:
    """The last day of the month."""
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1) - _DAY


def due_on(month: int, law: Law) -> date:
    """Until when the contribution of a month is in time: the 15th of the next month, or the next working day.

    Legal source: PP 44/2015 (the day of the month is a parameter, that of the month itself).
    """
    end = month_end(month)
    day = end + int(law.owed_by(DUE_DAY, end).value) * _DAY
    return day if is_working_day(day) else add_working_days(day, 1)


def months_begun(since: date, day: date) -> int:
    """How many months have begun after `since` by `day`: each costs its whole share."""
    whole = (day.year - since.year) * 12 + day.month - since.month
    return whole + (day.day > since.day)


def days_of_lateness(employer: EmployerFacts, law: Law, until: date) -> set[date]:
    """Every day up to `until`, and the next one, on which one more contribution may be late."""
    periods = employer.postings(date.max)
    found = set[date]()
    for month in months_from(min(periods)) if periods else ():
        found.add(late := due_on(month, law) + _DAY)
        if late > until:
            break
    return found
