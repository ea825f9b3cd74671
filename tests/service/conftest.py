"""The registry and the employer service on real databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import services.employer
import services.registry
from patuh.embedded.postgres import PostgresNode
from shared.database import Database
from tests.service.small_world import Services


@pytest.fixture(scope="session")
async def services_on_postgres(postgres: PostgresNode) -> AsyncIterator[Services]:
    postgres.create_databases(["order_registry", "order_employer"])
    registry, employer = (
        Database(postgres.dsn(name).replace("postgresql://", "postgresql+asyncpg://"))
        for name in ("order_registry", "order_employer")
    )
    for database, package in ((registry, services.registry), (employer, services.employer)):
        assert package.__file__
        await database.migrate(Path(package.__file__).parent / "migrations")
    yield Services(registry, employer)
    await registry.close()
    await employer.close()


@pytest.fixture
async def world(services_on_postgres: Services) -> Services:
    """Both with empty databases, in a process that remembers nothing."""
    await services_on_postgres.empty()
    services_on_postgres.restart()
    return services_on_postgres
