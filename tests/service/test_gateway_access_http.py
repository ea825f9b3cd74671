"""A stolen key, over HTTP, on real Kafka and PostgreSQL: what it cannot do, and that everybody can see it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from httpx import Response

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from services.gateway import key_store, keys
from services.gateway.grants import Grant, Key
from services.gateway.key_store import Audited
from shared import topics
from shared.clock import SystemClock
from shared.database import Database, with_driver
from tests.service.gateway_stage import (
    DATABASE,
    FIRM,
    LPSE,
    PROJECT,
    SIPP,
    Agency,
    about_worker,
    agency,
    completed,
    gateway,
)
from tests.service.parts import Stream, kafka, stream, until

__all__ = ["agency", "kafka", "stream"]

NIK = "9972010101900001"
MINE, THEIRS = "project:lkpp-1405-tender-1", PROJECT
_numbers = count(1)


def name() -> str:
    return f"access-{next(_numbers)}"


@asynccontextmanager
async def office(postgres: PostgresNode) -> AsyncIterator[Database]:
    """Where keys are made: another process than the gateway."""
    database = Database(with_driver(postgres.dsn(DATABASE)))
    yield database
    await database.close()


async def issue(database: Database, **granted: Any) -> tuple[Key, str]:
    async with database.transaction() as transaction:
        grant = Grant(**{"agency": f"A {name()}", "sources": [LPSE]} | granted)
        key, shown = await keys.issue(transaction, grant, SystemClock().now(), "an officer")
    return key, str(shown)


async def audited(database: Database, key: Key, status: int) -> list[Audited]:
    """The audit of a key once it has a refusal of this status."""

    async def rows() -> list[Audited]:
        async with database.transaction() as transaction:
            found = await key_store.audit(transaction, key.agency, None, 1000)
        return found if status in [row.status for row in found] else []

    await until(rows, 20)
    return await rows()


def retraction(fact: dict[str, Any], subject: str, source: str = LPSE) -> dict[str, Any]:
    named = {"source": fact["source"], "id": fact["id"], "reason": "x"}
    told: dict[str, Any] = {
        "type": "id.patuh.fact.retracted.v1",
        "source": source,
        "subject": subject,
        "data": named,
    }
    return completed(name(), **told)


def forbidden(answer: Response) -> str:
    assert answer.status_code == 403, answer.text
    (rejected,) = answer.json()["rejected"]
    field: str = rejected["field"]
    return field


async def test_a_stolen_key_cannot_write_about_others_and_dies_within_a_second(
    agency: Agency, postgres: PostgresNode, stream: Stream
) -> None:
    theirs = completed(name())
    worker = about_worker(name(), f"worker:{NIK}", employer=FIRM) | {"source": LPSE}
    assert (await agency.batch([theirs, worker])).json()["accepted"] == 2
    before = [await stream.count(topic) for topic in topics.FACTS]
    async with office(postgres) as database:
        subjects = ["project:lkpp-1405-*", "agency:1.03*"]
        key, shown = await issue(database, subjects=subjects, types=["id.patuh.project.*", "id.patuh.*"])
        thief = Agency(agency.client, shown)
        attempts = {
            "source": completed(name(), source=SIPP, subject=MINE),
            "subject": completed(name(), subject=THEIRS),
            "data.source": retraction(theirs | {"source": SIPP}, MINE),
            "data.employer": about_worker(name(), f"worker:{NIK}", employer=FIRM) | {"source": LPSE},
            "data.project": about_worker(name(), f"worker:{NIK}", employer="agency:1.03.7", project=THEIRS)
            | {"source": LPSE},
        }
        for field, attempt in attempts.items():
            assert forbidden(await thief.send(attempt)) == field
        # The subject of a retraction is what its sender says: the fact itself is looked up.
        for fact, subject in (
            (theirs, MINE),
            (worker, MINE),
            (worker, f"worker:{NIK}"),
            (completed("?"), MINE),
        ):
            assert forbidden(await thief.send(retraction(fact, subject))) == "data.id"
        # Nor does it help to say the same fact about oneself beside it.
        twin = theirs | {"subject": MINE}
        assert len((await thief.batch([twin, retraction(theirs, MINE)])).json()["rejected"]) == 2
        assert [await stream.count(topic) for topic in topics.FACTS] == before
        own = completed(name(), subject=MINE)
        assert (await thief.send(own)).status_code == 202
        assert (await thief.send(retraction(own, MINE))).status_code == 202

        async with database.transaction() as transaction:
            await keys.revoke(transaction, key.id, SystemClock().now(), "an officer")
        loop = asyncio.get_running_loop()
        began = loop.time()
        await until(lambda: _refused(thief), 10)
        assert loop.time() - began < 1

        rows = await audited(database, key, 401)
        shown_fields = {row.field for row in rows if row.status == 403}
        assert shown_fields == {*attempts, "data.id"}
        assert {(row.actor, row.rule) for row in rows if row.actor} == {
            ("an officer", "created"),
            ("an officer", "revoked"),
        }
        assert [row.rule for row in rows if row.status == 401] == ["revoked"]
        assert all(row.source and row.type and row.subject for row in rows if row.status == 403)
        assert NIK not in str(rows)
        assert shown.split("_")[2] not in str(rows)


async def _refused(thief: Agency) -> bool:
    return (await thief.batch([])).status_code == 401


async def test_types_are_limited(agency: Agency, postgres: PostgresNode) -> None:
    async with office(postgres) as database:
        _, shown = await issue(database, types=["id.patuh.worker.*"])
        assert forbidden(await Agency(agency.client, shown).send(completed(name()))) == "type"


async def test_rates_and_days_say_when_again(agency: Agency, postgres: PostgresNode) -> None:
    async with office(postgres) as database:
        slow_key, slow = await issue(database, rate="5/hour")
        _, few = await issue(database, daily=4)
        for shown, least, most in ((slow, 3500, 3600), (few, 12 * 3600, 12 * 3600)):
            one = Agency(agency.client, shown)
            assert (await one.batch([completed(name()) for _ in range(3)])).status_code == 202
            answer = await one.batch([completed(name()) for _ in range(3)])
            assert answer.status_code == 429
            assert least <= int(answer.headers["retry-after"]) <= most
            assert answer.headers["content-type"] == "application/problem+json"
            assert (await one.send(completed(name()))).status_code == 202
            assert (await one.batch([completed(name()) for _ in range(6)])).status_code == 413
        rows = await audited(database, slow_key, 413)
        assert [(row.status, row.rule) for row in rows if row.status == 429] == [
            (429, "rate: at most 5/hour with this key")
        ]


async def test_a_gateway_that_starts_again_remembers_the_day(
    kafka: KafkaNode, postgres: PostgresNode
) -> None:
    postgres.create_databases([DATABASE])
    async with gateway(kafka, postgres) as before, office(postgres) as database:
        _, shown = await issue(database, daily=5)
        assert (await Agency(before.client, shown).batch([completed(name()) for _ in range(4)])).is_success
    async with gateway(kafka, postgres) as after:
        again = Agency(after.client, shown)
        assert (await again.batch([completed(name()) for _ in range(2)])).status_code == 429
        assert (await again.send(completed(name()))).status_code == 202
