"""employer.wage-underreported (PDS upah): wages reported below the minimum wage of the region."""

from typing import Any

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    OTHER,
    PROJECT,
    closed,
    day,
    enrolled,
    examination,
    findings,
    registered,
    unregistered,
    updated,
)
from tests.unit.watching import end_of

CODE = "employer.wage-underreported"
MINIMUM = 3_018_634  # Kota Sukabumi, 2025
MEMBER = registered("2025-01-06", workforce=2, member_since="2025-01-06", size="medium")
CITY = "32.72.02"


def paying(number: int, wage: int | None, on: str = "2025-01-06", **told: Any) -> Event:
    return enrolled(number, on, wage_idr=wage, **({"region": CITY} | told))


LOW, ENOUGH = paying(1, MINIMUM - 1), paying(2, MINIMUM)

# facts, day, since, how many
RAISED = [
    pytest.param([MEMBER, LOW], "2025-01-06", "2025-01-06", 1, id="on the first day"),
    pytest.param([MEMBER, LOW, ENOUGH], "2025-06-02", "2025-01-06", 1, id="one of two"),
    pytest.param([MEMBER, LOW, paying(2, 1)], "2025-06-02", "2025-01-06", 2, id="both"),
    pytest.param([MEMBER, LOW, paying(2, None)], "2025-06-02", "2025-01-06", 1, id="the other unknown"),
    pytest.param([MEMBER, LOW, paying(2, MINIMUM, region=None)], "2025-06-02", "2025-01-06", 1, id="nowhere"),
    pytest.param([MEMBER, LOW, paying(2, 1, "2025-03-03")], "2025-06-02", "2025-01-06", 2, id="one later"),
    pytest.param(
        [MEMBER, LOW, updated("2025-02-03", min_wage_idr=MINIMUM + 1)],
        "2025-06-02", "2025-01-06", 1, id="below the region's, its own higher",
    ),
    pytest.param(
        [MEMBER, ENOUGH, paying(2, 1, "2025-03-03")], "2025-03-03", "2025-03-03", 1, id="reported lower since"
    ),
    pytest.param(
        [MEMBER, LOW, paying(1, MINIMUM, "2025-03-03"), paying(1, 1, "2025-04-08")],
        "2025-06-02", "2025-04-08", 1, id="mended, and again",
    ),
    pytest.param(
        [MEMBER, LOW, paying(2, 1, "2025-03-03"), unregistered(1, "2025-04-08")],
        "2025-06-02", "2025-01-06", 1, id="one followed the other without a break",
    ),
    pytest.param(
        [MEMBER, paying(1, MINIMUM, "2025-12-01")], "2026-01-01", "2026-01-01", 1, id="the minimum passed it"
    ),
    pytest.param(
        [registered("2025-01-06", size="large"), LOW], "2025-06-02", "2025-01-06", 1, id="no member, enrolled"
    ),
]  # fmt: skip

NOT_RAISED = [
    pytest.param([MEMBER, ENOUGH], "2025-06-02", id="the very minimum"),
    pytest.param([MEMBER, paying(1, MINIMUM, "2025-12-01")], "2025-12-31", id="the last day of the year"),
    pytest.param([MEMBER, LOW, paying(1, MINIMUM, "2025-03-03")], "2025-03-03", id="put right today"),
    pytest.param([MEMBER, LOW, unregistered(1, "2025-03-03")], "2025-03-03", id="left today"),
    pytest.param([MEMBER, LOW, updated("2025-02-03", size="small")], "2025-06-02", id="small is exempt"),
    pytest.param([MEMBER, LOW, updated("2025-02-03", size="micro")], "2025-06-02", id="micro is exempt"),
    pytest.param([MEMBER, LOW, closed("2025-03-03", "2025-03-03")], "2025-03-03", id="closed"),
    pytest.param([MEMBER, ENOUGH, paying(1, 1, employer=OTHER)], "2025-06-02", id="another employer's"),
    pytest.param([MEMBER, ENOUGH, paying(1, 1, project=PROJECT)], "2025-06-02", id="of a project"),
    pytest.param([MEMBER], "2025-06-02", id="nobody is enrolled"),
    pytest.param(
        [MEMBER, ENOUGH, updated("2025-02-03", min_wage_idr=MINIMUM)],
        "2025-06-02",
        id="its own is the region's",
    ),
]

UNKNOWN_WAGES = "wages or the minimum wage of the region are unknown"
OWN_MINIMUM = "wages are compared with the minimum of the region, not with its own"
UNDECIDED = [
    pytest.param(
        [MEMBER, ENOUGH, updated("2025-02-03", min_wage_idr=MINIMUM + 1)], OWN_MINIMUM, id="sector's"
    ),
    pytest.param(
        [MEMBER, LOW, updated("2025-02-03", size="micro", min_wage_idr=1)], OWN_MINIMUM, id="own, and exempt"
    ),
    pytest.param([registered("2025-01-06"), LOW], "size is unknown", id="size"),
    pytest.param([MEMBER, paying(1, None)], UNKNOWN_WAGES, id="wage"),
    pytest.param([MEMBER, paying(1, 1, region=None)], UNKNOWN_WAGES, id="region"),
    pytest.param([MEMBER, paying(1, 1, region="32")], UNKNOWN_WAGES, id="a province is no regency"),
    pytest.param([MEMBER, paying(1, 1, region="99.01")], UNKNOWN_WAGES, id="a region of no known minimum"),
]


@pytest.mark.parametrize(("facts", "on", "since", "low"), RAISED)
def test_raised(facts: list[Event], on: str, since: str, low: int) -> None:
    found = findings(facts, on, FIRM)[CODE]
    assert found.undecided is None
    assert (found.since, found.workers) == (day(since), low)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, FIRM)


@pytest.mark.parametrize(("facts", "reason"), UNDECIDED)
def test_cannot_be_decided(facts: list[Event], reason: str) -> None:
    one = examination(facts, "2025-06-02", FIRM, CODE)
    assert (one.outcome, one.undecided) == ("undecided", reason)


def test_before_2021_no_size_was_exempt() -> None:
    assert LAW.parameter("wage.minimum-exempt-sizes", day("2021-02-01")).value == []
    assert LAW.parameter("wage.minimum-exempt-sizes", day("2021-02-02")).value == ["micro", "small"]


LATER = [
    pytest.param([paying(1, MINIMUM, "2025-06-09", said="2025-06-10")], "cleared", id="put right since"),
    pytest.param([paying(1, MINIMUM, said="2025-06-10")], "withdrawn", id="put right from the first day"),
    pytest.param([unregistered(1, "2025-06-10")], "cleared", id="she left"),
    pytest.param([updated("2025-06-10", size="small")], "cleared", id="is small now"),
]


@pytest.mark.parametrize(("learned", "end"), LATER)
def test_how_it_ends(learned: list[Event], end: str) -> None:
    facts = [MEMBER, LOW]
    assert end_of(CODE, facts, "2025-06-02", [*facts, *learned], "2025-06-10", FIRM) == end


def test_a_retracted_size_withdraws() -> None:
    without = registered("2025-01-06", workforce=2, member_since="2025-01-06")
    assert end_of(CODE, [MEMBER, LOW], "2025-06-02", [without, LOW], "2025-06-10", FIRM) == "withdrawn"


def test_it_proves_itself_and_tells_no_wage() -> None:
    found = findings([MEMBER, LOW, ENOUGH], "2025-06-02", FIRM)[CODE]
    assert found.due == day("2025-01-15")
    assert [(e.name, e.value, e.id) for e in found.evidence] == [
        ("size", "medium", MEMBER.id),
        ("workers below the minimum wage", "1", None),
        ("employer.change-working-days", "7", None),
    ]
    assert str(MINIMUM - 1) not in str(found)
    _, reason, _ = found.texts(LAW)
    assert "for 1 of 2 enrolled workers" in reason.en
