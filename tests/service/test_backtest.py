"""A backtest over stored facts lists exactly what the generator says would differ, and stores nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from patuh.backtesting import Backtest, stored_subjects
from patuh.city import CityPlan
from patuh.city.build import build_city
from patuh.city.truth import truth_of
from patuh.embedded.postgres import PostgresNode
from shared.law import LAW, Law, load
from tests.service.small_world import Services
from tests.service.test_live_and_assessed import facts_of

TODAY = date(2025, 6, 10)
PLAN = CityPlan(seed=5, today=TODAY, scale=0.2)
ROW = """
- name: {name}
  value: {value}
  valid_from: {valid_from}
  article: a proposal
  source: a proposal
  confidence: low
"""
PRESENT = load()


def law_with(folder: Path, name: str, value: object, valid_from: str = "2015-07-01") -> Law:
    (folder / "parameters.yaml").write_text(ROW.format(name=name, value=value, valid_from=valid_from))
    return load(folder, LAW)


@pytest.fixture(scope="module")
async def stored(services_on_postgres: Services, postgres: PostgresNode) -> str:
    """The sample city in the employer service's database."""
    await services_on_postgres.empty()
    services_on_postgres.day = TODAY
    await services_on_postgres.all(facts_of(PLAN))
    dsn: str = postgres.dsn("order_employer")
    return dsn


async def backtest(dsn: str, other: Law, first: date = TODAY, last: date = TODAY) -> Backtest:
    run = Backtest(PRESENT, other, first, last)
    async for subjects in stored_subjects(dsn, lambda done, of: None):
        run.judge(subjects)
    return run


def listed(run: Backtest, change: str) -> set[tuple[str, str]]:
    return {(one.code, one.subject) for one in run.differences if one.change == change}


async def test_one_changed_deadline_lists_exactly_the_flags_that_should_differ(
    stored: str, tmp_path: Path
) -> None:
    ten_days = law_with(tmp_path, "project.registration-working-days", 10)
    city = build_city(PLAN)
    now, would = (
        {
            (code, subject)
            for code, subjects in truth_of(city, TODAY, **grace).flags.items()
            for subject in subjects
        }
        for grace in ({}, {"project_grace": 10})
    )
    assert {code for code, _ in would - now} == {"project.not-registered"}
    run = await backtest(stored, ten_days)
    assert listed(run, "raised") == would - now
    assert listed(run, "cleared") == now - would
    assert {one.change for one in run.differences} <= {"raised", "cleared"}


async def test_the_same_law_differs_in_nothing(stored: str, tmp_path: Path) -> None:
    same = law_with(tmp_path, "project.registration-working-days", 14)
    run = await backtest(stored, same, TODAY - timedelta(days=40))
    assert run.differences == []
    assert len(run.seconds) > 100


async def test_over_some_weeks_a_shorter_deadline_is_earlier_and_never_later(
    stored: str, tmp_path: Path
) -> None:
    ten_days = law_with(tmp_path, "project.registration-working-days", 10)
    run = await backtest(stored, ten_days, TODAY - timedelta(days=45))
    overdue = [one for one in run.differences if one.code == "project.not-registered"]
    assert {one.change for one in overdue} >= {"earlier"}
    assert {one.change for one in overdue} <= {"earlier", "raised"}
    assert all(one.days > 0 for one in overdue if one.change == "earlier")


async def test_other_tiers_differ_in_rupiah_alone(stored: str, tmp_path: Path) -> None:
    tiers = [[0, 42, 6], [100_000_000, 34, 4], [500_000_000, 26, 4], [10**9, 22, 2], [5 * 10**9, 18, 2]]
    run = await backtest(stored, law_with(tmp_path, "project.contribution-tiers", tiers))
    owing = [one for one in run.differences if one.code == "project.not-registered"]
    assert owing
    assert {one.change for one in owing} == {"amount"}
    # Twice the rates is twice the amount, but for what is rounded off.
    assert all(0 <= one.rupiah - (one.present_idr or 0) <= 1 for one in owing)
    assert run.strangest()[0].rupiah == max(one.rupiah for one in run.differences)


async def test_nothing_is_stored_or_announced(
    stored: str, services_on_postgres: Services, tmp_path: Path
) -> None:
    before = await services_on_postgres.open_flags()
    await backtest(stored, law_with(tmp_path, "project.registration-working-days", 3))
    assert await services_on_postgres.open_flags() == before


async def test_figures_are_told_by_code_and_district(stored: str, tmp_path: Path) -> None:
    run = await backtest(stored, law_with(tmp_path, "project.registration-working-days", 10))
    figures = run.figures()
    counted = sum(row.get("raised", 0) for row in figures["by_code_and_district"])
    assert counted == len(listed(run, "raised")) > 0
    assert all(row["district"].startswith("32.72") for row in figures["by_code_and_district"])
    assert figures["slowest"][0]["milliseconds"] > 0
