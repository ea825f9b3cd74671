"""Whether two databases hold the same, table by table: reckoned inside PostgreSQL, order left aside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from shared.database import Database, Transaction

# The outbox is what is on its way, the turn a mark of the last writer, and the migrations the code's.
NOT_COMPARED = ("outbox", "turn", "alembic_version")
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname
"""
_KEYS = 'SELECT source COLLATE "C", id COLLATE "C" FROM {table} ORDER BY 1, 2'


@dataclass(frozen=True)
class Table:
    """A table of both: how many rows each has, and whether they are the same ones (None: cannot be)."""

    name: str
    live: int
    rebuilt: int
    same: bool | None


async def compare(live: Database, rebuilt: Database, unlike: Mapping[str, tuple[str, ...]]) -> list[Table]:
    """Compare all tables; those in `unlike` without the columns named there, or only by their size."""
    async with live.transaction() as one, rebuilt.transaction() as other:
        names = [row.relname for row in await other.rows(_TABLES) if row.relname not in NOT_COMPARED]
        found = []
        for name in names:
            sql = _sum(name, unlike.get(name))
            (a,), (b,) = await asyncio.gather(one.rows(sql), other.rows(sql))
            same = None if unlike.get(name) == () else tuple(a) == tuple(b)
            found.append(Table(name, a[0], b[0], same))
        return found


def _sum(table: str, left_out: tuple[str, ...] | None) -> str:
    if left_out == ():
        return f'SELECT count(*) FROM "{table}"'
    said = "to_jsonb(t)" + "".join(f" - '{column}'" for column in left_out) if left_out else "t"
    return f'SELECT count(*), sum(hashtextextended(({said})::text, 0)::numeric) FROM "{table}" t'


async def count_missing(live: Database, rebuilt: Database, table: str) -> int:
    """How many facts of the live table, by `source` and `id`, the rebuilt one lacks."""
    sql = _KEYS.format(table=table)
    async with live.transaction() as one, rebuilt.transaction() as other:
        wanted, known = _stream(one, sql), _stream(other, sql)
        missing, at = 0, await anext(known, None)
        async for key in wanted:
            while at is not None and _order(at) < _order(key):
                at = await anext(known, None)
            missing += at is None or at != key
        return missing


def _order(key: tuple[str, str]) -> tuple[bytes, bytes]:
    return (key[0].encode(), key[1].encode())


async def _stream(transaction: Transaction, sql: str) -> AsyncIterator[tuple[str, str]]:
    async for row in transaction.stream(sql):
        yield (row[0], row[1])
