"""Employer and project facts and coverage in, flags out; and the timer for days that pass.

on_batch: 1. lock  2. store facts, retractions, coverage  3. assess what they touch  4. store, announce
"""

from services.employer import store
from services.employer.reassessment import reassess
from shared import ledger
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.events import Event, types
from shared.events.data import CoverageChanged, FactRetracted
from shared.law import Law
from shared.ledger import Identity

_SUBJECTS_AT_ONCE = 500
_FACTS = types.FACTS.keys() - {types.FACT_RETRACTED.name}


class Handlers:
    """The employer service's handlers. The clock decides which day it is."""

    def __init__(self, clock: Clock, law: Law) -> None:
        self._clock, self._law = clock, law

    async def on_batch(self, work: Work, received: list[Received]) -> None:
        """Take a batch of facts, retractions and coverage, in whatever order they come."""
        await self._reassess(work, await self.take(work, received))

    async def take(self, work: Work, received: list[Received]) -> set[str]:
        """Store a batch and assess nothing; the subjects that it touches."""
        retractions = [r for r in received if isinstance(r.event.data, FactRetracted)]
        facts = [r for r in received if r.event.kind.name in _FACTS]
        # A flag of one subject depends on facts about others: batches and timer take turns.
        await ledger.lock(work.transaction, retracting=True)
        marked = await ledger.retract(work.transaction, ("fact",), retractions)
        taken = await store.add_facts(work.transaction, [r.event for r in facts])
        await ledger.refuse_conflicts(work, "fact", facts, taken.keys())
        taken_back = await store.events_of(work.transaction, marked)
        new = list(
            {ledger.identity(r): r.event for r in reversed(facts) if ledger.identity(r) in taken}.values()
        )
        affected = {e.subject for e in (*new, *taken_back)}
        affected |= await store.count_feed_days(work.transaction, _standing(new, taken), taken_back)
        affected |= await store.put_coverage(work.transaction, _newest(received))
        return affected

    async def look_at(self, work: Work, subjects: set[str]) -> None:
        """Assess these subjects, whatever made somebody ask."""
        await ledger.lock(work.transaction, retracting=True)
        await self._reassess(work, subjects)

    async def _reassess(self, work: Work, affected: set[str]) -> None:
        if affected:
            await reassess(work, self._law, affected, self._clock.today(), self._clock.now())

    async def on_timer(self, work: Work) -> int:
        """Look again at subjects whose day has come; how many there were."""
        await ledger.lock(work.transaction, retracting=True)
        due = await store.due_looks(work.transaction, self._clock.today(), _SUBJECTS_AT_ONCE)
        await self._reassess(work, due)
        return len(due)


def _standing(new: list[Event], taken: dict[Identity, bool]) -> list[Event]:
    """Those that were not retracted before they came."""
    return [event for event in new if not taken[event.source, event.id]]


def _newest(received: list[Received]) -> dict[str, CoverageChanged]:
    newest: dict[str, CoverageChanged] = {}
    for one in received:
        data = one.event.data
        if isinstance(data, CoverageChanged) and (
            one.event.subject not in newest or newest[one.event.subject].version < data.version
        ):
            newest[one.event.subject] = data
    return newest
