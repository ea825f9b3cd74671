"""community.not-covered: works of a neighbourhood that began and protect nobody."""

from typing import Any

import pytest

from shared.events import Event
from tests.unit.building import (
    LAW,
    PROJECT,
    award,
    cancelled,
    completed,
    day,
    enrolled,
    examination,
    findings,
    in_ejakon,
    paid,
    started,
    unregistered,
)
from tests.unit.watching import end_of

CODE = "community.not-covered"


def works(said: str = "2025-03-20", **told: Any) -> Event:
    return award(said, kind="community", method="self-managed", contractors=[], **told)


P2RW = works(start_on="2025-03-24", value_idr=100_000_000, workers_planned=10)
EJAKON = in_ejakon("2025-03-24", "2025-03-24")

# facts, day, since, working days without cover
RAISED = [
    pytest.param([P2RW], "2025-03-24", "2025-03-24", 1, id="on the day it begins"),
    pytest.param([P2RW, EJAKON], "2025-03-25", "2025-03-24", 2, id="registered and not paid"),
    pytest.param([P2RW, paid("2025-03-24")], "2025-03-25", "2025-03-24", 2, id="paid and not registered"),
    pytest.param([P2RW, EJAKON, paid("2025-03-24", 0)], "2025-03-25", "2025-03-24", 2, id="nothing paid"),
    pytest.param(
        [P2RW, EJAKON, paid("2025-03-26")], "2025-03-25", "2025-03-24", 2, id="a day before it pays"
    ),
    pytest.param(
        [P2RW, enrolled(1, "2025-03-24", project=PROJECT), unregistered(1, "2025-03-26", project=PROJECT)],
        "2025-03-26",
        "2025-03-24",
        3,
        id="the only one left",
    ),
    pytest.param(
        [works(), started("2025-03-24", "2025-03-25")],
        "2025-03-25",
        "2025-03-25",
        1,
        id="the SPMK told apart",
    ),
    pytest.param([works(contract_on="2025-03-24")], "2025-03-24", "2025-03-24", 1, id="SPK"),
    pytest.param([works()], "2025-03-20", "2025-03-20", 1, id="the award"),
    pytest.param(
        [P2RW, completed("2025-03-24", "2025-03-27")], "2025-03-26", "2025-03-24", 3, id="not done yet"
    ),
    pytest.param(
        [works(start_on="2025-03-24", end_on="2025-03-26")], "2025-05-05", "2025-03-24", 3, id="its end"
    ),
]

NOT_RAISED = [
    pytest.param([P2RW], "2025-03-23", id="a day before it begins"),
    pytest.param([P2RW, EJAKON, paid("2025-03-26")], "2025-03-26", id="registered and paid"),
    pytest.param([P2RW, enrolled(1, "2025-03-26", project=PROJECT)], "2025-03-26", id="somebody is enrolled"),
    pytest.param([P2RW, completed("2025-03-26", "2025-03-26")], "2025-03-26", id="completed"),
    pytest.param([P2RW, cancelled("2025-03-26", "2025-03-26")], "2025-03-26", id="cancelled"),
    pytest.param([award("2025-03-20", start_on="2025-03-24")], "2025-03-26", id="construction"),
]


@pytest.mark.parametrize(("facts", "on", "since", "days"), RAISED)
def test_raised(facts: list[Event], on: str, since: str, days: int) -> None:
    found = findings(facts, on, PROJECT)[CODE]
    assert found.undecided is None
    assert (found.since, found.uncovered_working_days) == (day(since), days)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, PROJECT)


def test_without_an_award_it_cannot_be_decided() -> None:
    one = examination([started("2025-03-24", "2025-03-24")], "2025-03-26", PROJECT, CODE)
    assert (one.outcome, one.undecided) == ("undecided", "kind is unknown: no award was received")


LATER = [
    pytest.param([P2RW, EJAKON, paid("2025-04-08")], "cleared", id="paid"),
    pytest.param([P2RW, enrolled(1, "2025-04-08", project=PROJECT)], "cleared", id="enrolled"),
    pytest.param(
        [P2RW, enrolled(1, "2025-03-24", "2025-04-08", project=PROJECT)], "withdrawn", id="was enrolled"
    ),
    pytest.param([P2RW, EJAKON, paid("2025-03-24")], "withdrawn", id="had paid"),
    pytest.param([P2RW, cancelled("2025-04-08", "2025-03-20")], "withdrawn", id="was cancelled before"),
    pytest.param([P2RW, completed("2025-04-08", "2025-04-08")], "cleared", id="completed"),
    pytest.param([], "withdrawn", id="retracted"),
]


@pytest.mark.parametrize(("later", "end"), LATER)
def test_how_it_ends(later: list[Event], end: str) -> None:
    assert end_of(CODE, [P2RW], "2025-03-26", later, "2025-04-08", PROJECT) == end


def test_it_says_what_it_would_cost() -> None:
    found = findings([P2RW], "2025-03-26", PROJECT)[CODE]
    # 100,000,000 without VAT is 90,090,090, of which 0.24 percent.
    assert (found.amount_idr, found.workers, found.uncovered_worker_days) == (216_216, 10, 30)
    assert found.due == day("2025-04-23")
    assert found.exposure is not None
    assert [e.name for e in found.evidence if e.id] == ["start_on", "kind", "workers_planned", "value_idr"]
    _, reason, _ = found.texts(LAW)
    assert "since 24 March 2025 (work order (SPMK))" in reason.en
    assert "216,216" in reason.en
