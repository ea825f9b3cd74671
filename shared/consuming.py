"""How a batch from Kafka becomes committed state: the one failure policy of every consumer.

1. decode every record; what is no event of ours becomes a dead letter
2. one transaction: the handler's facts and state, the outbox row, the dead letters
3. hand the outbox row to the relay, which publishes beside the next batch
4. commit the offsets, explicitly, of exactly what is stored

A failure of the broker or the database repeats step 2 with back-off. Any other failure is some
message's: the batch is halved until the message is found, and it is put into the dead letters beside the
next messages that go well. When none goes well, nothing is stored and the service halts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from shared import logging, metrics, outbox
from shared.database import Database, Transaction
from shared.dead_letters import Record, dead_letter
from shared.events import BadEvent, Event, decode
from shared.failure import Guard, is_infrastructure
from shared.health import Progress
from shared.producer import Message, message

_log = logging.get(__name__)


@dataclass(slots=True)
class Received:
    """An event and the record it came in."""

    event: Event
    record: Record


Refused = tuple[Record, BadEvent]


@dataclass
class _Left:
    """What of a batch is not stored yet."""

    received: list[Received] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass
class Batch:
    """What is stored together: events, and the offsets to commit afterwards; `size` in bytes as it came."""

    left: _Left
    ends: dict[TopicPartition, int]
    size: int

    def __len__(self) -> int:
        return len(self.left.received) + len(self.left.refused)

    def add(self, other: "Batch") -> None:
        """Put what was read after it behind it."""
        self.left.received += other.left.received
        self.left.refused += other.left.refused
        self.ends |= other.ends
        self.size += other.size


@dataclass
class Work:
    """What a handler works with: the open transaction, and what to announce when it commits."""

    transaction: Transaction
    service: str
    messages: list[Message] = field(default_factory=list)

    def announce(self, event: Event, key: str | None = None) -> None:
        """Publish `event` once this transaction is committed."""
        self.messages.append(message(event, key))

    def refuse(self, received: Received, name: str, rule: str) -> None:
        """Put a message into the dead letters: its field `name` broke `rule`."""
        self._bury(received.record, BadEvent(name, rule))

    def _bury(self, record: Record, error: BadEvent) -> None:
        metrics.DEAD_LETTERS.labels(self.service, error.field).inc()
        _log.warning(
            "dead letter", topic=record.topic, offset=record.offset, field=error.field, rule=error.rule
        )
        self.messages.append(dead_letter(record, error, self.service))

    def bury_all(self, refused: Sequence[Refused]) -> None:
        """Put every refused record into the dead letters."""
        for record, error in refused:
            self._bury(record, error)


Handler = Callable[[Work, list[Received]], Awaitable[None]]


class BatchConsumer:
    """Runs `handler` on batches under the failure policy."""

    def __init__(
        self,
        service: str,
        database: Database,
        relay: outbox.Relay,
        progress: Progress,
        guard: Guard,
        handler: Handler,
    ) -> None:
        self._service, self._database, self._relay = service, database, relay
        self._progress, self._guard, self._handler = progress, guard, handler
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Wait no longer: what is not stored by now is left to the next process."""
        self._stopping.set()

    async def consume(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Handle these records to the end: everything is stored and committed when it returns.

        Raises RetryError when it was waiting and the service stops: nothing is committed then.
        """
        batch = read(records)
        await self.store(batch)
        self._progress.advanced(await commit(consumer, batch.ends))

    async def store(self, batch: Batch) -> None:
        """Handle a batch until it is stored: its offsets may be committed when this returns.

        Raises RetryError when it was waiting and the service stops.
        """
        with metrics.BATCH_SECONDS.labels(self._service).time(), self._progress.in_hand():
            async for attempt in self._until_stored():
                with attempt:
                    await self._store(batch.left)

    def _until_stored(self) -> AsyncRetrying:
        # Whatever the error: a batch given up here would be passed over by the next commit, and lost.
        return AsyncRetrying(
            wait=wait_random_exponential(multiplier=0.2, max=30),
            retry=retry_if_exception_type(Exception),
            before_sleep=self._waiting,
            sleep=self._sleep,
            stop=lambda _: self._stopping.is_set(),
        )

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _waiting(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        metrics.BATCH_RETRIES.labels(self._service).inc()
        if error and not is_infrastructure(error):
            self._progress.halt(repr(error))
        _log.error("batch is waiting", attempt=state.attempt_number, error=repr(error))

    async def _store(self, left: _Left) -> None:
        """Store a batch, all at once if that goes; the next try begins with what is `left` by then."""
        doubtful, refused, size = left.received, left.refused, len(left.received)
        while doubtful or refused:
            part = doubtful[:size]
            try:
                await self._one_transaction(part, refused)
            except Exception as error:
                if is_infrastructure(error) or not part:
                    raise
                if len(part) == 1:
                    refused, doubtful = [*refused, _unhandled(part[0], error)], doubtful[1:]
                size = max(1, len(part) // 2)
            else:
                doubtful, refused, size = doubtful[len(part) :], [], 2 * len(part)
                left.received, left.refused = doubtful, refused

    async def _one_transaction(self, received: list[Received], refused: list[Refused]) -> None:
        if not received:
            self._guard.check(len(refused))
        async with self._database.transaction() as transaction:
            work = Work(transaction, self._service)
            work.bury_all(refused)
            if received:
                await self._handler(work, received)
            row = await outbox.store(transaction, work.messages)
        self._relay.committed(row)
        self._guard.stored(len(received), len(refused))
        self._progress.resume()
        metrics.EVENTS_HANDLED.labels(self._service).inc(len(received))


async def commit(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Commit these offsets; which of them are ours to commit. An error is only logged."""
    # A partition lost in a rebalance is its new owner's to commit; our effects are idempotent.
    ours = {partition: end for partition, end in ends.items() if partition in consumer.assignment()}
    try:
        if ours:
            await consumer.commit(ours)
    except KafkaError as error:
        _log.warning("offsets not committed, the batch will come again", error=str(error))
    return ours


def read(records: Sequence[Record]) -> Batch:
    """Records as a batch, decoded."""
    ends = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
    return Batch(_decode(records), ends, sum(len(record.value or b"") for record in records))


def _decode(records: Sequence[Record]) -> _Left:
    left = _Left()
    for record in records:
        try:
            left.received.append(Received(decode(record.value, record.headers), record))
        except BadEvent as error:
            left.refused.append((record, error))
        except Exception as error:
            _log.error("message cannot be decoded", exc_info=error)
            left.refused.append((record, _at_fault(error)))
    return left


def _unhandled(received: Received, error: Exception) -> Refused:
    _log.error("message cannot be handled", exc_info=error, **logging.about(received.event))
    return (received.record, _at_fault(error))


def _at_fault(error: Exception) -> BadEvent:
    return BadEvent("event", f"cannot be handled: {type(error).__name__}")
