"""employer.workers-missing (PDS TK): a member with fewer workers enrolled than it declared."""

from datetime import date

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    NIB,
    closed,
    decided,
    declared,
    enrolled,
    findings,
    registered,
    staff,
    unregistered,
    updated,
)

CODE = "employer.workers-missing"
MEMBER = registered("2025-01-06", workforce=5, obliged_since="2025-01-06", member_since="2025-01-06")
NEWCOMER = registered("2025-01-06", workforce=5, obliged_since="2025-01-06")
SHORT = [MEMBER, *staff(3)]

# facts, day, since when, how many are missing
RAISED = [
    pytest.param(SHORT, "2025-01-06", "2025-01-06", 2, id="on the first day"),
    pytest.param([MEMBER], "2025-02-03", "2025-01-06", 5, id="nobody is enrolled"),
    pytest.param([NEWCOMER, *staff(3)], "2025-02-21", "2025-01-06", 2, id="no number, but workers"),
    pytest.param(
        [*SHORT, declared("2025-05-30", 5, as_of="2025-05-30")],
        "2025-05-30",
        "2025-01-06",
        2,
        id="said again",
    ),
    pytest.param(
        [NEWCOMER, updated("2025-02-03", npp="AB123456"), *staff(3, "2025-02-03")],
        "2025-02-03",
        "2025-02-03",
        2,
        id="on the day of its number",
    ),
    pytest.param(
        [MEMBER, *staff(5), unregistered(5, "2025-03-03")],
        "2025-03-03",
        "2025-03-03",
        1,
        id="the first day without the fifth",
    ),
    pytest.param(
        [MEMBER, *staff(5), unregistered(5, "2025-03-03"), unregistered(4, "2025-03-10")],
        "2025-04-01",
        "2025-03-03",
        2,
        id="counted from the first who left",
    ),
    pytest.param(
        [MEMBER, *staff(4), enrolled(5, "2025-01-06", covered_until="2025-02-28")],
        "2025-03-01",
        "2025-03-01",
        1,
        id="cover of one ran out",
    ),
    pytest.param(
        [MEMBER, *staff(5), declared("2025-02-03", 8, as_of="2025-03-03")],
        "2025-03-03",
        "2025-03-03",
        3,
        id="on the day its larger head count counts from",
    ),
    pytest.param(
        [MEMBER, *staff(5), declared("2025-04-01", 8, as_of="2025-03-03")],
        "2025-04-01",
        "2025-03-03",
        3,
        id="a head count told late",
    ),
    pytest.param([*SHORT, updated("2025-02-03", workforce=None)], "2025-02-03", "2025-01-06", 2, id="null"),
    pytest.param(
        [*SHORT, *(enrolled(n, "2025-01-06", project="project:lkpp-1-tender-2") for n in (4, 5))],
        "2025-01-06",
        "2025-01-06",
        2,
        id="workers of a project are not its own",
    ),
    pytest.param(
        [*SHORT, closed("2025-03-01", "2025-04-01")], "2025-03-31", "2025-01-06", 2, id="closes later"
    ),
]

NOT_RAISED = [
    pytest.param([NEWCOMER, *staff(3)], "2025-02-20", id="no number yet, and still time to register"),
    pytest.param([MEMBER, *staff(5)], "2025-01-06", id="all are enrolled"),
    pytest.param([MEMBER, *staff(6)], "2025-01-06", id="more than declared"),
    pytest.param([*SHORT, *staff(5, "2025-02-03")], "2025-02-03", id="the last two were enrolled"),
    pytest.param([*SHORT, updated("2025-02-03", workforce=3)], "2025-02-03", id="head count put right"),
    pytest.param([MEMBER, updated("2025-01-07", workforce=0)], "2025-02-03", id="no workers"),
    pytest.param([NEWCOMER], "2025-06-02", id="no member: another flag says so"),
    pytest.param(
        [NEWCOMER, updated("2025-02-03", member_since="2025-03-03")],
        "2025-03-02",
        id="a day before membership",
    ),
    pytest.param(
        [MEMBER, *staff(5), declared("2025-02-03", 8, as_of="2025-03-03")],
        "2025-03-02",
        id="a day before its larger head count counts",
    ),
    pytest.param([*SHORT, closed("2025-03-01", "2025-03-01")], "2025-03-01", id="closed"),
    pytest.param(
        [*SHORT, updated("2025-01-07", nib="1234567890123"), *staff(0)]
        + [enrolled(n, "2025-01-06", employer=NIB) for n in (7, 8)],
        "2025-01-06",
        id="two are enrolled under its other name",
    ),
]


@pytest.mark.parametrize(("facts", "on", "since", "missing"), RAISED)
def test_raised(facts: list[Event], on: str, since: str, missing: int) -> None:
    found = findings(facts, on, FIRM)[CODE]
    assert found.undecided is None
    assert (found.since, found.workers) == (date.fromisoformat(since), missing)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, FIRM)


def test_an_unknown_head_count_cannot_be_decided() -> None:
    facts = [registered("2025-01-06", member_since="2025-01-06"), *staff(3)]
    found = findings(facts, "2025-02-03", FIRM)[CODE]
    assert (found.undecided, found.since, found.workers) == ("workforce is unknown", None, None)


def test_it_is_to_be_mended_within_seven_working_days_and_counts_days_without_cover() -> None:
    found = findings(SHORT, "2025-01-17", FIRM)[CODE]
    assert found.due == date(2025, 1, 15)
    assert found.uncovered_working_days == 10  # two weeks, both Mondays to Fridays


def test_it_proves_itself() -> None:
    found = findings(SHORT, "2025-01-06", FIRM)[CODE]
    assert [(e.name, e.value, e.id) for e in found.evidence] == [
        ("workforce", "5", MEMBER.id),
        ("enrolled", "3", None),
        ("employer.change-working-days", "7", None),
    ]


@pytest.mark.parametrize("given", ["member_since", "npp"])
def test_a_member_is_never_found_unregistered(given: str) -> None:
    profile = {"npp": "AB123456"} if given == "npp" else {"member_since": "2025-01-06"}
    facts = [registered("2025-01-06", workforce=5, obliged_since="2025-01-06", **profile)]
    assert decided(findings(facts, "2025-06-02", FIRM).values()) == {CODE}
    assert "employer.not-registered" not in findings(facts, "2025-06-02", FIRM)
