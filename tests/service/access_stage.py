"""Access at the door on a real database, with clocks that the test sets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import services.gateway
from patuh.embedded.postgres import PostgresNode
from services.gateway import key_store, keys
from services.gateway.access import Access
from services.gateway.grants import Agency, Grant, Key
from services.gateway.key_store import Audited
from services.gateway.later import Later
from services.gateway.refusals import Refusal
from services.gateway.settings import GatewaySettings
from shared.clock import FixedClock
from shared.database import Database, with_driver

GATEWAY = Path(str(services.gateway.__file__)).parent
DAY = date(2025, 10, 1)
LPSE, OSS = "https://lpse.example.id", "https://oss.example.id"
REMOTE = "192.0.2.7"
_numbers = count(1)


def settings(dsn: str, **changed: Any) -> GatewaySettings:
    """Of a gateway on a database."""
    given: dict[str, Any] = {
        "kafka_bootstrap_servers": "nowhere",
        "database_url": SecretStr(dsn),
        "worker_ref_key": SecretStr("a key of tests, at least 32 characters"),
        "fixed_today": DAY,
    }
    return GatewaySettings(**given | changed)


@dataclass
class Desk:
    """One process's access, and the office that makes keys beside it."""

    database: Database
    later: Later
    clock: FixedClock
    access: Access
    passed: list[float] = field(default_factory=lambda: [0.0])

    async def issue(self, agency: str = "LPSE", **granted: Any) -> tuple[Key, str]:
        """A new key, and what the agency sends."""
        grant = Grant(**{"agency": agency, "sources": [LPSE]} | granted)
        async with self.database.transaction() as transaction:
            key, shown = await keys.issue(transaction, grant, self.clock.now(), "an officer")
        return key, shown or ""

    async def rotate(self, key_id: str, days: int = 7) -> tuple[str, str]:
        """The id of the key that follows, and what the agency sends."""
        async with self.database.transaction() as transaction:
            overlap, now = timedelta(days=days), self.clock.now()
            new, shown = await keys.rotate(transaction, key_id, overlap, now, "me")
        return new.id, shown or ""

    async def come(self, shown: str | None, remote: str = REMOTE) -> Agency:
        """Somebody comes with a key."""
        return await self.access.agency(shown and f"Bearer {shown}", remote)

    async def status(self, shown: str | None, remote: str = REMOTE) -> int:
        """The status with which somebody is sent away; 0 when let in."""
        try:
            await self.come(shown, remote)
        except Refusal as refusal:
            return refusal.status
        return 0

    async def audited(self, agency: str | None = None, since: datetime | None = None) -> list[Audited]:
        """The audit, with what was refused just now."""
        self.access.close()
        await self.later.flush()
        async with self.database.transaction() as transaction:
            return await key_store.audit(transaction, agency, since, 1000)


@asynccontextmanager
async def desk(dsn: str, running: bool = True, **changed: Any) -> AsyncIterator[Desk]:
    """Access as the gateway runs it; not `running`, it learns nothing of what happens meanwhile."""
    said, passed = settings(dsn, **changed), [0.0]
    database = Database(with_driver(dsn))
    await database.migrate(GATEWAY / "migrations")
    later = Later(database)
    access = Access(database, later, said, lambda: passed[0])
    assert isinstance(said.clock, FixedClock)
    if running:
        await access.recall()
    tasks = [asyncio.ensure_future(run()) for run in (later.run, access.run)] if running else []
    try:
        yield Desk(database, later, said.clock, access, passed)
    finally:
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
        await database.close()


def new_database(postgres: PostgresNode) -> str:
    """The address of a database that nobody used before."""
    name = f"access_{next(_numbers)}"
    postgres.create_databases([name])
    return postgres.dsn(name)


@pytest.fixture
async def office(postgres: PostgresNode) -> AsyncIterator[Desk]:
    """Access on a database of its own."""
    async with desk(new_database(postgres)) as one:
        yield one
