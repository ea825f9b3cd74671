"""What a family stands to lose: "up to", with its conditions, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.employer.exposure import Benefit, benefits, exposure
from tests.unit.building import LAW, day

ON = day("2025-06-02")
WAGE = 3_018_634


def of(event: str, wage: int | None = WAGE, on: str = "2025-06-02") -> list[Benefit]:
    return [benefit for benefit in benefits(LAW, wage, day(on)) if benefit.event == event]


def amounts(event: str, wage: int | None = WAGE, on: str = "2025-06-02") -> list[int | None]:
    return [benefit.up_to_idr for benefit in of(event, wage, on)]


def test_a_death_at_work() -> None:
    assert amounts("work-death") == [48 * WAGE, 22_000_000, 174_000_000]


def test_a_death_that_work_did_not_cause_pays_scholarships_only_after_three_years() -> None:
    paid, study = of("death")
    assert (paid.up_to_idr, study.up_to_idr) == (42_000_000, 174_000_000)
    assert study.condition.en == "only after 3 years of contributions"
    assert study.condition.id == "hanya setelah 3 tahun membayar iuran"


def test_total_disability_and_time_unable_to_work() -> None:
    assert amounts("disability") == [56 * WAGE]
    assert amounts("treatment") == [12 * WAGE, None]


@pytest.mark.parametrize(
    ("on", "wage", "amount"),
    [
        ("2025-02-06", 4_000_000, 3 * 1_800_000 + 3 * 1_000_000),
        ("2025-02-07", 4_000_000, 6 * 2_400_000),
        ("2025-02-07", 9_000_000, 6 * 3_000_000),
    ],
)
def test_job_loss_counts_the_wage_up_to_its_cap(on: str, wage: int, amount: int) -> None:
    assert amounts("job-loss", wage, on) == [amount]


def test_there_was_no_job_loss_benefit_before_its_law() -> None:
    assert amounts("job-loss", on="2021-02-01") == []


def test_an_unknown_wage_leaves_open_what_hangs_on_it() -> None:
    assert amounts("work-death", None) == [None, 22_000_000, 174_000_000]
    assert amounts("disability", None) == amounts("job-loss", None) == [None]
    assert amounts("death", None) == [42_000_000, 174_000_000]


def test_the_exposure_of_workers_is_that_of_one_times_their_number() -> None:
    found = exposure(LAW, 7, WAGE, ON)
    assert found.per_worker_idr == 48 * WAGE + 196_000_000 == 340_894_432
    assert found.total_idr == 7 * 340_894_432


def test_the_conditions_name_the_wage_the_years_and_the_other_death() -> None:
    told = exposure(LAW, 1, WAGE, ON).conditions
    for part in ("Paling banyak", "48 kali upah Rp 3.018.634", "Rp 42.000.000", "3 tahun"):
        assert part in told.id
    for part in ("Up to", "48 monthly wages of Rp 3,018,634", "Rp 42,000,000", "3 years"):
        assert part in told.en


def test_an_unknown_wage_is_said_and_not_counted() -> None:
    found = exposure(LAW, 2, None, ON)
    assert (found.per_worker_idr, found.total_idr) == (196_000_000, 392_000_000)
    assert "upah tidak diketahui" in found.conditions.id
    assert "the wage is unknown" in found.conditions.en


def test_nobody_without_cover_loses_nothing() -> None:
    assert exposure(LAW, 0, WAGE, ON).total_idr == 0


def test_a_wage_reported_at_half_loses_the_family_its_multiple() -> None:
    whole, half = (exposure(LAW, 1, wage, ON) for wage in (3_000_000, 1_500_000))
    assert whole.per_worker_idr - half.per_worker_idr == 72_000_000


def test_before_december_2019_the_lower_amounts_counted() -> None:
    assert exposure(LAW, 1, WAGE, day("2019-12-01")).per_worker_idr == 48 * WAGE + 7_800_000 + 12_000_000
    assert exposure(LAW, 1, WAGE, day("2019-12-02")).per_worker_idr == 340_894_432


def test_every_benefit_has_its_article_and_differs_between_the_languages() -> None:
    for benefit in benefits(LAW, WAGE, ON):
        assert benefit.article
        assert benefit.title.id != benefit.title.en
        assert benefit.condition.id != benefit.condition.en


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_higher_wage_never_lowers_a_benefit(one: int, other: int) -> None:
    low, high = (benefits(LAW, wage, ON) for wage in sorted((one, other)))
    assert all((a.up_to_idr or 0) <= (b.up_to_idr or 0) for a, b in zip(low, high, strict=True))
