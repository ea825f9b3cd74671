"""Working days of Indonesia: Monday to Friday without public holidays and collective leave (cuti bersama).

The days come from the `holidays` package, corrected by `law/holidays.yaml`: collective leave is decided
every year, and sometimes changed within it.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec
from holidays import country_holidays
from holidays.constants import GOVERNMENT, PUBLIC
from msgspec import Struct

from shared.law import LAW

_ONE_DAY = timedelta(days=1)


class Correction(Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is free although the package does not know it, or the reverse, and who says so."""

    day: date
    free: bool
    source: str


def read_corrections(path: Path) -> list[Correction]:
    """The corrections of a file. Raises msgspec.ValidationError (the field), ValueError (a day twice)."""
    corrections = msgspec.yaml.decode(path.read_bytes(), type=list[Correction])
    days = [correction.day for correction in corrections]
    if twice := sorted({day for day in days if days.count(day) > 1}):
        raise ValueError(f"{path.name}: {twice[0]} is corrected twice")
    return corrections


def free_days(year: int, corrections: list[Correction]) -> frozenset[date]:
    """Public holidays and collective leave of a year, corrected."""
    known = set(country_holidays("ID", years=year, categories=(PUBLIC, GOVERNMENT)))
    added = {c.day for c in corrections if c.free and c.day.year == year}
    return frozenset(known - {c.day for c in corrections if not c.free} | added)


@cache
def _corrections() -> list[Correction]:
    return read_corrections(LAW / "holidays.yaml")


@cache
def _free_days(year: int) -> frozenset[date]:
    return free_days(year, _corrections())


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
