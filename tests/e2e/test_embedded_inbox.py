"""The local inbox keeps mails and webhooks whose signature is right."""

import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from patuh.embedded.local_inbox import LocalInbox

BODY = '{"flag": "project.not-registered"}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(scope="module")
def inbox(folder: Path) -> Iterator[LocalInbox]:
    inbox = LocalInbox(folder, logs=folder / "logs")
    inbox.launch()
    inbox.wait_ready()
    yield inbox
    inbox.stop()


def headers(secret: str, at: datetime, body: str = BODY) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }


def send_mail(inbox: LocalInbox, text: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Peringatan", "patuh@example.org", "officer@example.org"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", inbox.smtp_port) as smtp:
        smtp.send_message(mail, to_addrs=["officer@example.org", "hidden@example.org"])


def test_mails_are_numbered_files_with_their_true_recipients(inbox: LocalInbox, folder: Path) -> None:
    send_mail(inbox, "tiga pekerja belum terdaftar")
    send_mail(inbox, "kedua")
    kept = sorted((folder / "mail").iterdir())
    assert [path.name for path in kept] == ["1.eml", "2.eml"]
    mail = message_from_bytes(kept[0].read_bytes(), policy=default)
    assert mail["X-RcptTo"] == "officer@example.org, hidden@example.org"
    assert mail["Subject"] == "Peringatan"
    assert mail.get_content().strip() == "tiga pekerja belum terdaftar"


def test_a_signed_webhook_is_kept_and_others_are_refused(inbox: LocalInbox, folder: Path) -> None:
    now = datetime.now(UTC)
    good = headers(inbox.secret, now)
    forged = headers("whsec_" + "A" * 32, now)
    old = headers(inbox.secret, now - timedelta(hours=1))
    malformed = {**good, "webhook-signature": "nonsense"}

    answers = [
        httpx.post(inbox.webhook_url, content=BODY, headers=given).status_code
        for given in (good, forged, old, malformed, {})
    ]
    changed = httpx.post(inbox.webhook_url, content=BODY.replace("not-", ""), headers=good).status_code

    assert answers == [204, 401, 401, 401, 401]
    assert changed == 401
    lines = [json.loads(line) for line in (folder / "webhooks.jsonl").read_text().splitlines()]
    assert [line["body"] for line in lines] == [json.loads(BODY)]
    assert lines[0]["headers"]["webhook-id"] == "msg_1"
