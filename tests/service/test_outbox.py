"""The outbox on real Kafka and PostgreSQL: no ghosts, no zombies, nothing twice without a crash."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime

import msgspec
import pytest
from aiokafka.errors import KafkaConnectionError

from patuh.embedded.kafka import KafkaNode
from shared import outbox, topics
from shared.dead_letters import Record
from shared.events import Event, decode, types
from shared.events.data import EmployerClosed
from shared.outbox import Relay
from shared.producer import Message, Producer, message
from shared.service import Service
from tests.service.parts import Place, Stream, frozen, kafka, place, rows, running, stream, until

__all__ = ["kafka", "place", "stream"]

IDLE_SECONDS = 1.0


def event(name: str, employer: str = "employer:nib-9120001234567") -> Event:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    return Event(
        types.EMPLOYER_CLOSED, name, "urn:outbox", employer, at, EmployerClosed(closed_on=date(2025, 6, 1))
    )


def names(records: list[Record]) -> list[str]:
    return [decode(record.value, record.headers).id for record in records]


async def left(service: Service) -> int:
    return len(await rows(service, "SELECT id FROM outbox"))


async def store(service: Service, *events: Event) -> None:
    """Commit a row as a process does that dies before it relays."""
    async with service.database.transaction() as transaction:
        await outbox.store(transaction, [message(one) for one in events])


async def test_nothing_is_published_before_the_commit(place: Place, stream: Stream) -> None:
    service = place.service()
    async with running(service):
        async with service.work() as work:
            work.announce(event("a"))
            work.announce(event("b"), key="another key")
            await asyncio.sleep(1.3 * IDLE_SECONDS)
            assert await stream.count(topics.EMPLOYERS) == 0
        await until(lambda: stream.count(topics.EMPLOYERS))
        await until(lambda: _is_empty(service))
    found = await stream.new(topics.EMPLOYERS)
    keys = dict(zip(names(found), [record.key for record in found], strict=True))
    assert keys == {"a": b"employer:nib-9120001234567", "b": b"another key"}


async def _is_empty(service: Service) -> bool:
    return await left(service) == 0


async def test_a_transaction_that_is_rolled_back_publishes_no_ghost(place: Place, stream: Stream) -> None:
    service = place.service()
    async with running(service):
        with suppress(ZeroDivisionError):
            async with service.work() as work:
                work.announce(event("ghost"))
                await outbox.store(work.transaction, work.messages)
                raise ZeroDivisionError
        async with service.work() as work:
            work.announce(event("real"))
        await until(lambda: stream.count(topics.EMPLOYERS))
        assert await left(service) == 0
    assert names(await stream.new(topics.EMPLOYERS)) == ["real"]


async def test_a_row_left_by_a_crash_is_no_zombie(place: Place, stream: Stream) -> None:
    dead, living = place.service(), place.service()
    await store(dead, event("left behind"))
    await dead.database.close()
    async with running(living) as client:
        await until(lambda: _is_empty(living))
        assert (await client.get("/health")).json()["pending"] == 0
    assert names(await stream.new(topics.EMPLOYERS)) == ["left behind"]


async def test_one_key_keeps_the_order_of_the_commits(place: Place, stream: Stream) -> None:
    service = place.service()
    async with running(service):
        for number in range(100):
            await store(service, event(f"{number}"))
        service.relay.wake()
        await until(lambda: _is_empty(service))
    assert names(await stream.new(topics.EMPLOYERS)) == [f"{number}" for number in range(100)]


async def test_two_relays_share_the_rows_and_publish_each_once(place: Place, stream: Stream) -> None:
    one, other = place.service(), place.service()
    employers = [f"employer:nib-{number:013}" for number in range(200)]
    for employer in employers:
        await store(one, event(employer, employer))
    async with running(one), running(other):
        await until(lambda: _is_empty(one))
    assert sorted(names(await stream.new(topics.EMPLOYERS))) == employers


async def write(service: Service, *events: Event) -> None:
    """Commit a row as a process does that lives on: its relay has the messages at hand."""
    async with service.database.transaction() as transaction:
        row = await outbox.store(transaction, [message(one) for one in events])
    service.relay.committed(row)


@asynccontextmanager
async def sending(*services: Service) -> AsyncIterator[None]:
    """Services that publish when they are told to."""
    for service in services:
        await service.producer.start()
    yield
    for service in services:
        await service.producer.stop()
        await service.database.close()


async def test_what_is_at_hand_is_not_read_back(place: Place, stream: Stream) -> None:
    service = place.service()
    async with sending(service):
        await write(service, event("at hand"))
        async with service.database.transaction() as transaction:
            await transaction.run("UPDATE outbox SET messages = 'nobody can read this'")
        assert await service.relay.relay_some() == 1
        assert await left(service) == 0
    assert names(await stream.new(topics.EMPLOYERS)) == ["at hand"]


async def test_only_so_much_is_kept_at_hand(place: Place, stream: Stream) -> None:
    service = place.service()
    async with sending(service):
        for number in range(3):
            large = message(event(f"{number}"))
            large.headers = [*large.headers, ("filler", bytes(700_000))]
            async with service.database.transaction() as transaction:
                row = await outbox.store(transaction, [large] * 12)
            service.relay.committed(row)
        async with service.database.transaction() as transaction:
            sizes = await transaction.rows("SELECT octet_length(messages) AS size FROM outbox")
        assert max(row.size for row in sizes) < 1_000_000, "and it is compressed"
        assert len(service.relay._at_hand) == 1
        assert await service.relay.relay_some() == 3
        assert service.relay._at_hand == {}
    assert await stream.count(topics.EMPLOYERS) == 36


async def test_rows_of_two_processes_are_published_in_their_order(place: Place, stream: Stream) -> None:
    one, other = place.service(), place.service()
    async with sending(one, other):
        for number in range(0, 6, 2):
            await write(one, event(f"{number}"))
            await write(other, event(f"{number + 1}"))
        assert await one.relay.relay_some() == 6
        await write(other, event("6"))
        assert await other.relay.relay_some() == 1
    assert names(await stream.new(topics.EMPLOYERS)) == [f"{number}" for number in range(7)]


async def test_a_row_of_an_earlier_version_is_published(place: Place, stream: Stream) -> None:
    service = place.service()
    async with sending(service):
        async with service.database.transaction() as transaction:
            plain = msgspec.msgpack.encode([message(event("not compressed"))])
            await transaction.run("INSERT INTO outbox (messages) VALUES ($1)", plain)
        assert await service.relay.relay_some() == 1
    assert names(await stream.new(topics.EMPLOYERS)) == ["not compressed"]


class Faltering(Producer):
    """A producer that loses its broker at the first `falls` tries."""

    falls = 2

    async def publish(self, messages: Iterable[Message]) -> int:
        """Fail after the broker has got the messages, which is the worst moment."""
        sent = await super().publish(messages)
        if self.falls:
            self.falls -= 1
            raise KafkaConnectionError
        return sent


@asynccontextmanager
async def faltering(place: Place) -> AsyncIterator[tuple[Service, Relay]]:
    service, producer = place.service(), Faltering(place.settings)
    await producer.start()
    try:
        yield service, Relay(service.database, producer, "outbox-test")
    finally:
        await producer.stop()
        await service.database.close()


async def test_a_producer_that_fails_leaves_the_row(place: Place, stream: Stream) -> None:
    async with faltering(place) as (service, relay):
        await store(service, event("kept"))
        for _ in range(2):
            with pytest.raises(KafkaConnectionError):
                await relay.relay_some()
            assert await left(service) == 1
        assert await relay.relay_some() == 1
        assert await left(service) == 0
    assert names(await stream.new(topics.EMPLOYERS)) == ["kept"] * 3


async def test_the_relay_waits_out_a_failure_and_goes_on(place: Place, stream: Stream) -> None:
    async with faltering(place) as (service, relay):
        await store(service, event("late"))
        relaying = asyncio.create_task(relay.run())
        await until(lambda: _is_empty(service))
        relaying.cancel()
        with suppress(asyncio.CancelledError):
            await relaying
    assert set(names(await stream.new(topics.EMPLOYERS))) == {"late"}


async def test_a_relay_that_dies_while_publishing_loses_nothing(
    place: Place, kafka: KafkaNode, stream: Stream
) -> None:
    service = place.service()
    await service.producer.start()
    await store(service, event("saved"))
    with frozen(kafka), suppress(TimeoutError):
        async with asyncio.timeout(1):
            await service.relay.relay_some()
    assert await left(service) == 1
    await service.database.close()
    async with running(successor := place.service()):
        await until(lambda: _is_empty(successor))
    await service.producer.stop()
    assert set(names(await stream.new(topics.EMPLOYERS))) == {"saved"}
