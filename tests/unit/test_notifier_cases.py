"""Cases decide the same in whatever order news comes, and whoever heard the first hears the last."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier import cases
from services.notifier.cases import (
    RETRY_DELAYS,
    Alert,
    AlertStatus,
    Channel,
    FlagStatus,
    Kind,
    Level,
    Outcome,
)
from shared.events.data import Bilingual, FlagState

CASE = cases.case_id("flag-1")
BOTH: dict[Channel, str] = {"email": "officer@example.org", "webhook": "https://example.org/hook"}
MAIL: dict[Channel, str] = {"email": "officer@example.org"}
STATUSES: list[FlagStatus] = ["open", "cleared", "withdrawn"]
OUTCOMES = [
    Outcome("delivered"),
    Outcome("transient"),
    Outcome("transient", maybe_received=True),
    Outcome("permanent"),
]
KINDS: dict[FlagStatus, Kind] = {"open": "raised", "cleared": "cleared", "withdrawn": "withdrawn"}


def flag(flag_id: str, version: int, status: FlagStatus = "open") -> FlagState:
    text = Bilingual(id="teks", en="text")
    return FlagState(
        flag_id=flag_id,
        subject="employer:nib-1234567890123",
        code="employer.not-registered",
        version=version,
        status=status,
        rule="employer.not-registered@1",
        name="PT Contoh",
        since=date(2026, 1, 5),
        raised_on=date(2026, 1, 5),
        law=[],
        evidence=[],
        title=text,
        reason=text,
        remedy=text,
    )


def alert(kind: Kind = "raised", status: AlertStatus = "pending", maybe: bool = False) -> Alert:
    return Alert(uuid4(), kind, "email", BOTH["email"], status, maybe_received=maybe)


class Desk:
    """One case as the store keeps it: follows plans, and lets each alert meet an outcome."""

    def __init__(self, recipients: dict[Channel, str], level: Level = "violation") -> None:
        self.status: FlagStatus = "open"
        self.recipients, self.level = recipients, level
        self.alerts: list[Alert] = []
        self.delivered: list[tuple[Channel, Kind]] = []

    def hear(self, status: FlagStatus) -> None:
        self.status = status
        self.follow_up()

    def follow_up(self) -> None:
        plan = cases.plan(CASE, self.status, self.alerts, self.recipients, self.level)
        self.alerts = [replace(a, status="cancelled") if a.id in plan.cancel else a for a in self.alerts]
        self.alerts += plan.send

    def claim(self) -> None:
        self.alerts = [replace(a, status="sending") if a.status == "pending" else a for a in self.alerts]

    def answer(self, outcome: Outcome) -> None:
        for index, one in enumerate(self.alerts):
            if one.status == "sending":
                self.alerts[index], _ = cases.after(one, outcome)
                if outcome.result == "delivered":
                    self.delivered.append((one.channel, one.kind))
        self.follow_up()


steps = st.one_of(st.sampled_from(STATUSES), st.just("claim"), st.sampled_from(OUTCOMES))


@given(st.lists(steps, max_size=25), st.sampled_from([MAIL, BOTH]))
def test_whoever_may_have_heard_the_first_hears_the_last(
    story: list[str | Outcome], recipients: dict[Channel, str]
) -> None:
    desk = Desk(recipients)
    desk.follow_up()
    for step in story:
        if isinstance(step, Outcome):
            desk.answer(step)
        elif step == "claim":
            desk.claim()
        else:
            desk.hear(step)  # type: ignore[arg-type]
        for channel in recipients:
            live = [a for a in desk.alerts if a.channel == channel and a.status in ("pending", "sending")]
            assert len(live) <= 1
    for _ in range(3):  # everything in flight ends well
        desk.claim()
        desk.answer(OUTCOMES[0])
    assert len({a.id for a in desk.alerts}) == len(desk.alerts)
    given_up = any(a.status == "failed" for a in desk.alerts)
    for channel in recipients:
        heard = [kind for told, kind in desk.delivered if told == channel]
        assert all(first != second for first, second in pairwise(heard)) or given_up
        if heard and not given_up:
            assert heard[-1] == KINDS[desk.status]
        if desk.status == "open" and not given_up:
            assert heard


@given(st.permutations(range(1, 7)), st.lists(st.integers(1, 6), max_size=6), st.sampled_from(STATUSES))
def test_the_newest_version_stands_whatever_the_order(
    order: list[int], again: list[int], last: FlagStatus
) -> None:
    states = [flag("flag-1", n, last if n == 6 else "open") for n in [*order, *again]]
    assert cases.newest(states)[CASE].status == last
    assert cases.newest([cases.newest(states)[CASE], *states]) == cases.newest(states)


@pytest.mark.parametrize("status", STATUSES)
def test_following_up_twice_changes_nothing(status: FlagStatus) -> None:
    desk = Desk(BOTH)
    desk.hear("open")
    desk.hear(status)
    before = list(desk.alerts)
    desk.follow_up()
    assert desk.alerts == before


def test_an_open_flag_is_one_alert_for_each_channel_with_ids_that_never_change() -> None:
    first = cases.plan(CASE, "open", [], BOTH)
    assert [(a.channel, a.kind, a.recipient) for a in first.send] == [
        ("email", "raised", BOTH["email"]),
        ("webhook", "raised", BOTH["webhook"]),
    ]
    assert first == cases.plan(CASE, "open", [], BOTH)
    assert [a.id for a in first.send] == [
        cases.alert_id(CASE, "raised", "email"),
        cases.alert_id(CASE, "raised", "webhook"),
    ]
    assert isinstance(CASE, UUID)
    assert cases.plan(CASE, "open", first.send, BOTH) == cases.Plan()


@pytest.mark.parametrize("status", ["cleared", "withdrawn"])
def test_what_nobody_can_have_heard_is_cancelled_in_silence(status: FlagStatus) -> None:
    waiting = alert()
    assert cases.plan(CASE, status, [waiting], MAIL) == cases.Plan(cancel=[waiting.id])
    assert cases.plan(CASE, status, [], MAIL) == cases.Plan()
    assert cases.plan(CASE, status, [alert(status="failed")], MAIL) == cases.Plan()


@pytest.mark.parametrize("heard", [alert(status="delivered"), alert(status="failed", maybe=True)])
def test_the_end_goes_to_the_address_that_heard_the_beginning(heard: Alert) -> None:
    plan = cases.plan(CASE, "cleared", [heard], {"email": "successor@example.org"})
    assert [(a.kind, a.recipient) for a in plan.send] == [("cleared", heard.recipient)]
    assert cases.plan(CASE, "cleared", [heard], {}) == plan


def test_a_retry_that_may_have_arrived_is_stopped_and_answered() -> None:
    retrying = alert(maybe=True)
    plan = cases.plan(CASE, "withdrawn", [retrying], MAIL)
    assert plan.cancel == [retrying.id]
    assert [a.kind for a in plan.send] == ["withdrawn"]


def test_nothing_is_decided_while_an_alert_is_on_its_way() -> None:
    assert cases.plan(CASE, "cleared", [alert(status="sending")], MAIL) == cases.Plan()


def test_a_flag_open_again_is_a_new_alert_with_an_id_of_its_own() -> None:
    said = [alert(status="delivered"), alert("cleared", "delivered")]
    again = cases.plan(CASE, "open", said, MAIL).send
    assert [a.id for a in again] == [cases.alert_id(CASE, "raised", "email", 2)]


@given(st.lists(steps, max_size=25), st.sampled_from([MAIL, BOTH]))
def test_of_a_notice_nobody_hears_the_end_and_each_hears_it_once(
    story: list[str | Outcome], recipients: dict[Channel, str]
) -> None:
    desk = Desk(recipients, "notice")
    desk.follow_up()
    for step in story:
        if isinstance(step, Outcome):
            desk.answer(step)
        elif step == "claim":
            desk.claim()
        else:
            desk.hear(step)  # type: ignore[arg-type]
    for _ in range(3):  # everything in flight ends well
        desk.claim()
        desk.answer(OUTCOMES[0])
    assert {one.kind for one in desk.alerts} <= {"raised"}
    assert all(one.status not in ("pending", "sending") for one in desk.alerts)
    told = [channel for channel, _ in desk.delivered]
    assert len(set(told)) == len(told)
    if desk.status == "open":
        assert set(told) == set(recipients) or any(one.status == "failed" for one in desk.alerts)


@pytest.mark.parametrize("status", ["cleared", "withdrawn"])
def test_the_end_of_a_notice_cancels_what_waits_and_says_nothing(status: FlagStatus) -> None:
    waiting, heard, sending = alert(maybe=True), alert(status="delivered"), alert(status="sending")
    assert cases.plan(CASE, status, [waiting], MAIL, "notice") == cases.Plan(cancel=[waiting.id])
    assert cases.plan(CASE, status, [heard], MAIL, "notice") == cases.Plan()
    assert cases.plan(CASE, status, [sending], MAIL, "notice") == cases.Plan()


def test_retries_wait_longer_and_longer_and_end() -> None:
    one, waits = alert(status="sending"), []
    while one.status != "failed":
        one, wait = cases.after(replace(one, status="sending"), Outcome("transient"))
        waits.append(wait)
    assert one.attempts == 8
    assert waits[:-1] == list(RETRY_DELAYS[1:])
    assert RETRY_DELAYS[1:4] == (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30))


def test_a_permanent_failure_ends_at_once() -> None:
    failed, _ = cases.after(alert(status="sending"), Outcome("permanent"))
    assert (failed.status, failed.attempts) == ("failed", 1)
