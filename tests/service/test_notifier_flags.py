"""Flags become cases and alerts on a real PostgreSQL: versions, duplicates, cancellation, the HTTP API."""

from collections.abc import AsyncIterator, Iterator
from itertools import permutations

import pytest

from patuh.embedded.postgres import PostgresNode
from services.notifier import cases, store
from shared.events.data import AlertState, CaseState, FlagState
from tests.service.notifier_servers import Mailbox
from tests.service.notifier_stage import OFFICER, SETTLE, Office, flag, office

LIFE = [flag(), flag(version=2, workers=3), flag(version=3, workers=2), flag(version=4, status="cleared")]
ALERTS = "SELECT kind, status FROM alert ORDER BY sequence"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    node = PostgresNode(tmp_path_factory.mktemp("data") / "postgres")
    node.start()
    node.create_databases(["notifier"])
    yield node
    node.stop()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def desk(node: PostgresNode, mailbox: Mailbox) -> AsyncIterator[Office]:
    async with (
        mailbox.listening() as port,
        office(node, alert_email=OFFICER, smtp_host="127.0.0.1", smtp_port=port) as opened,
    ):
        yield opened


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_any_order_ends_in_the_same_case(desk: Office, order: tuple[int, ...]) -> None:
    for index in order:
        await desk.hear(LIFE[index], LIFE[index])
    assert await desk.rows("SELECT version, status FROM flag_case") == [(4, "cleared")]
    assert {status for _, status in await desk.rows(ALERTS)} <= {"cancelled"}


async def test_an_older_version_and_a_repetition_change_nothing(desk: Office) -> None:
    await desk.hear(LIFE[2])
    await desk.hear(LIFE[1], LIFE[0])
    await desk.hear(LIFE[2])
    assert await desk.rows("SELECT version FROM flag_case") == [(3,)]
    assert await desk.rows(ALERTS) == [("raised", "pending")]
    assert [event.kind.short for event in await desk.announced()] == ["case.opened"]


async def test_a_case_is_announced_when_it_opens_and_closes(desk: Office) -> None:
    await desk.hear(LIFE[0])
    await desk.hear(LIFE[3])
    opened, closed = await desk.announced()
    assert (opened.kind.short, closed.kind.short) == ("case.opened", "case.closed")
    assert isinstance(opened.data, CaseState)
    assert opened.data.case_id == str(cases.case_id("flag-1"))
    assert opened.correlationid == "case-story"
    assert opened.id != closed.id


async def test_a_case_that_was_over_before_we_heard_of_it_is_kept_in_silence(desk: Office) -> None:
    await desk.hear(LIFE[3])
    await desk.hear(LIFE[0])
    assert await desk.rows("SELECT status FROM flag_case") == [("cleared",)]
    assert await desk.announced() == []
    assert await desk.rows(ALERTS) == []


async def test_alerts_settle_first_and_an_update_sends_nothing(desk: Office, mailbox: Mailbox) -> None:
    await desk.hear(LIFE[0])
    await desk.deliver()
    assert mailbox.mails == []
    desk.wait()
    await desk.deliver()
    await desk.hear(LIFE[1])
    desk.wait()
    await desk.deliver()
    assert [mail["Subject"] for mail in mailbox.mails] == ["[Patuh] Belum terdaftar: Drainase 1"]


@pytest.mark.parametrize("status", ["cleared", "withdrawn"])
async def test_a_flag_that_ends_before_anybody_heard_is_cancelled(
    desk: Office, mailbox: Mailbox, status: str
) -> None:
    await desk.hear(flag())
    await desk.hear(flag(version=2, status=status))
    desk.wait()
    await desk.deliver()
    assert mailbox.mails == []
    assert await desk.rows(ALERTS) == [("raised", "cancelled")]


async def test_a_whole_batch_is_taken_at_once(desk: Office) -> None:
    await desk.hear(*[flag(n) for n in range(2000)])
    await desk.hear(*[flag(n, version=2, status="cleared") for n in range(0, 2000, 2)])
    counted = await desk.rows("SELECT status, count(*) FROM flag_case GROUP BY status ORDER BY status")
    assert counted == [("cleared", 1000), ("open", 1000)]
    counted = await desk.rows("SELECT status, count(*) FROM alert GROUP BY status ORDER BY status")
    assert counted == [("cancelled", 1000), ("pending", 1000)]


async def test_what_is_soon_due_is_pending_and_a_far_retry_is_not(desk: Office, mailbox: Mailbox) -> None:
    await desk.hear(flag())

    async def pending() -> int:
        async with desk.service.database.transaction() as transaction:
            return await store.count_pending(transaction, desk.now() + 2 * SETTLE)

    assert await pending() == 1
    mailbox.answers = ["451 busy", "451 busy"]
    desk.wait()
    await desk.deliver()
    assert await pending() == 1  # again in 5 seconds
    desk.wait()
    await desk.deliver()
    assert await pending() == 0  # again in 5 minutes


async def test_the_api_tells_cases_alerts_and_attempts_but_no_address(desk: Office) -> None:
    await desk.hear(flag(1), flag(2))
    desk.wait()
    await desk.deliver()
    await desk.hear(flag(2, version=2, status="cleared"))
    async with desk.client() as client:
        listed = (await client.get("/v1/cases", params={"status": "open", "limit": 10})).json()
        story = await client.get(f"/v1/cases/{cases.case_id('flag-2')}")
        counted = (await client.get("/v1/alerts/count")).json()
        unknown = await client.get(f"/v1/cases/{cases.case_id('nobody')}")
    assert [case["subject"] for case in listed] == ["project:demo-1"]
    alerts = story.json()["alerts"]
    assert [(a["kind"], a["status"], len(a["attempts"])) for a in alerts] == [
        ("raised", "delivered", 1),
        ("cleared", "pending", 0),
    ]
    assert OFFICER not in story.text
    assert story.json()["flag"]["name"] == "Drainase 2"
    assert story.json()["ladder"]["obstacle"] == "project"
    assert counted == {"delivered": 2, "pending": 1, "failed": 0, "cancelled": 0}
    assert unknown.status_code == 404


async def test_a_delivery_is_announced_with_its_case(desk: Office) -> None:
    state: FlagState = flag()
    await desk.hear(state)
    desk.wait()
    await desk.deliver()
    event = (await desk.announced())[-1]
    assert event.kind.short == "alert.delivered"
    assert event.subject == state.subject
    assert isinstance(event.data, AlertState)
    assert (event.data.kind, event.data.channel, event.data.attempts) == ("raised", "email", 1)
    assert event.data.alert_id == str(cases.alert_id(cases.case_id("flag-1"), "raised", "email"))


async def test_a_first_alert_waits_until_the_flag_is_quiet(desk: Office, mailbox: Mailbox) -> None:
    await desk.hear(LIFE[0])
    desk.wait(SETTLE * 0.7)
    await desk.hear(LIFE[1])
    desk.wait(SETTLE * 0.7)
    await desk.deliver()
    assert await desk.rows(ALERTS) == [("raised", "pending")]
    desk.wait(SETTLE * 0.4)
    await desk.deliver()
    assert await desk.rows(ALERTS) == [("raised", "delivered")]


async def test_a_flag_that_is_never_quiet_is_told_all_the_same(desk: Office) -> None:
    for version in range(1, 7):
        await desk.hear(flag(version=version, workers=version))
        desk.wait(SETTLE * 0.7)
    await desk.deliver()
    assert await desk.rows(ALERTS) == [("raised", "delivered")]


@pytest.mark.parametrize("status", ["cleared", "withdrawn"])
@pytest.mark.parametrize("heard", [True, False])
async def test_a_reminder_is_told_once_and_ends_in_silence(
    desk: Office, mailbox: Mailbox, status: str, heard: bool
) -> None:
    reminder = flag(code="project.registration-due", level="notice")
    await desk.hear(reminder)
    if heard:
        desk.wait()
        await desk.deliver()
    await desk.hear(flag(version=2, code="project.registration-due", level="notice", status=status))
    desk.wait()
    await desk.deliver()
    told = [mail["Subject"] for mail in mailbox.mails]
    assert told == (["[Patuh] Pengingat: Belum terdaftar: Drainase 1"] if heard else [])
    assert await desk.rows(ALERTS) == [("raised", "delivered" if heard else "cancelled")]


async def test_a_letter_that_goes_out_late_knows_the_steps_taken(desk: Office, mailbox: Mailbox) -> None:
    await desk.hear(flag(code="employer.not-registered", subject="employer:nib-9912345678901"))
    step = {"step": "warning-1", "taken_on": "2026-01-27"}
    async with desk.client() as client:
        assert (await client.post(f"/v1/cases/{cases.case_id('flag-1')}/sanctions", json=step)).is_success
    desk.wait()
    await desk.deliver()
    (mail,) = mailbox.mails
    text = " ".join(mail.get_content().split())
    assert "Langkah sanksi berikut: teguran tertulis kedua, mulai 11 Februari 2026" in text
