"""Worker and contribution facts in, coverage snapshots out.

on_facts: 1. lock  2. store facts and retractions  3. work out what changed  4. store and announce
"""

from services.registry import coverage, store
from services.registry.coverage import Deltas, EnrolmentFact
from services.registry.enrolment import enrolment_fact, subject_of
from services.registry.store import EnrolmentRow, PostingRow, Unit
from shared import ledger
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.events import Event, digest, types
from shared.events.data import (
    ContributionPosted,
    CoverageChanged,
    FactRetracted,
    Posting,
    Removal,
    WorkerRegistered,
    WorkerUnregistered,
)
from shared.ledger import Identity

SOURCE = "urn:patuh:registry"


class _Batch:
    """A batch by what its events say. Incidents change no coverage and are left to their own consumer."""

    def __init__(self, received: list[Received]) -> None:
        self.enrolments = [
            r for r in received if isinstance(r.event.data, WorkerRegistered | WorkerUnregistered)
        ]
        self.postings = [r for r in received if isinstance(r.event.data, ContributionPosted)]
        self.retractions = [r for r in received if isinstance(r.event.data, FactRetracted)]


def _target(event: Event) -> Identity:
    assert isinstance(event.data, FactRetracted)
    return (event.data.source, event.data.id)


class Handlers:
    """The registry's handlers; the clock only dates what it announces."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def on_facts(self, work: Work, received: list[Received]) -> None:
        """Take a batch of worker facts, contributions and retractions, in whatever order they come."""
        batch = _Batch(received)
        await ledger.lock(work.transaction, retracting=bool(batch.retractions))
        units, paid = await store.named(work.transaction, {_target(r.event) for r in batch.retractions})
        units |= {(subject_of(r.event), r.event.subject) for r in batch.enrolments}
        paid |= {r.event.subject for r in batch.postings}
        known = await store.lock_coverage(work.transaction, sorted({s for s, _ in units} | paid))
        before = await store.standing(work.transaction, units)
        added, marked = await _store(work, batch)
        deltas, removed = _differences(before, _after(before, added, marked))
        postings = await store.postings_of(work.transaction, paid)
        fresh = _fresh(known, deltas, removed, postings)
        await store.put_coverage(work.transaction, fresh)
        self._announce(work, fresh)

    def _announce(self, work: Work, fresh: dict[str, CoverageChanged]) -> None:
        now = self._clock.now()
        for subject, snapshot in fresh.items():
            event_id = f"{subject}:{snapshot.version}"
            work.announce(Event(types.COVERAGE_CHANGED, event_id, SOURCE, subject, now, snapshot))


def _enrolment_row(event: Event) -> EnrolmentRow:
    fact = enrolment_fact(event)
    return (
        fact.source,
        fact.id,
        digest(event),
        subject_of(event),
        event.subject,
        fact.employer,
        fact.programmes,
        fact.effective_on,
        fact.covered_until,
        fact.time,
    )


def _posting_row(event: Event) -> PostingRow:
    data = event.data
    assert isinstance(data, ContributionPosted)
    said = (event.subject, data.period, data.amount_idr, data.workers, data.posted_on, event.time)
    return (event.source, event.id, digest(event), *said)


async def _store(work: Work, batch: _Batch) -> tuple[list[Event], set[Identity]]:
    """Store the facts; the enrolments that count from now on, and the facts that no longer do."""
    marked = await ledger.retract(work.transaction, store.TABLES, batch.retractions)
    taken = await store.add_enrolments(work.transaction, [_enrolment_row(r.event) for r in batch.enrolments])
    await ledger.refuse_conflicts(work, "enrolment", batch.enrolments, taken.keys())
    posted = await store.add_postings(work.transaction, [_posting_row(r.event) for r in batch.postings])
    await ledger.refuse_conflicts(work, "posting", batch.postings, posted.keys())
    # The first of a batch that says something under an identity is the one that the table took.
    first = {ledger.identity(r): r.event for r in reversed(batch.enrolments)}
    return [event for key, event in first.items() if taken.get(key) is False], marked


def _after(
    before: dict[Unit, list[EnrolmentFact]], added: list[Event], marked: set[Identity]
) -> dict[Unit, list[EnrolmentFact]]:
    """What stands after the batch: without the facts just retracted, with those just added."""
    after = {
        unit: [fact for fact in facts if (fact.source, fact.id) not in marked] if marked else list(facts)
        for unit, facts in before.items()
    }
    for event in added:
        after[subject_of(event), event.subject].append(enrolment_fact(event))
    return after


def _fresh(
    known: dict[str, CoverageChanged],
    deltas: dict[str, Deltas],
    removed: dict[str, dict[str, list[Removal]]],
    postings: dict[str, list[Posting]],
) -> dict[str, CoverageChanged]:
    fresh = {}
    for subject, old in known.items():
        new = CoverageChanged(
            version=old.version + 1,
            steps=deltas[subject].apply(old.steps) if deltas.get(subject) else old.steps,
            removals=_replace(old.removals, removed.get(subject, {})),
            postings=postings.get(subject, old.postings),
        )
        if (new.steps, new.removals, new.postings) != (old.steps, old.removals, old.postings):
            fresh[subject] = new
    return fresh


def _differences(
    before: dict[Unit, list[EnrolmentFact]], after: dict[Unit, list[EnrolmentFact]]
) -> tuple[dict[str, Deltas], dict[str, dict[str, list[Removal]]]]:
    deltas: dict[str, Deltas] = {}
    removed: dict[str, dict[str, list[Removal]]] = {}
    for (subject, worker), facts in after.items():
        old, new = coverage.spans(before[subject, worker]), coverage.spans(facts)
        if old != new:
            delta = deltas.setdefault(subject, Deltas())
            delta.add(old, -1)
            delta.add(new, 1)
        if subject.startswith("project:"):
            removed.setdefault(subject, {})[worker] = coverage.removals(worker, facts)
    return deltas, removed


def _replace(old: list[Removal], removed: dict[str, list[Removal]]) -> list[Removal]:
    kept = [removal for removal in old if removal.worker not in removed]
    new = [removal for found in removed.values() for removal in found]
    return coverage.in_order(kept + new)
