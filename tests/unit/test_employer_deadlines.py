"""Working days of Indonesia: the deadlines of the law are counted in them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import add_working_days, is_working_day, working_days
from shared.clock import FixedClock, local_date

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2025-03-20", 14, "2025-04-21"),  # across Nyepi, Lebaran, its collective leave and Good Friday
        ("2025-01-06", 30, "2025-02-20"),  # across Isra Mikraj and Imlek
        ("2025-05-05", 7, "2025-05-16"),  # across Waisak
        ("2025-08-15", 1, "2025-08-19"),  # collective leave on the Monday after Independence Day
        ("2025-12-24", 7, "2026-01-07"),  # across the turn of the year
        ("2025-03-29", 1, "2025-04-08"),  # from a free day
    ],
)
def test_a_deadline_is_that_many_working_days_later(start: str, count: int, due: str) -> None:
    assert add_working_days(date.fromisoformat(start), count) == date.fromisoformat(due)


@given(DAYS, st.integers(1, 40))
def test_exactly_that_many_working_days_lie_between(start: date, count: int) -> None:
    due = add_working_days(start, count)
    assert is_working_day(due)
    assert working_days(start + DAY, due) == count


@given(DAYS, st.integers(-5, 900))
def test_working_days_are_those_counted_one_by_one(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    counted = sum(is_working_day(first + timedelta(days=offset)) for offset in range(length + 1))
    assert working_days(first, last) == counted


def test_a_century_can_be_counted() -> None:
    assert working_days(date(1900, 1, 1), date(2199, 12, 31)) > 300 * 240


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2025-03-20T16:59:59+00:00", date(2025, 3, 20)),
        ("2025-03-20T17:00:00+00:00", date(2025, 3, 21)),
        ("2025-03-20T00:00:00+07:00", date(2025, 3, 20)),
    ],
)
def test_a_day_begins_at_midnight_in_jakarta(instant: str, expected: date) -> None:
    assert local_date(datetime.fromisoformat(instant)) == expected


def test_a_fixed_clock_stands_at_noon() -> None:
    clock = FixedClock(date(2025, 3, 20))
    assert clock.now() == datetime(2025, 3, 20, 12, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert clock.today() == date(2025, 3, 20)
