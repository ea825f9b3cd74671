"""Worker and contribution facts in, coverage snapshots out.

on_facts: 1. lock, leave out who was forgotten  2. store facts and retractions, erase
          3. work out what changed  4. store and announce
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from tenacity import retry, retry_if_exception, wait_random_exponential

from services.registry import batches, changes, erasing, store
from services.registry.batches import Batch
from services.registry.changes import Said
from services.registry.past import facts_of
from services.registry.rows import incident_row, posting_row
from services.registry.wages import Minimums
from shared import ledger
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.database import Transaction
from shared.events import Event, types
from shared.events.data import CoverageChanged, Data, FactRetracted, WorkerErased, WorkerIncidentReported
from shared.failure import is_infrastructure
from shared.ledger import Identity

SOURCE = "urn:patuh:registry"
_SUBJECTS_AT_ONCE = 100
_ALONE: set[type[Data]] = {FactRetracted, WorkerIncidentReported, WorkerErased}
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


class Handlers:
    """The registry's handlers; the clock only dates what it announces."""

    def __init__(self, clock: Clock, minimums: Minimums) -> None:
        self._clock, self._minimums = clock, minimums

    async def on_facts(self, work: Work, received: list[Received]) -> None:
        """Take a batch of worker facts, contributions and retractions, in whatever order they come."""
        transaction, kinds = work.transaction, {type(r.event.data) for r in received}
        erasures = erasing.told(received) if WorkerErased in kinds else {}
        # An incident is about enrolments at several subjects: no other batch may store one meanwhile.
        await ledger.lock(transaction, retracting=not kinds.isdisjoint(_ALONE))
        forgotten = erasing.joined(erasures, await erasing.known(transaction, received))
        batch = Batch(erasing.left(received, forgotten), erasures)
        await batch.stage(transaction)
        touched = await batches.touched(transaction, batch)
        known, stale = await store.lock_coverage(transaction, touched.subjects, self._minimums.digest)
        before = await batches.known(transaction, batch, touched)
        added, marked = await _store(work, batch)
        await batches.complete(transaction, before, added)
        found = changes.differences(before, added, marked, self._minimums)
        if touched.incidents:
            told = await store.incidents_of(transaction, touched.workers)
            after = changes.after(before.standing, added, marked)
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


async def _store(work: Work, batch: Batch) -> tuple[list[Said], set[Identity]]:
    """Store the facts; the enrolments that count from now on, and the facts that no longer do."""
    marked = await ledger.retract(work.transaction, store.TABLES, batch.retractions)
    marked |= await erasing.erase(work.transaction, batch.erasures)
    taken = await _add(work, "enrolment", batch.enrolments)
    await _stage_and_add(work, "posting", batch.postings, posting_row)
    await _stage_and_add(work, "incident", batch.incidents, incident_row)
    if taken is None:
        return batch.said, marked
    # The first of a batch that says something under an identity is the one that the table took.
    first = {(fact.source, fact.id): (unit, fact) for unit, fact in reversed(batch.said)}
    return [said for key, said in first.items() if taken.get(key) is False], marked


async def _stage_and_add(
    work: Work, table: str, received: list[Received], row: Callable[[Event], tuple[Any, ...]]
) -> None:
    if received:
        await store.stage(work.transaction, table, [row(r.event) for r in received])
        await _add(work, table, received)


async def _add(work: Work, table: str, received: list[Received]) -> dict[Identity, bool] | None:
    """Which of the staged facts were new, and whether retracted before; None when all are to count."""
    taken = await store.add(work.transaction, table, len(received))
    if taken is not None:
        await ledger.refuse_conflicts(work, table, received, taken.keys())
        await ledger.remember_earliest(work.transaction, table, received, taken.keys())
    return taken
