"""project.worker-removed: workers unregistered while their project runs, and not covered there since."""

from datetime import date
from typing import Any

import pytest

from services.employer.assessment import change_days
from shared.events import Event
from tests.unit.building import (
    LAW,
    OTHER,
    PROJECT,
    amended,
    award,
    cancelled,
    completed,
    day,
    enrolled,
    findings,
    in_ejakon,
    started,
    subject_of,
    unregistered,
    worker,
)

CODE = "project.worker-removed"
SPK = award("2025-03-20", contract_on="2025-03-20", end_on="2025-06-30")
EJAKON = in_ejakon("2025-03-24", "2025-03-24")


def on_site(number: int, on: str = "2025-03-24", **told: Any) -> Event:
    return enrolled(number, on, project=PROJECT, segment="jakon", **told)


def taken_off(number: int, on: str, **told: Any) -> Event:
    return unregistered(number, on, project=PROJECT, **told)


CREW = [SPK, EJAKON, on_site(1), on_site(2)]
SHARED = on_site(1, employer=OTHER)
# facts, day, since when, how many
RAISED = [
    pytest.param([*CREW, taken_off(1, "2025-05-05")], "2025-05-05", "2025-05-05", 1, id="on that day"),
    pytest.param([*CREW, taken_off(1, "2025-05-05")], "2025-06-02", "2025-05-05", 1, id="later"),
    pytest.param(
        [*CREW, on_site(3, "2025-03-10"), taken_off(3, "2025-03-20")],
        "2025-03-20", "2025-03-20", 1, id="on the day work began",
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), taken_off(2, "2025-05-02")],
        "2025-05-05", "2025-05-02", 2, id="two, counted from the first",
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), on_site(1, "2025-06-02")],
        "2025-05-30", "2025-05-05", 1, id="before enrolled again",
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), on_site(1, "2025-05-12"), taken_off(1, "2025-05-19")],
        "2025-05-20", "2025-05-19", 1, id="again, after enrolled again",
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), taken_off(1, "2025-05-06", reason="said twice")],
        "2025-05-06", "2025-05-05", 1, id="twice, one worker",
    ),
    pytest.param([*CREW, taken_off(1, "2025-03-24")], "2025-03-24", "2025-03-24", 1, id="the day she came"),
    pytest.param([*CREW, taken_off(1, "2025-06-30")], "2025-06-30", "2025-06-30", 1, id="on the last day"),
    pytest.param([*CREW, taken_off(1, "2025-06-30")], "2025-07-31", "2025-06-30", 1, id="past its end"),
    pytest.param(
        [*CREW, amended("2025-06-02", 1, end_on="2025-09-30"), taken_off(1, "2025-07-01")],
        "2025-07-01", "2025-07-01", 1, id="in the time an addendum added",
    ),
    pytest.param(
        [*CREW, completed("2025-06-02", "2025-06-02"), taken_off(1, "2025-05-05")],
        "2025-06-01", "2025-05-05", 1, id="a day before completion",
    ),
    pytest.param(
        [*CREW, SHARED, taken_off(1, "2025-05-05"), taken_off(1, "2025-05-12", employer=OTHER)],
        "2025-05-12", "2025-05-12", 1, id="both members of the KSO let her go",
    ),
    pytest.param(
        [award("2025-03-20"), EJAKON, on_site(1), taken_off(1, "2026-01-05")],
        "2026-01-05", "2026-01-05", 1, id="no end is known",
    ),
]  # fmt: skip

NOT_RAISED = [
    pytest.param(CREW, "2025-05-05", id="nobody left"),
    pytest.param([*CREW, taken_off(1, "2025-05-05")], "2025-05-04", id="a day before"),
    pytest.param(
        [*CREW, on_site(3, "2025-03-03"), taken_off(3, "2025-03-19")], "2025-05-05", id="before work"
    ),
    pytest.param(
        [*CREW, started("2025-04-08", "2025-04-08"), taken_off(1, "2025-04-07")],
        "2025-05-05",
        id="before the SPMK",
    ),
    pytest.param([*CREW, taken_off(1, "2025-07-01")], "2025-07-31", id="after the planned end"),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), on_site(1, "2025-06-02")], "2025-06-02", id="enrolled again"
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), on_site(1, "2025-05-05", said="2025-05-06")],
        "2025-06-02",
        id="enrolled again from the same day",
    ),
    pytest.param(
        [*CREW, SHARED, taken_off(1, "2025-05-05")],
        "2025-06-02",
        id="another member of the KSO covers her",
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), completed("2025-06-02", "2025-06-02")],
        "2025-06-02",
        id="completed",
    ),
    pytest.param(
        [*CREW, taken_off(1, "2025-05-05"), cancelled("2025-06-02", "2025-06-02")],
        "2025-06-02",
        id="cancelled",
    ),
    pytest.param(
        [*CREW, enrolled(1, "2025-04-01"), unregistered(1, "2025-05-05")], "2025-05-05", id="elsewhere"
    ),
    pytest.param([*CREW, on_site(3, covered_until="2025-05-04")], "2025-05-05", id="cover that ran out"),
]


@pytest.mark.parametrize(("facts", "on", "since", "workers"), RAISED)
def test_raised(facts: list[Event], on: str, since: str, workers: int) -> None:
    found = findings(facts, on, PROJECT)[CODE]
    assert found.undecided is None
    assert (found.since, found.workers) == (date.fromisoformat(since), workers)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, PROJECT)


def test_the_day_is_looked_at_though_another_came_as_she_left() -> None:
    crew = [*CREW, taken_off(1, "2025-05-05"), on_site(3, "2025-05-05"), taken_off(2, "2025-05-06")]
    crew += [on_site(1, "2025-05-12"), taken_off(3, "2025-05-12")]
    assert {day("2025-05-05"), day("2025-05-12")} <= set(
        change_days(subject_of(crew, PROJECT), LAW, day("2025-06-30"))
    )


def test_without_an_award_nothing_is_said() -> None:
    facts = [EJAKON, on_site(1), taken_off(1, "2025-05-05")]
    assert CODE not in findings(facts, "2025-06-02", PROJECT)


def test_it_proves_itself() -> None:
    left = taken_off(1, "2025-05-05")
    found = findings([*CREW, left], "2025-07-31", PROJECT)[CODE]
    assert found.due == date(2025, 5, 16)  # Waisak and its collective leave lie between
    assert found.uncovered_working_days == 34  # to the planned end, not to the day it is looked at
    assert [(e.name, e.value, e.id) for e in found.evidence] == [
        ("contract_on", "2025-03-20", SPK.id),
        (worker(1), "2025-05-05", left.id),
        ("project.change-working-days", "7", None),
    ]
