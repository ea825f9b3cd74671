"""worker.unprotected-incident: an accident or death of a worker who was covered nowhere that counts."""

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    GROUP,
    LAW,
    OFFICE,
    OTHER,
    PROJECT,
    award,
    day,
    enrolled,
    examination,
    findings,
    incident,
    registered,
    staff,
    unregistered,
    updated,
    worker,
)
from tests.unit.watching import end_of

CODE = "worker.unprotected-incident"
HURT = incident(1, "2025-05-05")
ON_SITE = incident(1, "2025-05-05", project=PROJECT)
FIRM_FACT, SPK = registered("2025-01-06"), award("2025-03-20")

# facts, whose it is, day, since, how many
RAISED = [
    pytest.param([FIRM_FACT, HURT], FIRM, "2025-05-05", "2025-05-05", 1, id="on that day"),
    pytest.param([FIRM_FACT, HURT], FIRM, "2026-05-05", "2025-05-05", 1, id="a year later"),
    pytest.param([HURT], FIRM, "2025-05-05", "2025-05-05", 1, id="a firm known by it alone"),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-05-06")],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="enrolled the day after",
    ),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-01-06"), unregistered(1, "2025-05-05")],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="unregistered that day",
    ),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-01-06", covered_until="2025-05-04")],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="cover ran out the day before",
    ),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-01-06", employer=OTHER)],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="another employer's cover",
    ),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(2, "2025-01-06")],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="another worker's cover",
    ),
    pytest.param(
        [FIRM_FACT, HURT, incident(2, "2025-05-02", kind="death")],
        FIRM,
        "2025-06-02",
        "2025-05-02",
        2,
        id="two, counted from the first",
    ),
    pytest.param(
        [FIRM_FACT, HURT, incident(1, "2025-05-12", kind="death")],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="twice the same worker",
    ),
    pytest.param(
        [FIRM_FACT, HURT, incident(2, "2025-05-02"), enrolled(2, "2025-05-02")],
        FIRM,
        "2025-06-02",
        "2025-05-05",
        1,
        id="one of two was covered",
    ),
    pytest.param([SPK, ON_SITE], PROJECT, "2025-05-05", "2025-05-05", 1, id="at a project"),
    pytest.param(
        [SPK, ON_SITE, enrolled(1, "2025-01-06", project="project:p-two")],
        PROJECT,
        "2025-05-05",
        "2025-05-05",
        1,
        id="covered at another project",
    ),
    pytest.param(
        [incident(1, "2025-05-05", employer=OFFICE)], OFFICE, "2025-05-05", "2025-05-05", 1, id="office"
    ),
    pytest.param(
        [incident(1, "2025-05-05", employer=GROUP)], GROUP, "2025-05-05", "2025-05-05", 1, id="group"
    ),
    pytest.param(
        [incident(1, "2025-05-05", employer=None)], worker(1), "2025-05-05", "2025-05-05", 1, id="alone"
    ),
]
NOT_RAISED = [
    pytest.param([FIRM_FACT, HURT], FIRM, "2025-05-04", id="a day before"),
    pytest.param([FIRM_FACT, HURT, enrolled(1, "2025-05-05")], FIRM, "2025-05-05", id="enrolled that day"),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-01-06"), unregistered(1, "2025-05-06")],
        FIRM,
        "2025-06-02",
        id="unregistered the day after",
    ),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-01-06", employer=None)], FIRM, "2025-06-02", id="by herself"
    ),
    pytest.param([SPK, ON_SITE, enrolled(1, "2025-01-06")], PROJECT, "2025-06-02", id="at her employer"),
    pytest.param(
        [SPK, ON_SITE, enrolled(1, "2025-01-06", project=PROJECT, employer=OTHER)],
        PROJECT,
        "2025-06-02",
        id="at that project by another member",
    ),
    pytest.param([FIRM_FACT, SPK, ON_SITE], FIRM, "2025-06-02", id="a project's is not its employer's"),
    pytest.param([FIRM_FACT, *staff(2)], FIRM, "2025-06-02", id="nothing happened"),
]
LATER = [
    pytest.param([FIRM_FACT, HURT, enrolled(1, "2025-05-05", "2025-06-02")], "withdrawn", id="was covered"),
    pytest.param(
        [FIRM_FACT, HURT, enrolled(1, "2025-05-06", "2025-06-02")], "open", id="enrolled afterwards"
    ),
    pytest.param([FIRM_FACT], "withdrawn", id="retracted"),
]


@pytest.mark.parametrize(("facts", "subject", "on", "since", "workers"), RAISED)
def test_raised(facts: list[Event], subject: str, on: str, since: str, workers: int) -> None:
    found = findings(facts, on, subject)[CODE]
    assert found.undecided is None
    assert (found.since, found.due, found.workers) == (day(since), None, workers)


@pytest.mark.parametrize(("facts", "subject", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], subject: str, on: str) -> None:
    assert CODE not in findings([*facts, updated("2025-01-06", OTHER)], on, subject)


@pytest.mark.parametrize(("later", "end"), LATER)
def test_how_it_ends(later: list[Event], end: str) -> None:
    assert end_of(CODE, [FIRM_FACT, HURT], "2025-05-05", later, "2025-06-02", FIRM) == end


def test_nothing_can_be_unknown_about_it() -> None:
    assert examination([FIRM_FACT], "2025-05-05", FIRM, CODE).outcome == "not-applicable"
    covered = [FIRM_FACT, HURT, enrolled(1, "2025-05-05")]
    assert examination(covered, "2025-05-05", FIRM, CODE).outcome == "fine"


def test_it_names_the_fact_and_says_who_owes() -> None:
    found = findings([FIRM_FACT, HURT], "2025-05-05", FIRM)[CODE]
    assert [(e.name, e.value, e.id) for e in found.evidence] == [
        (f"accident of {worker(1)}", "2025-05-05", HURT.id)
    ]
    assert found.exposure is not None
    assert found.law == ["PP 44/2015 art. 27", "PP 44/2015 art. 34"]
    _, reason, _ = found.texts(LAW)
    assert "The employer owes the benefits itself." in reason.en
