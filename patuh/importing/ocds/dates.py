"""Dates and instants as publishers write them. What is unknown or impossible becomes None, and is noted."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from shared.clock import JAKARTA

Note = Callable[[str], None]
YEARS = range(1990, 2100)


def read_instant(text: str | None, name: str, note: Note) -> datetime | None:
    """An instant with a zone; one written without is taken as Asia/Jakarta.

    Zero dates of databases (`-0001-11-30...`, `0000-00-00`, `1970-01-01`) are unknown.
    """
    read = _read(text, name, note)
    if read is None or read.tzinfo is not None:
        return read
    note(f"{name} without a time zone")
    return read.replace(tzinfo=JAKARTA)


def read_date(text: str | None, name: str, note: Note) -> date | None:
    """The date as written, whatever its zone: publishers put `Z` behind local dates (midnight UTC)."""
    read = _read(text, name, note)
    return read.date() if read else None


def sort_key(text: object) -> str:
    """The instant in UTC, comparable as text; empty, so first, when it is unknown."""
    read = read_instant(text, "", unheard) if isinstance(text, str) else None
    return read.astimezone(UTC).isoformat(timespec="microseconds") if read else ""


def unheard(_: str) -> None:
    """For what is read twice and noted once."""


def _read(text: str | None, name: str, note: Note) -> datetime | None:
    if not text or not text.strip():
        return None
    read = _parsed(text.strip())
    if read and read.year in YEARS:
        return read
    kind = "zero" if text.strip().startswith(("-", "0")) else "impossible" if read else "unreadable"
    note(f"{kind} date in {name}")
    return None


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
