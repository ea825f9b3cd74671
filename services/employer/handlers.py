"""Employer and project facts and coverage in, flags out; and the timer for days that pass.

on_batch: 1. lock  2. store facts, retractions, coverage  3. assess what they touch  4. store, announce
"""

from typing import cast

from services.employer import store
from services.employer.memory import Memory, Touched
from services.employer.reassessment import reassess
from shared import ledger
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.events import Event, types
from shared.events.data import CoverageChanged
from shared.law import Law
from shared.ledger import Identity

_SUBJECTS_AT_ONCE = 500
_FACTS = types.FACTS.keys() - {types.FACT_RETRACTED.name}


class Handlers:
    """The employer service's handlers. The clock decides which day it is."""

    def __init__(self, clock: Clock, law: Law) -> None:
        self._clock, self._law, self._memory = clock, law, Memory()

    async def on_batch(self, work: Work, received: list[Received]) -> None:
        """Take a batch of facts, retractions and coverage, in whatever order they come."""
        await self._reassess(work, await self.take(work, received))

    async def take(self, work: Work, received: list[Received]) -> Touched:
        """Store a batch and assess nothing; what it touches."""
        retractions = [r for r in received if r.event.kind is types.FACT_RETRACTED]
        facts = [r for r in received if r.event.kind.name in _FACTS]
        await self._begin(work)
        marked = await ledger.retract(work.transaction, ("fact",), retractions)
        taken = await store.add_facts(work.transaction, [r.event for r in facts])
        await ledger.refuse_conflicts(work, "fact", facts, taken.keys())
        taken_back = await store.events_of(work.transaction, marked)
        new = list(
            {ledger.identity(r): r.event for r in reversed(facts) if ledger.identity(r) in taken}.values()
        )
        affected = {e.subject for e in (*new, *taken_back)}
        affected |= await store.count_feed_days(work.transaction, _standing(new, taken), taken_back)
        newest = _newest(received)
        newer = await store.put_coverage(work.transaction, newest)
        touched = self._memory.cover({subject: newest[subject] for subject in newer})
        touched.gather |= affected
        return touched

    async def look_at(self, work: Work, subjects: set[str]) -> None:
        """Assess these subjects, whatever made somebody ask."""
        await self._begin(work)
        await self._reassess(work, Touched(gather=subjects))

    async def _begin(self, work: Work) -> None:
        before, after = await store.take_turn(work.transaction)
        self._memory.begin(before, after, self._clock.today())

    async def _reassess(self, work: Work, touched: Touched) -> None:
        await reassess(work, self._memory, self._law, touched, self._clock.today(), self._clock.now())

    async def on_timer(self, work: Work) -> int:
        """Look again at subjects whose day has come; how many there were."""
        await self._begin(work)
        due = await store.due_looks(work.transaction, self._clock.today(), _SUBJECTS_AT_ONCE)
        await self._reassess(work, self._memory.due(due))
        return len(due)


def _standing(new: list[Event], taken: dict[Identity, bool]) -> list[Event]:
    """Those that were not retracted before they came."""
    return [event for event in new if not taken[event.source, event.id]]


def _newest(received: list[Received]) -> dict[str, CoverageChanged]:
    """The newest snapshot of each subject: only that one is judged."""
    newest: dict[str, CoverageChanged] = {}
    for one in received:
        event = one.event
        if event.kind is types.COVERAGE_CHANGED:
            data = cast(CoverageChanged, event.data)
            if event.subject not in newest or newest[event.subject].version < data.version:
                newest[event.subject] = data
    return newest
