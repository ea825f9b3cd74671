"""PostgreSQL as a child process: durable settings, a database per service that no other role can enter."""

import asyncio
import os
import stat
from collections.abc import Iterator
from typing import Any

import asyncpg
import psutil
import pytest

from patuh.embedded.postgres import PostgresNode


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    node = PostgresNode(tmp_path_factory.mktemp("data") / "postgres")
    node.start()
    node.create_databases(["employer", "registry"])
    yield node
    node.stop()


def fetch(dsn: str, *statements: str) -> Any:
    """Run statements in one connection; gives the value of the last."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def test_data_survives_a_kill_and_databases_are_created_once(node: PostgresNode) -> None:
    dsn = node.dsn("employer")
    fetch(dsn, "CREATE TABLE fact (id int)", "INSERT INTO fact VALUES (7) RETURNING id")
    assert node.child is not None
    node.child.process.kill()
    node.child.process.wait()

    node.start()
    node.create_databases(["employer", "registry"])

    assert node.dsn("employer") == dsn
    assert fetch(dsn, "SELECT id FROM fact") == 7


@pytest.mark.parametrize(
    ("setting", "value"), [("fsync", "on"), ("synchronous_commit", "on"), ("server_encoding", "UTF8")]
)
def test_it_keeps_what_it_acknowledges(node: PostgresNode, setting: str, value: str) -> None:
    assert fetch(node.dsn("employer"), f"SHOW {setting}") == value


def test_a_role_cannot_enter_the_database_of_another(node: PostgresNode) -> None:
    wrong_door = node.dsn("employer").removesuffix("/employer") + "/registry"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        fetch(wrong_door, "SELECT 1")


def test_a_password_is_needed_and_kept_private(node: PostgresNode) -> None:
    guessed = node.dsn("employer").replace(node.dsn("employer").split(":")[2].split("@")[0], "guess")
    with pytest.raises(asyncpg.InvalidPasswordError):
        fetch(guessed, "SELECT 1")
    assert stat.S_IMODE((node.data / "password").stat().st_mode) == 0o600


def test_it_is_our_child_and_never_root(node: PostgresNode) -> None:
    assert node.child is not None
    process = psutil.Process(node.child.pid)
    assert process.ppid() == os.getpid()
    assert process.uids().effective != 0


def test_a_database_name_is_checked(node: PostgresNode) -> None:
    with pytest.raises(ValueError, match="not a database name"):
        node.create_databases(["x'; DROP ROLE employer; --"])
