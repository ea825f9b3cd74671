"""Follow-up: after anything changed about a case, bring its alerts to what `cases.plan` asks for."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notifier import cases, store
from services.notifier.cases import Alert, Channel
from shared.database import Transaction
from shared.events.data import FlagState

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Casework:
    """Who hears (`recipients`), how long a flag must be quiet before it is told (`settle`), how long an
    alert waits at most (`longest`), and the real instant (`now`).
    """

    recipients: Mapping[Channel, str]
    settle: timedelta
    longest: timedelta
    now: Now

    async def wait_for_quiet(self, transaction: Transaction, cases_with_news: Collection[UUID]) -> None:
        """Facts still come in about these: their first alerts wait again, so that nobody is flooded."""
        await store.postpone(transaction, cases_with_news, self.now() + self.settle, self.longest)

    async def follow_up(self, transaction: Transaction, flags: Mapping[UUID, FlagState]) -> None:
        """Cancel and add alerts of these cases, given the flag of each; the cases are locked."""
        if not flags:
            return
        alerts = await store.lock_alerts(transaction, flags)
        cancelled: list[UUID] = []
        added: list[tuple[UUID, Alert]] = []
        for case, flag in flags.items():
            said = [alert for alert, _ in alerts.get(case, [])]
            plan = cases.plan(case, flag.status, said, self.recipients, flag.level)
            cancelled += plan.cancel
            added += [(case, alert) for alert in plan.send]
        now = self.now()
        await store.cancel(transaction, cancelled)
        await store.add_alerts(transaction, added, now + self.settle, now)
