"""Working days of Indonesia: Monday to Friday without public holidays and collective leave (cuti bersama)."""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays
from holidays.constants import GOVERNMENT, PUBLIC

_ONE_DAY = timedelta(days=1)


@cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(country_holidays("ID", years=year, categories=(PUBLIC, GOVERNMENT)))


def is_working_day(day: date) -> bool:
    """False on Saturdays, Sundays, public holidays and collective leave."""
    return day.weekday() < 5 and day not in _free_days(day.year)


@cache
def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start` (which itself is not counted); `count` >= 1."""
    day = start
    while count > 0:
        day += _ONE_DAY
        count -= is_working_day(day)
    return day


@cache
def _working_days_before(year: int, ordinal: int) -> int:
    first = date(year, 1, 1)
    return sum(is_working_day(first + timedelta(days=offset)) for offset in range(ordinal))


@cache
def working_days(first: date, last: date) -> int:
    """How many working days lie in `first`..`last`, both included; 0 when `last` is before `first`."""
    if last < first:
        return 0
    years = sum(_this_year_until(date(year, 12, 31)) for year in range(first.year, last.year))
    return years + _this_year_until(last) - _this_year_until(first) + is_working_day(first)


def _this_year_until(day: date) -> int:
    return _working_days_before(day.year, day.timetuple().tm_yday)
