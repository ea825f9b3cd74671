"""The service's own PostgreSQL: an engine, transactions, and its migrations."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_MIGRATION_LOCK = 7_264_001
# Every statement of the stream takes a batch of unknown size as arrays or from a staged table. Planned for
# the batch at hand, or while the tables are still empty, a join becomes now and then a read of the whole
# table, which costs more with every month of history. So: planned once, and by the index wherever there is
# one. Guessed costs would also start the compiler.
_PLANS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}


def written_over(table: str, column: str) -> tuple[str, str]:
    """What a migration says of a table whose rows are written over and over, `column` the largest of a row.

    An update that finds room on its page touches no index, and what it leaves is cleared away when it is a
    twentieth of the table. The server's own compression (pglz) costs as much as all else of such an update;
    not every server was built with lz4.
    """
    often = "autovacuum_vacuum_scale_factor = 0.05"
    return (
        f"ALTER TABLE {table} SET (fillfactor = 50, {often}, toast.{often})",
        f"DO $$ BEGIN ALTER TABLE {table} ALTER {column} SET COMPRESSION lz4; "
        "EXCEPTION WHEN feature_not_supported THEN NULL; END $$",
    )


def with_driver(url: str) -> str:
    """The address of a PostgreSQL database with the driver that is used here."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row of an answer: its columns in order, by index, or by name as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Transaction:
    """One open transaction. `rows` and `run` take PostgreSQL's own `$1` style and whole arrays:
    the statements on the stream are set-based, so nothing is gained by building them from parts. They go to
    the driver itself, which takes a third of the time (docs/decisions/0026). Errors are SQLAlchemy's.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    async def rows(self, sql: str, *args: Any) -> Sequence[Any]:
        """Run a statement and return its rows."""
        with _told(sql):
            found: list[Row] = await self.driver.fetch(sql, *args, record_class=Row)
            return found

    async def run(self, sql: str, *args: Any) -> None:
        """Run a statement that returns nothing."""
        await self.rows(sql, *args)

    async def stream(self, sql: str, *args: Any, at_once: int = 5_000) -> AsyncIterator[Any]:
        """The rows of a statement, so many at once in memory."""
        with _told(sql):
            async for row in self.driver.cursor(sql, *args, prefetch=at_once, record_class=Row):
                yield row

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A block that is undone alone when it raises."""
        async with self.driver.transaction():
            yield

    async def copy(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """COPY rows into a table: a third of the CPU time of handing them over as arrays."""
        with _told(f"COPY {table}"):
            await self.driver.copy_records_to_table(table, records=rows, columns=names)


@contextmanager
def _told(sql: str) -> Iterator[None]:
    """Say what the driver says in SQLAlchemy's terms. Parameters are left out: they hold wages and names."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(sql, None, error) from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise InterfaceError(sql, None, error) from error  # the second: the server went in mid-answer
    except asyncpg.PostgresError as error:
        raise DBAPIError(sql, None, error) from error


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
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                with _told("COMMIT"):
                    async with driver.transaction():
                        yield Transaction(driver)
            finally:
                if driver.is_in_transaction():
                    driver.terminate()  # cut off in the middle: nobody may go on from there

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
