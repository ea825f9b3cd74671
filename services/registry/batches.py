"""A batch of facts by what they say, and what it may change."""

from collections import defaultdict
from dataclasses import dataclass

from services.registry import changes, erasing, latest, store
from services.registry.changes import Known, Said
from services.registry.enrolment import enrolment_fact, incident_fact, unit_of
from services.registry.erasing import Erasures
from services.registry.incidents import IncidentFact, Unit
from services.registry.rows import enrolment_row
from shared.consuming import Received
from shared.database import Transaction
from shared.events import Event
from shared.events.data import (
    ContributionPosted,
    Data,
    FactRetracted,
    WorkerIncidentReported,
    WorkerRegistered,
    WorkerUnregistered,
    WorkerUpdated,
)
from shared.ledger import Identity

_ENROLMENTS: list[type[Data]] = [WorkerRegistered, WorkerUpdated, WorkerUnregistered]


class Batch:
    """A batch by what its events say, those about workers forgotten since (`erasures`) left out.

    `said`: what each enrolment says, of whom and where; `earliest`: which of them is the first of its unit.
    """

    def __init__(self, received: list[Received], erasures: Erasures) -> None:
        self.erasures = erasures
        self.enrolments: list[Received] = []
        self.postings: list[Received] = []
        self.incidents: list[Received] = []
        self.retractions: list[Received] = []
        by_kind: dict[type[Data], list[Received]] = defaultdict(
            list,
            dict.fromkeys(_ENROLMENTS, self.enrolments)
            | {
                ContributionPosted: self.postings,
                WorkerIncidentReported: self.incidents,
                FactRetracted: self.retractions,
            },
        )
        for one in received:
            by_kind[type(one.event.data)].append(one)
        self.said: list[Said] = [(unit_of(r.event), enrolment_fact(r.event)) for r in self.enrolments]
        # Retractions and erasures take facts out of the middle: then whole units are looked at.
        self.earliest = {} if self.retractions or erasures else changes.earliest(self.said)

    async def stage(self, transaction: Transaction) -> None:
        """Lay the enrolments ready: they are read from there by several statements, and then added."""
        rows = [
            enrolment_row(received.event, unit, fact, n if self.earliest.get(unit) == n else None)
            for n, (received, (unit, fact)) in enumerate(zip(self.enrolments, self.said, strict=True))
        ]
        await store.stage(transaction, "enrolment", rows)


@dataclass
class Touched:
    """What a batch may change: enrolments, postings, and the incidents of the workers it is about."""

    units: set[Unit]
    paid: set[str]
    workers: set[str]
    incidents: list[IncidentFact]

    @property
    def subjects(self) -> set[str]:
        return {s for s, _ in self.units} | self.paid | {i.subject for i in self.incidents}

    @property
    def of_injured(self) -> set[Unit]:
        """The units whose enrolments decide about incidents: one may be covered where nothing changes."""
        return set[Unit]().union(*(incident.units for incident in self.incidents))


def _target(event: Event) -> Identity:
    assert isinstance(event.data, FactRetracted)
    return (event.data.source, event.data.id)


async def touched(transaction: Transaction, batch: Batch) -> Touched:
    """What a staged batch may change."""
    named = await store.named(transaction, {_target(r.event) for r in batch.retractions})
    erased = await erasing.touched(transaction, batch.erasures)
    units = named.units | erased.units | {unit for unit, _ in batch.said}
    workers = {w for _, w in named.units | erased.units} | named.injured | erased.workers
    workers |= {r.event.subject for r in batch.incidents}
    incidents = await store.incidents_of(transaction, workers)
    incidents += [incident_fact(r.event) for r in batch.incidents]
    paid = named.paid | {r.event.subject for r in batch.postings}
    return Touched(units, paid, workers, incidents)


async def known(transaction: Transaction, batch: Batch, touched: Touched) -> Known:
    """What the batch's changes are worked out from."""
    last = await latest.last(transaction, batch.said) if batch.earliest else {}
    if injured := {incident.worker for incident in touched.incidents}:
        last = {unit: terms for unit, terms in last.items() if unit[1] not in injured}
    # What is taken out of the middle must be known beforehand; for the rest see `complete`.
    whole = touched.of_injured if batch.earliest else touched.of_injured | touched.units
    return Known(await store.standing(transaction, whole), last)


async def complete(transaction: Transaction, known: Known, added: list[Said]) -> None:
    """Of the other units to which something was added, all that was known before.

    Read afterwards, without what was just added: so a batch that comes again, after a crash, reads nothing.
    """
    units = {unit for unit, _ in added} - known.last.keys() - known.standing.keys()
    new = {(fact.source, fact.id) for _, fact in added} if units else set()
    known.standing |= changes.after(await store.standing(transaction, units), (), new)
