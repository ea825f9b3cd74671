"""What the gateway remembers of what it took: in memory, over a restart, and what happens when it forgets."""

import asyncio
from itertools import count
from typing import Any

from httpx import Response

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from shared import topics
from shared.database import Transaction
from tests.service.consuming_stage import Registry, no_trouble
from tests.service.gateway_stage import SIPP, Agency, about_worker, agency, completed, gateway
from tests.service.parts import Place, Stream, frozen, kafka, place, rows, running, stream, until

__all__ = ["agency", "kafka", "place", "stream"]

REF = f"worker:{'0123456789' * 4}"
_numbers = count(1)


def name() -> str:
    return f"remembered-{next(_numbers)}"


def counts(answer: Response) -> tuple[int, int]:
    assert answer.status_code == 202, answer.text
    return answer.json()["accepted"], answer.json()["duplicates"]


async def test_two_requests_at_once_take_one_event_once(agency: Agency, stream: Stream) -> None:
    for _ in range(10):
        event = completed(name())
        answers = await asyncio.gather(*(agency.send(event) for _ in range(5)))
        assert sorted(map(counts, answers)) == [(0, 1)] * 4 + [(1, 0)]
    assert await stream.count(topics.PROJECTS) == 10


async def test_two_requests_at_once_never_take_two_contents(agency: Agency, stream: Stream) -> None:
    for _ in range(10):
        event = completed(name())
        other = event | {"data": {"completed_on": "2025-08-31"}}
        answers = await asyncio.gather(agency.send(event), agency.send(other))
        assert sorted(answer.status_code for answer in answers) == [202, 409]
    assert await stream.count(topics.PROJECTS) == 10


async def test_batches_that_cross_wait_for_nobody_who_waits(agency: Agency, stream: Stream) -> None:
    events = [completed(name()) for _ in range(40)]
    crossing = (agency.batch(events), agency.batch(events[::-1]), agency.batch(events[10:] + events[:10]))
    answers = await asyncio.wait_for(asyncio.gather(*crossing), 30)
    assert sum(counts(answer)[0] for answer in answers) == 40
    assert sum(counts(answer)[1] for answer in answers) == 80
    assert await stream.count(topics.PROJECTS) == 40


async def test_what_was_not_acknowledged_is_not_remembered(
    kafka: KafkaNode, postgres: PostgresNode, agency: Agency, stream: Stream
) -> None:
    event = completed(name())
    async with gateway(kafka, postgres, publish_seconds=0.5) as hasty:
        await hasty.send(completed(name()))
        with frozen(kafka):
            refused = await asyncio.gather(hasty.send(event), hasty.send(event))
            assert [answer.status_code for answer in refused] == [503, 503]
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)

        async def taken() -> bool:
            answer = await hasty.send(event)
            return answer.status_code == 202 and counts(answer) == (1, 0)

        await until(taken)
        assert counts(await hasty.send(event)) == (0, 1)
    assert await stream.count(topics.PROJECTS) >= 2


async def test_a_restart_forgets_nothing(
    kafka: KafkaNode, postgres: PostgresNode, agency: Agency, stream: Stream
) -> None:
    events = [completed(name()) for _ in range(20)]
    async with gateway(kafka, postgres) as before:
        assert counts(await before.batch(events)) == (20, 0)
    async with gateway(kafka, postgres) as after:
        assert counts(await after.batch(events)) == (0, 20)
        conflict = events[3] | {"data": {"completed_on": "2025-08-31"}}
        assert (await after.send(conflict)).status_code == 409
    assert await stream.count(topics.PROJECTS) == 20


async def test_a_restart_recalls_the_latest(kafka: KafkaNode, postgres: PostgresNode, agency: Agency) -> None:
    old, new = completed(name()), completed(name())
    async with gateway(kafka, postgres) as before:
        await before.send(old)
        assert before.door
        await before.door.later.flush()
        await before.send(new)
    async with gateway(kafka, postgres, remember_events=1) as after:
        assert counts(await after.send(new)) == (0, 1)
        assert counts(await after.send(old)) == (1, 0)


async def test_a_conflict_with_what_was_forgotten_is_a_conflict_at_the_consumer(
    kafka: KafkaNode, postgres: PostgresNode, agency: Agency, place: Place, stream: Stream
) -> None:
    first = about_worker(name(), REF)
    other = about_worker(first["id"], REF, wage_idr=9_000_000)
    async with gateway(kafka, postgres, remember_events=1) as forgetful:
        assert counts(await forgetful.send(first)) == (1, 0)
        assert (await forgetful.send(other)).status_code == 409
        await forgetful.send(completed(name()))
        assert counts(await forgetful.send(other)) == (1, 0)
    async with running(registry := Registry(no_trouble).on(place)):
        await until(lambda: _has(stream, topics.DEAD_LETTERS, 1))
        stored = await rows(registry, f"SELECT wage_idr FROM enrolment WHERE source = '{SIPP}'")
    (letter,) = await stream.new(topics.DEAD_LETTERS)
    said = dict(letter.headers)
    assert (said["patuh-field"], said["patuh-rule"][:8]) == (b"id", b"conflict")
    assert b"9000000" in letter.value
    assert len(stored) == 1


async def _has(stream: Stream, topic: topics.Topic, number: int) -> bool:
    return await stream.count(topic) >= number


async def test_a_database_that_falls_behind_holds_up_the_sender(
    kafka: KafkaNode, postgres: PostgresNode, agency: Agency, stream: Stream
) -> None:
    away = True

    async def stored(transaction: Transaction, waiting: list[Any]) -> None:
        if away:
            raise ConnectionError("the database is away")

    async with gateway(kafka, postgres, waiting=3) as held_up:
        assert held_up.door
        later, event = held_up.door.later, completed(name())
        later.add(stored, [1, 2, 3])
        refused = await held_up.send(event)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert await stream.count(topics.PROJECTS) == 0
        away = False
        await later.flush()
        assert counts(await held_up.send(event)) == (1, 0)


async def test_a_retraction_finds_a_fact_that_still_waits_for_the_database(
    agency: Agency, stream: Stream
) -> None:
    fact = about_worker(name(), REF)
    taken_back = {"source": SIPP, "id": fact["id"], "reason": "salah orang"}
    retraction = completed(
        name(), source=SIPP, type="id.patuh.fact.retracted.v1", subject=REF, data=taken_back
    )
    assert counts(await agency.send(fact)) == (1, 0)
    assert counts(await agency.send(retraction)) == (1, 0)
    sent = await stream.new(topics.WORKERS)
    assert {record.key.decode() for record in sent} == {fact["data"]["employer"]}
    assert len(sent) == 2
