"""agency.non-asn-missing and group.cover-ending: what government owes its own staff and the vulnerable."""

from typing import Any

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    GROUP,
    LAW,
    OFFICE,
    closed,
    day,
    declared,
    enrolled,
    examination,
    findings,
    registered,
    unregistered,
    updated,
)
from tests.unit.watching import end_of

MISSING, ENDING = "agency.non-asn-missing", "group.cover-ending"


def office(workforce: int | None) -> Event:
    return registered("2025-01-06", OFFICE, name="Dinas PU", sector="state", workforce=workforce)


def hired(number: int, on: str = "2025-01-06", employer: str = OFFICE, **told: Any) -> list[Event]:
    usual = {"segment": "non-asn"} | told
    return [enrolled(one, on, employer=employer, **usual) for one in range(1, number + 1)]


SHORT = [office(3), *hired(2)]
# facts, day, since, how many
RAISED = [
    pytest.param(SHORT, "2025-01-06", "2025-01-06", 1, id="on the first day"),
    pytest.param([office(3)], "2025-06-02", "2025-01-06", 3, id="nobody"),
    pytest.param(
        [office(None), declared("2025-03-03", 3, "2025-03-03", OFFICE), *hired(2)],
        "2025-03-03",
        "2025-03-03",
        1,
        id="a head count declared",
    ),
    pytest.param(
        [office(2), declared("2025-02-03", 3, "2025-03-03", OFFICE), *hired(2)],
        "2025-03-03",
        "2025-03-03",
        1,
        id="a larger one since",
    ),
    pytest.param(
        [office(3), *hired(3), unregistered(1, "2025-03-03", employer=OFFICE)],
        "2025-06-02",
        "2025-03-03",
        1,
        id="one left",
    ),
    pytest.param(
        [*SHORT, *hired(1, employer=FIRM)], "2025-06-02", "2025-01-06", 1, id="a firm's are not its own"
    ),
]
NOT_RAISED = [
    pytest.param([office(3), *hired(3)], "2025-06-02", id="all"),
    pytest.param([office(2), *hired(3)], "2025-06-02", id="more"),
    pytest.param([office(0)], "2025-06-02", id="it has none"),
    pytest.param(
        [office(2), declared("2025-02-03", 3, "2025-03-03", OFFICE), *hired(2)],
        "2025-03-02",
        id="a day before its larger head count counts",
    ),
    pytest.param([*SHORT, *hired(3, "2025-03-03")], "2025-03-03", id="the third since today"),
    pytest.param([*SHORT, updated("2025-03-03", OFFICE, workforce=2)], "2025-03-03", id="put right"),
    pytest.param([*SHORT, closed("2025-03-03", "2025-03-03", OFFICE)], "2025-03-03", id="dissolved"),
]
OFFICE_ENDS = [
    pytest.param([*SHORT, *hired(3, "2025-03-10")], "cleared", id="enrolled"),
    pytest.param(
        [*SHORT, enrolled(3, "2025-01-06", "2025-03-10", employer=OFFICE)], "withdrawn", id="was enrolled"
    ),
    pytest.param([office(None), *hired(2)], "withdrawn", id="the head count was retracted"),
    pytest.param([*SHORT, updated("2025-03-10", OFFICE, workforce=2)], "cleared", id="fewer since"),
]


@pytest.mark.parametrize(("facts", "on", "since", "missing"), RAISED)
def test_staff_is_missing(facts: list[Event], on: str, since: str, missing: int) -> None:
    found = findings(facts, on, OFFICE)[MISSING]
    assert found.undecided is None
    assert (found.since, found.workers) == (day(since), missing)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_staff_is_not_missing(facts: list[Event], on: str) -> None:
    assert MISSING not in findings(facts, on, OFFICE)


def test_an_unknown_head_count_cannot_be_decided() -> None:
    one = examination([office(None), *hired(2)], "2025-06-02", OFFICE, MISSING)
    assert (one.outcome, one.undecided) == ("undecided", "workforce is unknown")


def test_an_office_has_thirty_working_days_and_no_rule_of_employers() -> None:
    found = findings(SHORT, "2025-01-17", OFFICE)
    assert found.keys() == {MISSING}
    assert (found[MISSING].due, found[MISSING].uncovered_working_days) == (day("2025-02-20"), 10)
    assert found[MISSING].sector == "state"
    assert [(e.name, e.value, e.id) for e in found[MISSING].evidence] == [
        ("workforce", "3", SHORT[0].id),
        ("enrolled", "2", None),
        ("employer.registration-working-days", "30", None),
    ]
    assert "3 non-ASN staff, 2 are enrolled: 1" in found[MISSING].texts(LAW)[1].en


@pytest.mark.parametrize(("later", "end"), OFFICE_ENDS)
def test_how_missing_staff_ends(later: list[Event], end: str) -> None:
    assert end_of(MISSING, SHORT, "2025-03-03", later, "2025-03-10", OFFICE) == end


def covered(number: int, until: str | None, on: str = "2025-01-06") -> list[Event]:
    return hired(number, on, GROUP, segment="vulnerable", covered_until=until)


# Covered through 30 June 2025: the first day without is 1 July, thirty days before it is 1 June.
JUNE = covered(5, "2025-06-30")
# facts, day, since, the last day covered, how many
ENDING_RAISED = [
    pytest.param(JUNE, "2025-06-01", "2025-06-01", "2025-06-30", 5, id="thirty days before"),
    pytest.param(JUNE, "2025-06-30", "2025-06-01", "2025-06-30", 5, id="on the last day"),
    pytest.param(JUNE, "2025-07-01", "2025-06-01", "2025-06-30", 5, id="on the first day without"),
    pytest.param(JUNE, "2025-07-30", "2025-06-01", "2025-06-30", 5, id="29 days after"),
    pytest.param(
        [*JUNE, *covered(3, None, "2025-07-01")],
        "2025-06-10",
        "2025-06-01",
        "2025-06-30",
        2,
        id="renewed for some",
    ),
    pytest.param(
        [*JUNE, unregistered(1, "2025-06-20", employer=GROUP)],
        "2025-06-10",
        "2025-05-21",
        "2025-06-19",
        5,
        id="one leaves before the others",
    ),
    pytest.param(
        covered(1, "2025-06-30", "2025-06-20"),
        "2025-06-20",
        "2025-06-01",
        "2025-06-30",
        1,
        id="covered for less than the warning",
    ),
]
ENDING_NOT = [
    pytest.param(JUNE, "2025-05-31", id="31 days before"),
    pytest.param(JUNE, "2025-07-31", id="thirty days after the last day"),
    pytest.param([*JUNE, *covered(5, None, "2025-07-01")], "2025-06-30", id="renewed for all"),
    pytest.param([*JUNE, *covered(6, None, "2025-07-01")], "2025-06-30", id="renewed for more"),
    pytest.param(covered(5, None), "2025-06-30", id="without an end"),
    pytest.param([registered("2025-01-06", GROUP, workforce=5)], "2025-06-30", id="nobody is covered"),
]
GROUP_ENDS = [
    pytest.param([*JUNE, *covered(5, None, "2025-07-01")], "2025-06-10", "withdrawn", id="had been renewed"),
    pytest.param(covered(5, None), "2025-06-10", "withdrawn", id="the end was a mistake"),
    pytest.param(JUNE, "2025-08-15", "cleared", id="it is long over"),
    pytest.param([], "2025-06-10", "withdrawn", id="retracted"),
]


@pytest.mark.parametrize(("facts", "on", "since", "last", "workers"), ENDING_RAISED)
def test_cover_is_ending(facts: list[Event], on: str, since: str, last: str, workers: int) -> None:
    found = findings(facts, on, GROUP)[ENDING]
    assert found.undecided is None
    assert (found.since, found.due, found.workers) == (day(since), day(last), workers)


@pytest.mark.parametrize(("facts", "on"), ENDING_NOT)
def test_cover_is_not_ending(facts: list[Event], on: str) -> None:
    assert ENDING not in findings(facts, on, GROUP)


@pytest.mark.parametrize(("later", "on", "end"), GROUP_ENDS)
def test_how_ending_cover_ends(later: list[Event], on: str, end: str) -> None:
    assert end_of(ENDING, JUNE, "2025-06-01", later, on, GROUP) == end


def test_it_names_the_last_day() -> None:
    _, reason, remedy = findings(JUNE, "2025-06-01", GROUP)[ENDING].texts(LAW)
    assert "Cover ends for 5 of 5 vulnerable workers" in reason.en
    assert "the last day covered is 30 June 2025" in reason.en
    assert "before 30 June 2025" in remedy.en
