"""Reported wages against the minimum wage: by day, by region, and under several employers."""

from datetime import date
from itertools import pairwise, permutations

import pytest

from services.registry.enrolment import snapshots
from services.registry.wages import LOW, WAGED, Minimums, Span, in_force, minimums
from shared.events import Event
from shared.events.data import Step
from shared.law import load
from tests.unit.building import FIRM, NIB, OTHER, PROJECT, day, enrolled, unregistered

NEW_YEAR, UNKNOWN_FROM = date(2026, 1, 1), date(2027, 1, 1)
CITY = {date(2025, 1, 1): 3_000_000, NEW_YEAR: 3_200_000, UNKNOWN_FROM: None}
MINIMUMS = Minimums({"32.72": CITY, "32.02": {NEW_YEAR: 2_500_000, UNKNOWN_FROM: None}})
ENOUGH, BETWEEN, TOO_LOW = 3_200_000, 3_000_000, 2_999_999


def marks(wage: int | None, region: str | None, first: str, until: str) -> list[tuple[str, int]]:
    """The verdict from each of its first days on."""
    found: list[Span] = []
    MINIMUMS.judge(found, day(first), day(until), 0, wage, region)
    assert found[0][0] == day(first)
    assert found[-1][1] == day(until)
    assert all(one[1] == other[0] for one, other in pairwise(found))
    return [(first.isoformat(), mark) for first, _, mark in found]


def test_a_wage_is_enough_until_the_minimum_passes_it() -> None:
    assert marks(BETWEEN, "32.72", "2025-12-31", "2026-01-01") == [("2025-12-31", WAGED)]
    assert marks(BETWEEN, "32.72", "2025-12-31", "2026-01-02") == [
        ("2025-12-31", WAGED),
        ("2026-01-01", WAGED | LOW),
    ]
    assert marks(BETWEEN, "32.72", "2026-01-01", "2026-01-02") == [("2026-01-01", WAGED | LOW)]


def test_the_very_minimum_is_enough_and_a_rupiah_less_is_not() -> None:
    assert marks(ENOUGH, "32.72", "2026-03-01", "2026-03-02") == [("2026-03-01", WAGED)]
    assert marks(ENOUGH - 1, "32.72", "2026-03-01", "2026-03-02") == [("2026-03-01", WAGED | LOW)]
    assert marks(TOO_LOW, "32.72", "2025-03-01", "2026-03-02") == [("2025-03-01", WAGED | LOW)]


@pytest.mark.parametrize("region", ["32.72", "32.72.02", "32.72.02.1001"])
def test_the_regency_counts_whatever_the_village(region: str) -> None:
    assert marks(TOO_LOW, region, "2025-03-01", "2025-03-02") == [("2025-03-01", WAGED | LOW)]


@pytest.mark.parametrize(
    ("wage", "region"), [(None, "32.72"), (TOO_LOW, None), (TOO_LOW, "99.99"), (TOO_LOW, "32"), (TOO_LOW, "")]
)
def test_what_cannot_be_compared_is_not_marked(wage: int | None, region: str | None) -> None:
    assert marks(wage, region, "2025-03-01", "2027-03-02") == [("2025-03-01", 0)]


def test_a_year_without_a_minimum_is_not_marked() -> None:
    assert marks(TOO_LOW, "32.72", "2024-06-01", "2027-06-01") == [
        ("2024-06-01", 0),
        ("2025-01-01", WAGED | LOW),
        ("2027-01-01", 0),
    ]
    assert marks(ENOUGH, "32.02", "2025-06-01", "9999-12-31") == [
        ("2025-06-01", 0),
        ("2026-01-01", WAGED),
        ("2027-01-01", 0),
    ]


def test_the_digest_tells_tables_apart() -> None:
    assert Minimums({"32.72": CITY}).digest == Minimums({"32.72": dict(reversed(CITY.items()))}).digest
    assert Minimums({"32.72": CITY}).digest != Minimums({"32.72": CITY | {UNKNOWN_FROM: 3_400_000}}).digest
    assert in_force() is in_force()


def test_the_table_says_what_the_law_says_on_every_day_of_change() -> None:
    law, table = load(), minimums(load())
    for changed in (*law.changes(["wage.minimum"]), date(2025, 6, 2)):
        known = law.minimum_wage("32.72.02", changed)
        found: list[Span] = []
        table.judge(found, changed, changed.replace(day=2 + changed.day), 0, 1, "32.72.02")
        assert found[0][2] == (WAGED | LOW if known else 0)
        if known:
            found.clear()
            table.judge(found, changed, changed.replace(day=2 + changed.day), 0, int(known.value), "32.72")
            assert found[0][2] == WAGED


def counts(facts: list[Event], subject: str = FIRM) -> list[tuple[str, int, int, int]]:
    """From which day on how many are enrolled, can be compared, are too low; the same in every order."""
    found = [snapshots(list(order), MINIMUMS)[subject].steps for order in permutations(facts)]
    assert all(steps == found[0] for steps in found)
    return [(step.on.isoformat(), step.enrolled, step.waged, step.low) for step in found[0]]


def test_steps_count_the_waged_and_the_low() -> None:
    facts = [
        enrolled(1, "2025-11-03", wage_idr=BETWEEN, region="32.72.02"),
        enrolled(2, "2025-11-03", wage_idr=TOO_LOW, region="32.72.02"),
        enrolled(3, "2025-11-03", region="32.72.02"),
        enrolled(2, "2026-02-02", wage_idr=ENOUGH, region="32.72"),
        unregistered(1, "2026-03-02"),
    ]
    assert counts(facts) == [
        ("2025-11-03", 3, 2, 1),
        ("2026-01-01", 3, 2, 2),
        ("2026-02-02", 3, 2, 1),
        ("2026-03-02", 2, 1, 0),
        ("2027-01-01", 2, 0, 0),
    ]


def test_a_raise_that_changes_no_verdict_is_no_step() -> None:
    facts = [enrolled(1, "2026-01-05", wage_idr=ENOUGH, region="32.72", covered_until="2026-06-30")]
    facts.append(
        enrolled(1, "2026-02-02", wage_idr=2 * ENOUGH, region="32.72.03", covered_until="2026-06-30")
    )
    assert counts(facts) == [("2026-01-05", 1, 1, 0), ("2026-07-01", 0, 0, 0)]


def on_a_project(employer: str, on: str, wage: int | None, region: str | None = "32.72") -> Event:
    told = {"project": PROJECT, "covered_until": "2026-06-30"}
    return enrolled(1, on, employer=employer, wage_idr=wage, region=region, **told)


def test_of_several_members_of_a_kso_the_highest_wage_counts() -> None:
    facts = [on_a_project(FIRM, "2026-01-05", TOO_LOW), on_a_project(OTHER, "2026-02-02", ENOUGH)]
    facts.append(on_a_project(NIB, "2026-03-02", None))
    facts.append(unregistered(1, "2026-04-01", employer=OTHER, project=PROJECT))
    assert counts(facts, PROJECT) == [
        ("2026-01-05", 1, 1, 1),
        ("2026-02-02", 1, 1, 0),
        ("2026-04-01", 1, 1, 1),
        ("2026-07-01", 0, 0, 0),
    ]


def test_a_highest_wage_that_cannot_be_compared_decides_nothing() -> None:
    facts = [on_a_project(FIRM, "2026-01-05", TOO_LOW), on_a_project(OTHER, "2026-02-02", ENOUGH, "99.99")]
    assert counts(facts, PROJECT)[:2] == [("2026-01-05", 1, 1, 1), ("2026-02-02", 1, 0, 0)]


def test_the_same_wage_told_twice_is_judged_in_the_kinder_region() -> None:
    facts = [on_a_project(FIRM, "2026-01-05", TOO_LOW), on_a_project(OTHER, "2026-01-05", TOO_LOW, "32.02")]
    assert counts(facts, PROJECT)[0] == ("2026-01-05", 1, 1, 0)


def test_a_step_of_a_kso_names_programmes_of_all() -> None:
    facts = [on_a_project(FIRM, "2026-01-05", ENOUGH), on_a_project(OTHER, "2026-01-05", TOO_LOW)]
    [first, _] = snapshots(facts, MINIMUMS)[PROJECT].steps
    assert first == Step(day("2026-01-05"), 1, jkk=1, jkm=1, waged=1)
