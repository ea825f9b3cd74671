"""Worker and contribution facts in, coverage snapshots out.

on_facts: 1. lock, leave out who was forgotten  2. store facts and retractions, erase
          3. work out what changed  4. store and announce
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from tenacity import retry, retry_if_exception, wait_random_exponential

from services.registry import changes, erasing, store
from services.registry.enrolment import Enrolment, incident_fact, subject_of
from services.registry.erasing import Erasures
from services.registry.incidents import IncidentFact, Unit
from services.registry.past import facts_of
from services.registry.rows import enrolment_row, incident_row, posting_row
from services.registry.wages import Minimums
from shared import ledger
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.database import Transaction
from shared.events import Event, types
from shared.events.data import ContributionPosted, CoverageChanged, FactRetracted, WorkerIncidentReported
from shared.failure import is_infrastructure
from shared.ledger import Identity

SOURCE = "urn:patuh:registry"
_SUBJECTS_AT_ONCE = 100
_ALONE = FactRetracted | WorkerIncidentReported
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


class _Batch:
    """A batch by what its events say; those about workers forgotten since (`erasures`) are left out."""

    def __init__(self, received: list[Received], erasures: Erasures) -> None:
        self.erasures = erasures
        self.enrolments = [r for r in received if isinstance(r.event.data, Enrolment)]
        self.postings = [r for r in received if isinstance(r.event.data, ContributionPosted)]
        self.incidents = [r for r in received if isinstance(r.event.data, WorkerIncidentReported)]
        self.retractions = [r for r in received if isinstance(r.event.data, FactRetracted)]


@dataclass
class _Touched:
    """What a batch may change: enrolments, postings, and the incidents of the workers it is about."""

    units: set[Unit]
    paid: set[str]
    workers: set[str]
    incidents: list[IncidentFact]

    @property
    def subjects(self) -> set[str]:
        return {s for s, _ in self.units} | self.paid | {i.subject for i in self.incidents}

    @property
    def read(self) -> set[Unit]:
        """The units whose enrolments decide: an incident may be covered where the batch changes nothing."""
        return self.units.union(*(incident.units for incident in self.incidents))


def _runs_alone(received: Received) -> bool:
    return isinstance(received.event.data, _ALONE)


def _target(event: Event) -> Identity:
    assert isinstance(event.data, FactRetracted)
    return (event.data.source, event.data.id)


async def _touched(transaction: Transaction, batch: _Batch) -> _Touched:
    named = await store.named(transaction, {_target(r.event) for r in batch.retractions})
    erased = await erasing.touched(transaction, batch.erasures)
    units = named.units | erased.units | {(subject_of(r.event), r.event.subject) for r in batch.enrolments}
    paid = named.paid | {r.event.subject for r in batch.postings}
    workers = (
        {w for _, w in units} | named.injured | erased.workers | {r.event.subject for r in batch.incidents}
    )
    incidents = await store.incidents_of(transaction, workers)
    incidents += [incident_fact(r.event) for r in batch.incidents]
    return _Touched(units, paid, workers, incidents)


class Handlers:
    """The registry's handlers; the clock only dates what it announces."""

    def __init__(self, clock: Clock, minimums: Minimums) -> None:
        self._clock, self._minimums = clock, minimums

    async def on_facts(self, work: Work, received: list[Received]) -> None:
        """Take a batch of worker facts, contributions and retractions, in whatever order they come."""
        transaction, erasures = work.transaction, erasing.told(received)
        # An incident is about enrolments at several subjects: no other batch may store one meanwhile.
        await ledger.lock(transaction, retracting=bool(erasures) or any(map(_runs_alone, received)))
        forgotten = erasing.joined(erasures, await erasing.known(transaction, received))
        batch = _Batch(erasing.left(received, forgotten), erasures)
        touched = await _touched(transaction, batch)
        known, stale = await store.lock_coverage(transaction, touched.subjects, self._minimums.digest)
        before = await store.standing(transaction, touched.read)
        added, marked = await _store(work, batch)
        after = changes.after(before, added, marked)
        found = changes.differences(before, after, self._minimums)
        if touched.incidents:
            told = await store.incidents_of(transaction, touched.workers)
            found.incidents = changes.told_anew(touched.incidents, told, after)
        postings = await store.postings_of(transaction, touched.paid)
        fresh = changes.fresh(known, found, postings)
        await self._put(work, known, fresh | await self._anew(transaction, known, stale), stale)

    async def _anew(
        self, transaction: Transaction, known: dict[str, CoverageChanged], stale: set[str]
    ) -> dict[str, CoverageChanged]:
        """The coverage of subjects that were counted with other minimum wages, from all their facts."""
        if not stale:
            return {}
        snapshots = (await facts_of(transaction, stale, None)).snapshots(stale, self._minimums)
        for subject, snapshot in snapshots.items():
            snapshot.version = known[subject].version + 1
        return snapshots

    async def _put(
        self, work: Work, known: dict[str, CoverageChanged], new: dict[str, CoverageChanged], stale: set[str]
    ) -> None:
        changed = {s: one for s, one in new.items() if not changes.says_the_same(one, known[s])}
        recounted = {s: known[s] for s in stale}
        await store.put_coverage(work.transaction, recounted | changed, self._minimums.digest)
        now = self._clock.now()
        for subject, snapshot in changed.items():
            event_id = f"{subject}:{snapshot.version}"
            work.announce(Event(types.COVERAGE_CHANGED, event_id, SOURCE, subject, now, snapshot))

    async def recount(self, work: Work, after: str) -> str | None:
        """Count some subjects anew whose coverage rests on other minimum wages than those of today.

        Takes those after the subject `after`; the last one taken, None when there was none.
        """
        await ledger.lock(work.transaction, retracting=False)
        digest = self._minimums.digest
        subjects = await store.stale(work.transaction, digest, after, _SUBJECTS_AT_ONCE)
        known, stale = await store.lock_coverage(work.transaction, subjects, digest)
        await self._put(work, known, await self._anew(work.transaction, known, stale), stale)
        return subjects[-1] if subjects else None

    async def run_recount(self, open_work: OpenWork) -> None:
        """Count every subject anew once, after the law has got other minimum wages; else nothing to do."""

        @retry(wait=wait_random_exponential(max=30), retry=retry_if_exception(is_infrastructure))
        async def some(after: str) -> str | None:
            async with open_work() as work:
                return await self.recount(work, after)

        last: str | None = ""
        while last is not None:
            last = await some(last)


async def _store(work: Work, batch: _Batch) -> tuple[list[Event], set[Identity]]:
    """Store the facts; the enrolments that count from now on, and the facts that no longer do."""
    marked = await ledger.retract(work.transaction, store.TABLES, batch.retractions)
    marked |= await erasing.erase(work.transaction, batch.erasures)
    taken = await _add(
        work, "enrolment", batch.enrolments, [enrolment_row(r.event) for r in batch.enrolments]
    )
    await _add(work, "posting", batch.postings, [posting_row(r.event) for r in batch.postings])
    await _add(work, "incident", batch.incidents, [incident_row(r.event) for r in batch.incidents])
    # The first of a batch that says something under an identity is the one that the table took.
    first = {ledger.identity(r): r.event for r in reversed(batch.enrolments)}
    return [event for key, event in first.items() if taken.get(key) is False], marked


async def _add(
    work: Work, table: str, received: list[Received], rows: list[tuple[object, ...]]
) -> dict[Identity, bool]:
    taken = await store.add(work.transaction, table, rows)
    await ledger.refuse_conflicts(work, table, received, taken.keys())
    await ledger.remember_earliest(work.transaction, table, received, taken.keys())
    return taken
