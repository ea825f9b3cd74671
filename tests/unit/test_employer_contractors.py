"""project.contractor-flagged: a running project with a contractor that has flags of its own."""

from datetime import date
from typing import Any

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    NIB,
    OTHER,
    PROJECT,
    award,
    cancelled,
    closed,
    completed,
    enrolled,
    findings,
    incident,
    posted,
    registered,
    staff,
    started,
    updated,
)

CODE = "project.contractor-flagged"
PROFILE: dict[str, Any] = {"workforce": 5, "obliged_since": "2025-01-06"}
# Not registered from 21 February on.
OUTSIDE = registered("2025-01-06", **PROFILE)
GOOD = [registered("2025-01-06", OTHER, name="PT Baik", member_since="2025-01-06", **PROFILE)]
GOOD += staff(5, employer=OTHER)
SHORT = [*GOOD, updated("2025-02-03", OTHER, workforce=8)]
ALIAS = updated("2025-01-07", nib=NIB.removeprefix("employer:nib-"))
SPK = award("2025-03-20", contract_on="2025-03-20")
KSO = award("2025-03-20", contract_on="2025-03-20", contractors=[OTHER, FIRM])

RAISED = [
    pytest.param([OUTSIDE, SPK], "2025-03-20", id="on the day of the SPK"),
    pytest.param([OUTSIDE, *GOOD, KSO], "2025-03-20", id="the second member of a KSO"),
    pytest.param([*SHORT, KSO], "2025-03-20", id="the first member of a KSO, the other unknown"),
    pytest.param([OUTSIDE, SPK, completed("2025-05-01", "2025-06-02")], "2025-06-01", id="completes later"),
    pytest.param([OUTSIDE, SPK, cancelled("2025-05-01", "2025-06-02")], "2025-06-01", id="cancelled later"),
    pytest.param(
        [OUTSIDE, award("2025-03-03", kind="goods", contract_on="2025-03-20")], "2025-03-20", id="goods too"
    ),
    pytest.param(
        [OUTSIDE, ALIAS, award("2025-03-20", contract_on="2025-03-20", contractors=[NIB])],
        "2025-03-20",
        id="awarded to its other name",
    ),
    pytest.param(
        [OUTSIDE, award("2025-03-03"), started("2025-03-20", "2025-03-20")], "2025-03-20", id="SPMK"
    ),
    pytest.param(
        [OUTSIDE, *GOOD, award("2025-03-03", contract_on="2025-03-20", contractors=[OTHER]), SPK],
        "2025-03-20",
        id="the later award names it",
    ),
]

NOT_RAISED = [
    pytest.param([OUTSIDE, SPK], "2025-03-19", id="a day before the SPK"),
    pytest.param([OUTSIDE, award("2025-01-06")], "2025-02-20", id="a day before the contractor is flagged"),
    pytest.param([*GOOD, award("2025-03-20", contractors=[OTHER])], "2025-03-20", id="all is well"),
    pytest.param([OUTSIDE, SPK, updated("2025-04-01", npp="AB123456"), *staff(5)], "2025-04-01", id="mended"),
    pytest.param([OUTSIDE, SPK, closed("2025-04-01", "2025-04-01")], "2025-04-01", id="contractor closed"),
    pytest.param([OUTSIDE, SPK, completed("2025-06-02", "2025-06-02")], "2025-06-02", id="completed"),
    pytest.param([OUTSIDE, SPK, cancelled("2025-06-02", "2025-06-02")], "2025-06-02", id="cancelled"),
    pytest.param([award("2025-03-20", contractors=[])], "2025-03-20", id="nobody carries it out"),
    pytest.param(
        [OUTSIDE, SPK, *GOOD, award("2025-04-01", contractors=[OTHER])],
        "2025-04-01",
        id="contractor replaced",
    ),
]

SIZED: dict[str, Any] = {"member_since": "2025-01-06", "workforce": 1, "size": "medium"}
ALL_PROGRAMMES: dict[str, Any] = {"programmes": ["jkk", "jkm", "jht", "jp"]}
WELL = [registered("2025-01-06", **SIZED, **ALL_PROGRAMMES), posted("2025-01", "2025-02-14")]
PAYING = enrolled(1, "2025-01-06", wage_idr=9_000_000, region="32.72")
# What is wrong with a member that has all its workers, and which rule of employers says so.
OTHER_RULES = [
    pytest.param([*WELL, PAYING], "employer.in-arrears", id="in arrears"),
    pytest.param(
        [registered("2025-01-06", **SIZED, programmes=["jkk", "jkm"]), PAYING],
        "employer.programme-missing",
        id="programmes",
    ),
    pytest.param(
        [*WELL, posted("2025-02", "2025-03-14"), enrolled(1, "2025-01-06", wage_idr=1, region="32.72")],
        "employer.wage-underreported",
        id="wages",
    ),
]


@pytest.mark.parametrize(("facts", "code"), OTHER_RULES)
def test_every_rule_of_employers_counts(facts: list[Event], code: str) -> None:
    found = findings([*facts, SPK], "2025-03-20", PROJECT)[CODE]
    assert [e.value for e in found.evidence[1:]] == [code]


def test_an_accident_is_told_of_the_employer_itself() -> None:
    facts = [*WELL, posted("2025-02", "2025-03-14"), PAYING, incident(2, "2025-03-03"), SPK]
    assert "worker.unprotected-incident" in findings(facts, "2025-03-20", FIRM)
    assert CODE not in findings(facts, "2025-03-20", PROJECT)


@pytest.mark.parametrize(("facts", "on"), RAISED)
def test_raised(facts: list[Event], on: str) -> None:
    found = findings(facts, on, PROJECT)[CODE]
    assert found.undecided is None
    assert found.since == date(2025, 3, 20)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, PROJECT)


@pytest.mark.parametrize(
    ("facts", "unknown"),
    [([SPK], FIRM), ([*GOOD, KSO], FIRM), ([KSO], f"{FIRM}, {OTHER}")],
    ids=["one", "one of a KSO", "both of a KSO"],
)
def test_an_unknown_contractor_cannot_be_decided(facts: list[Event], unknown: str) -> None:
    found = findings(facts, "2025-03-20", PROJECT)[CODE]
    assert found.undecided == f"nothing is known about {unknown}"


def test_every_member_of_a_kso_is_named_with_what_is_wrong() -> None:
    found = findings([OUTSIDE, *SHORT, KSO], "2025-03-20", PROJECT)[CODE]
    assert [(e.name, e.value) for e in found.evidence[1:]] == [
        (FIRM, "employer.not-registered"),
        (OTHER, "employer.workers-missing"),
    ]
    assert found.evidence[0].value == f"{OTHER}, {FIRM}"
    _, reason, _ = found.texts(LAW)
    assert "CV Maju, PT Baik" in reason.en
    assert "Employer not registered, Workers missing" in reason.en


def test_two_names_of_one_contractor_are_one() -> None:
    both = award("2025-03-20", contract_on="2025-03-20", contractors=[FIRM, NIB])
    found = findings([OUTSIDE, ALIAS, both], "2025-03-20", PROJECT)[CODE]
    assert [(e.name, e.value) for e in found.evidence[1:]] == [(FIRM, "employer.not-registered")]


def test_an_older_breach_counts_from_the_contract_a_newer_one_from_itself() -> None:
    early = award("2025-01-06", contract_on="2025-01-06")
    assert findings([OUTSIDE, early], "2025-03-20", PROJECT)[CODE].since == date(2025, 1, 6)
    long_running = award("2025-01-02", contractors=[OTHER], contract_on="2025-01-02")
    found = findings([*SHORT, long_running], "2025-03-20", PROJECT)[CODE]
    assert found.since == date(2025, 2, 3)
    assert found.due == date(2025, 2, 12)
