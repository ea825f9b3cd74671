"""employer.in-arrears: months that nobody paid for by the 15th of the next, and what they come to."""

import pytest

from services.employer.assessment import change_days
from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    NIB,
    closed,
    day,
    decided,
    enrolled,
    examination,
    findings,
    posted,
    registered,
    staff,
    subject_of,
    unregistered,
    updated,
)
from tests.unit.watching import end_of

CODE = "employer.in-arrears"
MEMBER = registered("2025-01-06", workforce=2, member_since="2025-01-06")
CREW = staff(2)
APRIL = posted("2025-04", "2025-05-14")
# 15 June 2025 is a Sunday: the contribution of May is due on Monday the 16th.
PAID_TO_APRIL = [MEMBER, *CREW, APRIL]
MAY = posted("2025-05", "2025-06-16")
ALIAS = updated("2025-01-07", nib=NIB.removeprefix("employer:nib-"))

# facts, day, since, workers, rupiah
RAISED = [
    pytest.param(PAID_TO_APRIL, "2025-06-17", "2025-06-17", 2, 1_020_000, id="the day after it was due"),
    pytest.param(PAID_TO_APRIL, "2025-07-15", "2025-06-17", 2, 1_020_000, id="the last day of one month"),
    pytest.param(PAID_TO_APRIL, "2025-07-16", "2025-06-17", 2, 2_040_000, id="June is late too"),
    pytest.param(PAID_TO_APRIL, "2025-07-17", "2025-06-17", 2, 2_060_000, id="a second month begun for May"),
    pytest.param(
        [*PAID_TO_APRIL, posted("2025-06", "2025-07-14", 2_000_000)],
        "2025-07-15", "2025-06-17", 2, 1_020_000, id="June paid, May not",
    ),
    pytest.param(
        [*PAID_TO_APRIL, posted("2025-06", "2025-07-14", 2_000_000)],
        "2025-08-19", "2025-06-17", 2, 1_060_000 + 2_040_000, id="each reckoned as the month before it",
    ),
    pytest.param(
        [MEMBER, *CREW, posted("2025-04", "2025-05-14", 1_234_567)],
        "2025-06-17", "2025-06-17", 2, 1_234_567 + 24_691, id="rounded down",
    ),
    pytest.param(
        [*PAID_TO_APRIL, posted("2025-05", "2025-06-20")],
        "2025-06-19", "2025-06-17", 2, 1_020_000, id="a day before it is paid",
    ),
    pytest.param(
        [*CREW, registered("2025-01-06"), APRIL], "2025-06-17", "2025-06-17", 2, 1_020_000, id="no member",
    ),
    pytest.param(
        [*PAID_TO_APRIL, unregistered(1, "2025-05-31")],
        "2025-06-17", "2025-06-17", 1, 1_020_000, id="counted at the end of the month",
    ),
    pytest.param(
        [MEMBER, *CREW, posted("2025-01", "2025-02-14"), APRIL],
        "2025-05-14", "2025-03-18", 2, 1_040_000 + 1_020_000, id="two months in between",
    ),
    pytest.param(
        [*PAID_TO_APRIL, closed("2025-06-20", "2025-06-20")],
        "2025-06-19", "2025-06-17", 2, 1_020_000, id="a day before it closes",
    ),
    pytest.param(
        [*PAID_TO_APRIL, unregistered(1, "2025-06-02"), unregistered(2, "2025-06-02")],
        "2025-06-17", "2025-06-17", 2, 1_020_000, id="a member whose workers left since",
    ),
]  # fmt: skip

NOT_RAISED = [
    pytest.param(PAID_TO_APRIL, "2025-06-15", id="a Sunday"),
    pytest.param(PAID_TO_APRIL, "2025-06-16", id="the Monday after it"),
    pytest.param([*PAID_TO_APRIL, MAY], "2025-06-17", id="paid on the last day"),
    pytest.param([*PAID_TO_APRIL, posted("2025-05", "2025-06-20")], "2025-06-20", id="paid late, and paid"),
    pytest.param([*PAID_TO_APRIL, posted("2025-05", "2025-06-16", 0)], "2025-06-17", id="nothing was due"),
    pytest.param(
        [*PAID_TO_APRIL, unregistered(1, "2025-05-31"), unregistered(2, "2025-05-31")],
        "2025-06-17",
        id="nobody was enrolled at the end of May",
    ),
    pytest.param(
        [MEMBER, *CREW, APRIL, ALIAS, posted("2025-05", "2025-06-16", subject=NIB)],
        "2025-06-17",
        id="paid under its other name",
    ),
    pytest.param([*PAID_TO_APRIL, closed("2025-06-01", "2025-06-01")], "2025-06-17", id="closed"),
    pytest.param([MEMBER, *CREW, MAY], "2025-06-17", id="what was before the first is not asked for"),
    pytest.param([MEMBER], "2025-06-17", id="a member without workers"),
    pytest.param([registered("2025-01-06", workforce=2), *CREW], "2025-06-17", id="no member, never paid"),
]


@pytest.mark.parametrize(("facts", "on", "since", "workers", "amount"), RAISED)
def test_raised(facts: list[Event], on: str, since: str, workers: int, amount: int) -> None:
    found = findings(facts, on, FIRM)[CODE]
    assert found.undecided is None
    assert (found.since, found.workers, found.amount_idr) == (day(since), workers, amount)
    assert found.since
    assert found.due
    assert (found.since - found.due).days == 1
    assert found.exposure is None


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_raised(facts: list[Event], on: str) -> None:
    assert CODE not in findings(facts, on, FIRM)


@pytest.mark.parametrize(
    "facts",
    [[MEMBER, *CREW], [MEMBER, *CREW, posted("2025-05", "2025-06-18")]],
    ids=["never paid", "paid later"],
)
def test_without_any_contribution_it_cannot_be_decided(facts: list[Event]) -> None:
    one = examination(facts, "2025-06-17", FIRM, CODE)
    assert (one.outcome, one.undecided) == (
        "undecided",
        "no contribution of this employer was ever received",
    )


LATER = [
    pytest.param([*PAID_TO_APRIL, posted("2025-05", "2025-06-20")], "cleared", id="paid late"),
    pytest.param([*PAID_TO_APRIL, MAY], "withdrawn", id="was paid in time, told late"),
    pytest.param([*PAID_TO_APRIL, closed("2025-06-20", "2025-05-30")], "withdrawn", id="had closed before"),
    pytest.param([*PAID_TO_APRIL, closed("2025-06-20", "2025-06-20")], "cleared", id="closed since"),
    pytest.param([MEMBER, *CREW], "withdrawn", id="the only contribution was retracted"),
    pytest.param([*PAID_TO_APRIL, enrolled(3, "2025-06-02")], "updated", id="nothing learned"),
]


@pytest.mark.parametrize(("later", "end"), LATER)
def test_how_it_ends(later: list[Event], end: str) -> None:
    # By 23 July another month has begun: what is still open has grown.
    on = "2025-07-23" if end == "updated" else "2025-06-23"
    assert end_of(CODE, PAID_TO_APRIL, "2025-06-17", later, on, FIRM) == end


def test_it_says_which_months_and_how_they_were_reckoned() -> None:
    found = findings(PAID_TO_APRIL, "2025-07-16", FIRM)[CODE]
    assert [(e.name, e.value) for e in found.evidence] == [
        ("contribution reckoned", "2025-05: 1000000 (2025-04)"),
        ("contribution reckoned", "2025-06: 1000000 (2025-04)"),
        ("contribution.due-day", "15"),
        ("contribution.late-percent", "2"),
    ]
    _, reason, _ = found.texts(LAW)
    assert "2025-05, 2025-06" in reason.en
    assert "16 June 2025" in reason.en
    assert "2,040,000" in reason.en


def test_a_month_paid_long_before_is_looked_at_when_the_next_one_falls_due() -> None:
    firm = subject_of([MEMBER, *CREW, posted("2025-06", "2025-01-10")], FIRM)
    assert day("2025-07-16") in change_days(firm, LAW, day("2025-01-10"))
    assert day("2025-08-16") in change_days(firm, LAW, day("2025-07-16"))


def test_who_pays_is_not_in_arrears_at_all() -> None:
    assert decided(findings([*PAID_TO_APRIL, MAY], "2025-06-30", FIRM).values()) == set()
