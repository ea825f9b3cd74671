"""A small world of facts for the order tests, and the two services' handlers on real databases.

Small on purpose: two employers under several names, an office, a list of vulnerable workers, two projects,
four workers, forty days, so that facts meet each other in every way. Retractions of any are drawn too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from services.employer import handlers as employer_handlers
from services.registry import handlers as registry_handlers
from services.registry.wages import in_force
from shared import law
from shared.clock import FixedClock
from shared.consuming import Received, Work
from shared.database import Database
from shared.dead_letters import Record
from shared.events import Event, decode, types
from shared.events import data as d
from shared.producer import Message

DAY = date(2025, 6, 10)
FIRST = date(2025, 3, 3)
FIRM, OTHER = "employer:0990043515405000", "employer:0990761314405000"
FIRM_BY_NIB = "employer:nib-1234567890123"
EMPLOYERS = (FIRM, OTHER, FIRM_BY_NIB)
ENROLLING = (*EMPLOYERS, "agency:63421", "group:rentan-cikole")
PROJECTS = ("project:p-one", "project:p-two")
WORKERS = tuple(f"worker:{n:040x}" for n in range(1, 5))

days = st.integers(0, 120).map(lambda n: FIRST + timedelta(days=n))
instants = st.integers(0, 120 * 24).map(lambda h: datetime(2025, 3, 3, tzinfo=UTC) + timedelta(hours=h))
maybe_days = st.none() | days
counts = st.none() | st.integers(0, 4)
programmes = st.lists(st.sampled_from(["jkk", "jkm", "jht"]), unique=True)
# Kota Sukabumi: enough in both years, in 2025 only, in neither; and what nobody can compare.
wages = st.sampled_from([None, 3_500_000, 3_100_000, 2_000_000])
regions = st.sampled_from([None, "32.72", "32.72.02", "99.99"])
_name_of = {FIRM: "1234567890123", FIRM_BY_NIB: "1234567890123", OTHER: None}


@st.composite
def employer_facts(draw: st.DrawFn) -> tuple[types.EventType, str, d.Data]:
    subject = draw(st.sampled_from(EMPLOYERS))
    nib = _name_of[subject] if draw(st.booleans()) else None
    kind = draw(
        st.sampled_from([types.EMPLOYER_REGISTERED, types.EMPLOYER_UPDATED, types.WORKFORCE_DECLARED])
    )
    if kind is types.WORKFORCE_DECLARED:
        return kind, subject, d.WorkforceDeclared(headcount=draw(st.integers(0, 4)), as_of=draw(days))
    data = kind.data(
        name=draw(st.sampled_from(["PT A", "CV B"])),
        nib=nib,
        npp=draw(st.none() | st.just("AB123456" if subject != OTHER else "CD123456")),
        workforce=draw(counts),
        obliged_since=draw(maybe_days),
        member_since=draw(maybe_days),
    )
    return kind, subject, data


@st.composite
def project_facts(draw: st.DrawFn) -> tuple[types.EventType, str, d.Data]:
    subject, on = draw(st.sampled_from(PROJECTS)), draw(days)
    data: d.Data = draw(
        st.sampled_from(
            [
                d.ProjectStarted(start_on=on),
                d.ProjectAmended(amendment=on.day, value_idr=on.day * 10**7),
                d.ProjectRegistered(registered_on=on),
                d.ProjectCompleted(completed_on=on),
                d.ProjectCancelled(cancelled_on=on),
                _award(draw, on),
                _award(draw, on),
            ]
        )
    )
    return next(t for t in types.FACTS.values() if t.data is type(data)), subject, data


def _award(draw: st.DrawFn, on: date) -> d.ProjectAwarded:
    return d.ProjectAwarded(
        title="Talud",
        kind=draw(st.sampled_from(["construction", "goods"])),
        method="direct",
        owner=d.Owner(agency="dputr"),
        contractors=draw(st.lists(st.sampled_from(EMPLOYERS), unique=True, max_size=2)),
        value_idr=draw(st.none() | st.integers(0, 10**9)),
        contract_on=draw(st.none() | st.just(on)),
        end_on=draw(st.none() | st.just(on + timedelta(days=40))),
        workers_planned=draw(counts),
    )


@st.composite
def worker_facts(
    draw: st.DrawFn, workers: tuple[str, ...] = WORKERS, employers: tuple[str, ...] = ENROLLING
) -> tuple[types.EventType, str, d.Data]:
    worker, on = draw(st.sampled_from(workers)), draw(days)
    place: dict[str, Any] = {
        "employer": draw(st.none() | st.sampled_from(employers)),
        "project": draw(st.none() | st.sampled_from(PROJECTS)),
    }
    if draw(st.integers(0, 4)) == 0:
        accident = d.WorkerIncidentReported(kind="accident", occurred_on=on, **place)
        return types.WORKER_INCIDENT, worker, accident
    place["effective_on"] = on
    if draw(st.integers(0, 2)) == 0:
        return types.WORKER_UNREGISTERED, worker, d.WorkerUnregistered(reason="left", **place)
    until = draw(st.none() | st.integers(0, 60).map(lambda n: on + timedelta(days=n)))
    enrolment: dict[str, Any] = {"segment": "pu", "programmes": draw(programmes), "covered_until": until}
    enrolment |= {"wage_idr": draw(wages), "region": draw(regions)}
    return types.WORKER_REGISTERED, worker, d.WorkerRegistered(**place, **enrolment)


@st.composite
def contributions(draw: st.DrawFn) -> tuple[types.EventType, str, d.Data]:
    amount: dict[str, Any] = {"amount_idr": draw(st.integers(0, 9)), "workers": 1, "posted_on": draw(days)}
    period = draw(st.sampled_from(["2025-03", "2025-04"]))
    return types.CONTRIBUTION_POSTED, FIRM, d.ContributionPosted(period=period, **amount)


@st.composite
def worlds(draw: st.DrawFn) -> list[Event]:
    """Facts and retractions of some of them; each `source` + `id` says one thing only."""
    drawn = draw(
        st.lists(
            st.one_of(employer_facts(), project_facts(), worker_facts(), worker_facts(), contributions()),
            max_size=18,
        )
    )
    facts = [
        Event(kind, f"e{index}", draw(st.sampled_from(["a", "b"])), subject, draw(instants), data)
        for index, (kind, subject, data) in enumerate(drawn)
    ]
    taken_back = draw(st.lists(st.sampled_from(facts), unique_by=lambda e: e.id, max_size=4)) if facts else []
    return facts + [retraction(fact) for fact in taken_back]


def retraction(fact: Event) -> Event:
    """The fact taken back."""
    data = d.FactRetracted(source=fact.source, id=fact.id, reason="entered by mistake")
    time = datetime(2025, 6, 9, tzinfo=UTC)
    return Event(types.FACT_RETRACTED, f"r-{fact.id}", "a", fact.subject, time, data)


def standing(events: Iterable[Event]) -> list[Event]:
    """The facts that count in the end."""
    once = {(e.source, e.id): e for e in events}
    gone = {(e.data.source, e.data.id) for e in once.values() if isinstance(e.data, d.FactRetracted)}
    return [e for key, e in once.items() if key not in gone and not isinstance(e.data, d.FactRetracted)]


@dataclass
class Services:
    """The registry and the employer service without Kafka: batches in, what they announce out."""

    registry_database: Database
    employer_database: Database
    day: date = DAY
    clock: FixedClock = field(default_factory=lambda: FixedClock(DAY))
    process: employer_handlers.Handlers | None = None

    async def empty(self) -> None:
        """Forget everything, the day too."""
        self.day = DAY
        for database in (self.registry_database, self.employer_database):
            async with database.transaction() as transaction:
                rows = await transaction.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                tables = [row.tablename for row in rows if row.tablename != "alembic_version"]
                await transaction.run(f"TRUNCATE {', '.join(tables)}")

    async def registry(self, events: list[Event]) -> list[Event]:
        """Give the registry a batch; the coverage it announces."""
        return await _one_batch(self.registry_database, self.registry_handlers().on_facts, events)

    def registry_handlers(self) -> registry_handlers.Handlers:
        return registry_handlers.Handlers(FixedClock(self.day), in_force())

    async def employer(self, events: list[Event]) -> list[Event]:
        """Give the employer service a batch; the flag changes it announces."""
        return await _one_batch(self.employer_database, self.handlers().on_batch, events)

    def handlers(self) -> employer_handlers.Handlers:
        """One process for all batches: what it remembers is tested with it."""
        self.clock.day = self.day
        if self.process is None:
            self.restart()
        assert self.process
        return self.process

    def restart(self) -> None:
        """Another process of the employer service, which remembers nothing."""
        self.process = employer_handlers.Handlers(self.clock, law.load())

    async def pass_days(self, day: date) -> list[Event]:
        """Let the timer of the employer service run on a later day."""
        self.day = day
        handlers = self.handlers()
        async with self.employer_database.transaction() as transaction:
            work = Work(transaction, "employer")
            while await handlers.on_timer(work):
                continue
        return [decode(m.value, m.headers) for m in work.messages]

    async def all(self, events: list[Event]) -> list[Event]:
        """Give each service what is its own, then the coverage; all flag changes."""
        announced = await self.registry([e for e in events if for_registry(e)])
        return await self.employer([e for e in events if for_employer(e)] + announced)

    async def open_flags(self) -> list[d.FlagState]:
        from services.employer import store

        async with self.employer_database.transaction() as transaction:
            return await store.open_flags(transaction, None, 1000, 0)


def for_registry(event: Event) -> bool:
    """Whether the event may travel on a topic of the registry. A retraction may, whatever it names."""
    of_a_worker = event.subject.startswith("worker:")
    return of_a_worker or event.kind in (types.CONTRIBUTION_POSTED, types.FACT_RETRACTED)


def for_employer(event: Event) -> bool:
    """Whether the event may travel on a topic that the employer service reads."""
    return event.kind is types.FACT_RETRACTED or not for_registry(event)


async def _one_batch(database: Database, handler: object, events: list[Event]) -> list[Event]:
    assert callable(handler)
    async with database.transaction() as transaction:
        work = Work(transaction, "test")
        await handler(work, [Received(event, _record(event)) for event in events])
    dead: list[Message] = [m for m in work.messages if m.topic == "patuh.dead-letters"]
    assert not dead, dead
    return [decode(m.value, m.headers) for m in work.messages]


def _record(event: Event) -> Record:
    return Record("t", 0, 0, 0, 0, event.subject.encode(), b"", None, 0, 0, ())
