"""When everything is bad a consumer stops instead of draining the topic; what comes twice has no effect."""

from collections.abc import Sequence

from httpx import AsyncClient

from shared import topics
from shared.events import decode
from shared.producer import message
from tests.service.consuming_stage import EMPLOYER, Registry, enrolment, good, no_trouble, raw
from tests.service.parts import Place, Stream, kafka, place, rows, running, stream, until
from tests.service.test_consuming import enrolled, settle, stored

__all__ = ["kafka", "place", "stream"]


async def halted(client: AsyncClient) -> bool:
    answer = await client.get("/health")
    return answer.status_code == 503 and "in a row are bad" in (answer.json()["halted"] or "")


async def test_a_topic_full_of_rubbish_halts_the_service(place: Place, stream: Stream) -> None:
    await stream.send([raw(b"rubbish")] * 5)
    async with running(service := Registry(no_trouble).on(place, max_consecutive_invalid=5)) as client:
        await until(lambda: halted(client))
        report = (await client.get("/health")).json()
        assert (report["healthy"], report["lag"], report["pending"]) == (False, 5, 0)
        assert await rows(service, "SELECT id FROM outbox") == []
    assert await stream.committed(place.group, topics.WORKERS) == 0
    assert await stream.count(topics.DEAD_LETTERS) == 0


async def test_bad_messages_are_counted_over_batches(place: Place, stream: Stream) -> None:
    async with running(service := Registry(no_trouble).on(place, max_consecutive_invalid=5)) as client:
        await stream.send([raw(b"rubbish")] * 3)
        await settle(service, place, stream, 3)
        await stream.send([*good(1), raw(b"rubbish")])
        await settle(service, place, stream, 5)
        await stream.send([raw(b"rubbish")] * 4)
        await settle(service, place, stream, 9)
        assert (await client.get("/health")).status_code == 200
        await stream.send([raw(b"rubbish")])
        await until(lambda: halted(client))
    assert await stream.count(topics.DEAD_LETTERS) == 8
    assert await stream.committed(place.group, topics.WORKERS) == 9


async def test_a_handler_that_fails_on_everything_halts_and_goes_on_when_mended(
    place: Place, stream: Stream
) -> None:
    asked, broken = False, True

    def trouble(names: Sequence[str]) -> None:
        nonlocal broken
        broken = broken and not (asked and len(names) == 12)  # mended between two tries, not amid one
        if broken:
            raise KeyError("a mistake of ours")

    registry = Registry(trouble)
    await stream.send(good(*range(12)))
    async with running(service := registry.on(place, max_consecutive_invalid=10)) as client:
        await until(lambda: halted(client))
        assert await rows(service, "SELECT id FROM outbox") == []
        assert await stream.count(topics.DEAD_LETTERS) == 0
        assert await stream.committed(place.group, topics.WORKERS) == 0
        asked = True
        await settle(service, place, stream, 12)
        assert await stored(service) == list(range(12))
        assert (await client.get("/health")).status_code == 200
    assert await stream.count(topics.DEAD_LETTERS) == 0


async def test_small_batches_of_poison_add_up_to_a_halt(place: Place, stream: Stream) -> None:
    def trouble(_: Sequence[str]) -> None:
        raise KeyError("a mistake of ours")

    service = Registry(trouble).on(place, max_consecutive_invalid=3)
    async with running(service) as client:
        for number in range(2):
            await stream.send(good(number))
            await settle(service, place, stream, number + 1)
        await stream.send(good(2))
        await until(lambda: halted(client))
    assert await stream.count(topics.DEAD_LETTERS) == 2


async def test_everything_delivered_twice_has_no_second_effect(place: Place, stream: Stream) -> None:
    await stream.send(good(*range(50)))
    async with running(service := Registry(no_trouble).on(place)):
        await settle(service, place, stream, 50)
        before = await rows(service, "SELECT * FROM enrolment ORDER BY id"), await stream.new(topics.COVERAGE)
    await stream.begin(place.group)
    registry = Registry(no_trouble)
    async with running(service := registry.on(place)):
        await settle(service, place, stream, 50)
        assert sum(map(len, registry.batches)) == 50
        assert await rows(service, "SELECT * FROM enrolment ORDER BY id") == before[0]
        assert await stream.count(topics.COVERAGE) == len(before[1])
    assert await stream.count(topics.DEAD_LETTERS) == 0
    assert await enrolled(stream) == 50


async def test_the_same_name_for_something_else_is_a_conflict(place: Place, stream: Stream) -> None:
    other = message(enrolment(1, wage_idr=1), EMPLOYER)
    await stream.send([*good(1, 1), other])
    async with running(service := Registry(no_trouble).on(place)):
        await settle(service, place, stream, 3)
        assert await stored(service) == [1]
    (letter,) = await stream.new(topics.DEAD_LETTERS)
    assert (letter.value, dict(letter.headers)["patuh-field"]) == (other.value, b"id")
    assert decode(letter.value, letter.headers).id == "1"


async def test_what_a_stopped_service_was_waiting_with_is_left_to_the_next(
    place: Place, stream: Stream
) -> None:
    def down(_: Sequence[str]) -> None:
        raise ConnectionError("the database is away")

    waiting = Registry(down)
    await stream.send(good(*range(4)))
    async with running(waiting.on(place, batch_records=1)):

        async def tried() -> bool:
            return len(waiting.batches) > 3

        await until(tried)
    assert {name for batch in waiting.batches for name in batch} == {"0"}
    assert await stream.committed(place.group, topics.WORKERS) == 0
    async with running(service := Registry(no_trouble).on(place)):
        await settle(service, place, stream, 4)
        assert await stored(service) == [0, 1, 2, 3]
