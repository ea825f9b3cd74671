"""Delivery: claims due alerts, sends several at once, records every attempt, announces the end.

deliver_some: 1. take over lapsed claims  2. claim  3. send  4. record, follow up, announce
A process that dies between 2 and 4 leaves its claims to lapse: those alerts go out again with the
same id, because a duplicate is better than a missing one.
"""

import asyncio
from asyncio import Semaphore
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from services.notifier import cases, store
from services.notifier.cases import Alert, Outcome
from services.notifier.casework import Casework
from services.notifier.handlers import SOURCE
from services.notifier.store import Attempt, Case, Due, Settled
from shared import logging, metrics
from shared.clock import Clock
from shared.consuming import Work
from shared.database import Database, Transaction
from shared.events import Event, types
from shared.events.data import AlertState

CLAIM = timedelta(seconds=60)
# Sending starts within the first and each try ends within the second: both fit into a claim.
_START_SECONDS = 30.0
_TRY_SECONDS = 15.0
_BATCH = 50
_IDLE_SECONDS = 1.0
_log = logging.get(__name__)

Send = Callable[[Due], Awaitable[Outcome]]
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


class Sender(Protocol):
    """A way out: `session` opens what one batch shares, and gives what sends one alert of it."""

    @property
    def channel(self) -> cases.Channel: ...

    @property
    def concurrency(self) -> int: ...

    def session(self) -> AbstractAsyncContextManager[Send]: ...


class Delivery:
    """Delivers the alerts of one channel, so that a slow channel holds up no other."""

    def __init__(
        self, database: Database, work: OpenWork, sender: Sender, casework: Casework, clock: Clock
    ) -> None:
        """`work` opens a transaction that announces; the clock only dates what is announced."""
        self._database, self._work, self._sender = database, work, sender
        self._casework, self._clock = casework, clock

    async def run(self) -> None:
        """Deliver until cancelled; a failure is logged and waited out."""
        while True:
            try:
                busy = await self.deliver_some()
            except Exception as error:
                _log.error("delivery is waiting", channel=self._sender.channel, exc_info=error)
                busy = 0
            if not busy:
                await asyncio.sleep(_IDLE_SECONDS)

    async def deliver_some(self) -> int:
        """Claim and send one batch; how many alerts it had."""
        await self._take_over()
        now = self._casework.now()
        async with self._database.transaction() as transaction:
            due = await store.claim(transaction, self._sender.channel, now, now + CLAIM, _BATCH)
        if due:
            await self._send_all(due)
        return len(due)

    async def _take_over(self) -> None:
        async with self._database.transaction() as transaction:
            lost = await store.lapsed(transaction, self._sender.channel, self._casework.now(), _BATCH)
        unknown = Outcome("transient", "ended without an answer", maybe_received=True)
        await self._record([Attempt(alert, claim, unknown) for alert, claim in lost])

    async def _send_all(self, due: list[Due]) -> None:
        attempts: list[Attempt] = []
        untried = {one.id for one in due}
        latest_start = asyncio.get_running_loop().time() + _START_SECONDS
        slots = Semaphore(self._sender.concurrency)

        async def deliver(one: Due) -> None:
            async with slots:
                if asyncio.get_running_loop().time() < latest_start:
                    untried.discard(one.id)
                    attempts.append(Attempt(one.id, one.claim, await _attempt(send, one)))

        try:
            async with self._sender.session() as send, asyncio.TaskGroup() as group:
                for one in due:
                    group.create_task(deliver(one))
        finally:
            # Also when we are told to stop: what was sent is recorded, the rest is for the next.
            await self._record(attempts)
            async with self._database.transaction() as transaction:
                await store.release(transaction, list(untried), due[0].claim, self._casework.now())

    async def _record(self, attempts: list[Attempt]) -> None:
        if not attempts:
            return
        for one in attempts:
            metrics.ALERT_ATTEMPTS.labels(self._sender.channel, one.outcome.result).inc()
        async with self._work() as work:
            for case, settled in await self._settle(work.transaction, attempts):
                if settled.alert.status in ("delivered", "failed"):
                    work.announce(self._event(case, settled), key=str(case.id))

    async def _settle(self, transaction: Transaction, attempts: list[Attempt]) -> list[tuple[Case, Settled]]:
        found = await store.lock_cases(transaction, [one.alert for one in attempts])
        made = {one.alert: one for one in attempts}
        settled: list[tuple[Case, Settled]] = []
        for case, alerts in (await store.lock_alerts(transaction, found)).items():
            for alert, due_at in alerts:
                attempt = made.get(alert.id)
                if attempt and _counts(alert, due_at == attempt.claim, attempt.outcome):
                    settled.append((found[case], self._after(alert, attempt.outcome)))
        await store.settle(transaction, [one for _, one in settled], self._casework.now())
        await self._casework.follow_up(transaction, {case.id: case.flag for case, _ in settled})
        return settled

    def _after(self, alert: Alert, outcome: Outcome) -> Settled:
        tried, wait = cases.after(alert, outcome)
        _log.info(
            "alert attempt",
            alert_id=str(alert.id),
            channel=alert.channel,
            kind=alert.kind,
            number=tried.attempts,
            outcome=outcome.result,
            detail=outcome.detail,
        )
        return Settled(tried, self._casework.now() + wait, outcome)

    def _event(self, case: Case, settled: Settled) -> Event:
        alert = settled.alert
        delivered = alert.status == "delivered"
        kind = types.ALERT_DELIVERED if delivered else types.ALERT_FAILED
        state = AlertState(
            alert_id=str(alert.id),
            case_id=str(case.id),
            kind=alert.kind,
            channel=alert.channel,
            attempts=alert.attempts,
            subject=case.flag.subject,
            code=case.flag.code,
            error=None if delivered else settled.outcome.detail,
        )
        event_id = f"{alert.id}:{kind.short}"
        return Event(kind, event_id, SOURCE, case.flag.subject, self._clock.now(), state, case.correlation)


def _counts(alert: Alert, claimed: bool, outcome: Outcome) -> bool:
    """Whether an attempt still counts: our claim holds, or the alert arrived although it had lapsed."""
    if outcome.result == "delivered":
        return alert.status != "delivered"
    return alert.status == "sending" and claimed


async def _attempt(send: Send, due: Due) -> Outcome:
    try:
        async with asyncio.timeout(_TRY_SECONDS):
            return await send(due)
    except TimeoutError:
        return Outcome("transient", "timed out", maybe_received=True)
    except Exception as error:
        # One alert that cannot be sent must not stop the others.
        _log.error("alert cannot be sent", alert_id=str(due.id), exc_info=error)
        return Outcome("transient", f"error: {type(error).__name__}", maybe_received=True)
