"""The sanction ladder at work: steps recorded by officers, and the timer that says which one is due.

take:     1. lock the case  2. ask the ladder  3. store, so that the timer looks at the case again
on_timer: 1. cases whose day has come  2. ask the ladder  3. announce each step once
"""

from datetime import date
from uuid import UUID

from services.notifier import sanction_store as store
from services.notifier.handlers import SOURCE
from services.notifier.ladder import Next, Refusal, Taken, ladder, refusal
from services.notifier.ladder_words import LadderView, texts, view
from services.notifier.sanction_store import Case
from shared.clock import Clock
from shared.consuming import Work
from shared.database import Transaction
from shared.events import Event, types
from shared.events.data import SanctionState
from shared.law import Law

_CASES_AT_ONCE = 500


class Sanctions:
    """The ladders of all cases, under `law`. The clock decides which day it is."""

    def __init__(self, clock: Clock, law: Law) -> None:
        self._clock, self._law = clock, law

    async def show(self, transaction: Transaction, case_id: UUID) -> LadderView | None:
        """The ladder of a case as of today; None when there is no such case."""
        case = await store.case(transaction, case_id)
        return await self._view(transaction, case) if case else None

    async def _view(self, transaction: Transaction, case: Case) -> LadderView:
        today = self._clock.today()
        steps = (await store.steps(transaction, [case.id])).get(case.id, [])
        now = ladder(case.flag, steps, self._law, today)
        return view(str(case.id), case.flag, now, self._law, today)

    async def take(
        self, transaction: Transaction, case_id: UUID, taken: Taken
    ) -> LadderView | Refusal | None:
        """Record a step; the ladder after it, why it cannot be taken, or None when there is no such case.

        The same step on the same day again has no effect.
        """
        case = await store.case(transaction, case_id, lock=True)
        if case is None:
            return None
        steps = (await store.steps(transaction, [case_id])).get(case_id, [])
        if taken not in steps:
            today = self._clock.today()
            if refused := refusal(case.flag, steps, taken, self._law, today):
                return refused
            await store.add_step(transaction, case_id, taken, self._clock.now(), look=today)
        return await self._view(transaction, case)

    async def on_timer(self, work: Work) -> int:
        """Look at the cases whose day has come, and announce the steps that are due; how many cases."""
        today = self._clock.today()
        cases = await store.due_cases(work.transaction, today, _CASES_AT_ONCE)
        steps = await store.steps(work.transaction, [case.id for case in cases])
        coming = {c.id: ladder(c.flag, steps.get(c.id, []), self._law, today).next for c in cases}
        due = {case: one for case, one in coming.items() if one and one.due and one.due <= today}
        first = await store.announced_first(work.transaction, {case: one.step for case, one in due.items()})
        for case in cases:
            if case.id in first:
                self._announce(work, case, due[case.id])
        await store.put_looks(work.transaction, {case: _look(one, today) for case, one in coming.items()})
        return len(cases)

    def _announce(self, work: Work, case: Case, due: Next) -> None:
        assert due.due
        state = SanctionState(
            case_id=str(case.id),
            flag_id=case.flag.flag_id,
            subject=case.flag.subject,
            code=case.flag.code,
            step=due.step,
            due=due.due,
            article=texts().steps[due.step].article,
        )
        kind = types.SANCTION_STEP_DUE
        event_id = f"{case.id}:{kind.short}:{due.step}"
        now = self._clock.now()
        event = Event(kind, event_id, SOURCE, case.flag.subject, now, state, case.correlation)
        work.announce(event, key=str(case.id))


def _look(coming: Next | None, today: date) -> date | None:
    """The day of the next look: none when the next step is due now or waits for news."""
    return coming.due if coming and coming.due and coming.due > today else None
