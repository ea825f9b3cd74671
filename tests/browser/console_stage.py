"""What the console's tests set up: events with their records, flags, a database, a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from msgspec.structs import replace

import services.console
from patuh.embedded.postgres import PostgresNode
from services.console import api, handlers, pages, protection
from services.console.stream import Stream
from shared.clock import FixedClock
from shared.consuming import Received, Work
from shared.database import Database
from shared.dead_letters import Record
from shared.events import Event, EventType, types
from shared.events.data import Bilingual, Data, Evidence, FlagState

TODAY = date(2026, 7, 15)
NOON = datetime(2026, 7, 15, 5, 0, tzinfo=UTC)
MIGRATIONS = Path(services.console.__file__).parent / "migrations"
EMPLOYER = "employer:0012345674000000"
FLAG = FlagState(
    flag_id="f-1",
    subject=EMPLOYER,
    code="employer.workers-missing",
    version=1,
    status="open",
    rule="employer.workers-missing@1",
    name="PT Bara Karya Abadi",
    since=date(2026, 3, 2),
    raised_on=date(2026, 6, 1),
    due=date(2026, 6, 30),
    region="32.72.02",
    workers=12,
    amount_idr=1_300_000,
    uncovered_working_days=84,
    law=["UU 24/2011 pasal 15", "UU 24/2011 pasal 17"],
    evidence=[
        Evidence(name="workforce", value="30", source="urn:oss", id="oss-881"),
        Evidence(name="enrolled", value="18", source="urn:sipp", id="sipp-17", confidence="high"),
        Evidence(name="deadline", value="30 hari", article="Perpres 109/2013 pasal 6"),
    ],
    title=Bilingual(id="Sebagian pekerja belum didaftarkan", en="Not all workers are enrolled"),
    reason=Bilingual(
        id="18 dari 30 pekerja terdaftar; 12 pekerja tanpa perlindungan sejak 2 Maret 2026.",
        en="18 of 30 workers are enrolled; 12 have had no cover since 2 March 2026.",
    ),
    remedy=Bilingual(
        id="Daftarkan 12 pekerja melalui SIPP.", en="Enrol the 12 workers through SIPP and pay for March."
    ),
)
_numbers = count()


def flag(**changes: Any) -> FlagState:
    """A flag like FLAG but for the changes."""
    return replace(FLAG, **changes)


def event(kind: EventType, subject: str, data: Data, **changes: Any) -> Event:
    """An event of `kind` at NOON with an id of its own."""
    return Event(kind, changes.get("id", f"e-{next(_numbers)}"), "urn:test", subject, NOON, data)


def raised(state: FlagState) -> Event:
    """The event that announces a state of a flag."""
    return event(types.FLAG_RAISED, state.subject, state)


def record(topic: str, offset: int, timestamp: int | None = None, **changes: Any) -> Record:
    """A Kafka record as aiokafka hands it over; its time grows with its offset unless given."""
    said = {"partition": 0, "key": None, "value": b"", "headers": (), **changes}
    return ConsumerRecord(
        topic=topic,
        offset=offset,
        timestamp=offset if timestamp is None else timestamp,
        timestamp_type=0,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        **said,
    )


def received(events: list[Event], first: int = 0, **changes: Any) -> list[Received]:
    """The events as a batch, each on its type's topic, with offsets from `first` on."""
    return [
        Received(each, record(each.kind.topic.name, offset, **changes))
        for offset, each in enumerate(events, first)
    ]


async def take(database: Database, batch: list[Received]) -> None:
    """Hand a batch to the console in one transaction, as the service does."""
    async with database.transaction() as transaction:
        await handlers.on_events(Work(transaction, "console"), batch)


@contextmanager
def postgres(folder: Path) -> Iterator[PostgresNode]:
    """A PostgreSQL of its own."""
    node = PostgresNode(folder)
    node.start()
    try:
        yield node
    finally:
        node.stop()


@asynccontextmanager
async def fresh_database(node: PostgresNode) -> AsyncIterator[Database]:
    """An empty read model."""
    name = f"console_{next(_numbers)}"
    node.create_databases([name])
    database = Database(node.dsn(name).replace("postgresql://", "postgresql+asyncpg://"))
    await database.migrate(MIGRATIONS)
    try:
        yield database
    finally:
        await database.close()


def console(database: Database) -> tuple[FastAPI, Stream]:
    """The console's HTTP side over `database`, on TODAY, without Kafka; the stream is not started."""
    stream, clock, app = Stream(database), FixedClock(TODAY), FastAPI()
    app.include_router(pages.router(database, clock))
    app.include_router(api.router(database, stream, clock))
    pages.mount_static(app)
    protection.protect(app, ["127.0.0.1"])
    return app, stream


@asynccontextmanager
async def served(database: Database) -> AsyncIterator[str]:
    """The address of the console on a real server, with its stream running."""
    app, stream = console(database)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    listening = socket.create_server(("127.0.0.1", 0))
    running = asyncio.ensure_future(stream.run())
    serving = asyncio.ensure_future(server.serve([listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        running.cancel()
