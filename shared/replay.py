"""What a service says of itself so that its database can be rebuilt from the topics (`patuh replay`).

The rebuilding: 1. `keep`, only when asked to begin at a later time  2. `handler` on every record that the
live service has committed; nothing of it is announced  3. `finish`, while the service stands still: what
the topics do not hold is taken from the live database, and what differs from what was announced before is
announced, under higher versions.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.consuming import Handler, Work
from shared.database import Database
from shared.topics import Topic

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
_PAGE = 2000


@dataclass(frozen=True)
class Recipe:
    """How one service is rebuilt.

    `finish(live, rebuilt, open_work)` says how many messages it announced. `facts`: tables with `source` and
    `id` none of which may be lost. `unlike`: the columns of a table that cannot be equal in two runs, all of
    them when there are none. `keep(live, rebuilt, time)` copies what was recorded before `time`; without it
    the service is always read from the beginning, because of `whole`.
    """

    sources: tuple[Topic, ...]
    handler: Handler
    finish: Callable[[Database, Database, OpenWork], Awaitable[int]]
    facts: tuple[str, ...] = ()
    unlike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: Callable[[Database, Database, datetime], Awaitable[None]] | None = None
    whole: str = ""


async def pages(database: Database, table: str, columns: str, key: str) -> AsyncIterator[list[Any]]:
    """All rows of a table in the order of its one-column text `key`, which comes first in `columns`."""
    last = ""
    sql = f"SELECT {columns} FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT {_PAGE}"
    while True:
        async with database.transaction() as transaction:
            page = list(await transaction.rows(sql, last))
        if not page:
            return
        yield page
        last = page[-1][0]


async def copy(live: Database, rebuilt: Database, table: str, where: str = "true", *args: Any) -> None:
    """Copy the rows of a table for which `where` holds, of which the other has none yet."""
    async with live.transaction() as source, rebuilt.transaction() as target:
        names = [row[0] for row in await target.rows(_COLUMNS, table)]
        quoted = ", ".join(f'"{name}"' for name in names)
        page: list[Any] = []
        async for row in source.stream(f"SELECT {quoted} FROM {table} WHERE {where}", *args, at_once=_PAGE):
            page.append(tuple(row))
            if len(page) == _PAGE:
                await target.copy(table, names, page)
                page = []
        await target.copy(table, names, page)


_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


@asynccontextmanager
async def unheard(open_work: OpenWork) -> AsyncIterator[Work]:
    """Work whose announcements are forgotten."""
    async with open_work() as work:
        yield work
        work.messages.clear()
