"""employer.programme-missing (PDS program): a member in fewer programmes than its size makes mandatory."""

from typing import Any

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    NIB,
    closed,
    day,
    examination,
    findings,
    registered,
    staff,
    updated,
)
from tests.unit.watching import end_of

CODE = "employer.programme-missing"
BOTH = ["jkk", "jkm"]


def member(size: str, programmes: list[str] | None, **told: Any) -> Event:
    profile: dict[str, Any] = {"member_since": "2025-01-06", "workforce": 2} | told
    return registered("2025-01-06", size=size, programmes=programmes, **profile)


SHORT = member("medium", ["jkk", "jkm", "jht"])
ALIAS = registered("2025-01-06", NIB, npwp="0012345674000000", size="small")

RAISED = [
    pytest.param([member("small", BOTH)], "JHT", id="small without JHT"),
    pytest.param([SHORT], "JP", id="medium without JP"),
    pytest.param([member("large", BOTH)], "JHT, JP", id="large with the least"),
    pytest.param([member("micro", ["jkk"])], "JKM", id="micro with one"),
    pytest.param([member("micro", [])], "JKK, JKM", id="none at all, and said so"),
    pytest.param([member("small", ["jkk", "jht", "jp"])], "JKM", id="others do not stand in"),
    pytest.param([member("micro", BOTH), updated("2025-02-03", size="small")], "JHT", id="it grew"),
    pytest.param([SHORT, updated("2025-02-03", size="unknown", programmes=None)], "JP", id="null"),
    pytest.param([SHORT, closed("2025-02-03", "2025-06-03")], "JP", id="a day before it closes"),
    pytest.param([member("unknown", BOTH), ALIAS], "JHT", id="the size under its other name"),
]  # fmt: skip

NOT_RAISED = [
    pytest.param([member("micro", BOTH)], id="micro"),
    pytest.param([member("small", [*BOTH, "jht"])], id="small"),
    pytest.param([member("medium", [*BOTH, "jht", "jp"])], id="medium"),
    pytest.param([member("small", ["jkp", "jp", "jht", "jkm", "jkk"])], id="more than it must"),
    pytest.param([member("large", BOTH, member_since=None)], id="no member: another flag says so"),
    pytest.param([member("large", BOTH, member_since="2025-06-03")], id="a member from tomorrow on"),
    pytest.param([SHORT, updated("2025-06-02", programmes=[*BOTH, "jht", "jp"])], id="joined today"),
    pytest.param([SHORT, updated("2025-06-02", size="small")], id="the size put right"),
    pytest.param([SHORT, closed("2025-06-02", "2025-06-02")], id="closed"),
]

UNDECIDED = [
    pytest.param([member("unknown", BOTH)], "size is unknown", id="size"),
    pytest.param([member("medium", None)], "programmes is unknown", id="programmes"),
    pytest.param([member("unknown", None)], "size is unknown", id="neither"),
]


@pytest.mark.parametrize(("facts", "missing"), RAISED)
def test_raised(facts: list[Event], missing: str) -> None:
    found = findings([*facts, *staff(2)], "2025-06-02", FIRM)[CODE]
    assert found.undecided is None
    assert (found.since, found.due, found.workers) == (day("2025-01-06"), day("2025-02-20"), 2)
    assert found.facts["missing"].en == missing


@pytest.mark.parametrize("facts", NOT_RAISED)
def test_not_raised(facts: list[Event]) -> None:
    assert CODE not in findings(facts, "2025-06-02", FIRM)


@pytest.mark.parametrize(("facts", "reason"), UNDECIDED)
def test_cannot_be_decided(facts: list[Event], reason: str) -> None:
    one = examination(facts, "2025-06-02", FIRM, CODE)
    assert (one.outcome, one.undecided) == ("undecided", reason)


def test_the_first_day_of_membership_is_the_first_of_the_flag() -> None:
    facts = [member("medium", BOTH, member_since="2025-03-10")]
    assert CODE not in findings(facts, "2025-03-09", FIRM)
    found = findings(facts, "2025-03-10", FIRM)[CODE]
    assert (found.since, found.due, found.workers) == (day("2025-03-10"), day("2025-05-02"), None)


def test_joining_the_programmes_the_day_before_is_told_late() -> None:
    facts = [SHORT, updated("2025-06-03", programmes=[*BOTH, "jht", "jp"])]
    assert findings(facts, "2025-06-02", FIRM)[CODE].since == day("2025-01-06")


LATER = [
    pytest.param([SHORT, updated("2025-06-10", programmes=[*BOTH, "jht", "jp"])], "cleared", id="joined"),
    pytest.param([SHORT, closed("2025-06-10", "2025-06-10")], "cleared", id="closed since"),
    pytest.param([SHORT, closed("2025-06-10", "2025-01-06")], "withdrawn", id="was closed all along"),
    pytest.param([member("small", ["jkk", "jkm", "jht"])], "withdrawn", id="the size was a mistake"),
    pytest.param([member("unknown", ["jkk", "jkm", "jht"])], "withdrawn", id="the size was retracted"),
    pytest.param([], "withdrawn", id="all was retracted"),
]


@pytest.mark.parametrize(("later", "end"), LATER)
def test_how_it_ends(later: list[Event], end: str) -> None:
    assert end_of(CODE, [SHORT], "2025-06-02", later, "2025-06-10", FIRM) == end


def test_it_proves_itself() -> None:
    found = findings([SHORT], "2025-06-02", FIRM)[CODE]
    assert [(e.name, e.value, e.id) for e in found.evidence if e.id] == [
        ("size", "medium", SHORT.id),
        ("programmes", "jkk, jkm, jht", SHORT.id),
    ]
    assert [(e.name, e.article) for e in found.evidence if e.article] == [
        ("programmes.mandatory", "Perpres 109/2013 art. 6(3)-(4)"),
        ("employer.registration-working-days", "PP 44/2015 art. 6-8"),
    ]
    _, reason, remedy = found.texts(LAW)
    assert "(size: medium) has not joined these mandatory programmes: JP." in reason.en
    assert "Tambahkan program JP" in remedy.id
