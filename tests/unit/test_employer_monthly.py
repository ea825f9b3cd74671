"""Monthly contributions of wage earners and own-account workers, by the law of the month."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.employer.contribution import Payer, Share, discounts, of_own_account, of_wage_earners
from shared.events.data import Programme
from tests.unit.building import LAW, day

ALL: tuple[Programme, ...] = get_args(Programme)
GARMENT = Payer(sector="textile-garment", workers=50)
OJEK = Payer(sector="transport", paid_by="self")
HAWKER = Payer(sector="trade", paid_by="self")


def earners(
    month: str, *wages: int, risk_class: str = "I", payer: Payer | None = None
) -> dict[Programme, Share]:
    shares = of_wage_earners(LAW, day(month), wages, ALL, risk_class, payer)
    return {share.programme: share for share in shares}


def own_account(month: str, income: int, payer: Payer | None = None) -> dict[Programme, int]:
    shares = of_own_account(LAW, day(month), income, ("jkk", "jkm", "jht"), payer)
    return {share.programme: share.worker_idr for share in shares}


def test_each_programme_of_one_wage_earner() -> None:
    found = earners("2025-06-30", 3_018_634)
    assert {p: (s.employer_idr, s.worker_idr) for p, s in found.items()} == {
        "jkk": (7_244, 0),
        "jkm": (9_055, 0),
        "jht": (111_689, 60_372),
        "jp": (60_372, 30_186),
        "jkp": (0, 0),
    }


@pytest.mark.parametrize(
    ("risk_class", "jkk"), [("I", 24_000), ("II", 54_000), ("III", 89_000), ("IV", 127_000), ("V", 174_000)]
)
def test_the_risk_class_decides_about_jkk(risk_class: str, jkk: int) -> None:
    assert earners("2025-06-01", 10_000_000, risk_class=risk_class)["jkk"].employer_idr == jkk


@pytest.mark.parametrize(
    ("month", "cap"),
    [
        ("2024-02-29", 9_559_600),
        ("2024-03-01", 10_042_300),
        ("2025-02-28", 10_042_300),
        ("2025-03-01", 10_547_400),
        ("2026-02-01", 10_547_400),
        ("2026-03-31", 11_086_300),
    ],
)
def test_jp_is_capped_by_the_cap_of_the_month_and_jht_is_not(month: str, cap: int) -> None:
    found = earners(month, 25_000_000, 4_000_000)
    assert found["jp"].base_idr == cap + 4_000_000
    assert found["jp"].employer_idr == (cap + 4_000_000) * 2 // 100
    assert found["jht"].base_idr == 29_000_000


def test_a_cap_that_is_not_known_yet_is_not_guessed() -> None:
    with pytest.raises(LookupError, match=r"jp\.wage-cap has no value on 2027-03-01"):
        earners("2027-03-15", 4_000_000)


def test_jkp_costs_nothing_on_top_and_says_so() -> None:
    share = earners("2025-06-01", 4_000_000)["jkp"]
    assert share.note
    assert share.articles == ("PP 6/2025 art. 11",)


def test_wages_are_added_up_before_rounding() -> None:
    assert earners("2025-06-01", 333, 333, 334)["jkm"].employer_idr == 3
    assert earners("2025-06-01", 333)["jkm"].employer_idr == 0


@pytest.mark.parametrize(
    ("month", "percent"),
    [
        ("2025-01-31", 0),
        ("2025-02-01", 50),
        ("2025-07-31", 50),
        ("2025-08-01", 50),
        ("2026-01-31", 50),
        ("2026-02-01", 0),
    ],
)
def test_labour_intensive_industry_pays_half_of_jkk_for_a_time(month: str, percent: int) -> None:
    found = earners(month, 10_000_000, payer=GARMENT)
    assert found["jkk"].discount_percent == percent
    assert found["jkk"].employer_idr == 24_000 * (100 - percent) // 100
    assert found["jkm"].employer_idr == 30_000


@pytest.mark.parametrize(
    "payer",
    [Payer(), Payer("trade", 50), Payer("textile-garment", 49), Payer("textile-garment"), Payer(None, 50)],
    ids=["nothing known", "another sector", "too few workers", "workers unknown", "sector unknown"],
)
def test_who_does_not_earn_the_discount(payer: Payer) -> None:
    assert earners("2025-06-01", 10_000_000, payer=payer)["jkk"].discount_percent == 0


def test_a_discount_is_told_with_its_article() -> None:
    june = earners("2025-06-01", 10_000_000, payer=GARMENT)["jkk"]
    october = earners("2025-10-01", 10_000_000, payer=GARMENT)["jkk"]
    assert june.articles == ("PP 44/2015 art. 16", "PP 7/2025 art. 4")
    assert october.articles == ("PP 44/2015 art. 16", "PP 36/2025")


@pytest.mark.parametrize(
    ("income", "jkk", "jht"),
    [
        (1_000_000, 10_000, 20_000),
        (500_000, 10_000, 20_000),
        (3_000_000, 30_000, 60_000),
        (20_700_000, 207_000, 414_000),
        (90_000_000, 207_000, 414_000),
    ],
)
def test_own_account_workers_pay_by_nominal_income(income: int, jkk: int, jht: int) -> None:
    assert own_account("2025-06-01", income) == {"jkk": jkk, "jkm": 6_800, "jht": jht}


def test_the_least_of_an_own_account_worker_is_16_800() -> None:
    least = own_account("2025-06-01", 1_000_000)
    assert least["jkk"] + least["jkm"] == 16_800
    assert sum(least.values()) == 36_800


@pytest.mark.parametrize(
    ("payer", "month", "halved"),
    [
        (OJEK, "2025-12-31", False),
        (OJEK, "2026-01-01", True),
        (OJEK, "2027-03-31", True),
        (OJEK, "2027-04-01", False),
        (HAWKER, "2026-03-31", False),
        (HAWKER, "2026-04-01", True),
        (HAWKER, "2026-12-31", True),
        (HAWKER, "2027-01-01", False),
        (Payer("transport", paid_by="apbd"), "2026-06-01", False),
        (Payer("trade", paid_by="apbn"), "2026-06-01", False),
        (Payer("transport"), "2026-06-01", False),
        (Payer(paid_by="self"), "2026-06-01", False),
    ],
)
def test_own_account_discounts_by_date_sector_and_who_pays(payer: Payer, month: str, halved: bool) -> None:
    full = {"jkk": 10_000, "jkm": 6_800, "jht": 20_000}
    assert own_account(month, 1_000_000, payer) == (full | {"jkk": 5_000, "jkm": 3_400} if halved else full)


@pytest.mark.parametrize("programme", ["jp", "jkp"])
def test_own_account_workers_have_no_pension(programme: Programme) -> None:
    with pytest.raises(ValueError, match=f"no {programme}"):
        of_own_account(LAW, date(2025, 6, 1), 1_000_000, [programme])


def test_a_discount_belongs_to_its_segment() -> None:
    on = date(2026, 1, 1)
    assert discounts(LAW, on, "pu", OJEK) == discounts(LAW, on, "bpu", GARMENT) == {}
    assert discounts(LAW, on, "jakon", GARMENT) == {}


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["2025-06-01", "2026-06-01"]))
def test_a_higher_wage_never_costs_less(one: int, other: int, month: str) -> None:
    low, high = (earners(month, wage, payer=GARMENT) for wage in sorted((one, other)))
    for programme in ALL:
        assert low[programme].employer_idr <= high[programme].employer_idr
        assert low[programme].worker_idr <= high[programme].worker_idr
