"""A notifier on a real PostgreSQL, a real SMTP server and a real HTTP server, with time that can be moved."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from aiokafka import ConsumerRecord
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import services.notifier
from patuh.embedded.postgres import PostgresNode
from services.notifier.casework import Casework
from services.notifier.channels.email import EmailSender
from services.notifier.channels.webhook import WebhookSender
from services.notifier.delivery import Delivery
from services.notifier.handlers import Handlers
from services.notifier.settings import NotifierSettings
from shared.consuming import Received
from shared.events import Event, decode, types
from shared.events.data import Bilingual, FlagState
from shared.producer import Message
from shared.service import Service

HERE = Path(services.notifier.__file__).parent
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the published test vector
OFFICER = "officer@example.org"
SETTLE = timedelta(seconds=30)
LONGEST = timedelta(seconds=100)
_KINDS = {"cleared": types.FLAG_CLEARED, "withdrawn": types.FLAG_WITHDRAWN}


def flag(number: int = 1, version: int = 1, **changed: Any) -> FlagState:
    """The state of flag `number`."""
    said = Bilingual(id="Belum terdaftar", en="Not registered")
    state = FlagState(
        flag_id=f"flag-{number}",
        subject=f"project:demo-{number}",
        code="project.not-registered",
        version=version,
        status="open",
        rule="project.not-registered@1",
        name=f"Drainase {number}",
        since=date(2026, 1, 5),
        raised_on=date(2026, 1, 24),
        law=["Permenaker 44/2015 art. 3"],
        evidence=[],
        title=said,
        reason=said,
        remedy=said,
    )
    return msgspec.structs.replace(state, **changed)


def received(state: FlagState) -> Received:
    """The flag as it comes from the topic."""
    kind = _KINDS.get(state.status) or (types.FLAG_RAISED if state.version == 1 else types.FLAG_UPDATED)
    name = f"{state.flag_id}:{state.version}"
    event = Event(kind, name, "urn:patuh:employer", state.subject, datetime.now(UTC), state, "case-story")
    record: Any = ConsumerRecord(kind.topic.name, 0, 0, 0, 0, None, b"", None, -1, 0, ())
    return Received(event, record)


@dataclass
class Mailbox:
    """An SMTP server: it answers mails with `answers` in turn, then with 250."""

    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one mail; the name is prescribed by aiosmtpd."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            content = envelope.original_content or b""
            self.mails.append(message_from_bytes(content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
            self.sessions.add(id(session))
        return answer

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen on a free port."""
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(self), "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]


@dataclass
class Hook:
    """An HTTP server: it answers `statuses` in turn, then 204; it keeps what was properly signed."""

    statuses: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    followed: int = 0
    arrived: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    hang: asyncio.Event | None = None

    async def receive(self, request: Request) -> Response:
        """Verify and keep one webhook. The first one is held back while `hang` is not set."""
        body = await request.body()
        content = Webhook(SECRET).verify(body, dict(request.headers))
        if self.hang and not self.ids:
            self.ids.append(request.headers["webhook-id"])
            await self.hang.wait()
        self.ids.append(request.headers["webhook-id"])
        self.bodies.append(content)
        self.arrived.release()
        return Response(
            status_code=self.statuses.pop(0) if self.statuses else 204, headers={"location": "/other"}
        )

    async def other(self, request: Request) -> Response:
        """Where a redirect would lead."""
        self.followed += 1
        return Response(status_code=204)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen on a free port."""
        routes = [
            Route("/hook", self.receive, methods=["POST"]),
            Route("/other", self.other, methods=["POST"]),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning"))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            yield listener.getsockname()[1]
            server.should_exit = True
            await serving


@dataclass
class Office:
    """A notifier with both channels; `wait` moves its time."""

    service: Service
    settings: NotifierSettings
    later: timedelta = timedelta()

    def now(self) -> datetime:
        """The real instant, moved."""
        return datetime.now(UTC) + self.later

    def wait(self, span: timedelta = SETTLE) -> None:
        """Let time pass."""
        self.later += span

    @property
    def casework(self) -> Casework:
        """Who hears, as the settings say now."""
        return Casework(self.settings.recipients, SETTLE, LONGEST, self.now)

    async def hear(self, *states: FlagState) -> None:
        """Take a batch of flags."""
        async with self.service.work() as work:
            await Handlers(self.settings.clock, self.casework).on_flags(work, [received(s) for s in states])

    @property
    def mail(self) -> Delivery:
        """The delivery of mails."""
        return self._delivery(EmailSender(self.settings, self.now))

    @property
    def hooks(self) -> Delivery:
        """The delivery of webhooks."""
        return self._delivery(WebhookSender(self.settings, self.now))

    def _delivery(self, sender: EmailSender | WebhookSender) -> Delivery:
        service = self.service
        return Delivery(service.database, service.work, sender, self.casework, self.settings.clock)

    async def deliver(self) -> None:
        """Deliver what is due on both channels."""
        for delivery in (self.mail, self.hooks):
            while await delivery.deliver_some():
                continue

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the tables."""
        async with self.service.database.transaction() as transaction:
            return [tuple(row) for row in await transaction.rows(sql)]

    async def announced(self) -> list[Event]:
        """Everything put into the outbox so far."""
        rows = await self.rows("SELECT messages FROM outbox ORDER BY id")
        messages = [m for row in rows for m in msgspec.msgpack.decode(row[0], type=list[Message])]
        return [decode(m.value, m.headers) for m in messages]


@asynccontextmanager
async def office(node: PostgresNode, **settings: Any) -> AsyncIterator[Office]:
    """A notifier with empty tables."""
    chosen = NotifierSettings(
        service="notifier",
        kafka_bootstrap_servers="127.0.0.1:9",
        database_url=SecretStr(node.dsn("notifier")),
        fixed_today=date(2026, 1, 27),
        webhook_secret=SecretStr(SECRET),
        **settings,
    )
    service = Service(chosen, HERE)
    try:
        await service.database.migrate(HERE / "migrations")
        async with service.database.transaction() as transaction:
            await transaction.run("TRUNCATE flag_case, alert, attempt, outbox")
        yield Office(service, chosen)
    finally:
        await service.database.close()
