"""Lengths of time and instants as they are typed."""

import re
from datetime import date, datetime, time, timedelta

import typer

from shared.clock import JAKARTA, SystemClock

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_duration(text: str) -> timedelta:
    """A length of time as `7d`, `12h`, `30m`, `0s`."""
    found = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if not found:
        raise typer.BadParameter(f"{text}: no length of time, write 7d, 12h or 30m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def read_end(text: str) -> datetime:
    """An end: after a length of time (`365d`), or with a day (`2026-12-31`, in Asia/Jakarta)."""
    if re.fullmatch(r"\d+[smhdw]", text):
        return now() + read_duration(text)
    try:
        day = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"{text}: write a day YYYY-MM-DD or a length of time as 365d") from error
    return datetime.combine(day, time(), JAKARTA)


def read_instant(text: str) -> datetime:
    """A past instant: a length of time ago (`24h`), or the beginning of a day."""
    if re.fullmatch(r"\d+[smhdw]", text):
        return now() - read_duration(text)
    return read_end(text) - timedelta(days=1)


def now() -> datetime:
    """The instant, by the machine's clock."""
    return SystemClock().now()
