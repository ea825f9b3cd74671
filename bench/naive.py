"""The registry's job the usual way: one message, one pydantic model, one ORM session, one publication.

It is written with care: indexes, no log line per message, one transaction, the same pure arithmetic
and the same result. Run as a process with KAFKA_BOOTSTRAP_SERVERS, DATABASE_URL, PATUH_SERVICE and
BENCH_EVENTS; prints a Report.
"""

import asyncio
import os
from datetime import date, datetime

import msgspec
from faststream import FastStream
from faststream.kafka import KafkaBroker
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import BigInteger, DateTime, Index, SmallInteger, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.measuring import BenchFailedError
from bench.stopwatch import Report, Stopwatch
from services.registry import coverage as arithmetic
from services.registry.coverage import EnrolmentFact
from services.registry.deltas import Deltas
from services.registry.wages import in_force
from shared import topics
from shared.database import with_driver
from shared.events import Event, encode, types
from shared.events.data import CoverageChanged, Removal


class Enrolment(BaseModel):
    """The data of a worker event; `programmes` is None when it takes the enrolment away."""

    effective_on: date
    employer: str | None = None
    project: str | None = None
    programmes: list[str] | None = None
    covered_until: date | None = None
    wage_idr: int | None = None
    region: str | None = None


class WorkerEvent(BaseModel):
    """A worker event in structured mode."""

    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    data: Enrolment

    def counts_for(self) -> str:
        """Whose coverage it changes."""
        return self.data.project or self.data.employer or self.subject


class Base(DeclarativeBase):
    """The naive variant's tables."""


class Fact(Base):
    """One worker event."""

    __tablename__ = "enrolment"
    __table_args__ = (Index("enrolment_of_worker", "subject", "worker"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    worker: Mapped[str]
    employer: Mapped[str]
    programmes: Mapped[int] = mapped_column(SmallInteger)
    effective_on: Mapped[date]
    covered_until: Mapped[date | None]
    wage_idr: Mapped[int | None] = mapped_column(BigInteger)
    region: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def counted(self) -> EnrolmentFact:
        """The fact as the coverage arithmetic sees it."""
        said = (self.employer, self.programmes, self.covered_until, self.wage_idr, self.region)
        return EnrolmentFact(self.effective_on, self.at, self.source, self.id, *said)


class Coverage(Base):
    """The newest snapshot of a subject."""

    __tablename__ = "coverage"

    subject: Mapped[str] = mapped_column(primary_key=True)
    snapshot: Mapped[str]


def fact_of(event: WorkerEvent) -> Fact:
    """The row of an event."""
    data = event.data
    return Fact(
        source=event.source,
        id=event.id,
        subject=event.counts_for(),
        worker=event.subject,
        employer=data.employer or "",
        programmes=-1 if data.programmes is None else arithmetic.mask(tuple(data.programmes)),
        effective_on=data.effective_on,
        covered_until=data.covered_until,
        wage_idr=data.wage_idr,
        region=data.region,
        at=event.time,
    )


async def store(session: AsyncSession, event: WorkerEvent) -> CoverageChanged | None:
    """Store one event and the coverage it leads to; the new snapshot if it changed."""
    if await session.get(Fact, (event.source, event.id)):
        return None
    fact = fact_of(event)
    row = await session.get(Coverage, fact.subject, with_for_update=True)
    if row is None:
        row = Coverage(subject=fact.subject, snapshot='{"version":0}')
        session.add(row)
    of_worker = select(Fact).where(Fact.subject == fact.subject, Fact.worker == fact.worker)
    before = [known.counted() for known in await session.scalars(of_worker)]
    session.add(fact)
    old = msgspec.json.decode(row.snapshot, type=CoverageChanged)
    new = after(old, fact, before)
    if (new.steps, new.removals) == (old.steps, old.removals):
        return None
    row.snapshot = msgspec.json.encode(new).decode()
    return new


def after(old: CoverageChanged, fact: Fact, before: list[EnrolmentFact]) -> CoverageChanged:
    """The coverage of a subject once `fact` is added to what was told `before` about its worker."""
    facts, minimums = [*before, fact.counted()], in_force()
    deltas = Deltas()
    deltas.add(arithmetic.spans(before, minimums), -1)
    deltas.add(arithmetic.spans(facts, minimums), 1)
    removals = old.removals
    if fact.subject.startswith("project:"):
        removals = _removals(old, fact.worker, facts)
    steps = deltas.apply(old.steps) if deltas else old.steps
    return CoverageChanged(version=old.version + 1, steps=steps, removals=removals)


def _removals(old: CoverageChanged, worker: str, facts: list[EnrolmentFact]) -> list[Removal]:
    kept = [removal for removal in old.removals if removal.worker != worker]
    return arithmetic.in_order(kept + arithmetic.removals(worker, facts))


async def handle_topic(bootstrap: str, group: str, dsn: str, events: int) -> Report:
    """Handle `events` messages with FastStream's defaults, which commit offsets every five seconds.

    Raises BenchFailedError when a signal ends it before.
    """
    engine = create_async_engine(with_driver(dsn))
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    broker = KafkaBroker(bootstrap, logger=None)
    app = FastStream(broker, logger=None)
    watch, reports = Stopwatch(), []

    @broker.subscriber(topics.WORKERS.name, group_id=group, auto_offset_reset="earliest")
    async def on_worker_event(body: bytes) -> None:
        event = WorkerEvent.model_validate_json(body)
        async with sessions.begin() as session:
            snapshot = await store(session, event)
        if snapshot:
            await broker.publish(_announcement(event, snapshot), topics.COVERAGE.name)
        watch.handled()
        if watch.events == events:
            reports.append(watch.report())
            app.exit()

    await app.run()
    await engine.dispose()
    if not reports:
        raise BenchFailedError(f"stopped from outside after {watch.events} of {events} events")
    return reports[0]


def _announcement(event: WorkerEvent, snapshot: CoverageChanged) -> bytes:
    subject = event.counts_for()
    event_id = f"{subject}:{snapshot.version}"
    return encode(Event(types.COVERAGE_CHANGED, event_id, "urn:bench:naive", subject, event.time, snapshot))


if __name__ == "__main__":
    _bootstrap, _dsn = os.environ["KAFKA_BOOTSTRAP_SERVERS"], os.environ["DATABASE_URL"]
    _events = int(os.environ["BENCH_EVENTS"])
    asyncio.run(handle_topic(_bootstrap, os.environ["PATUH_SERVICE"], _dsn, _events)).say()
