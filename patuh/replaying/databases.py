"""The databases of a rebuild: the live one, the new one beside it, and their exchange.

`<live>_replay` is filled, then takes the name of `<live>`, which becomes `<live>_before_<stamp>`. Both names
change in one transaction: there is no moment without a live database.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

_LOCK = 7_264_201


class CannotRebuildError(RuntimeError):
    """A service cannot be rebuilt; the message says why. The live service and its database are as before."""


@dataclass(frozen=True)
class Databases:
    """`dsn`: the live database as its service reaches it; `admin`: an address that may create databases."""

    dsn: str
    admin: str

    @property
    def live(self) -> str:
        """The name of the live database."""
        return urlsplit(self.dsn).path.removeprefix("/")

    @property
    def rebuilt(self) -> str:
        """The name of the one beside it."""
        return f"{self.live}_replay"

    @property
    def rebuilt_dsn(self) -> str:
        """Where the rebuilt database is, for the role of the service."""
        return named(self.dsn, self.rebuilt)

    def before(self, stamp: str) -> str:
        """The name that the live database gets when it is replaced."""
        return f"{self.live}_before_{stamp}"

    @asynccontextmanager
    async def alone(self) -> AsyncIterator["Admin"]:
        """The right to rebuild this database, which one process has. Raises CannotRebuildError."""
        try:
            connection = await asyncpg.connect(self.admin)
        except (asyncpg.PostgresError, OSError) as error:
            raise CannotRebuildError(
                f"PostgreSQL does not let us in to create a database: {error}"
            ) from error
        try:
            if not await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", _LOCK, self.live
            ):
                raise CannotRebuildError(f"another command is rebuilding {self.live}")
            yield Admin(connection, self)
        finally:
            await connection.close()


def named(dsn: str, database: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


class Admin:
    """What needs the right to create databases."""

    def __init__(self, connection: Any, databases: Databases) -> None:
        self._connection, self._names = connection, databases

    async def create(self) -> None:
        """Make the empty database beside the live one, owned as it is; a leftover of before is dropped.

        Raises CannotRebuildError when we may not.
        """
        live, rebuilt = _quoted(self._names.live), _quoted(self._names.rebuilt)
        sql = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1"
        owner = _quoted(await self._connection.fetchval(sql, self._names.live))
        try:
            await self.drop(self._names.rebuilt)
            await self._run(f"CREATE DATABASE {rebuilt} OWNER {owner}")
            await self._run(f"REVOKE CONNECT ON DATABASE {rebuilt} FROM PUBLIC")
            # A rebuild that a crash cuts short is begun anew; the exchange is committed to the disk.
            await self._run(f"ALTER DATABASE {rebuilt} SET synchronous_commit = off")
        except asyncpg.InsufficientPrivilegeError as error:
            raise CannotRebuildError(
                f"the role that owns {live} may not create {rebuilt} beside it ({error}): "
                f"give it the right with ALTER ROLE {owner} CREATEDB"
            ) from error

    async def exchange(self, stamp: str) -> None:
        """Let the rebuilt database take the live one's name. Nobody may be connected to either."""
        await self._rename(
            {self._names.live: self._names.before(stamp), self._names.rebuilt: self._names.live}
        )
        await self._run(f"ALTER DATABASE {_quoted(self._names.live)} RESET synchronous_commit")

    async def exchange_back(self, stamp: str) -> None:
        """Undo `exchange`."""
        await self._rename(
            {self._names.live: self._names.rebuilt, self._names.before(stamp): self._names.live}
        )

    async def drop(self, name: str) -> None:
        """Drop a database if it exists."""
        await self._run(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    async def former(self) -> list[str]:
        """Databases that rebuilt ones have replaced, oldest first."""
        sql = "SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname"
        return [row[0] for row in await self._connection.fetch(sql, self._names.before(""))]

    async def _rename(self, names: dict[str, str]) -> None:
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1::text[])"
        await self._connection.fetch(sql, list(names))
        async with self._connection.transaction():
            for old, new in names.items():
                await self._run(f"ALTER DATABASE {_quoted(old)} RENAME TO {_quoted(new)}")

    async def _run(self, sql: str) -> None:
        await self._connection.execute(sql)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
