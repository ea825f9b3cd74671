"""A gateway with a vault and the registry on real Kafka and PostgreSQL, and what the operator holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import httpx
from httpx import AsyncClient
from pydantic import SecretStr

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from patuh.privacy.custody import Custody
from services.gateway.privacy import Pseudonyms
from services.gateway.settings import GatewaySettings
from services.gateway.vault import cipher_of
from services.registry.handlers import Handlers
from services.registry.routes import routes
from services.registry.wages import in_force
from shared import topics
from shared.database import Database
from shared.service import Service
from tests.service import gateway_stage
from tests.service.gateway_stage import DATABASE, KEY, Agency
from tests.service.parts import Place, until

VAULT_KEY, NEWER_VAULT_KEY, NEWER_KEY = (
    "a1" * 32,
    "b2" * 32,
    "a newer key of tests with 32 characters or more",
)
NIK, WOMAN, THIRD, BOSS = "9972010101900001", "9972014107900001", "9972010203850003", "9972011508700004"


@dataclass(frozen=True)
class Secrets:
    """The secrets a gateway is started with."""

    worker_ref_keys: str | None = None
    vault_key: str | None = VAULT_KEY
    vault_keys: str | None = None

    def given(self) -> dict[str, Any]:
        return {name: SecretStr(value) for name, value in asdict(self).items() if value}


FIRST = Secrets()
SECOND = replace(FIRST, worker_ref_keys=f"2:{NEWER_KEY}")


def custody(kafka: KafkaNode, postgres: PostgresNode, secrets: Secrets = FIRST) -> Custody:
    """What the commands hold of the gateway of `door`."""
    settings = GatewaySettings(
        service="gateway",
        kafka_bootstrap_servers=kafka.bootstrap,
        database_url=SecretStr(postgres.dsn(DATABASE)),
        worker_ref_key=SecretStr(KEY),
        **secrets.given(),
    )
    return Custody(settings, Pseudonyms(settings.reference_keys()), cipher_of(settings))


@asynccontextmanager
async def door(
    kafka: KafkaNode, postgres: PostgresNode, secrets: Secrets = FIRST, fresh: bool = True
) -> AsyncIterator[Agency]:
    """A gateway with these secrets and an empty vault, or (not `fresh`) with the one that is there.

    All that was written behind is stored at the end.
    """
    postgres.create_databases([DATABASE])
    async with gateway_stage.gateway(kafka, postgres, **secrets.given()) as agency:
        if fresh:
            async with custody(kafka, postgres, secrets).database() as database:
                for name in ("vault", "vault_audit", "rekeyed"):
                    await table(database, f"DELETE FROM {name} RETURNING 1")
        yield agency


@asynccontextmanager
async def registry(place: Place) -> AsyncIterator[Service]:
    """A registry that reads what comes from now on."""
    service = place.service()
    handlers = Handlers(service.settings.clock, in_force())
    service.subscribe(handlers.on_facts, topics.WORKERS, topics.CONTRIBUTIONS)
    app = service.app()
    app.include_router(routes(service.database, in_force()))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=httpx.ASGITransport(app), base_url="http://registry") as client,
    ):
        service.client = client  # type: ignore[attr-defined]
        yield service


async def settled(service: Service) -> None:
    """Wait until the registry has read all that is on its topics."""

    async def done() -> bool:
        report = await service.report()
        return report["lag"] == 0 and report["pending"] == 0

    await until(done)


async def table(database: Database, sql: str, *args: object) -> list[Any]:
    """Look into a database."""
    async with database.transaction() as transaction:
        return [tuple(row) for row in await transaction.rows(sql, *args)]
