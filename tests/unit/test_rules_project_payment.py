"""project.registered-unpaid and project.underpaid: the one contribution of a project."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Event
from tests.unit.building import (
    LAW,
    PROJECT,
    amended,
    award,
    cancelled,
    completed,
    day,
    examination,
    findings,
    in_ejakon,
    paid,
)
from tests.unit.watching import end_of

UNPAID, UNDER = "project.registered-unpaid", "project.underpaid"
SPK = award("2025-03-20", contract_on="2025-03-20", workers_planned=20)
EJAKON = in_ejakon("2025-03-20", "2025-03-20")  # a Thursday: the certificate is due on the Friday
COMMUNITY = award("2025-03-20", kind="community")

RAISED = [
    pytest.param([SPK, EJAKON], "2025-03-22", 2, id="the day after the next working day"),
    pytest.param([SPK, EJAKON, paid("2025-03-21", 0)], "2025-03-24", 3, id="nothing paid is not paid"),
    pytest.param([SPK, EJAKON, paid("2025-04-14")], "2025-04-11", 10, id="a working day before it pays"),
    pytest.param([COMMUNITY, EJAKON], "2025-03-22", 2, id="community works too"),
    pytest.param([SPK, EJAKON, completed("2025-03-24", "2025-03-24")], "2025-04-11", 3, id="completed since"),
]
NOT_RAISED = [
    pytest.param([SPK, EJAKON], "2025-03-21", id="on the next working day"),
    pytest.param([SPK, in_ejakon("2025-03-28", "2025-03-28")], "2025-04-08", id="Lebaran lay between"),
    pytest.param([SPK, EJAKON, paid("2025-03-24", 1)], "2025-03-24", id="the first instalment"),
    pytest.param([SPK, EJAKON, cancelled("2025-03-24", "2025-03-24")], "2025-03-24", id="cancelled"),
    pytest.param([SPK], "2025-04-11", id="not registered"),
    pytest.param([award("2025-03-20", kind="goods"), EJAKON], "2025-03-24", id="goods"),
]


@pytest.mark.parametrize(("facts", "on", "days"), RAISED)
def test_unpaid(facts: list[Event], on: str, days: int) -> None:
    found = findings(facts, on, PROJECT)[UNPAID]
    assert found.undecided is None
    assert (found.since, found.due) == (day("2025-03-20"), day("2025-03-21"))
    assert found.uncovered_working_days == days
    assert found.uncovered_worker_days == (days * 20 if facts[0] is SPK else None)


@pytest.mark.parametrize(("facts", "on"), NOT_RAISED)
def test_not_unpaid(facts: list[Event], on: str) -> None:
    assert UNPAID not in findings(facts, on, PROJECT)


UNPAID_ENDS = [
    pytest.param([SPK, EJAKON, paid("2025-04-08")], "cleared", id="paid"),
    pytest.param([SPK, EJAKON, paid("2025-03-21")], "withdrawn", id="was paid in time, told late"),
    pytest.param([SPK], "withdrawn", id="the registration was retracted"),
    pytest.param([EJAKON], "withdrawn", id="the award was retracted"),
    pytest.param([SPK, EJAKON, cancelled("2025-04-08", "2025-04-08")], "cleared", id="cancelled"),
]


@pytest.mark.parametrize(("later", "end"), UNPAID_ENDS)
def test_how_unpaid_ends(later: list[Event], end: str) -> None:
    assert end_of(UNPAID, [SPK, EJAKON], "2025-03-24", later, "2025-04-08", PROJECT) == end


# Rp 1 milliar asks for 1,750,000; without the VAT in it, for 1,601,351.
BILLION, OWED, OWED_NET = 1_000_000_000, 1_750_000, 1_601_351


def work(value: int | None, included: bool | None, *more: Event) -> list[Event]:
    spk = award("2025-03-20", contract_on="2025-03-20", value_idr=value, vat_included=included)
    return [spk, EJAKON, *more]


# is VAT in the value, paid, outcome, missing
BY_VAT = [
    pytest.param(True, OWED_NET, "fine", None, id="included, to the rupiah"),
    pytest.param(True, OWED_NET - 1, "wrong", 1, id="included, a rupiah short"),
    pytest.param(False, OWED, "fine", None, id="not included, to the rupiah"),
    pytest.param(False, OWED - 1, "wrong", 1, id="not included, a rupiah short"),
    pytest.param(False, OWED_NET, "wrong", OWED - OWED_NET, id="not included, paid as if"),
    pytest.param(None, OWED, "fine", None, id="unknown, enough for both"),
    pytest.param(None, OWED - 1, "undecided", None, id="unknown, enough for one"),
    pytest.param(None, OWED_NET, "undecided", None, id="unknown, just enough for one"),
    pytest.param(None, OWED_NET - 1, "wrong", 1, id="unknown, too little for either"),
]


@pytest.mark.parametrize(("included", "amount", "outcome", "missing"), BY_VAT)
def test_by_whether_the_value_includes_vat(
    included: bool | None, amount: int, outcome: str, missing: int | None
) -> None:
    one = examination(work(BILLION, included, paid("2025-03-24", amount)), "2025-04-08", PROJECT, UNDER)
    assert one.outcome == outcome
    assert one.undecided == ("vat_included is unknown" if outcome == "undecided" else None)
    assert (one.finding.amount_idr if one.finding else None) == missing


# What the addendum is said to be worth, since when, until when, what is missing
AFTER_ADDENDUM = [
    pytest.param(True, 2_000_000_000, 1_110_811, id="VAT included"),
    pytest.param(False, 2_000_000_000, 1_200_000, id="VAT not included"),
]


@pytest.mark.parametrize(("included", "value", "missing"), AFTER_ADDENDUM)
def test_an_addendum_asks_for_more_from_the_day_it_is_said(included: bool, value: int, missing: int) -> None:
    first = paid("2025-03-24", OWED_NET if included else OWED)
    facts = work(BILLION, included, first, amended("2025-05-05", 1, value_idr=value))
    assert UNDER not in findings(facts, "2025-05-04", PROJECT)
    found = findings(facts, "2025-05-05", PROJECT)[UNDER]
    assert (found.since, found.due, found.amount_idr) == (day("2025-05-05"), day("2025-05-16"), missing)


def test_an_addendum_of_unknown_vat_is_wrong_by_the_least() -> None:
    facts = work(BILLION, None, paid("2025-03-24", OWED), amended("2025-05-05", 1, value_idr=2 * BILLION))
    assert findings(facts, "2025-05-05", PROJECT)[UNDER].amount_idr == 2_712_162 - OWED


NOT_UNDERPAID = [
    pytest.param(work(BILLION, False), id="nothing paid: another flag says so"),
    pytest.param(work(BILLION, False, paid("2025-03-24", 1))[:1], id="not registered"),
    pytest.param(
        work(BILLION, False, paid("2025-03-24", 1_000_000), paid("2025-04-08", 750_000)), id="twice"
    ),
    pytest.param(work(BILLION, False, paid("2025-04-11", 1)), id="not paid by then"),
    pytest.param(
        work(BILLION, False, paid("2025-03-24", 1), cancelled("2025-04-01", "2025-04-01")), id="over"
    ),
    pytest.param(
        work(BILLION, False, paid("2025-03-24", OWED // 2), amended("2025-04-08", 1, value_idr=100_000_000)),
        id="the addendum made it smaller",
    ),
    pytest.param(
        [award("2025-03-20", kind="community", value_idr=BILLION), EJAKON, paid("2025-03-24", 1)],
        id="community works",
    ),
]


@pytest.mark.parametrize("facts", NOT_UNDERPAID)
def test_not_underpaid(facts: list[Event]) -> None:
    assert UNDER not in findings(facts, "2025-04-10", PROJECT)


def test_an_unknown_value_cannot_be_decided() -> None:
    one = examination(work(None, True, paid("2025-03-24", 1)), "2025-04-08", PROJECT, UNDER)
    assert (one.outcome, one.undecided) == ("undecided", "value_idr is unknown")


SHORT = work(BILLION, False, paid("2025-03-24", OWED - 1000))
UNDER_ENDS = [
    pytest.param([*SHORT, paid("2025-04-08", 1000)], "cleared", id="the rest was paid"),
    pytest.param(work(BILLION, False, paid("2025-03-24", OWED)), "withdrawn", id="the amount was a mistake"),
    pytest.param(work(BILLION, True, paid("2025-03-24", OWED - 1000)), "withdrawn", id="VAT is in it"),
    pytest.param(
        work(None, False, paid("2025-03-24", OWED - 1000)), "withdrawn", id="the value was retracted"
    ),
    pytest.param([*SHORT, cancelled("2025-04-08", "2025-04-08")], "cleared", id="cancelled"),
]


@pytest.mark.parametrize(("later", "end"), UNDER_ENDS)
def test_how_underpaid_ends(later: list[Event], end: str) -> None:
    assert end_of(UNDER, SHORT, "2025-04-01", later, "2025-04-08", PROJECT) == end


def test_it_proves_itself() -> None:
    found = findings(SHORT, "2025-04-01", PROJECT)[UNDER]
    assert (found.since, found.due, found.workers) == (day("2025-03-24"), day("2025-04-11"), None)
    assert [(e.name, e.value) for e in found.evidence if not e.article] == [
        ("paid", "1749000"),
        ("value_idr", "1000000000"),
        ("vat_included", "False"),
    ]
    assert {e.name for e in found.evidence if e.article} == {
        "project.contribution-base",
        "project.contribution-tiers",
        "project.change-working-days",
    }
    _, reason, _ = found.texts(LAW)
    assert "Rp 1,749,000 was paid" in reason.en
    assert "asks for Rp 1,750,000" in reason.en


def owed_beyond(value: int, included: bool | None, more: int) -> int:
    facts = work(value, included, paid("2025-03-24", 1), amended("2025-04-01", 1, value_idr=value + more))
    found = findings(facts, "2025-04-08", PROJECT).get(UNDER)
    return (found.amount_idr or 0) if found else 0


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.sampled_from([None, True, False]))
def test_an_addendum_upwards_never_lowers_what_is_owed(value: int, more: int, included: bool | None) -> None:
    assert owed_beyond(value, included, 0) <= owed_beyond(value, included, more)
