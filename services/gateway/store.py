"""The gateway's tables and SQL: keys, and which events were taken."""

from collections.abc import Collection
from typing import Any

from shared.database import Transaction
from shared.ledger import Identity, columns

Taken = tuple[int, str, str]

_TAKEN = """
SELECT t.source, t.id, t.digest, t.topic, t.key FROM taken t
JOIN unnest($1::text[], $2::text[]) AS k (source, id) ON t.source = k.source AND t.id = k.id
"""
_TAKE = """
INSERT INTO taken SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING
"""


async def add_key(
    transaction: Transaction, key_id: str, hashed: str, agency: str, sources: list[str]
) -> None:
    """Store a key."""
    sql = "INSERT INTO agency_key (id, hashed, agency, sources) VALUES ($1, $2, $3, $4::text[])"
    await transaction.run(sql, key_id, hashed, agency, sources)


async def key(transaction: Transaction, key_id: str) -> Any | None:
    """The row of a key: `hashed`, `agency`, `sources`."""
    rows = await transaction.rows("SELECT hashed, agency, sources FROM agency_key WHERE id = $1", key_id)
    return rows[0] if rows else None


async def taken(transaction: Transaction, identities: Collection[Identity]) -> dict[Identity, Taken]:
    """Which of these events were taken before: digest, topic and key of each."""
    if not identities:
        return {}
    rows = await transaction.rows(_TAKEN, *columns(sorted(identities)))
    return {(r.source, r.id): (r.digest, r.topic, r.key) for r in rows}


async def take(transaction: Transaction, rows: list[tuple[str, str, int, str, str]]) -> None:
    """Remember events as taken."""
    if rows:
        await transaction.run(_TAKE, *columns(sorted(rows)))
