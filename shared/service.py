"""A service as a process: its parts, started and stopped in order, with its health and metrics."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import bus, logging, outbox
from shared.consuming import BatchConsumer, Handler, Work
from shared.database import Database
from shared.failure import Guard
from shared.health import Progress, Reassignment, report_of
from shared.outbox import Relay
from shared.pipeline import MOST_IN_A_BATCH, Pipeline
from shared.producer import Producer
from shared.settings import Settings
from shared.topics import Topic

_GRACE_SECONDS = 25.0
_log = logging.get(__name__)
Task = Callable[[], Awaitable[None]]
Pending = Callable[[], Awaitable[int]]


class Service:
    """Settings, database, broker, producer, outbox relay and health of one service."""

    def __init__(self, settings: Settings, here: Path) -> None:
        logging.set_up(settings.service, settings.log_level)
        self.settings, self._migrations = settings, here / "migrations"
        self.database = Database(settings.database())
        self.broker = bus.make_broker(settings)
        self.producer = Producer(settings)
        self.relay = Relay(self.database, self.producer, settings.service)
        self.progress = Progress(settings.service)
        self._parts = [self.progress]  # how each part of the service gets on
        self._readers: list[tuple[Any, Progress]] = []
        self._stops: list[Callable[[float], Awaitable[None]]] = []
        self._tasks: list[Task] = [self.relay.run]
        self._pending: list[Pending] = [self._outbox_rows]
        self._first: list[Task] = []

    def subscribe(
        self, handler: Handler, *sources: Topic, at_once: int = 1, most: int = MOST_IN_A_BATCH
    ) -> None:
        """Handle these topics' batches, in the order they were sent per partition.

        Of several batches `at_once`, each of other partitions, one reckons while others wait. In a batch are
        at `most` so many events, unless the settings say otherwise.
        """
        reading, hands = self._part(), [self._hand(handler) for _ in range(at_once)]
        pipeline = Pipeline(hands, reading, self.settings.batch_records or most)
        listener = Reassignment(reading, pipeline.forget)
        self._stops.append(pipeline.stop)
        self._tasks.append(pipeline.run)
        subscriber = bus.subscribe(self.broker, self.settings, pipeline, listener, *sources)
        self._readers.append((subscriber, reading))

    def _hand(self, handler: Handler) -> BatchConsumer:
        guard = Guard(self.settings.max_consecutive_invalid)
        return BatchConsumer(self.settings.service, self.database, self.relay, self._part(), guard, handler)

    def _part(self) -> Progress:
        """The progress of one more part, which counts in the report."""
        self._parts.append(Progress(self.settings.service))
        return self._parts[-1]

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One transaction that no message asked for (a timer, a request): stored, then announced."""
        async with self.database.transaction() as transaction:
            work = Work(transaction, self.settings.service)
            yield work
            row = await outbox.store(transaction, work.messages)
        self.relay.committed(row)

    def run_first(self, task: Task) -> None:
        """Run a task to its end before anybody is served; the tables are there by then."""
        self._first.append(task)

    def run_beside(self, task: Task) -> None:
        """Run a task of the service's own for as long as it lives."""
        self._tasks.append(task)

    def count_pending(self, pending: Pending) -> None:
        """Count work that is neither in a topic nor in the outbox, such as alerts still to send."""
        self._pending.append(pending)

    def app(self) -> FastAPI:
        """The HTTP side: `/health` and `/metrics`; the service adds its own routes."""
        title = f"Patuh {self.settings.service}"
        # No pages that load their scripts from elsewhere; `/openapi.json` is there for any viewer.
        app = FastAPI(title=title, version="1", lifespan=self._lifespan, docs_url=None, redoc_url=None)
        app.include_router(self._routes())
        return app

    def _routes(self) -> APIRouter:
        router = APIRouter(tags=["operations"])

        @router.get("/health")
        async def health(response: Response) -> dict[str, object]:
            """Healthy means: getting on with the work. 503 when it does not."""
            report = await self.report()
            response.status_code = 200 if report["healthy"] else 503
            return report

        @router.get("/metrics")
        async def metrics() -> Response:
            """Metrics in the Prometheus text format."""
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

        return router

    async def report(self) -> dict[str, object]:
        """The health report, with `pending`: what is still to be sent."""
        return await report_of(self._parts) | {"pending": sum([await count() for count in self._pending])}

    async def _outbox_rows(self) -> int:
        async with self.database.transaction() as transaction:
            return int((await transaction.rows("SELECT count(*) FROM outbox"))[0][0])

    def _ended(self, task: asyncio.Future[None]) -> None:
        """A task that ends by itself is a fault of ours: it must show in the service's health."""
        error = None if task.cancelled() else task.exception()
        if error:
            _log.error("a task of the service ended", exc_info=error)
            self.progress.fail(f"a task ended: {error!r}")

    async def _stop_consuming(self) -> None:
        await asyncio.gather(*(stop(_GRACE_SECONDS) for stop in self._stops))
        await self.broker.stop()

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            await self.database.migrate(self._migrations)
            for first in self._first:
                await first()
            if self.settings.create_topics:
                await bus.ensure_topics(self.settings)
            await self.producer.start()
            stack.push_async_callback(self.producer.stop)
            for task in self._tasks:
                running = asyncio.ensure_future(task())
                running.add_done_callback(self._ended)
                stack.push_async_callback(_cancel, running)
            await self.broker.start()
            # The consumers stop first, then the relay, then the producer, then the database.
            stack.push_async_callback(self._stop_consuming)
            for subscriber, reading in self._readers:
                reading.watch(subscriber.consumer)
            collect_less_often()
            yield


def collect_less_often() -> None:
    """A batch makes thousands of objects and no cycles: looking for cycles cost a third of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


async def _cancel(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
