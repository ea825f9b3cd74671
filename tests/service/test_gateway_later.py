"""Rows that are stored after the answer: all of them, also beside one that the database never takes."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import SQLAlchemyError

from patuh.embedded.postgres import PostgresNode
from services.gateway.later import Later
from shared.database import Database, Transaction, with_driver

Row = tuple[int, str]


async def keep(transaction: Transaction, rows: list[Row]) -> None:
    numbers, texts = zip(*rows, strict=True)
    sql = "INSERT INTO kept SELECT * FROM unnest($1::int[], $2::text[])"
    await transaction.run(sql, list(numbers), list(texts))


async def nowhere(transaction: Transaction, rows: list[Row]) -> None:
    await transaction.run("INSERT INTO no_such_table VALUES (1)")


@pytest.fixture
async def database(postgres: PostgresNode) -> AsyncIterator[Database]:
    postgres.create_databases(["gateway_later"])
    database = Database(with_driver(postgres.dsn("gateway_later")))
    async with database.transaction() as transaction:
        await transaction.run("DROP TABLE IF EXISTS kept")
        await transaction.run("CREATE TABLE kept (number int PRIMARY KEY, text text NOT NULL)")
    yield database
    await database.close()


async def kept(database: Database) -> list[int]:
    async with database.transaction() as transaction:
        return [row[0] for row in await transaction.rows("SELECT number FROM kept ORDER BY number")]


@pytest.mark.parametrize("bad", [(7, "a\x00"), (7, "\ud800"), (2**40, "too large"), (3, "twice")])
async def test_a_row_that_is_never_taken_blocks_no_other(database: Database, bad: Row) -> None:
    later = Later(database)
    later.add(keep, [(number, "x") for number in range(5)])
    later.add(keep, [bad])
    later.add(keep, [(number, "x") for number in range(10, 15)])
    await later.flush()
    assert await kept(database) == [*range(5), *range(10, 15)]
    later.add(keep, [(20, "x")])
    await later.flush()
    assert await kept(database) == [*range(5), *range(10, 15), 20]


async def test_a_mistake_of_ours_drops_nothing(database: Database) -> None:
    later = Later(database, limit=4)
    later.add(keep, [(1, "x")])
    later.add(nowhere, [(2, "x"), (3, "x")])
    with pytest.raises(SQLAlchemyError):
        await later.flush()
    assert await kept(database) == [1]
    assert not later.full
    later.add(keep, [(4, "x"), (5, "x")])
    assert later.full
    with pytest.raises(SQLAlchemyError):
        await later.flush()


async def test_what_was_given_before_a_flush_is_stored_after_it(database: Database) -> None:
    later = Later(database)

    async def one(number: int) -> bool:
        later.add(keep, [(number, "x")])
        await later.flush()
        return number in await kept(database)

    assert all(await asyncio.gather(*(one(number) for number in range(8))))


async def test_more_rows_than_one_transaction_takes(database: Database) -> None:
    later = Later(database)
    later.add(keep, [(number, "x") for number in range(12_000)])
    await later.flush()
    assert len(await kept(database)) == 12_000
