"""The tables of access and their SQL: keys, their use by day, the audit."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from services.gateway.grants import Key
from shared.database import Transaction
from shared.ledger import columns

_FIELDS = [one.name for one in fields(Key)]
_COLUMNS = ", ".join(_FIELDS)
_KEYS = f"SELECT {_COLUMNS} FROM agency_key"
_USED = """
INSERT INTO key_usage (key_id, day, events, last_at)
SELECT key_id, day, sum(events), max(at)
FROM unnest($1::text[], $2::date[], $3::bigint[], $4::timestamptz[]) AS u (key_id, day, events, at)
GROUP BY key_id, day ORDER BY key_id, day
ON CONFLICT (key_id, day) DO UPDATE
SET events = key_usage.events + excluded.events, last_at = greatest(key_usage.last_at, excluded.last_at)
"""
_LINES = """
SELECT k.line, sum(u.events)::bigint AS events FROM key_usage u JOIN agency_key k ON k.id = u.key_id
WHERE u.day = $1 GROUP BY k.line
"""
_LISTED = """
SELECT k.*, u.last_at, coalesce(u.today, 0) AS today
FROM agency_key k LEFT JOIN (
    SELECT key_id, max(last_at) AS last_at, (sum(events) FILTER (WHERE day = $1))::bigint AS today
    FROM key_usage GROUP BY key_id
) u ON u.key_id = k.id
ORDER BY k.created_at, k.id
"""
_AUDIT = """
INSERT INTO audit SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[],
$6::int[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[])
"""

Used = tuple[str, date, int, datetime]


class Audited(Struct, frozen=True):
    """A line of the audit: what was refused (`status`), or what was done to a key (`actor`).

    It holds neither a secret nor a person's number. `count`: how often within a moment.
    """

    at: datetime
    key_id: str | None
    agency: str | None
    remote: str | None
    actor: str | None
    status: int | None
    field: str | None
    rule: str
    source: str | None
    type: str | None
    subject: str | None
    count: int


class Listed(Struct, frozen=True):
    """A key with its use: the instant of the last event, and how many events today."""

    key: Key
    last_used: datetime | None
    used_today: int


async def add(transaction: Transaction, key: Key) -> None:
    """Store a new key."""
    values = [getattr(key, name) for name in _FIELDS]
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await transaction.run(f"INSERT INTO agency_key ({_COLUMNS}) VALUES ({places})", *values)


async def all_keys(transaction: Transaction) -> list[Key]:
    """Every key, whether it has ended or not."""
    return [_key(row) for row in await transaction.rows(_KEYS)]


async def version(transaction: Transaction) -> int:
    """A number that grows with every change of a key."""
    return int((await transaction.rows("SELECT version FROM agency_key_version"))[0].version)


async def by_id(transaction: Transaction, key_id: str) -> Key | None:
    """The key of this id."""
    return _first(await transaction.rows(f"{_KEYS} WHERE id = $1", key_id))


async def locked(transaction: Transaction, key_id: str) -> Key | None:
    """The key of this id, which nobody else changes until the transaction ends."""
    return _first(await transaction.rows(f"{_KEYS} WHERE id = $1 FOR UPDATE", key_id))


async def by_client(transaction: Transaction, client: str) -> Key | None:
    """The key that an OAuth2 client has and that was not revoked."""
    return _first(await transaction.rows(f"{_KEYS} WHERE oauth_client = $1 AND revoked_at IS NULL", client))


async def line(transaction: Transaction, line: str) -> list[Key]:
    """The keys that were rotated into each other."""
    return [_key(row) for row in await transaction.rows(f"{_KEYS} WHERE line = $1", line)]


async def end(transaction: Transaction, key_id: str, expires_at: datetime) -> None:
    """Give a key its end."""
    await transaction.run("UPDATE agency_key SET expires_at = $2 WHERE id = $1", key_id, expires_at)


async def revoke(transaction: Transaction, key_id: str, at: datetime) -> None:
    """Take a key away."""
    await transaction.run("UPDATE agency_key SET revoked_at = $2 WHERE id = $1", key_id, at)


async def listed(transaction: Transaction, day: date) -> list[Listed]:
    """Every key with its use, the oldest first."""
    return [Listed(_key(row), row.last_at, row.today) for row in await transaction.rows(_LISTED, day)]


async def add_used(transaction: Transaction, rows: Sequence[Used]) -> None:
    """Add to what keys have used: key, local day, events, instant."""
    await transaction.run(_USED, *columns(rows))


async def used(transaction: Transaction, day: date) -> dict[str, int]:
    """Events of a day by line of keys."""
    return {row.line: row.events for row in await transaction.rows(_LINES, day)}


async def add_audited(transaction: Transaction, rows: Sequence[Audited]) -> None:
    """Store lines of the audit."""
    values = [[getattr(row, name) for name in Audited.__struct_fields__] for row in rows]
    await transaction.run(_AUDIT, *columns(values))


async def add_command(transaction: Transaction, at: datetime, key: Key, rule: str, actor: str) -> None:
    """Store what somebody did to a key."""
    row = Audited(at, key.id, key.agency, None, actor, None, None, rule, None, None, None, 1)
    await add_audited(transaction, [row])


async def audit(
    transaction: Transaction, agency: str | None, since: datetime | None, limit: int
) -> list[Audited]:
    """The newest lines of the audit, the oldest of them first."""
    sql = (
        "SELECT * FROM audit WHERE ($1::text IS NULL OR agency = $1) "
        "AND ($2::timestamptz IS NULL OR at >= $2) ORDER BY at DESC LIMIT $3"
    )
    return [Audited(*row) for row in reversed(await transaction.rows(sql, agency, since, limit))]


def _key(row: Any) -> Key:
    return Key(**{name: getattr(row, name) for name in _FIELDS})


def _first(rows: Sequence[Any]) -> Key | None:
    return _key(rows[0]) if rows else None
