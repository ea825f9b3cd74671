"""The failure policy of every consumer, on real Kafka and PostgreSQL: bad messages, poison, outages."""

from collections.abc import Sequence
from random import Random

import pytest
from faststream import AckPolicy
from msgspec.structs import replace
from sqlalchemy.exc import DBAPIError, OperationalError

from shared import topics
from shared.dead_letters import Record
from shared.events import decode, encode, types
from shared.events.data import CoverageChanged, FactRetracted
from shared.events.envelope import HEADERS
from shared.producer import message
from shared.service import Service
from tests.service.consuming_stage import (
    EMPLOYER,
    Registry,
    Trouble,
    enrolment,
    good,
    no_trouble,
    poisoned,
    raw,
)
from tests.service.parts import Place, Stream, kafka, place, rows, running, stream, until

__all__ = ["kafka", "place", "stream"]


async def settle(service: Service, place: Place, stream: Stream, count: int) -> None:
    """Return once so many messages are committed and everything announced is published."""

    async def settled() -> bool:
        return await stream.committed(place.group, topics.WORKERS) == count

    async def announced() -> bool:
        return await rows(service, "SELECT id FROM outbox") == []

    await until(settled)
    await until(announced)


async def stored(service: Service) -> list[int]:
    return sorted(int(row[0]) for row in await rows(service, "SELECT id FROM enrolment"))


async def enrolled(stream: Stream) -> int:
    """How many the last snapshot on the topic says are enrolled."""
    last = (await stream.new(topics.COVERAGE))[-1]
    data = decode(last.value, last.headers).data
    assert isinstance(data, CoverageChanged)
    return data.steps[-1].enrolled


def reason(letter: Record) -> tuple[bytes, bytes]:
    said = dict(letter.headers)
    return said["patuh-field"], said["patuh-rule"]


async def test_a_batch_is_one_transaction_and_its_offsets_are_committed(place: Place, stream: Stream) -> None:
    registry = Registry(no_trouble)
    await stream.send(good(*range(300)))
    async with running(service := registry.on(place)) as client:
        await settle(service, place, stream, 300)
        assert await stored(service) == list(range(300))
        transactions = await rows(service, "SELECT DISTINCT xmin::text FROM enrolment")
        assert len(transactions) == len(registry.batches) == 1
        assert await enrolled(stream) == 300
        report = (await client.get("/health")).json()
        assert (report["healthy"], report["lag"], report["pending"]) == (True, 0, 0)
    assert await stream.count(topics.DEAD_LETTERS) == 0
    assert await stream.committed(place.group, topics.WORKERS) == 300


async def test_offsets_are_ours_to_commit(place: Place) -> None:
    service = Registry(no_trouble).on(place)
    (subscriber,) = service.broker.subscribers
    assert subscriber.ack_policy is AckPolicy.MANUAL
    await service.database.close()


async def test_bad_messages_become_dead_letters_and_their_neighbours_go_on(
    place: Place, stream: Stream
) -> None:
    unlike = encode(enrolment(7)).replace(b'"segment":"pu"', b'"segment":7')
    bad = [
        raw(b"<not json>", *HEADERS, ("trace", b"\xff\xfe"), ("empty", None)),
        raw(unlike, *HEADERS),
        raw(b"{}", ("ce_type", b"\xc0\xa0"), ("ce_id", b"1")),
        raw(b"{}"),
        raw(None, *HEADERS),
        raw(b"{}", ("content-type", None)),
        raw(b"[" * 100_000, *HEADERS),
        raw(Random(1).randbytes(1_048_400), *HEADERS),
        raw(b"", *HEADERS, ("patuh-attempts", b"9" * 5000), ("patuh-field", b"old")),
    ]
    ours = good(*range(len(bad) + 1))
    mixed = [one for pair in zip(ours, bad, strict=False) for one in pair]
    await stream.send([*mixed, ours[-1]])
    async with running(service := Registry(no_trouble).on(place)):
        await settle(service, place, stream, len(mixed) + 1)
        assert await stored(service) == list(range(len(ours)))
    letters = await stream.new(topics.DEAD_LETTERS)
    assert [(one.key, one.value) for one in letters] == [(one.key, one.value) for one in bad]
    assert list(letters[0].headers)[:3] == bad[0].headers
    fields = [reason(letter)[0] for letter in letters]
    assert fields[:4] == [b"event", b"data.segment", b"headers", b"content-type"]
    assert fields[4:] == [b"event", b"content-type", b"event", b"event", b"event"]
    said = dict(letters[1].headers)
    assert (said["patuh-topic"], said["patuh-service"]) == (b"patuh.workers", place.settings.service.encode())
    assert {dict(one.headers)["patuh-attempts"] for one in letters} == {b"1"}


async def test_poison_is_found_and_the_others_are_stored_once(place: Place, stream: Stream) -> None:
    registry = Registry(poisoned(0, 57, 58, 255))
    await stream.send(good(*range(256)))
    async with running(service := registry.on(place)):
        await settle(service, place, stream, 256)
        assert set(range(256)) - set(await stored(service)) == {0, 57, 58, 255}
    letters = await stream.new(topics.DEAD_LETTERS)
    assert {decode(one.value, one.headers).id for one in letters} == {"0", "57", "58", "255"}
    assert len(letters) == 4
    assert {reason(one) for one in letters} == {(b"event", b"cannot be handled: ZeroDivisionError")}
    assert await enrolled(stream) == 252
    assert len(registry.batches) < 4 * 2 * 9


async def test_the_database_refusing_one_message_does_not_touch_the_others(
    place: Place, stream: Stream
) -> None:
    name = "".join(f"{n * 7919:x}" for n in range(5000))
    too_long = FactRetracted(source="urn:sipp", id=name, reason="its name is too long for an index")
    taken_back = replace(enrolment(1), kind=types.FACT_RETRACTED, data=too_long)
    await stream.send([*good(0), message(taken_back, EMPLOYER, topics.WORKERS.name), *good(2)])
    async with running(service := Registry(no_trouble).on(place)):
        await settle(service, place, stream, 3)
        assert await stored(service) == [0, 2]
    assert await stream.count(topics.DEAD_LETTERS) == 1


def outage(times: int) -> Trouble:
    """The database goes away so many times."""
    left = [OperationalError("INSERT", None, ConnectionError()) for _ in range(times)]

    def strike(_: Sequence[str]) -> None:
        if left:
            raise left.pop()

    return strike


async def test_an_outage_is_waited_out_in_place(place: Place, stream: Stream) -> None:
    registry = Registry(outage(3))
    await stream.send(good(*range(20)))
    async with running(service := registry.on(place)):
        await settle(service, place, stream, 20)
        assert await stored(service) == list(range(20))
    assert [len(batch) for batch in registry.batches] == [20] * 4
    assert await stream.count(topics.DEAD_LETTERS) == 0
    assert await enrolled(stream) == 20


async def test_an_outage_amid_poison_repeats_no_dead_letter(place: Place, stream: Stream) -> None:
    poison, failing = poisoned(3), outage(1)

    def trouble(names: Sequence[str]) -> None:
        poison(names)
        if names[-1] == "7":
            failing(names)

    await stream.send(good(*range(8)))
    async with running(service := Registry(trouble).on(place)):
        await settle(service, place, stream, 8)
        assert await stored(service) == [0, 1, 2, 4, 5, 6, 7]
    assert await stream.count(topics.DEAD_LETTERS) == 1


async def test_no_value_of_a_failed_statement_is_in_its_error(place: Place) -> None:
    service = place.service()
    with pytest.raises(DBAPIError) as failure:
        async with service.database.transaction() as transaction:
            await transaction.run("SELECT $1::int / $2::int", 4_321_987, 0)
    assert "4321987" not in repr(failure.value) + str(failure.value)
    await service.database.close()
