"""The service's own PostgreSQL: an engine, transactions, and its migrations."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction, create_async_engine

_MIGRATION_LOCK = 7_264_001
# Every statement of the stream takes a batch of unknown size as arrays or from a staged table. Planned for
# the batch at hand, now and then a join becomes a read of the whole table, which costs more with every month
# of history; planned once, it always goes by the index. Their guessed costs would also start the compiler.
_PLANS = {"plan_cache_mode": "force_generic_plan", "jit": "off"}


def with_driver(url: str) -> str:
    """The address of a PostgreSQL database with the driver that is used here."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


class Transaction:
    """One open transaction. `rows` and `run` take PostgreSQL's own `$1` style and whole arrays:
    the statements on the stream are set-based, so nothing is gained by building them from parts.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def rows(self, sql: str, *args: Any) -> Sequence[Any]:
        """Run a statement and return its rows."""
        return (await self.connection.exec_driver_sql(sql, args)).fetchall()

    async def run(self, sql: str, *args: Any) -> None:
        """Run a statement that returns nothing."""
        await self.connection.exec_driver_sql(sql, args)

    def savepoint(self) -> AsyncTransaction:
        """A block that is undone alone when it raises."""
        return self.connection.begin_nested()

    async def copy(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """COPY rows into a table: a third of the CPU time of handing them over as arrays.

        A statement must have run before, because only that opens the transaction.
        """
        raw = (await self.connection.get_raw_connection()).driver_connection
        assert raw is not None, "the connection is open"
        await raw.copy_records_to_table(table, records=rows, columns=names)


class Database:
    """The pool of connections to one database."""

    def __init__(self, url: str, pool_size: int = 5) -> None:
        # Parameters hold wages and names, and an error is logged with its text.
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, hide_parameters=True, connect_args={"server_settings": _PLANS}
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit at the end of the block, roll back when it raises."""
        async with self.engine.begin() as connection:
            yield Transaction(connection)

    async def migrate(self, migrations: Path) -> None:
        """Bring the schema to the newest revision; safe when several processes start at once."""
        async with self.engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            await connection.run_sync(_upgrade, migrations)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _refuse_closed(connection: Any, *_: Any) -> None:
    """Let the pool make new connections when this one has ended, as all do when the server is restarted.

    Looked up, not asked: a question (`pool_pre_ping`) costs three round trips before each transaction.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _upgrade(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_migrations(metadata: MetaData | None = None) -> None:
    """What every `env.py` calls: run on the connection that `Database.migrate` opened."""
    from alembic import context

    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()
