"""Dates and months as lists write them: real dates, serial numbers, `17/08/2025`, `1 Juni 2025`, `062025`."""

import re
from datetime import date, datetime
from functools import lru_cache

import dateparser
from openpyxl.utils.datetime import from_excel

from patuh.importing.registers.cells import Unreadable, text_of
from patuh.importing.registers.tables import Cell

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?: [\d:.]+)?")
_NAMED = re.compile(
    r"(?:[A-Za-z']+, ?)?\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}(?: [\d:.]+)?|[A-Za-z]{3,9} \d{1,2},? \d{4}"
)
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/. ]?(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]?(\d{2})")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})[-/. ]?(\d{4})")
_FIRST, _LAST = 1900, 2199
_SERIALS = range(20_000, 80_000)
_DATE = "a date such as 2025-06-30, 30/06/2025 or 30 Juni 2025"
_MONTH = "a month such as 2025-06, 06-2025 or Juni 2025"


def read_date(cell: Cell, order: str = "DMY") -> date:
    """The local date of a cell; `order` is that of day and month in `03/04/2025`. Raises Unreadable."""
    if isinstance(cell, datetime):
        return _sensible(cell.date())
    if isinstance(cell, date):
        return _sensible(cell)
    text = text_of(cell)
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        return _serial(int(text))
    return _sensible(_written(text, order))


def _serial(days: int) -> date:
    found = from_excel(days)
    assert isinstance(found, datetime)
    return _sensible(found.date())


@lru_cache(maxsize=4096)
def _written(text: str, order: str) -> date:
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        day, month = (first, second) if order == "DMY" else (second, first)
        return _day(int(match[3]), month, day)
    if _NAMED.fullmatch(text):
        return _named(text)
    raise Unreadable(_DATE)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unreadable(f"no such day; {_DATE}") from error


def _named(text: str) -> date:
    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY"}
    found = dateparser.parse(text, languages=["id", "en"], settings=settings)
    if found is None:
        raise Unreadable(_DATE)
    return found.date()


def _sensible(day: date) -> date:
    if not _FIRST <= day.year <= _LAST:
        raise Unreadable(f"a day from {_FIRST} to {_LAST}")
    return day


def read_month(cell: Cell, order: str = "DMY") -> date:
    """The first day of the month of a cell. Raises Unreadable."""
    if isinstance(cell, datetime | date):
        return _sensible(date(cell.year, cell.month, 1))
    text = text_of(cell)
    # Six digits could be either; the year comes last in BLTH, and no month is 20.
    if (match := _MONTH_FIRST.fullmatch(text)) and 1 <= int(match[1]) <= 12:
        return _month(int(match[2]), int(match[1]))
    if match := _YEAR_FIRST.fullmatch(text):
        return _month(int(match[1]), int(match[2]))
    if match := _NAMED_MONTH.fullmatch(text):
        return _named(f"1 {match[1]} {match[2]}")
    try:
        return read_date(cell, order).replace(day=1)
    except Unreadable as error:
        raise Unreadable(_MONTH) from error


def _month(year: int, month: int) -> date:
    if not _FIRST <= year <= _LAST or not 1 <= month <= 12:
        raise Unreadable(_MONTH)
    return date(year, month, 1)
