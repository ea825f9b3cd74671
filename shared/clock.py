"""Clocks are passed in. The domain never asks what time it is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")


class Clock(Protocol):
    """Tells the instant (with zone) and the local date in Asia/Jakarta."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return local_date(self.now())


@dataclass
class FixedClock:
    """A clock that stands at noon of `day` until it is set to another day."""

    day: date

    def now(self) -> datetime:
        return datetime.combine(self.day, time(12), JAKARTA)

    def today(self) -> date:
        return self.day


def local_date(instant: datetime) -> date:
    """The date of an instant in Asia/Jakarta."""
    return instant.astimezone(JAKARTA).date()
