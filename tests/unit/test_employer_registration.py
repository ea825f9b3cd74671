"""employer.not-registered (PWBD): when it is raised, when not, and what cannot be decided."""

from datetime import date

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    NIB,
    closed,
    declared,
    enrolled,
    findings,
    registered,
    unregistered,
    updated,
)

CODE = "employer.not-registered"
# Obliged since Monday 6 January 2025; the 30th working day after it is 20 February.
OBLIGED = registered("2025-01-06", workforce=12, obliged_since="2025-01-06")
DEADLINE, BREACH = "2025-02-20", "2025-02-21"

RAISED = [
    pytest.param([OBLIGED], BREACH, id="the day after the deadline"),
    pytest.param([OBLIGED], "2026-06-01", id="long after"),
    pytest.param([OBLIGED, updated("2025-03-01", npp=None)], "2025-03-02", id="null is no number"),
    pytest.param([OBLIGED, updated("2025-02-01", workforce=None)], BREACH, id="null head count"),
    pytest.param(
        [OBLIGED, updated("2025-03-10", npp="AB123456")], "2025-03-09", id="a day before its number"
    ),
    pytest.param(
        [OBLIGED, updated("2025-03-01", member_since="2025-03-10")], "2025-03-09", id="a later member"
    ),
    pytest.param([OBLIGED, closed("2025-03-01", "2025-04-01")], "2025-03-31", id="a day before it closes"),
    pytest.param([OBLIGED, enrolled(1, "2025-03-10")], "2025-03-09", id="a day before its first worker"),
    pytest.param(
        [OBLIGED, enrolled(1, "2025-01-10"), unregistered(1, "2025-03-01")],
        "2025-03-01",
        id="its last worker left",
    ),
    pytest.param(
        [OBLIGED, enrolled(1, "2025-01-10", project="project:lkpp-1-tender-2")],
        BREACH,
        id="workers of a project are not its own",
    ),
    pytest.param(
        [registered("2025-05-01", workforce=12, obliged_since="2025-01-06")],
        BREACH,
        id="as known later, it was so before",
    ),
    pytest.param(
        [registered("2025-01-06", obliged_since="2025-01-06"), declared("2025-02-01", 3, "2025-02-01")],
        BREACH,
        id="a head count declared apart",
    ),
]

NOT_RAISED = [
    pytest.param([OBLIGED], DEADLINE, id="on the deadline itself"),
    pytest.param([OBLIGED], "2025-01-06", id="on the first day"),
    pytest.param([OBLIGED, updated("2025-03-10", npp="AB123456")], "2025-03-10", id="has a number"),
    pytest.param(
        [OBLIGED, updated("2025-03-20", member_since="2025-02-01")], BREACH, id="was a member all along"
    ),
    pytest.param(
        [OBLIGED, updated("2025-03-01", member_since="2025-03-10")], "2025-03-10", id="became a member"
    ),
    pytest.param(
        [registered("2025-01-06", workforce=12, obliged_since="2025-01-06", npp="AB123456")],
        BREACH,
        id="had a number from the first",
    ),
    pytest.param([OBLIGED, enrolled(1, "2025-02-01")], BREACH, id="its workers are enrolled"),
    pytest.param(
        [OBLIGED, enrolled(1, "2025-02-01", employer=NIB), updated("2025-01-07", nib="1234567890123")],
        BREACH,
        id="its workers are enrolled under its other name",
    ),
    pytest.param([OBLIGED, closed("2025-04-01", "2025-03-01")], "2025-03-01", id="closed"),
    pytest.param([OBLIGED, updated("2025-02-01", workforce=0)], BREACH, id="no workers"),
    pytest.param([registered("2025-01-06", workforce=0)], BREACH, id="no workers, whenever it began"),
    pytest.param(
        [OBLIGED, updated("2025-02-01", obliged_since="2025-02-03")], BREACH, id="obliged only later"
    ),
]

UNDECIDED = [
    pytest.param(
        [registered("2025-01-06", obliged_since="2025-01-06")], "workforce is unknown", id="workforce"
    ),
    pytest.param([registered("2025-01-06", workforce=12)], "obliged_since is unknown", id="obliged"),
    pytest.param(
        [
            registered("2025-01-06", obliged_since="2025-01-06"),
            declared("2025-01-06", 12, as_of="2025-06-01"),
        ],
        "workforce is unknown",
        id="a head count of a later day",
    ),
]


@pytest.mark.parametrize(("facts", "on"), RAISED)
def test_raised(facts: list[Event], on: str) -> None:
    found = findings(facts, on, FIRM)[CODE]
    assert found.undecided is None
    assert (found.since, found.due) == (date(2025, 1, 6), date(2025, 2, 20))


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, FIRM)


@pytest.mark.parametrize(("facts", "reason"), UNDECIDED)
def test_cannot_be_decided(facts: list[Event], reason: str) -> None:
    found = findings(facts, BREACH, FIRM)[CODE]
    assert (found.undecided, found.since, found.workers) == (reason, None, None)


def test_it_proves_itself() -> None:
    found = findings([OBLIGED], BREACH, FIRM)[CODE]
    assert (found.name, found.region, found.workers) == ("CV Maju", "32.72.02", 12)
    assert found.uncovered_working_days == 32  # 30 to the deadline, the first day and the day after it
    facts = {(e.name, e.value, e.source, e.id) for e in found.evidence if e.article is None}
    assert facts == {
        ("obliged_since", "2025-01-06", OBLIGED.source, OBLIGED.id),
        ("workforce", "12", OBLIGED.source, OBLIGED.id),
    }
    assert [(e.name, e.value) for e in found.evidence if e.article] == [
        ("employer.registration-working-days", "30")
    ]
