"""Reading ahead while a batch is with the database, on real Kafka and PostgreSQL: how far, and what then."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch

from aiokafka import TopicPartition

from shared import topics
from shared.consuming import Received, Work
from shared.health import Progress
from shared.service import Service
from tests.service.consuming_stage import Registry, good, no_trouble, raw
from tests.service.parts import Place, Stream, kafka, place, running, stream, until
from tests.service.test_consuming import settle, stored

__all__ = ["kafka", "place", "stream"]

ELSEWHERE = "employer:nib-9120001234568"  # whose events go to another partition
_A_MEBIBYTE = 1_048_000


@dataclass
class Slow(Registry):
    """A registry whose handler has a batch in hand until told to go on."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def on_facts(self, work: Work, received: list[Received]) -> None:
        """Store as always, and wait."""
        await super().on_facts(work, received)
        await self.go_on.wait()

    async def has_begun(self) -> bool:
        return bool(self.batches)


async def read(service: Service, stream: Stream) -> int:
    """How many worker events since the stream was opened the service has taken from Kafka."""
    (subscriber,) = service.broker.subscribers
    consumer = subscriber.consumer  # type: ignore[attr-defined]
    found = 0
    for partition in range(topics.WORKERS.partitions):
        place = TopicPartition(topics.WORKERS.name, partition)
        found += await consumer.position(place) - stream.began(place)
    return found


async def test_what_comes_while_a_batch_is_handled_is_the_next_batch(place: Place, stream: Stream) -> None:
    slow = Slow(no_trouble)
    async with running(service := slow.on(place)):
        await stream.send(good(0))
        await until(slow.has_begun)
        for number in range(1, 6):
            await stream.send(good(number))
        await until(lambda: _has_read(service, stream, 6))
        assert await stream.committed(place.group, topics.WORKERS) == 0
        slow.go_on.set()
        await settle(service, place, stream, 6)
    assert slow.batches == [["0"], ["1", "2", "3", "4", "5"]]


async def test_a_partition_is_in_one_hand_and_others_go_on_beside_it(place: Place, stream: Stream) -> None:
    slow = Slow(no_trouble, at_once=2)
    async with running(service := slow.on(place)) as client:
        await stream.send(good(0))
        await until(slow.has_begun)
        await stream.send(good(1, 2))
        await until(lambda: _has_read(service, stream, 3))
        await stream.send(good(*range(3, 6), employer=ELSEWHERE))
        await until(lambda: _has_read(service, stream, 6))
        await asyncio.sleep(0.1)
        assert [names[0] for names in slow.batches] == ["0", "3"]
        assert (await client.get("/health")).json()["healthy"]
        slow.go_on.set()
        await settle(service, place, stream, 6)
        assert await stored(service) == list(range(6))
    said = [name for names in slow.batches for name in names]
    assert [name for name in said if name in "012"] == ["0", "1", "2"]
    assert [name for name in said if name in "345"] == ["3", "4", "5"]


async def test_a_batch_that_stays_in_hand_is_not_well_whatever_is_left() -> None:
    progress = Progress("registry")
    with patch("shared.health.STUCK_SECONDS", 0.0):
        assert (await progress.report())["healthy"]
        with progress.in_hand():
            assert not (await progress.report())["healthy"]
        assert (await progress.report())["healthy"]


async def _has_read(service: Service, stream: Stream, count: int) -> bool:
    return await read(service, stream) >= count


async def test_reading_ahead_ends_where_a_whole_batch_waits(place: Place, stream: Stream) -> None:
    slow = Slow(no_trouble)
    await stream.send(good(*range(100)))
    async with running(service := slow.on(place, batch_records=10)):
        await until(lambda: _has_read(service, stream, 20))
        await asyncio.sleep(0.3)
        assert await read(service, stream) < 30
        slow.go_on.set()
        await settle(service, place, stream, 100)
        assert await stored(service) == list(range(100))
    assert max(map(len, slow.batches)) == 10


async def test_reading_ahead_ends_at_so_many_bytes(place: Place, stream: Stream) -> None:
    slow, large = Slow(no_trouble), raw(Random(1).randbytes(_A_MEBIBYTE))
    await stream.send(good(0))
    async with running(service := slow.on(place)):
        await until(slow.has_begun)
        await stream.send([large] * 16)
        await until(lambda: _has_read(service, stream, 8))
        await asyncio.sleep(0.3)
        assert await read(service, stream) <= 12
        slow.go_on.set()
        await settle(service, place, stream, 17)
    assert await stream.count(topics.DEAD_LETTERS) == 16


async def test_what_was_read_ahead_is_left_to_whom_the_group_gives_it(place: Place, stream: Stream) -> None:
    slow, other = Slow(no_trouble), Registry(no_trouble)
    await stream.send(good(0))
    async with running(one := slow.on(place)) as client:
        await until(slow.has_begun)
        await stream.send(good(*range(1, 50)))
        await until(lambda: _has_read(one, stream, 50))
        async with running(other.on(place)) as beside:

            async def shared_out() -> bool:
                reports = [(await each.get("/health")).json() for each in (client, beside)]
                return None not in [report["lag"] for report in reports]

            await until(shared_out)
            slow.go_on.set()
            await settle(one, place, stream, 50)
            assert await stored(one) == list(range(50))
    handled = [name for batch in (*slow.batches, *other.batches) for name in batch]
    assert len(handled) == 51, "the batch in hand came twice, what was only read did not"
    assert await stream.count(topics.DEAD_LETTERS) == 0
