"""A notifier on a real PostgreSQL, with time that can be moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from pydantic import SecretStr

import services.notifier
from patuh.embedded.postgres import PostgresNode
from services.notifier import api
from services.notifier.casework import Casework
from services.notifier.channels.email import EmailSender
from services.notifier.channels.webhook import WebhookSender
from services.notifier.delivery import Delivery
from services.notifier.handlers import Handlers
from services.notifier.sanctions import Sanctions
from services.notifier.settings import NotifierSettings
from shared import outbox
from shared.clock import FixedClock
from shared.consuming import Received
from shared.events import Event, decode, types
from shared.events.data import Bilingual, FlagState
from shared.law import load
from shared.service import Service
from tests.service.notifier_servers import SECRET

HERE = Path(services.notifier.__file__).parent
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

    @property
    def sanctions(self) -> Sanctions:
        """The ladders, under the real law, on the day that the settings say."""
        return Sanctions(self.settings.clock, load())

    def stand_on(self, day: date) -> None:
        """Let the service's clock stand on another day."""
        assert isinstance(self.settings.clock, FixedClock)
        self.settings.clock.day = day

    async def tick(self) -> None:
        """Let the timer look at every case whose day has come."""
        looked_at = 1
        while looked_at:
            async with self.service.work() as work:
                looked_at = await self.sanctions.on_timer(work)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the HTTP side."""
        app = FastAPI()
        app.include_router(api.routes(self.service.database, self.sanctions))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as client:
            yield client

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the tables."""
        async with self.service.database.transaction() as transaction:
            return [tuple(row) for row in await transaction.rows(sql)]

    async def announced(self) -> list[Event]:
        """Everything put into the outbox so far."""
        rows = await self.rows("SELECT messages FROM outbox ORDER BY id")
        messages = [m for row in rows for m in outbox.unpacked(row[0])]
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
            await transaction.run(
                "TRUNCATE flag_case, alert, attempt, sanction_step, sanction_announced, outbox"
            )
        yield Office(service, chosen)
    finally:
        await service.database.close()
