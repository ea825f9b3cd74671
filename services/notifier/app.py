"""notifier: turns flags into cases and alerts, delivers them, and proves the delivery.

flags -> handlers.Handlers.on_flags -> alerts     delivery.Delivery, one for each channel -> alerts
every few seconds -> sanctions.Sanctions.on_timer -> alerts
"""

from datetime import timedelta
from functools import partial
from pathlib import Path

from services.notifier import api, sanction_store, store
from services.notifier.casework import Casework
from services.notifier.channels.email import EmailSender
from services.notifier.channels.webhook import WebhookSender
from services.notifier.delivery import Delivery, Sender
from services.notifier.handlers import Handlers
from services.notifier.sanctions import Sanctions
from services.notifier.settings import NotifierSettings
from shared import topics
from shared.clock import SystemClock
from shared.law import load
from shared.service import Service
from shared.timer import run_timer

settings = NotifierSettings()
now = SystemClock().now  # alerts are scheduled by the real instant, whatever day a demonstration stands on
settle = timedelta(seconds=settings.settle_seconds)
longest = timedelta(seconds=settings.settle_longest_seconds)
casework = Casework(settings.recipients, settle, longest, now)

service = Service(settings, Path(__file__).parent)
service.subscribe(Handlers(settings.clock, casework).on_flags, topics.FLAGS)
sanctions = Sanctions(settings.clock, load())
service.run_beside(partial(run_timer, sanctions.on_timer, service.work))
senders: list[Sender] = [EmailSender(settings, now), WebhookSender(settings, now)]
for sender in senders:
    service.run_beside(Delivery(service.database, service.work, sender, casework, settings.clock).run)


async def soon_due() -> int:
    """Alerts that go out within the settle time, or a minute: what a demonstration waits for."""
    async with service.database.transaction() as transaction:
        return await store.count_pending(transaction, now() + max(settle, timedelta(minutes=1)))


async def to_look_at() -> int:
    """Cases whose next step on the sanction ladder may be due."""
    async with service.database.transaction() as transaction:
        return await sanction_store.count_due(transaction, settings.clock.today())


service.count_pending(soon_due)
service.count_pending(to_look_at)
app = service.app()
app.include_router(api.routes(service.database, sanctions))
