"""How much a key may still send: by second or minute in this process, by day in all of them."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from limits import RateLimitItem, parse_many
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from services.gateway import key_store
from services.gateway.grants import Key
from services.gateway.later import Later
from services.gateway.refusals import Refusal
from shared.clock import JAKARTA, Clock

_MOST = 10_000


class Windows(Storage):
    """Counts by windows that begin with their first event, on a clock that is passed in (seconds)."""

    STORAGE_SCHEME = None

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__()
        self._seconds = seconds
        self._counts: dict[str, tuple[float, int]] = {}
        self._limiter = FixedWindowRateLimiter(self)

    def wait(self, item: RateLimitItem, who: str, cost: int = 1) -> int:
        """Whole seconds until `cost` would fit; 0 when it fits now."""
        if self._limiter.test(item, who, cost=cost):
            return 0
        reset = self._limiter.get_window_stats(item, who).reset_time
        return max(1, math.ceil(reset - self._seconds()))

    def count(self, item: RateLimitItem, who: str, cost: int = 1) -> None:
        """Count what was let through."""
        self._limiter.hit(item, who, cost=cost)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        self._forget_old()
        ends, counted = self._counts.get(key, (0.0, 0))
        if ends <= self._seconds():
            ends, counted = self._seconds() + expiry, 0
        self._counts[key] = (ends, counted + amount)
        return counted + amount

    def get(self, key: str) -> int:
        ends, counted = self._counts.get(key, (0.0, 0))
        return counted if ends > self._seconds() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (self._seconds(), 0))[0]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        forgotten = len(self._counts)
        self._counts.clear()
        return forgotten

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    def _forget_old(self) -> None:
        if len(self._counts) >= _MOST:
            now = self._seconds()
            self._counts = {key: one for key, one in self._counts.items() if one[0] > now}
        if len(self._counts) >= _MOST:
            self._counts.clear()


_windows_of = lru_cache(1000)(parse_many)


class Quota:
    """Counts what keys send. The daily count is stored after the answer and read again at a start;
    of several processes each learns within half a second what the others have let through.
    """

    def __init__(self, later: Later, clock: Clock, seconds: Callable[[], float]) -> None:
        self._later, self._clock = later, clock
        self._windows = Windows(seconds)
        self._day = date.min
        self._used: dict[str, int] = {}

    def learn(self, day: date, used: Mapping[str, int]) -> None:
        """Take in what was stored of a day, by line of keys."""
        if day < self._day:
            return
        self._turn_to(day)
        for line, events in used.items():
            self._used[line] = max(self._used.get(line, 0), events)

    def admit(self, key: Key, events: int) -> None:
        """Count `events` of a request. Raises Refusal: 429, and 413 when they are too many at any time."""
        now = self._clock.now()
        self._turn_to(self._clock.today())
        windows = _windows_of(key.rate) if key.rate else []
        if most := [limit for limit in (*(w.amount for w in windows), key.daily) if limit and limit < events]:
            raise Refusal(413, f"batch: at most {min(most)} events with this key")
        if wait := max((self._windows.wait(one, key.line, events) for one in windows), default=0):
            raise Refusal(429, f"rate: at most {key.rate} with this key", retry_after=wait)
        if key.daily is not None and self._used.get(key.line, 0) + events > key.daily:
            detail = f"daily: at most {key.daily} events a day with this key"
            raise Refusal(429, detail, retry_after=_to_midnight(now))
        self._count(key, events, windows, now)

    def _count(self, key: Key, events: int, windows: list[RateLimitItem], now: datetime) -> None:
        for one in windows:
            self._windows.count(one, key.line, events)
        self._used[key.line] = self._used.get(key.line, 0) + events
        self._later.add(key_store.add_used, [(key.id, self._day, events, now)])

    def _turn_to(self, day: date) -> None:
        if day != self._day:
            self._day, self._used = day, {}


def _to_midnight(now: datetime) -> int:
    """Whole seconds to the next midnight in Asia/Jakarta."""
    local = now.astimezone(JAKARTA)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), JAKARTA)
    return math.ceil((midnight - local).total_seconds())
