"""The contribution by contract value or wages: each rate applies to its own slice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.employer.contribution import (
    arrears,
    by_contract_value,
    by_project_wages,
    late_fine,
    rounded_down,
    split_by_contract_value,
    without_vat,
)
from tests.unit.building import LAW, day

ON = day("2025-03-20")
TIERS: list[list[int]] = LAW.parameter("project.contribution-tiers", ON).value
VALUES = st.integers(0, 10**15)
WORKED = [
    (25_000_000, 52_500, 7_500, 60_000),
    (100_000_000, 210_000, 30_000, 240_000),
    (125_000_000, 252_500, 35_000, 287_500),
    (200_000_000, 380_000, 50_000, 430_000),
    (500_000_000, 890_000, 110_000, 1_000_000),
    (700_000_000, 1_150_000, 150_000, 1_300_000),
    (1_000_000_000, 1_540_000, 210_000, 1_750_000),
    (2_500_000_000, 3_190_000, 360_000, 3_550_000),
    (5_000_000_000, 5_940_000, 610_000, 6_550_000),
    (10_000_000_000, 10_440_000, 1_110_000, 11_550_000),
]


@pytest.mark.parametrize(("value", "jkk", "jkm", "total"), WORKED)
def test_worked_examples_to_the_rupiah(value: int, jkk: int, jkm: int, total: int) -> None:
    split = split_by_contract_value(value, TIERS)
    assert (split.jkk_idr, split.jkm_idr, split.total_idr) == (jkk, jkm, total)
    assert by_contract_value(value, TIERS) == total


def test_the_rate_of_the_last_slice_is_not_taken_of_the_whole() -> None:
    flat = 700_000_000 * 15 // 10_000
    assert flat == 1_050_000
    assert by_contract_value(700_000_000, TIERS) == 1_300_000


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 0), (416, 0), (417, 1), (100_000_001, 240_000)])
def test_rounded_down_to_the_rupiah_once(value: int, expected: int) -> None:
    split = split_by_contract_value(value, TIERS)
    assert by_contract_value(value, TIERS) == split.total_idr == expected
    assert split.jkk_idr + split.jkm_idr == expected


@given(VALUES, VALUES)
def test_more_value_never_costs_less(one: int, other: int) -> None:
    low, high = (split_by_contract_value(value, TIERS) for value in sorted((one, other)))
    assert low.total_idr <= high.total_idr
    assert low.jkk_idr <= high.jkk_idr


@given(VALUES)
def test_it_lies_between_the_lowest_and_the_highest_rate(value: int) -> None:
    rates = [jkk + jkm for _, jkk, jkm in TIERS]
    assert value * min(rates) // 10_000 <= by_contract_value(value, TIERS) <= value * max(rates) // 10_000


@given(VALUES)
def test_no_rupiah_is_lost_between_jkk_and_jkm(value: int) -> None:
    split = split_by_contract_value(value, TIERS)
    assert split.jkk_idr + split.jkm_idr == split.total_idr
    assert min(split.jkk_idr, split.jkm_idr) >= 0


@pytest.mark.parametrize(
    ("value", "net"), [(111, 100), (777_000_000, 700_000_000), (700_000_000, 630_630_630)]
)
def test_the_base_without_vat(value: int, net: int) -> None:
    vat = LAW.parameter("vat.percent", ON)
    assert LAW.parameter("project.contribution-base", ON).value == "without-vat"
    assert without_vat(value, vat.value) == net


def test_with_vat_in_its_base_a_project_would_pay_more() -> None:
    net = without_vat(777_000_000, LAW.parameter("vat.percent", ON).value)
    assert by_contract_value(net, TIERS) == 1_300_000
    assert by_contract_value(777_000_000, TIERS) == 1_415_500


@pytest.mark.parametrize(
    ("wages", "jkk", "jkm"), [(10_000_000, 174_000, 30_000), (3_018_634, 52_524, 9_056), (0, 0, 0)]
)
def test_a_project_with_known_wages(wages: int, jkk: int, jkm: int) -> None:
    split = by_project_wages(wages, LAW.parameter("project.wage-rates", ON).value)
    assert (split.jkk_idr, split.jkm_idr) == (jkk, jkm)
    assert split.total_idr == wages * 204 // 10_000


@pytest.mark.parametrize(
    ("amount", "months", "fine"),
    [(10_000_000, 1, 200_000), (10_000_000, 3, 600_000), (99, 1, 1), (49, 1, 0), (1, 0, 0)],
)
def test_two_percent_for_each_month_late(amount: int, months: int, fine: int) -> None:
    assert late_fine(amount, months, LAW.parameter("contribution.late-percent", ON).value) == fine


def test_arrears_are_what_is_owed_and_the_fine_of_each_month() -> None:
    assert arrears([(1_000_000, 3), (1_000_000, 2), (1_000_049, 1)], 2) == (3_000_049, 120_000)
    assert arrears([], 2) == (0, 0)


@given(VALUES, st.integers(1, 10**6))
def test_rounding_never_raises_an_amount(dividend: int, divisor: int) -> None:
    assert dividend - divisor < rounded_down(dividend, divisor) * divisor <= dividend
