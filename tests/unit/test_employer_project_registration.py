"""project.not-registered: construction that is not in e-Jakon 14 working days after its SPK."""

from datetime import date

import pytest

from shared.events import Event
from tests.unit.building import (
    LAW,
    PROJECT,
    amended,
    award,
    cancelled,
    completed,
    findings,
    in_ejakon,
    started,
)

CODE = "project.not-registered"
# Thursday 20 March 2025; Nyepi, Lebaran with its collective leave and Good Friday are no working days.
SPK = award("2025-03-20", contract_on="2025-03-20", value_idr=700_000_000, workers_planned=20)
DEADLINE, BREACH = "2025-04-21", "2025-04-22"
CONSULTANCY = award("2025-03-20", kind="construction-consultancy", contract_on="2025-03-20")

RAISED = [
    pytest.param([SPK], BREACH, id="the day after the deadline"),
    pytest.param([CONSULTANCY], BREACH, id="consultancy counts"),
    pytest.param([SPK, in_ejakon("2025-06-02", "2025-06-02")], "2025-06-01", id="a day before it registers"),
    pytest.param([SPK, cancelled("2025-05-01", "2025-06-01")], "2025-05-31", id="a day before it ends"),
    pytest.param([SPK, completed("2025-04-01", "2025-04-01")], BREACH, id="completed and never registered"),
    pytest.param([SPK, award("2025-04-10", contract_on=None)], BREACH, id="null is no other SPK"),
    pytest.param(
        [SPK, amended("2025-04-10", 1, end_on="2025-09-30")], BREACH, id="an addendum sets nothing back"
    ),
]

NOT_RAISED = [
    pytest.param([SPK], DEADLINE, id="on the deadline itself"),
    pytest.param([SPK, in_ejakon("2025-06-02", "2025-06-02")], "2025-06-02", id="registers late"),
    pytest.param([SPK, in_ejakon("2025-06-02", "2025-04-01")], BREACH, id="was registered all along"),
    pytest.param([SPK, cancelled("2025-05-01", "2025-04-01")], BREACH, id="cancelled"),
    pytest.param([award("2025-03-20", kind="goods", contract_on="2025-03-20")], BREACH, id="goods"),
    pytest.param([award("2025-03-20", kind="services", contract_on="2025-03-20")], BREACH, id="services"),
    pytest.param([award("2025-03-20", kind="community", contract_on="2025-03-20")], BREACH, id="community"),
    pytest.param([SPK, award("2025-03-21", contract_on="2025-04-14")], BREACH, id="the SPK was put right"),
    pytest.param([in_ejakon("2025-04-01", "2025-04-01")], BREACH, id="registered, and no award known"),
    pytest.param([cancelled("2025-04-01", "2025-04-01")], BREACH, id="cancelled, and no award known"),
]

# facts, since when the clock runs, its name in the evidence and in both languages
CLOCKS = [
    pytest.param([SPK], "2025-03-20", "contract_on", "SPK", "work contract (SPK)", id="SPK"),
    pytest.param(
        [SPK, started("2025-03-25", "2025-03-24")], "2025-03-20", "contract_on", "SPK", "work contract (SPK)",
        id="SPK before SPMK",
    ),
    pytest.param(
        [award("2025-03-03"), started("2025-03-25", "2025-03-24")],
        "2025-03-24", "start_on", "SPMK", "work order (SPMK)", id="SPMK told apart",
    ),
    pytest.param(
        [award("2025-03-03", start_on="2025-03-24")],
        "2025-03-24", "start_on", "SPMK", "work order (SPMK)", id="SPMK in the award",
    ),
    pytest.param(
        [award("2025-03-03")],
        "2025-03-03", "awarded", "pengumuman pemenang", "award announcement", id="award",
    ),
    pytest.param(
        [award("2025-03-03"), award("2025-04-22", region="32.72.01")],
        "2025-03-03", "awarded", "pengumuman pemenang", "award announcement", id="award told again",
    ),
]  # fmt: skip

# days since, working days without cover on 31 July 2025
ENDS = [
    pytest.param([SPK], 80, id="still running"),
    pytest.param([SPK, started("2025-04-08", "2025-04-08")], 74, id="work began later"),
    pytest.param([SPK, completed("2025-05-05", "2025-05-02")], 23, id="completed"),
    pytest.param([award("2025-03-20", contract_on="2025-03-20", end_on="2025-05-02")], 23, id="planned end"),
    pytest.param(
        [
            award("2025-03-20", contract_on="2025-03-20", end_on="2025-04-08"),
            amended("2025-04-08", 1, end_on="2025-05-02"),
        ],
        23,
        id="amended end",
    ),
]


@pytest.mark.parametrize(("facts", "on"), RAISED)
def test_raised(facts: list[Event], on: str) -> None:
    found = findings(facts, on, PROJECT)[CODE]
    assert found.undecided is None
    assert (found.since, found.due) == (date(2025, 3, 20), date(2025, 4, 21))


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, PROJECT)


def test_without_an_award_it_cannot_be_decided() -> None:
    found = findings([amended("2025-04-01", 1, value_idr=1)], BREACH, PROJECT)[CODE]
    assert found.undecided == "kind is unknown: no award was received"


@pytest.mark.parametrize(("facts", "since", "name", "indonesian", "english"), CLOCKS)
def test_it_says_which_document_started_the_clock(
    facts: list[Event], since: str, name: str, indonesian: str, english: str
) -> None:
    found = findings(facts, "2025-06-02", PROJECT)[CODE]
    assert found.since == date.fromisoformat(since)
    assert found.evidence[0].name == name
    assert found.evidence[0].value == since
    _, reason, _ = found.texts(LAW)
    assert f"Dihitung dari {indonesian} " in reason.id
    assert f"Counted from the {english} of " in reason.en


@pytest.mark.parametrize(("facts", "days"), ENDS)
def test_days_without_cover_run_from_the_start_of_work_to_its_end(facts: list[Event], days: int) -> None:
    assert findings(facts, "2025-07-31", PROJECT)[CODE].uncovered_working_days == days


def test_it_proves_itself_and_says_what_is_owed() -> None:
    found = findings([SPK, amended("2025-04-01", 1, value_idr=1_000_000_000)], BREACH, PROJECT)[CODE]
    assert (found.name, found.workers, found.amount_idr) == (
        "Drainase Cikole",
        20,
        1_601_351,
    )  # least: without VAT
    assert [(e.name, e.value) for e in found.evidence if e.article is None] == [
        ("contract_on", "2025-03-20"),
        ("kind", "construction"),
        ("workers_planned", "20"),
        ("value_idr", "1000000000"),
    ]
    assert [e.name for e in found.evidence if e.article] == [
        "project.registration-working-days",
        "project.contribution-base",
        "project.contribution-tiers",
    ]


def test_an_unknown_value_and_crew_are_left_open() -> None:
    found = findings([award("2025-03-20", contract_on="2025-03-20")], BREACH, PROJECT)[CODE]
    assert (found.workers, found.amount_idr) == (None, None)
