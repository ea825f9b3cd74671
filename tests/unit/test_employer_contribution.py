"""The contribution by contract value: each rate applies to its own slice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.employer.contribution import by_contract_value
from tests.unit.building import LAW, day

TIERS: list[list[int]] = LAW.parameter("project.contribution-tiers", day("2025-03-20")).value
VALUES = st.integers(0, 10**15)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (25_000_000, 60_000),
        (100_000_000, 240_000),
        (125_000_000, 287_500),
        (200_000_000, 430_000),
        (500_000_000, 1_000_000),
        (700_000_000, 1_300_000),
        (1_000_000_000, 1_750_000),
        (2_500_000_000, 3_550_000),
        (5_000_000_000, 6_550_000),
        (10_000_000_000, 11_550_000),
    ],
)
def test_worked_examples(value: int, expected: int) -> None:
    assert by_contract_value(value, TIERS) == expected


def test_the_rate_of_the_last_slice_is_not_taken_of_the_whole() -> None:
    assert by_contract_value(700_000_000, TIERS) != 1_050_000


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 0), (416, 0), (417, 1), (100_000_001, 240_000)])
def test_rounded_down_to_the_rupiah(value: int, expected: int) -> None:
    assert by_contract_value(value, TIERS) == expected


@given(VALUES, VALUES)
def test_more_value_never_costs_less(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert by_contract_value(low, TIERS) <= by_contract_value(high, TIERS)


@given(VALUES)
def test_it_lies_between_the_lowest_and_the_highest_rate(value: int) -> None:
    rates = [rate for _, rate in TIERS]
    assert value * min(rates) // 10_000 <= by_contract_value(value, TIERS) <= value * max(rates) // 10_000
