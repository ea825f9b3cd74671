"""What the gateway writes to Kafka: the right topic and key, no person, nothing lost in an outage."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from tenacity import AsyncRetrying, retry_if_result, stop_after_delay, wait_fixed

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from patuh.schemas import FOLDER
from services.gateway.privacy import A_PERSON, Pseudonyms
from shared import topics
from shared.dead_letters import Record
from shared.events import Event, decode, digest, types
from shared.events.data import EmployerRegistered
from tests.service.gateway_stage import (
    DATABASE,
    FIRM,
    KEY,
    LPSE,
    PROJECT,
    SIPP,
    Agency,
    about_worker,
    agency,
    completed,
    gateway,
)
from tests.service.parts import Stream, frozen, kafka, stream

__all__ = ["agency", "kafka", "stream"]

NIK = "9972010101900001"
REF = Pseudonyms(KEY).reference(NIK, "subject")
WORKER, PERSON = f"worker:{REF}", f"employer:person-{REF}"
_numbers = count(1)


def name() -> str:
    return f"stream-{next(_numbers)}"


async def one(stream: Stream, topic: topics.Topic) -> tuple[str, Event]:
    """The one message on the topic, and that no person's number is in it."""
    (record,) = await stream.new(topic)
    assert record.key
    assert NIK.encode() not in record.key + record.value
    return record.key.decode(), decode(record.value, record.headers)


async def take(agency: Agency, event: Any) -> None:
    answer = await agency.send(event)
    assert answer.status_code == 202, answer.text


def retraction(fact: dict[str, Any], subject: str) -> dict[str, Any]:
    named = {"source": fact["source"], "id": fact["id"], "reason": "salah paket"}
    return completed(name(), type="id.patuh.fact.retracted.v1", subject=subject, data=named)


@pytest.mark.parametrize(
    "short", sorted(k.short for k in types.FACTS.values() if k is not types.FACT_RETRACTED)
)
async def test_every_fact_lands_on_its_topic(agency: Agency, stream: Stream, short: str) -> None:
    told = json.loads((FOLDER / "examples" / f"{short}.json").read_text())
    await take(agency, told | {"id": name(), "source": SIPP})
    kind = types.FACTS[told["type"]]
    key, event = await one(stream, kind.topic)
    assert event.kind is kind
    assert key == (told["data"]["employer"] if short.startswith("worker.") else told["subject"])
    assert event.recordedtime


async def test_a_worker_of_nobody_is_keyed_by_the_reference(agency: Agency, stream: Stream) -> None:
    await take(agency, about_worker(name(), f"worker:{NIK}", employer=None, segment="bpu"))
    key, event = await one(stream, topics.WORKERS)
    assert (key, event.subject) == (WORKER, WORKER)


@pytest.mark.parametrize("subject", [f"worker:{NIK}", None])
async def test_a_nik_becomes_a_reference(agency: Agency, stream: Stream, subject: str | None) -> None:
    await take(agency, about_worker(name(), subject, nik=NIK))
    key, event = await one(stream, topics.WORKERS)
    assert (key, event.subject) == (FIRM, WORKER)


async def test_a_person_as_employer_goes_by_a_reference_alone(agency: Agency, stream: Stream) -> None:
    data = {"name": "Budi Santoso", "npwp": NIK, "size": "micro"}
    kind = "id.patuh.employer.registered.v1"
    await take(agency, completed(name(), type=kind, subject=f"employer:{NIK}", data=data))
    key, event = await one(stream, topics.EMPLOYERS)
    assert isinstance(event.data, EmployerRegistered)
    assert (key, event.subject, event.data.npwp, event.data.name) == (PERSON, PERSON, None, A_PERSON)
    await take(agency, about_worker(name(), f"worker:{NIK}", employer=f"employer:{NIK}"))
    assert (await one(stream, topics.WORKERS))[0] == PERSON


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (about_worker("x", "worker:9972013213900001"), "subject"),
        (about_worker("x", None, nik="9972010113900001"), "data.nik"),
        (about_worker("x", f"worker:{NIK}", employer="employer:0012345675405000"), "data.employer"),
        (
            completed("x", type="id.patuh.employer.registered.v1", subject=FIRM, data={"name": f"CV {NIK}"}),
            "data.name",
        ),
    ],
)
async def test_a_wrong_number_goes_nowhere(
    agency: Agency, stream: Stream, event: dict[str, Any], field: str
) -> None:
    answer = await agency.send(event | {"id": name()})
    assert answer.status_code == 400
    assert answer.json()["rejected"][0]["field"].startswith(field)
    assert [await stream.count(topic) for topic in topics.FACTS] == [0, 0, 0, 0]


async def test_a_retraction_goes_where_its_fact_went(agency: Agency, stream: Stream) -> None:
    worker = about_worker(name(), f"worker:{NIK}")
    posted = {"period": "2025-06", "amount_idr": 1, "workers": 1, "posted_on": "2025-07-10"}
    posting = completed(name(), type="id.patuh.contribution.posted.v1", data=posted)
    await take(agency, worker)
    await take(agency, posting)
    await take(agency, retraction(worker, f"worker:{NIK}"))
    await take(agency, retraction(posting, PROJECT))
    for topic, key in ((topics.WORKERS, FIRM), (topics.CONTRIBUTIONS, PROJECT)):
        records = await stream.new(topic)
        assert [record.key.decode() for record in records] == [key, key]
        assert _kinds(records)[1] is types.FACT_RETRACTED
    assert await stream.count(topics.PROJECTS) == 0


def _kinds(records: list[Record]) -> list[types.EventType]:
    return [decode(record.value, record.headers).kind for record in records]


async def test_a_retraction_in_the_batch_of_its_fact_goes_with_it(agency: Agency, stream: Stream) -> None:
    worker = about_worker(name(), f"worker:{NIK}")
    answer = await agency.batch([retraction(worker, f"worker:{NIK}"), worker])
    assert answer.json()["accepted"] == 2
    assert [record.key.decode() for record in await stream.new(topics.WORKERS)] == [FIRM, FIRM]


async def test_a_retraction_before_its_fact_goes_wherever_the_fact_may_go(
    agency: Agency, stream: Stream
) -> None:
    unknown = completed(name())
    await take(agency, retraction(unknown, PROJECT))
    for topic in (topics.PROJECTS, topics.CONTRIBUTIONS):
        assert (await one(stream, topic))[0] == PROJECT


async def test_while_kafka_does_not_answer_nothing_is_lost(
    kafka: KafkaNode, postgres: PostgresNode, agency: Agency, stream: Stream
) -> None:
    events = [completed(name(), source=f"{LPSE}/outage") for _ in range(20)]
    async with gateway(kafka, postgres, publish_seconds=1.0) as patient:
        assert (await patient.send(completed(name()))).status_code == 202
        with frozen(kafka):
            refused = await patient.batch(events)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["content-type"] == "application/problem+json"
        again = AsyncRetrying(
            stop=stop_after_delay(30),
            wait=wait_fixed(0.5),
            retry=retry_if_result(lambda a: a.status_code == 503),
        )
        answer: Response = await again(patient.batch, events)
        assert answer.json()["accepted"] + answer.json()["duplicates"] == 20
        assert (await patient.batch(events)).json()["duplicates"] == 20
    sent = [decode(record.value, record.headers) for record in await stream.new(topics.PROJECTS)]
    ours = [event for event in sent if event.source.endswith("/outage")]
    assert {event.id for event in ours} == {event["id"] for event in events}
    assert len({(event.id, digest(event)) for event in ours}) == 20


async def test_while_the_database_does_not_answer_nothing_is_taken(
    kafka: KafkaNode, tmp_path: Path, stream: Stream
) -> None:
    node = PostgresNode(tmp_path / "postgres")
    node.start()
    node.create_databases([DATABASE])
    async with gateway(kafka, node) as cut_off:
        node.stop()
        refused = await cut_off.send(completed(name()))
        node.start()
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert await stream.count(topics.PROJECTS) == 0
        assert (await cut_off.send(completed(name()))).status_code == 202
    node.stop()
    assert await stream.count(topics.PROJECTS) == 1
