"""Alerts go out over real SMTP and HTTP: once, again after a failure, and never to the wrong place."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from patuh.embedded.postgres import PostgresNode
from services.notifier import store
from services.notifier.delivery import CLAIM
from tests.service.notifier_servers import Hook, Mailbox
from tests.service.notifier_stage import OFFICER, Office, flag, office

ALERTS = "SELECT channel, kind, status FROM alert ORDER BY sequence"
ATTEMPTS = "SELECT number, outcome, detail FROM attempt ORDER BY at, number"
RETRY = timedelta(seconds=5)


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
def hook() -> Hook:
    return Hook()


@pytest.fixture
async def by_mail(node: PostgresNode, mailbox: Mailbox) -> AsyncIterator[Office]:
    async with (
        mailbox.listening() as port,
        office(node, alert_email=OFFICER, smtp_host="127.0.0.1", smtp_port=port) as opened,
    ):
        yield opened


@pytest.fixture
async def by_hook(node: PostgresNode, hook: Hook) -> AsyncIterator[Office]:
    async with (
        hook.listening() as port,
        office(node, webhook_url=f"http://127.0.0.1:{port}/hook", webhook_allow_private=True) as opened,
    ):
        yield opened


async def raise_and_deliver(desk: Office, *numbers: int) -> None:
    await desk.hear(*[flag(n) for n in numbers or (1,)])
    desk.wait()
    await desk.deliver()


async def test_a_mail_is_readable_and_bears_the_alerts_id(by_mail: Office, mailbox: Mailbox) -> None:
    await raise_and_deliver(by_mail)
    (mail,) = mailbox.mails
    ((alert,),) = await by_mail.rows("SELECT id FROM alert")
    assert mail["Message-ID"] == f"<{alert}@localhost>"
    assert mail["To"] == OFFICER
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert text.index("Yth. Bapak/Ibu Petugas") < text.index("In English")
    assert "http://localhost:8000/subjects/project:demo-1" in text


async def test_the_end_goes_to_who_heard_the_beginning(by_mail: Office, mailbox: Mailbox) -> None:
    await raise_and_deliver(by_mail)
    by_mail.settings = by_mail.settings.model_copy(update={"alert_email": "successor@example.org"})
    await by_mail.hear(flag(version=2, status="withdrawn"))
    by_mail.wait()
    await by_mail.deliver()
    assert mailbox.recipients == [OFFICER, OFFICER]
    first, last = mailbox.mails
    assert last["Subject"].startswith("[Patuh] Dicabut: ")
    assert last["In-Reply-To"] == first["Message-ID"]


async def test_many_mails_share_a_connection(by_mail: Office, mailbox: Mailbox) -> None:
    await raise_and_deliver(by_mail, *range(20))
    assert len(mailbox.mails) == 20
    assert len(mailbox.sessions) == 1


async def test_two_processes_send_each_alert_once(by_mail: Office, mailbox: Mailbox) -> None:
    await by_mail.hear(*[flag(n) for n in range(80)])
    by_mail.wait()
    await asyncio.gather(by_mail.mail.deliver_some(), by_mail.mail.deliver_some())
    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(ids) == len(set(ids)) == 80


async def test_a_refused_mail_is_tried_again_with_the_same_id(by_mail: Office, mailbox: Mailbox) -> None:
    mailbox.answers = [f"451 try later, <{OFFICER}>"]
    await raise_and_deliver(by_mail, 1)
    await by_mail.deliver()  # not due yet
    assert await by_mail.rows(ATTEMPTS) == [(1, "transient", "SMTP 451")]
    by_mail.wait(RETRY)
    await by_mail.deliver()
    assert await by_mail.rows(ATTEMPTS) == [(1, "transient", "SMTP 451"), (2, "delivered", "")]
    ((alert,),) = await by_mail.rows("SELECT id FROM alert")
    assert mailbox.mails[0]["Message-ID"] == f"<{alert}@localhost>"


async def test_a_mail_refused_for_good_fails_at_once_and_stops_no_other(
    by_mail: Office, mailbox: Mailbox
) -> None:
    mailbox.answers = [f"550 no such user <{OFFICER}>"]
    await raise_and_deliver(by_mail, 1, 2)
    assert sorted(await by_mail.rows(ALERTS)) == [
        ("email", "raised", "delivered"),
        ("email", "raised", "failed"),
    ]
    failed = [event for event in await by_mail.announced() if event.kind.short == "alert.failed"]
    assert [getattr(event.data, "error", None) for event in failed] == ["SMTP 550"]
    assert ("permanent", "SMTP 550") in await by_mail.rows("SELECT outcome, detail FROM attempt")


async def test_nobody_hears_the_end_of_what_never_left(by_mail: Office, mailbox: Mailbox) -> None:
    by_mail.settings = by_mail.settings.model_copy(update={"smtp_port": 1})
    await raise_and_deliver(by_mail)
    assert [row[1] for row in await by_mail.rows(ATTEMPTS)] == ["transient"]
    await by_mail.hear(flag(version=2, status="cleared"))
    assert await by_mail.rows(ALERTS) == [("email", "raised", "cancelled")]


async def claim_and_die(desk: Office) -> None:
    async with desk.service.database.transaction() as transaction:
        assert await store.claim(transaction, "email", desk.now(), desk.now() + CLAIM, 50)


async def test_a_claim_of_a_dead_process_lapses_and_the_alert_goes_out(
    by_mail: Office, mailbox: Mailbox
) -> None:
    await by_mail.hear(flag())
    by_mail.wait()
    await claim_and_die(by_mail)
    await by_mail.deliver()
    assert mailbox.mails == []
    by_mail.wait(CLAIM)
    await by_mail.deliver()
    by_mail.wait(RETRY)
    await by_mail.deliver()
    assert len(mailbox.mails) == 1
    assert [row[1] for row in await by_mail.rows(ATTEMPTS)] == ["transient", "delivered"]


async def test_the_end_is_told_when_a_dead_process_may_have_told_the_beginning(
    by_mail: Office, mailbox: Mailbox
) -> None:
    await by_mail.hear(flag())
    by_mail.wait()
    await claim_and_die(by_mail)
    await by_mail.hear(flag(version=2, status="cleared"))
    assert await by_mail.rows(ALERTS) == [("email", "raised", "sending")]
    by_mail.wait(CLAIM)
    await by_mail.deliver()
    by_mail.wait()
    await by_mail.deliver()
    assert await by_mail.rows(ALERTS) == [("email", "raised", "cancelled"), ("email", "cleared", "delivered")]
    assert [mail["Subject"][:17] for mail in mailbox.mails] == ["[Patuh] Selesai: "]


async def test_a_webhook_is_thin_and_signed_with_the_alerts_id(by_hook: Office, hook: Hook) -> None:
    await raise_and_deliver(by_hook)
    await by_hook.hear(flag(version=2, status="cleared"))
    by_hook.wait()
    await by_hook.deliver()
    assert [body["type"] for body in hook.bodies] == ["flag.raised", "flag.cleared"]
    assert hook.ids == [str(row[0]) for row in await by_hook.rows("SELECT id FROM alert ORDER BY sequence")]
    assert hook.bodies[0]["data"]["subject"] == "project:demo-1"


@pytest.mark.parametrize(
    ("status", "outcome"), [(500, "transient"), (404, "transient"), (429, "transient"), (410, "permanent")]
)
async def test_what_a_webhook_answers_decides_about_the_next_try(
    by_hook: Office, hook: Hook, status: int, outcome: str
) -> None:
    hook.statuses = [status]
    await raise_and_deliver(by_hook)
    by_hook.wait(RETRY)
    await by_hook.deliver()
    first, *rest = await by_hook.rows(ATTEMPTS)
    assert first == (1, outcome, f"HTTP {status}")
    assert [row[1] for row in rest] == (["delivered"] if outcome == "transient" else [])
    assert len(set(hook.ids)) == 1


async def test_a_redirect_is_not_followed(by_hook: Office, hook: Hook) -> None:
    hook.statuses = [307]
    await raise_and_deliver(by_hook)
    assert hook.followed == 0
    assert await by_hook.rows(ATTEMPTS) == [(1, "transient", "HTTP 307")]


async def test_a_private_address_is_refused(by_hook: Office, hook: Hook) -> None:
    by_hook.settings = by_hook.settings.model_copy(update={"webhook_allow_private": False})
    await raise_and_deliver(by_hook)
    assert hook.ids == []
    assert await by_hook.rows(ATTEMPTS) == [(1, "permanent", "refused: PrivateAddress")]


async def test_a_stopped_delivery_keeps_what_it_sent_and_the_rest_is_taken_over(
    by_hook: Office, hook: Hook
) -> None:
    hook.hang = asyncio.Event()
    await by_hook.hear(*[flag(n) for n in range(40)])
    by_hook.wait()
    stopped = asyncio.create_task(by_hook.hooks.deliver_some())
    for _ in range(11):
        await hook.arrived.acquire()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    hook.hang.set()
    count = "SELECT status, count(*) FROM alert GROUP BY status"
    counted = dict(await by_hook.rows(count))
    assert counted["delivered"] >= 4  # of the 11 that arrived at most 7 answers were still on their way
    assert counted["pending"] >= 1
    await by_hook.deliver()  # what nobody had begun goes out at once
    assert dict(await by_hook.rows(count)).keys() == {"delivered", "sending"}
    by_hook.wait(CLAIM)
    await by_hook.deliver()
    by_hook.wait(RETRY)
    await by_hook.deliver()
    assert await by_hook.rows("SELECT DISTINCT status FROM alert") == [("delivered",)]
    assert len(set(hook.ids)) == 40
