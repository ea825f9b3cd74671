"""Sends by the clock and watches the flags: an open loop, so that a slow answer delays no later question."""

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from msgspec import Struct

from bench import loading
from bench.probes import CODE, Probe
from shared import topics
from shared.events import Event
from shared.producer import Message
from shared.settings import Settings

_TICK_SECONDS = 0.002
_PATIENCE_SECONDS = 60.0


class _Flag(Struct, gc=False):
    code: str
    status: str


class _Flagged(Struct, gc=False):
    subject: str
    data: _Flag


_flags = msgspec.json.Decoder(_Flagged)


@dataclass
class Seen:
    """Latencies of the probes in milliseconds, the employers whose flag never came, and how well the
    timetable was kept.
    """

    milliseconds: list[float] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    sent_per_s: float = 0.0
    late_ms: float = 0.0


@dataclass(frozen=True)
class _Slot:
    """What is due `at` seconds after the start; `probe` tells whose flag it changes."""

    at: float
    message: Message
    probe: Probe | None = None


async def send_and_see(
    settings: Settings,
    rate: int,
    warm_up: float,
    seconds: float,
    probes: Sequence[Probe],
    ordinary: Iterator[Event],
) -> Seen:
    """Send `rate` events a second, the probes evenly among them after the warm-up. Raises KafkaError."""
    slots = _timetable(rate, warm_up, seconds, probes, ordinary)
    gc.collect()
    gc.freeze()  # to look through all slots again and again would hold up the sender itself
    due: dict[tuple[str, str], float] = {}
    seen, servers = Seen(), settings.kafka_bootstrap_servers
    async with (
        AIOKafkaProducer(
            bootstrap_servers=servers, acks="all", enable_idempotence=True, compression_type="lz4"
        ) as producer,
        AIOKafkaConsumer(bootstrap_servers=servers) as consumer,
    ):
        await _from_now_on(consumer)
        watching = asyncio.create_task(_watch(consumer, due, len(probes), seen))
        try:
            await _send(producer, slots, due, seen)
            await asyncio.wait([watching], timeout=_PATIENCE_SECONDS)
        finally:
            watching.cancel()
    seen.missing = [employer for employer, _ in due]
    return seen


def _timetable(
    rate: int, warm_up: float, seconds: float, probes: Sequence[Probe], ordinary: Iterator[Event]
) -> list[_Slot]:
    """Encoded before the start, so that encoding delays nothing."""
    total, first = round(rate * (warm_up + seconds)), round(rate * warm_up)
    places = {first + n * (total - first) // len(probes): probe for n, probe in enumerate(probes)}
    slots = []
    for number in range(total):
        probe = places.get(number)
        event = probe.event() if probe else next(ordinary)
        slots.append(_Slot(number / rate, loading.to_message(event), probe))
    return slots


async def _from_now_on(consumer: AIOKafkaConsumer) -> None:
    partitions = [TopicPartition(topics.FLAGS.name, number) for number in range(topics.FLAGS.partitions)]
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    for partition in partitions:
        await consumer.position(partition)


async def _send(
    producer: AIOKafkaProducer, slots: list[_Slot], due: dict[tuple[str, str], float], seen: Seen
) -> None:
    began, place = time.perf_counter(), 0
    answers: list[asyncio.Future[object]] = []
    while place < len(slots):
        now = time.perf_counter() - began
        some = list(_due(slots, place, now))
        if some:
            seen.late_ms = max(seen.late_ms, (now - some[0].at) * 1000)
            due |= {(s.probe.employer, s.probe.status): began + s.at for s in some if s.probe}
            # Nobody waits for the answers: the next slot is due whether or not this one is acknowledged.
            answers += [await _sent(producer, slot.message) for slot in some]
            place += len(some)
        await asyncio.sleep(_TICK_SECONDS)
    seen.sent_per_s = len(slots) / (time.perf_counter() - began)
    await asyncio.gather(*answers)


async def _sent(producer: AIOKafkaProducer, one: Message) -> "asyncio.Future[object]":
    answer: asyncio.Future[object] = await producer.send(one.topic, one.value, one.key, headers=one.headers)
    return answer


def _due(slots: list[_Slot], place: int, now: float) -> Iterator[_Slot]:
    for slot in islice(slots, place, None):
        if slot.at > now:
            return
        yield slot


async def _watch(
    consumer: AIOKafkaConsumer, due: dict[tuple[str, str], float], wanted: int, seen: Seen
) -> None:
    while len(seen.milliseconds) < wanted:
        found = await consumer.getmany(timeout_ms=500)
        now = time.perf_counter()
        for records in found.values():
            for record in records:
                flag = _flags.decode(record.value)
                asked = due.pop((flag.subject, flag.data.status), None) if flag.data.code == CODE else None
                if asked is not None:
                    seen.milliseconds.append((now - asked) * 1000)
