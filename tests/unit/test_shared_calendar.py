"""Working days in Indonesia, and clocks that are passed in."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import add_working_days, free_days, is_working_day, read_corrections, working_days
from shared.clock import JAKARTA, FixedClock, SystemClock, local_date
from shared.law import LAW

DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


def test_fourteen_working_days_over_nyepi_and_lebaran() -> None:
    assert add_working_days(date(2025, 3, 20), 14) == date(2025, 4, 21)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 6, 15), False),  # a Sunday
        (date(2025, 6, 14), False),  # a Saturday
        (date(2025, 6, 16), True),
        (date(2025, 3, 31), False),  # Idul Fitri
        (date(2025, 4, 2), False),  # collective leave
        (date(2025, 8, 17), False),  # a Sunday and Independence Day
        (date(2025, 12, 25), False),
        (date(2025, 12, 26), False),  # collective leave
        (date(2025, 12, 29), True),
    ],
)
def test_free_days(day: date, working: bool) -> None:
    assert is_working_day(day) is working


@given(DAYS, st.integers(-10, 900))
def test_working_days_equal_counting_one_by_one(first: date, length: int) -> None:
    days = [first + timedelta(days=offset) for offset in range(length + 1)]
    assert working_days(first, first + timedelta(days=length)) == sum(map(is_working_day, days))


@given(DAYS, st.integers(1, 60))
def test_the_nth_working_day_is_a_working_day_with_n_between(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days(start + timedelta(days=1), end) == count


def test_the_fifteenth_on_a_sunday_shifts_to_monday() -> None:
    assert add_working_days(date(2025, 6, 15), 1) == date(2025, 6, 16)


CORRECTIONS = """
- {day: 2025-12-29, free: true, source: a decree}
- {day: 2025-12-26, free: false, source: a decree}
- {day: 2026-12-28, free: true, source: a decree}
"""


def corrected(path: Path, text: str = CORRECTIONS) -> frozenset[date]:
    (path / "holidays.yaml").write_text(text)
    return free_days(2025, read_corrections(path / "holidays.yaml"))


def test_corrections_add_and_remove_days_of_their_year(tmp_path: Path) -> None:
    assert corrected(tmp_path) ^ free_days(2025, []) == {date(2025, 12, 29), date(2025, 12, 26)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {day: 2025-12-29, free: true}", "source"),
        ("- {day: soon, free: true, source: a decree}", "day"),
        (CORRECTIONS + "- {day: 2025-12-29, free: false, source: another}", "2025-12-29 is corrected twice"),
    ],
)
def test_a_correction_needs_a_source_and_is_said_once(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises((msgspec.ValidationError, ValueError), match=told):
        corrected(tmp_path, text)


def test_the_corrections_in_force_are_honoured() -> None:
    for correction in read_corrections(LAW / "holidays.yaml"):
        free = not is_working_day(correction.day)
        assert free is correction.free or correction.day.weekday() > 4


def test_a_span_of_centuries_can_be_counted() -> None:
    assert working_days(date(1900, 1, 1), date(2025, 1, 1)) > 30_000


def test_the_date_is_the_one_in_jakarta() -> None:
    assert local_date(datetime(2025, 1, 31, 16, 59, 59, tzinfo=UTC)) == date(2025, 1, 31)
    assert local_date(datetime(2025, 1, 31, 17, 0, tzinfo=UTC)) == date(2025, 2, 1)


def test_a_fixed_clock_stands_at_noon_until_it_is_set() -> None:
    clock = FixedClock(date(2025, 2, 28))
    assert clock.now() == clock.now() == datetime(2025, 2, 28, 12, tzinfo=JAKARTA)
    clock.day = date(2025, 3, 1)
    assert local_date(clock.now()) == clock.today() == date(2025, 3, 1)


def test_the_system_clock_has_a_zone_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.now()
    assert before.utcoffset() == timedelta(0)
    assert clock.now() >= before
    assert abs(clock.today() - before.date()) <= timedelta(days=1)
