"""Health by progress: alive is not the same as getting on with the work."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from shared import metrics

STUCK_SECONDS = 300.0
_ANSWER_SECONDS = 3.0


@dataclass
class Progress:
    """Whether the work in flight got on within STUCK_SECONDS, and how much is left."""

    service: str
    halted: str | None = None
    _consumers: list[AIOKafkaConsumer] = field(default_factory=list)
    _committed: dict[TopicPartition, int] = field(default_factory=dict)
    _for_good: bool = False
    _in_hand: bool = False
    _last: float = field(default_factory=time.monotonic)

    def watch(self, consumer: AIOKafkaConsumer) -> None:
        """Count this consumer's lag as ours."""
        self._consumers.append(consumer)

    def advanced(self, ends: dict[TopicPartition, int]) -> None:
        """A batch was stored and committed up to these offsets."""
        self._committed |= ends
        self._last = time.monotonic()

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """While a batch is handled there is work to get on with, whatever the lag."""
        self._in_hand, self._last = True, time.monotonic()
        try:
            yield
        finally:
            self._in_hand = False

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Another process may have got on with these meanwhile: ask Kafka how far."""
        for partition in partitions:
            self._committed.pop(partition, None)

    def halt(self, reason: str) -> None:
        """The service refuses to go on until a person has looked."""
        if self.halted is None:
            metrics.HALTED.labels(self.service).inc()
        self.halted = reason

    def fail(self, reason: str) -> None:
        """Something of the service has ended that no later batch will bring back."""
        self.halt(reason)
        self._for_good = True

    def resume(self) -> None:
        """Work goes on."""
        if self.halted is not None and not self._for_good:
            self.halted = None
            metrics.HALTED.labels(self.service).dec()

    async def lag(self) -> int | None:
        """Messages on the assigned partitions not committed yet; None while that is not known."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return sum([await self._lag(consumer) for consumer in self._consumers])
        except (TimeoutError, KafkaError, _NotAssigned):
            return None

    async def _lag(self, consumer: AIOKafkaConsumer) -> int:
        partitions = list(consumer.assignment())
        if not partitions:
            raise _NotAssigned
        ends = await consumer.end_offsets(partitions)
        return sum([max(0, ends[p] - await self._reached(consumer, p)) for p in partitions])

    async def _reached(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
        if partition not in self._committed:
            self._committed[partition] = await consumer.committed(partition) or 0
        return self._committed[partition]

    async def report(self) -> dict[str, object]:
        """`healthy`, `lag` (messages, null if unknown), `rss_mb`, and `halted` with its reason."""
        lag = await self.lag()
        idle = lag == 0 and not self._in_hand
        if idle:
            self._last = time.monotonic()
        stuck = not idle and time.monotonic() - self._last > STUCK_SECONDS
        return {
            "service": self.service,
            "healthy": not (stuck or self.halted),
            "lag": lag,
            "rss_mb": round(psutil.Process().memory_info().rss / 2**20, 1),
            "halted": self.halted,
        }


async def report_of(parts: Sequence[Progress]) -> dict[str, object]:
    """The report of a service of several parts: healthy when all are, and their lags together."""
    reports = [await part.report() for part in parts]
    lags = [report["lag"] for report in reports]
    return reports[0] | {
        "healthy": all(report["healthy"] for report in reports),
        "lag": None if None in lags else sum(lag for lag in lags if isinstance(lag, int)),
        "halted": next((part.halted for part in parts if part.halted), None),
    }


class Reassignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells `progress` which partitions come and go when processes of the group do, and that what was read
    ahead is to be forgotten.
    """

    def __init__(self, progress: Progress, forget: Callable[[], None]) -> None:
        self._progress, self._forget = progress, forget

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """They are somebody else's now, perhaps."""

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """What was committed before may be long past."""
        self._forget()
        self._progress.forget(assigned)


class _NotAssigned(Exception):
    """The group has not given this consumer its partitions yet."""
