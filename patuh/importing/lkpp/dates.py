"""Dates as LKPP's services write them, all of them local (Asia/Jakarta) whatever stands behind them.

Explicit forms instead of dateparser: even told to be strict, that one takes "14 hari" and "3 Bulan" for days
in the past, and it reads some 240 dates a second where a yearly answer has 50,000; these forms 250,000.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from patuh.importing.lkpp import traps

Note = Callable[[str], None]
YEARS = range(1990, 2100)
_ISO = re.compile(
    r"(-?\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_ENGLISH = re.compile(r"([A-Za-z]{3,9}) (\d{1,2}), (\d{4})(?:,? \d{1,2}:\d\d(?::\d\d)? ?[AP]M)?", re.ASCII)
_INDONESIAN = re.compile(r"(\d{1,2}) ([A-Za-z]{3,9}) (\d{4})(?: \d\d[:.]\d\d.*)?", re.ASCII)
_REVERSED = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?: \d\d[:.]\d\d.*)?", re.ASCII)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan",
            "feb peb",
            "mar",
            "apr",
            "mei may",
            "jun",
            "jul",
            "agu ags aug",
            "sep",
            "okt oct",
            "nov nop",
            "des dec",
        ),
        1,
    )
    for name in names.split()
}
_DURATION = re.compile(
    r"(\d{1,4})\s*(?:\([^)]*\))?\s*(hari(?:\s+kal[a-z]+)?)\b(?!\s+kerja)", re.IGNORECASE | re.ASCII
)


def read_date(value: object, note: Note) -> date | None:
    """The local date that was written; None when there is none, or it cannot be a day. Notes what it met."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if text in ("", "-", "0"):
        return None
    day, met = _read(text)
    if met:
        note(met)
    return day


def read_end(start: date | None, duration: object, note: Note) -> date | None:
    """The last day of "30 (tiga puluh) hari kalender" from `start` on; None for working days and months."""
    found = _DURATION.match(duration.strip()) if isinstance(duration, str) else None
    if not found or not start or not 0 < int(found[1]) <= 3650:
        return None
    note("end reckoned from waktu_penyelesaian")
    return start + timedelta(days=int(found[1]) - 1)


@lru_cache(maxsize=4096)  # the same days come again in every row
def _read(text: str) -> tuple[date | None, str]:
    if found := _ISO.fullmatch(text):
        met = traps.Z_NOT_UTC if found[4] == "Z" else ""
        return _day(found[1], found[2], found[3], met)
    if found := _ENGLISH.fullmatch(text):
        return _day(found[3], _month(found[1]), found[2], traps.DATE_FORM)
    if found := _INDONESIAN.fullmatch(text):
        return _day(found[3], _month(found[2]), found[1], traps.DATE_FORM)
    if found := _REVERSED.fullmatch(text):
        return _day(found[3], found[2], found[1], traps.DATE_FORM)
    return None, traps.DATE_UNREADABLE


def _month(name: str) -> int:
    return _MONTHS.get(name[:3].lower(), 0)


def _day(year: str, month: str | int, day: str, met: str) -> tuple[date | None, str]:
    if int(year) <= 1:
        return None, traps.ZERO_DATE
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        return None, traps.DATE_UNREADABLE
    return (read, met) if read.year in YEARS else (None, traps.DATE_UNREADABLE)
