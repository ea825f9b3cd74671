"""Rates and daily limits, on clocks that the test sets."""

from datetime import UTC, date, datetime, timedelta

import limits
import pytest

from services.gateway.grants import Key
from services.gateway.later import Later
from services.gateway.quota import Quota, Windows
from services.gateway.refusals import Refusal
from shared.clock import local_date
from shared.database import Database

BEFORE_MIDNIGHT = datetime(2025, 10, 1, 16, 59, 30, 500_000, UTC)  # 23:59:30.5 in Jakarta


class Hands:
    """Both clocks: the instant, and the seconds of the machine."""

    def __init__(self) -> None:
        self.instant, self.passed = BEFORE_MIDNIGHT, 0.0

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return local_date(self.instant)

    def seconds(self) -> float:
        return self.passed


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def quota(hands: Hands) -> Quota:
    return Quota(Later(Database("postgresql+asyncpg://nowhere/x")), hands, hands.seconds)


def key(name: str = "a", line: str | None = None, rate: str | None = None, daily: int | None = None) -> Key:
    made = {"hashed": "x", "created_at": BEFORE_MIDNIGHT, "agency": "LPSE", "sources": ["urn:x"]}
    return Key(id=name, line=line or name, rate=rate, daily=daily, **made)  # type: ignore[arg-type]


def refused(quota: Quota, key: Key, events: int) -> tuple[int, int]:
    with pytest.raises(Refusal) as told:
        quota.admit(key, events)
    return told.value.status, told.value.retry_after


def test_a_rate_is_of_events_and_says_when_again(quota: Quota, hands: Hands) -> None:
    slow = key(rate="10/minute")
    quota.admit(slow, 6)
    hands.passed = 20.4
    assert refused(quota, slow, 5) == (429, 40)
    quota.admit(slow, 4)
    hands.passed = 20.4 + 39.6
    quota.admit(slow, 10)


def test_after_the_seconds_told_it_is_admitted(quota: Quota, hands: Hands) -> None:
    both = key(rate="5/second;20/minute")
    for _ in range(4):
        quota.admit(both, 5)
        hands.passed += refused(quota, both, 5)[1]
    assert hands.passed == 60
    quota.admit(both, 5)


def test_a_burst_is_the_shorter_window(quota: Quota, hands: Hands) -> None:
    both = key(rate="5/second;8/minute")
    quota.admit(both, 5)
    assert refused(quota, both, 3) == (429, 1)
    hands.passed = 1
    quota.admit(both, 3)
    hands.passed = 2
    assert refused(quota, both, 1) == (429, 58)


def test_what_was_refused_counts_for_nothing(quota: Quota) -> None:
    slow = key(rate="10/minute", daily=12)
    for _ in range(5):
        quota.admit(slow, 1)
        refused(quota, slow, 10)
    quota.admit(slow, 5)


def test_a_batch_that_would_never_fit_is_too_large(quota: Quota) -> None:
    assert refused(quota, key(rate="10/second;100/minute"), 11)[0] == 413
    assert refused(quota, key(daily=10), 11)[0] == 413


def test_a_day_ends_at_midnight_in_jakarta(quota: Quota, hands: Hands) -> None:
    few = key(daily=10)
    quota.admit(few, 10)
    assert refused(quota, few, 1) == (429, 30)
    hands.instant += timedelta(seconds=30)
    quota.admit(few, 10)
    assert refused(quota, few, 1) == (429, 24 * 3600)


def test_what_others_have_used_is_learnt(quota: Quota, hands: Hands) -> None:
    few, today = key(daily=10), hands.today()
    quota.learn(today, {"a": 7})
    quota.admit(few, 3)
    quota.learn(today, {"a": 7})  # not stored yet
    refused(quota, few, 1)
    hands.instant += timedelta(days=1)
    quota.admit(few, 4)
    quota.learn(today, {"a": 99})  # asked for before midnight
    quota.admit(few, 6)


def test_keys_of_one_line_share_their_limits(quota: Quota) -> None:
    old, new = key("a", rate="10/minute", daily=10), key("b", "a", rate="10/minute", daily=10)
    quota.admit(old, 6)
    assert refused(quota, new, 5)[0] == 429
    quota.admit(new, 4)
    quota.admit(key("c", rate="10/minute", daily=10), 10)


def test_windows_of_strangers_do_not_pile_up(hands: Hands) -> None:
    windows, item = Windows(hands.seconds), limits.parse("1/second")
    for number in range(25_000):
        windows.count(item, str(number))
    assert windows.reset() <= 10_000
