"""Email over SMTP: one connection for a batch of mails, one plain-text mail for an alert."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from services.notifier import cases
from services.notifier.casework import Now
from services.notifier.delivery import Send
from services.notifier.ladder import ladder
from services.notifier.ladder_words import view
from services.notifier.letters import letter
from services.notifier.settings import NotifierSettings
from services.notifier.store import Due
from shared.law import load

_ANSWER_SECONDS = 10.0


class EmailSender:
    """Sends alerts as mails. Message-ID is the alert's id: a repeated mail is the same mail."""

    channel: cases.Channel = "email"
    concurrency = 1  # one connection carries one mail at a time

    def __init__(self, settings: NotifierSettings, now: Now) -> None:
        """`now` dates the mail; the letter counts its deadlines from the settings' clock."""
        self._settings, self._now = settings, now

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Send]:
        """One SMTP connection, opened with the first mail and again after it broke."""
        client = self._client()

        async def send(due: Due) -> cases.Outcome:
            return await _send(client, self.mail(due))

        try:
            yield send
        finally:
            with suppress(SMTPException, OSError):  # nothing depends on a polite goodbye
                await client.quit()
            client.close()

    def _client(self) -> SMTP:
        chosen = self._settings
        return SMTP(
            hostname=chosen.smtp_host,
            port=chosen.smtp_port,
            username=chosen.smtp_username,
            password=chosen.smtp_password.get_secret_value() if chosen.smtp_password else None,
            use_tls=chosen.smtp_tls,
            timeout=_ANSWER_SECONDS,
        )

    def mail(self, due: Due) -> EmailMessage:
        """The mail of an alert; the last word answers the first, so that they are read together."""
        today, law = self._settings.clock.today(), load()
        steps = view(str(due.case), due.flag, ladder(due.flag, due.steps, law, today), law, today)
        written = letter(due.kind, due.flag, self._settings.console_url, today, str(due.id), steps)
        sender = Address(display_name="Patuh", addr_spec=self._settings.smtp_sender)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, due.recipient, written.subject
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = f"<{due.id}@{sender.domain}>"
        if due.kind != "raised":
            mail["In-Reply-To"] = f"<{cases.alert_id(due.case, 'raised', 'email')}@{sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = "id, en"
        mail.set_content(written.body, cte="quoted-printable")
        return mail


async def _send(client: SMTP, mail: EmailMessage) -> cases.Outcome:
    try:
        if not client.is_connected:
            await client.connect()
    except (SMTPException, OSError) as error:
        return cases.Outcome("transient", f"cannot connect: {type(error).__name__}")
    try:
        await client.send_message(mail)
    except asyncio.CancelledError:
        client.close()  # in the middle of a dialogue: the next mail needs a new connection
        raise
    except (SMTPException, OSError) as error:
        return _refused(error)
    return cases.Outcome("delivered")


def _refused(error: SMTPException | OSError) -> cases.Outcome:
    """A server's own words may quote the address: only codes and kinds of error are told."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [one.code for one in error.recipients]
    else:
        codes = [error.code] if isinstance(error, SMTPResponseException) else []
    if codes:
        return cases.Outcome("permanent" if min(codes) >= 500 else "transient", f"SMTP {codes[0]}")
    lost = isinstance(error, SMTPServerDisconnected | SMTPTimeoutError | OSError)
    maybe = lost and not isinstance(error, SMTPConnectError)
    return cases.Outcome("transient", type(error).__name__, maybe_received=maybe)
