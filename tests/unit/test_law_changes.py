"""Every change of law in 2024-2026: what counted the day before, and what counts from the day on.

The table is written by hand from the sources, and must name every change that the files hold.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.unit.building import LAW, day

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
NOTHING = None
LABOUR_INTENSIVE = {
    "segment": "pu",
    "percent": {"jkk": 50},
    "sectors": ["food-drink-tobacco", "textile-garment", "leather", "footwear", "toys", "furniture"],
    "least_workers": 50,
}
BPU_TERMS = {"segment": "bpu", "percent": {"jkk": 50, "jkm": 50}, "not_paid_by": ["apbn", "apbd"]}
JKP_OF = {
    "micro": ["jkk", "jkm", "jht"],
    "small": ["jkk", "jkm", "jht"],
    "medium": ["jkk", "jkm", "jht", "jp"],
    "large": ["jkk", "jkm", "jht", "jp"],
}
OLD_JKP = {"first_months": 3, "first_percent": 45, "second_months": 3, "second_percent": 25}
NEW_JKP = {"first_months": 6, "first_percent": 60, "second_months": 0, "second_percent": 0}
CAPPED = {"wage_cap": 5_000_000}

CHANGES: list[tuple[str, str, Any, Any]] = [
    ("jp.wage-cap", "2024-03-01", 9_559_600, 10_042_300),
    ("jp.wage-cap", "2025-03-01", 10_042_300, 10_547_400),
    ("jp.wage-cap", "2026-03-01", 10_547_400, 11_086_300),
    (
        "jkp.rates",
        "2025-02-07",
        {"government": 22, "from-jkk": 14, "from-jkm": 10},
        {"government": 22, "from-jkk": 14, "from-jkm": 0},
    ),
    ("benefits.jkp", "2025-02-07", OLD_JKP | CAPPED, NEW_JKP | CAPPED),
    ("programmes.jkp", "2025-02-07", NOTHING, JKP_OF),
    ("discount.jkk-labour-intensive", "2025-02-01", NOTHING, LABOUR_INTENSIVE),
    ("discount.jkk-labour-intensive", "2025-08-01", LABOUR_INTENSIVE, LABOUR_INTENSIVE),
    ("discount.jkk-labour-intensive", "2026-02-01", LABOUR_INTENSIVE, NOTHING),
    ("discount.bpu-transport", "2026-01-01", NOTHING, BPU_TERMS | {"sectors": ["transport"]}),
    ("discount.bpu-other", "2026-04-01", NOTHING, BPU_TERMS | {"except_sectors": ["transport"]}),
    ("kbli.version", "2025-12-18", "2020", "2025"),
    ("procurement.direct-award-limit", "2025-04-30", 200_000_000, 400_000_000),
    ("vat.percent", "2025-01-01", 11, 11),
]
# Kota Sukabumi and Kab. Sukabumi; the years of the other regencies change on the same days.
WAGES: list[tuple[str, str, int | None, int | None]] = [
    ("32.72", "2024-01-01", NOTHING, 2_834_399),
    ("32.72", "2025-01-01", 2_834_399, 3_018_634),
    ("32.72", "2026-01-01", 3_018_634, 3_192_807),
    ("32.72", "2027-01-01", 3_192_807, NOTHING),
    ("32.02", "2024-01-01", NOTHING, 3_384_491),
    ("32.02", "2025-01-01", 3_384_491, 3_604_482),
    ("32.02", "2026-01-01", 3_604_482, 3_831_926),
    ("32.02", "2027-01-01", 3_831_926, NOTHING),
]
# After 2026 nothing begins, and what was decided for a time ends.
ENDS = {
    ("wage.minimum", date(2026, 12, 31)),
    ("discount.bpu-other", date(2026, 12, 31)),
    ("jp.wage-cap", date(2027, 2, 28)),
    ("discount.bpu-transport", date(2027, 3, 31)),
}


def value(name: str, on: date) -> Any:
    found = LAW.find(name, on)
    return found.value if found else None


@pytest.mark.parametrize(("name", "from_day", "before", "since"), CHANGES)
def test_the_day_before_and_the_day_of_a_change(name: str, from_day: str, before: Any, since: Any) -> None:
    assert value(name, day(from_day) - timedelta(days=1)) == before
    assert value(name, day(from_day)) == since


@pytest.mark.parametrize(("region", "from_day", "before", "since"), WAGES)
def test_the_minimum_wage_of_a_year(
    region: str, from_day: str, before: int | None, since: int | None
) -> None:
    old = LAW.minimum_wage(region, day(from_day) - timedelta(days=1))
    new = LAW.minimum_wage(region, day(from_day))
    assert (old.value if old else None, new.value if new else None) == (before, since)


def test_the_table_names_every_change_of_those_years() -> None:
    said = {(name, day(on)) for name, on, _, _ in CHANGES}
    said |= {("wage.minimum", day(on)) for _, on, _, _ in WAGES}
    held = {(name, on) for name in LAW.names for on in LAW.changes([name]) if FIRST <= on <= LAST}
    assert held == {change for change in said if FIRST <= change[1] <= LAST}


def test_what_was_decided_for_a_time_ends_and_is_not_stale() -> None:
    newest = [LAW.rows(name)[-1] for name in LAW.names]
    assert {(row.name, row.valid_to) for row in newest if row.valid_to and row.valid_to >= LAST} == ENDS
    assert not [row for row in newest if row.valid_from > LAST]


def test_between_old_and_new_minimum_wages_no_regency_is_lost() -> None:
    regencies = [set(row.value) for row in LAW.rows("wage.minimum")]
    assert regencies[0] == regencies[1] == regencies[2]
    assert len(regencies[0]) == 27


def test_no_minimum_wage_was_ever_lowered() -> None:
    years = [row.value for row in LAW.rows("wage.minimum")]
    for old, new in pairwise(years):
        assert all(old[regency] < new[regency] < old[regency] * 1.1 for regency in old)
