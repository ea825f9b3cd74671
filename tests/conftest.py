"""Real PostgreSQL for the tests that need no more: one server for the whole run."""

from collections.abc import Iterator

import pytest

from patuh.embedded.postgres import PostgresNode


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    """A PostgreSQL server; each user creates the databases it needs."""
    node = PostgresNode(tmp_path_factory.mktemp("postgres"))
    node.start()
    yield node
    node.stop()
