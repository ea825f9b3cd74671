"""Contribution periods and the days on which they fall due. A month is a number: year * 12 + month - 1."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import count

from services.employer.facts import EmployerFacts
from shared.calendar import add_working_days, is_working_day
from shared.law import Law

DUE_DAY = "contribution.due-day"
_DAY = timedelta(days=1)


def month_of(period: str) -> int:
    """The number of a period (`2025-06`)."""
    return int(period[:4]) * 12 + int(period[5:]) - 1


def months_from(period: str) -> Iterator[int]:
    """The months from a period on, without end."""
    return count(month_of(period))


def period_of(month: int) -> str:
    """`2025-06`."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def month_end(month: int) -> date:
    """The last day of the month."""
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1) - _DAY


@lru_cache(maxsize=4096)
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


def days_of_lateness(employer: EmployerFacts, law: Law, until: date, after: date = date.min) -> set[date]:
    """Every day up to `until`, and the next one, on which one more contribution may be late.

    Days up to `after` may be left out: so no more is reckoned for a long history.
    """
    periods = [posting.period for one in employer.coverage.values() for posting in one.postings]
    found = set[date]()
    recent = after.year * 12 + after.month - 4  # falls due in the third month before `after`
    for month in count(max(month_of(min(periods)), recent)) if periods else ():
        found.add(late := due_on(month, law) + _DAY)
        if late > until:
            break
    return found
