"""project.registration-due, the reminder, and project.registered-late, the review afterwards."""

import pytest

from services.employer.assessment import next_look
from shared.events import Event
from tests.unit.building import (
    LAW,
    PROJECT,
    award,
    cancelled,
    completed,
    day,
    examination,
    findings,
    in_ejakon,
    paid,
    registered,
    started,
    subject_of,
)
from tests.unit.watching import end_of

DUE, LATE = "project.registration-due", "project.registered-late"
# Thursday 20 March 2025; the 14th working day after it is Monday 21 April.
SPK = award("2025-03-20", contract_on="2025-03-20", value_idr=700_000_000, workers_planned=20)
SMALL = award("2025-03-20", contract_on="2025-03-20")
CONSULTANCY = award("2025-03-20", kind="construction-consultancy", contract_on="2025-03-20")

# facts, day, since, due
REMINDED = [
    pytest.param([SPK], "2025-03-20", "2025-03-20", "2025-04-21", id="on the day of the SPK"),
    pytest.param([SPK], "2025-04-21", "2025-03-20", "2025-04-21", id="on the deadline itself"),
    pytest.param([CONSULTANCY], "2025-04-21", "2025-03-20", "2025-04-21", id="consultancy"),
    pytest.param(
        [SPK, in_ejakon("2025-04-01", "2025-04-14")],
        "2025-04-11",
        "2025-03-20",
        "2025-04-21",
        id="registers later",
    ),
    pytest.param(
        [award("2025-03-03"), started("2025-03-10", "2025-03-20")],
        "2025-03-20",
        "2025-03-20",
        "2025-04-21",
        id="SPMK",
    ),
    pytest.param([award("2025-03-20")], "2025-03-20", "2025-03-20", "2025-04-21", id="award"),
    pytest.param(
        [SPK, completed("2025-04-01", "2025-04-14")],
        "2025-04-11",
        "2025-03-20",
        "2025-04-21",
        id="completes later",
    ),
]
NOT_REMINDED = [
    pytest.param([award("2025-03-03", contract_on="2025-03-20")], "2025-03-19", id="a day before the SPK"),
    pytest.param([SPK], "2025-04-22", id="too late: another flag says so"),
    pytest.param([SPK, in_ejakon("2025-04-01", "2025-03-31")], "2025-03-31", id="registered today"),
    pytest.param([SPK, cancelled("2025-04-01", "2025-03-31")], "2025-03-31", id="cancelled today"),
    pytest.param([SPK, completed("2025-04-01", "2025-03-31")], "2025-03-31", id="completed today"),
    pytest.param([award("2025-03-20", kind="goods")], "2025-03-20", id="goods"),
    pytest.param([award("2025-03-20", kind="community")], "2025-03-20", id="community"),
]


@pytest.mark.parametrize(("facts", "on", "since", "due"), REMINDED)
def test_reminded(facts: list[Event], on: str, since: str, due: str) -> None:
    found = findings(facts, on, PROJECT)[DUE]
    assert (found.undecided, found.level) == (None, "notice")
    assert (found.since, found.due) == (day(since), day(due))


@pytest.mark.parametrize(("facts", "on"), NOT_REMINDED)
def test_not_reminded(facts: list[Event], on: str) -> None:
    assert DUE not in findings(facts, on, PROJECT)


def test_the_reminder_says_what_the_clock_is_and_what_is_owed() -> None:
    found = findings([SPK], "2025-03-20", PROJECT)[DUE]
    assert (found.workers, found.amount_idr) == (20, 1_195_945)
    _, reason, _ = found.texts(LAW)
    assert "began with the work contract (SPK) of 20 March 2025" in reason.en
    assert "due by 21 April 2025 (14 working days)" in reason.en


REMINDER_ENDS = [
    pytest.param([SPK, in_ejakon("2025-04-10", "2025-04-10")], "2025-04-10", "cleared", id="registered"),
    pytest.param([SPK], "2025-04-22", "cleared", id="the deadline passed"),
    pytest.param([], "2025-04-10", "withdrawn", id="retracted"),
    pytest.param(
        [SPK, in_ejakon("2025-04-10", "2025-03-20")], "2025-04-10", "withdrawn", id="registered before"
    ),
]


@pytest.mark.parametrize(("later", "on", "end"), REMINDER_ENDS)
def test_how_the_reminder_ends(later: list[Event], on: str, end: str) -> None:
    assert end_of(DUE, [SPK], "2025-03-20", later, on, PROJECT) == end


EJAKON = in_ejakon("2025-05-05", "2025-05-05")  # a Monday
# facts, day, since when, working days without cover
LATELY = [
    pytest.param([SPK, EJAKON, paid("2025-05-05")], "2025-05-05", "2025-03-20", 23, id="paid at once"),
    pytest.param(
        [SPK, EJAKON, paid("2025-05-08")], "2025-05-08", "2025-03-20", 26, id="paid three days later"
    ),
    pytest.param([SPK, EJAKON, paid("2025-05-08")], "2025-06-30", "2025-03-20", 26, id="and it stays so"),
    pytest.param(
        [SPK, EJAKON, paid("2025-04-08")], "2025-06-30", "2025-03-20", 23, id="paid before it registered"
    ),
    pytest.param(
        [SPK, EJAKON, paid("2025-05-06", 0), paid("2025-06-02")],
        "2025-06-30",
        "2025-03-20",
        39,
        id="nothing paid is not paid",
    ),
    pytest.param([SPK, EJAKON], "2025-05-05", "2025-03-20", 24, id="not paid yet"),
    pytest.param(
        [SPK, EJAKON, paid("2025-05-08")], "2025-05-07", "2025-03-20", 26, id="a day before it pays"
    ),
    pytest.param(
        [SPK, EJAKON, completed("2025-05-02", "2025-05-02")],
        "2025-06-30",
        "2025-03-20",
        23,
        id="completed unprotected",
    ),
    pytest.param(
        [award("2025-03-20", contract_on="2025-03-20", end_on="2025-05-02"), EJAKON],
        "2025-06-30",
        "2025-03-20",
        23,
        id="its planned end passed",
    ),
    pytest.param(
        [SPK, started("2025-04-08", "2025-04-14"), EJAKON, paid("2025-05-05")],
        "2025-06-30",
        "2025-04-14",
        13,
        id="SPMK before SPK",
    ),
    pytest.param(
        [award("2025-03-20"), EJAKON, paid("2025-05-05")], "2025-06-30", "2025-03-20", 23, id="award"
    ),
    pytest.param(
        [SPK, in_ejakon("2025-03-21", "2025-03-21"), paid("2025-03-21")],
        "2025-03-21",
        "2025-03-20",
        1,
        id="the day after",
    ),
    pytest.param(
        [SPK, EJAKON, paid("2025-05-05")], "2025-08-03", "2025-03-20", 23, id="on the ninetieth day"
    ),
]
NOT_LATELY = [
    pytest.param([SPK, EJAKON, paid("2025-05-05")], "2025-05-04", id="a day before it registers"),
    pytest.param([SPK, EJAKON, paid("2025-05-05")], "2025-08-04", id="after ninety days"),
    pytest.param([SPK, in_ejakon("2025-03-20", "2025-03-20")], "2025-06-30", id="on the day work began"),
    pytest.param([SPK, in_ejakon("2025-03-10", "2025-03-10")], "2025-06-30", id="before work began"),
    pytest.param(
        [SPK, started("2025-04-08", "2025-05-05"), EJAKON], "2025-06-30", id="on the day of the SPMK"
    ),
    pytest.param([SPK, EJAKON, cancelled("2025-05-06", "2025-05-06")], "2025-05-06", id="cancelled"),
    pytest.param([award("2025-03-20", kind="services"), EJAKON], "2025-06-30", id="services"),
    pytest.param(
        [award("2025-03-01", contract_on="2025-03-29"), in_ejakon("2025-04-06", "2025-04-06")],
        "2025-04-07",
        id="no working day lay between, nor today",
    ),
]


@pytest.mark.parametrize(("facts", "on", "since", "days"), LATELY)
def test_registered_late(facts: list[Event], on: str, since: str, days: int) -> None:
    found = findings(facts, on, PROJECT)[LATE]
    assert (found.undecided, found.due) == (None, None)
    assert (found.since, found.uncovered_working_days) == (day(since), days)
    assert found.uncovered_worker_days == (days * found.workers if found.workers else None)


@pytest.mark.parametrize(("facts", "on"), NOT_LATELY)
def test_not_registered_late(facts: list[Event], on: str) -> None:
    assert LATE not in findings(facts, on, PROJECT)


def test_a_weekend_is_not_late_until_the_first_working_day() -> None:
    facts = [award("2025-05-16", contract_on="2025-05-17"), in_ejakon("2025-05-18", "2025-05-18")]
    assert LATE not in findings(facts, "2025-05-18", PROJECT)
    assert findings(facts, "2025-05-19", PROJECT)[LATE].uncovered_working_days == 1
    project = subject_of(facts, PROJECT)
    assert next_look(project, LAW, day("2025-05-18"), open_flags=False) == day("2025-05-19")


@pytest.mark.parametrize("code", [DUE, LATE])
def test_without_an_award_neither_can_be_decided(code: str) -> None:
    facts = [EJAKON] if code == LATE else [started("2025-03-20", "2025-03-20")]
    one = examination(facts, "2025-05-05", PROJECT, code)
    assert (one.outcome, one.undecided) == ("undecided", "kind is unknown: no award was received")


LATE_ENDS = [
    pytest.param([SPK, EJAKON, paid("2025-05-05")], "2025-08-04", "cleared", id="its time is over"),
    pytest.param([SPK, in_ejakon("2025-05-12", "2025-03-20")], "2025-05-12", "withdrawn", id="was in time"),
    pytest.param([SPK], "2025-05-12", "withdrawn", id="the registration was retracted"),
    pytest.param(
        [SPK, EJAKON, cancelled("2025-05-12", "2025-05-12")], "2025-05-12", "cleared", id="cancelled"
    ),
    pytest.param([SPK, EJAKON, paid("2025-05-12")], "2025-05-12", "updated", id="paid"),
]


@pytest.mark.parametrize(("later", "on", "end"), LATE_ENDS)
def test_how_a_late_registration_ends(later: list[Event], on: str, end: str) -> None:
    assert end_of(LATE, [SPK, EJAKON], "2025-05-05", later, on, PROJECT) == end


def test_a_late_registration_proves_itself() -> None:
    found = findings([SPK, EJAKON, paid("2025-05-08")], "2025-05-08", PROJECT)[LATE]
    assert [(e.name, e.id) for e in found.evidence if e.id] == [
        ("registered_on", EJAKON.id),
        ("contract_on", SPK.id),
        ("kind", SPK.id),
        ("workers_planned", SPK.id),
    ]
    _, reason, _ = found.texts(LAW)
    assert "work contract (SPK) of 20 March 2025): 26 working days" in reason.en
    firm = registered("2025-03-20")
    assert findings([SPK, EJAKON, firm], "2025-05-08", PROJECT)[LATE].uncovered_working_days == 27
