"""A gateway on real Kafka and PostgreSQL, and agencies that speak to it."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

import services.gateway
from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from services.gateway import keys
from services.gateway.access import Access
from services.gateway.grants import Grant
from services.gateway.handlers import Door
from services.gateway.later import Later
from services.gateway.privacy import Pseudonyms
from services.gateway.recent import Recent
from services.gateway.routes import routes
from services.gateway.settings import GatewaySettings
from services.gateway.vault import vault_of
from shared.service import Service

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
LPSE, SIPP = "https://lpse.example.id/sukabumikota", "https://sipp.example.id"
KEY = "a key of tests, at least 32 characters long"
DATABASE = "gateway_door"
PROJECT, FIRM = "project:lkpp-405-tender-5123405", "employer:0012345674405000"


def completed(name: str, day: str = "2025-09-01", **attributes: Any) -> dict[str, Any]:
    """A small valid event: a project is completed."""
    event = {
        "specversion": "1.0",
        "id": name,
        "source": LPSE,
        "type": "id.patuh.project.completed.v1",
        "subject": PROJECT,
        "time": "2025-09-01T09:00:00+07:00",
        "data": {"completed_on": day},
    }
    return event | attributes


def about_worker(name: str, subject: str | None, **data: Any) -> dict[str, Any]:
    """An enrolment."""
    told = {"segment": "pu", "programmes": ["jkk"], "effective_on": "2025-02-14", "employer": FIRM} | data
    kind = "id.patuh.worker.registered.v1"
    return completed(name, source=SIPP, type=kind, subject=subject, data=told)


@dataclass
class Agency:
    """An agency with its key."""

    client: AsyncClient
    key: str
    door: Door | None = None

    async def post(self, body: bytes, content_type: str, **headers: str) -> Response:
        """Send a body as it is."""
        said = {"authorization": f"Bearer {self.key}", "content-type": content_type}
        return await self.client.post("/v1/events", content=body, headers=said | headers)

    async def send(self, event: Any) -> Response:
        """Send one event in structured mode."""
        return await self.post(json.dumps(event).encode(), STRUCTURED)

    async def batch(self, events: Iterable[Any]) -> Response:
        """Send a batch."""
        return await self.post(json.dumps(list(events)).encode(), BATCH)


@asynccontextmanager
async def gateway(
    kafka: KafkaNode, postgres: PostgresNode, *, waiting: int = 1000, **changed: Any
) -> AsyncIterator[Agency]:
    """A gateway as `services.gateway.app` wires it, and an agency that may speak for LPSE and SIPP.

    `waiting`: how many rows may wait for the database.
    """
    settings = GatewaySettings(
        service="gateway",
        kafka_bootstrap_servers=kafka.bootstrap,
        database_url=SecretStr(postgres.dsn(DATABASE)),
        worker_ref_key=SecretStr(KEY),
        fixed_today=date(2025, 10, 1),
        **changed,
    )
    service = Service(settings, Path(str(services.gateway.__file__)).parent)
    later, recent = Later(service.database, waiting), Recent(settings.remember_events)
    producer, seconds = service.producer, settings.publish_seconds
    vault = vault_of(settings, later)
    pseudonyms = Pseudonyms(settings.reference_keys(), remembers=vault.keeps)
    door = Door(service.database, later, recent, producer, pseudonyms, settings.clock, seconds, vault)
    access = Access(service.database, later, settings)
    service.run_first(door.recall)
    service.run_first(access.recall)
    service.run_beside(later.run)
    service.run_beside(access.run)
    app = service.app()
    app.include_router(routes(door, access, settings))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://gateway") as client,
    ):
        grant = Grant(agency="LPSE Sukabumi", sources=[LPSE, SIPP])
        async with service.database.transaction() as transaction:
            _, key = await keys.issue(transaction, grant, settings.clock.now(), "tests")
        yield Agency(client, str(key), door)


@pytest.fixture(scope="session")
async def agency(kafka: KafkaNode, postgres: PostgresNode) -> AsyncIterator[Agency]:
    """An agency at a gateway with small limits."""
    postgres.create_databases([DATABASE])
    async with gateway(kafka, postgres, max_body_bytes=60_000, max_batch_events=50) as known:
        yield known
