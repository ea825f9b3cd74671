"""Flags in, cases and alerts out.

on_flags: 1. keep the newest state of each flag  2. store what is news  3. announce opened and closed
cases  4. follow up: alerts to send, alerts to cancel
"""

from collections.abc import Mapping
from uuid import UUID

from services.notifier import cases, store
from services.notifier.cases import FlagStatus
from services.notifier.casework import Casework
from shared.clock import Clock
from shared.consuming import Received, Work
from shared.events import Event, EventType, types
from shared.events.data import CaseState, FlagState

SOURCE = "urn:patuh:notifier"
Version = tuple[str, int]  # a flag's id and the version of a state of it


class Handlers:
    """The notifier's handlers; the clock only dates what it announces."""

    def __init__(self, clock: Clock, casework: Casework) -> None:
        self._clock, self._casework = clock, casework

    async def on_flags(self, work: Work, received: list[Received]) -> None:
        """Take a batch of flag states, in whatever order and however often they come."""
        await self.take(work, *news(received))

    async def take(
        self, work: Work, newest: Mapping[UUID, FlagState], correlations: Mapping[Version, str | None]
    ) -> None:
        """Take the newest state of each flag, by case."""
        before = await store.put_cases(work.transaction, newest, correlations)
        for case, former in before.items():
            flag = newest[case]
            self._announce(work, flag, former, correlations[flag.flag_id, flag.version])
        await self._casework.wait_for_quiet(work.transaction, before)
        await self._casework.follow_up(work.transaction, {case: newest[case] for case in before})

    def _announce(
        self, work: Work, flag: FlagState, before: FlagStatus | None, correlation: str | None
    ) -> None:
        is_open, was_open = flag.status == "open", before == "open"
        # A case that was over before we heard of it was never open to anybody.
        if is_open == was_open:
            return
        kind, on = types.CASE_OPENED, flag.raised_on
        if was_open:
            kind, on = types.CASE_CLOSED, flag.ended_on or self._clock.today()
        case = str(cases.case_id(flag.flag_id))
        state = CaseState(case_id=case, flag_id=flag.flag_id, subject=flag.subject, code=flag.code, on=on)
        work.announce(self._event(kind, flag, case, state, correlation), key=case)

    def _event(
        self, kind: EventType, flag: FlagState, case: str, state: CaseState, correlation: str | None
    ) -> Event:
        event_id = f"{case}:{flag.version}:{kind.short}"
        return Event(kind, event_id, SOURCE, flag.subject, self._clock.now(), state, correlation)


def news(received: list[Received]) -> tuple[dict[UUID, FlagState], dict[Version, str | None]]:
    """The newest state of each flag of a batch, by case, and what each state is correlated with."""
    newest = cases.newest(_flag(one) for one in received)
    return newest, {(_flag(r).flag_id, _flag(r).version): r.event.correlationid for r in received}


def _flag(received: Received) -> FlagState:
    data = received.event.data
    assert isinstance(data, FlagState)
    return data
