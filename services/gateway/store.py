"""Which events were taken: the table and its SQL."""

from collections.abc import AsyncIterator, Collection

from shared.database import Transaction
from shared.ledger import Identity, columns

Place = tuple[str, str]
Taken = tuple[str, str, int, str, str]

_TAKEN = """
SELECT t.source, t.id, t.topic, t.key FROM taken t
JOIN unnest($1::text[], $2::text[]) AS k (source, id) ON t.source = k.source AND t.id = k.id
"""
_TAKE = """
INSERT INTO taken (source, id, digest, topic, key)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING
"""
_LATEST = """
SELECT source, id, digest FROM (
    SELECT source, id, digest, taken_at FROM taken ORDER BY taken_at DESC LIMIT $1) AS latest
ORDER BY taken_at
"""
_AT_ONCE = 10_000


async def taken(transaction: Transaction, identities: Collection[Identity]) -> dict[Identity, Place]:
    """The topic and key of those of these events that were taken before."""
    if not identities:
        return {}
    rows = await transaction.rows(_TAKEN, *columns(sorted(identities)))
    return {(r.source, r.id): (r.topic, r.key) for r in rows}


async def take(transaction: Transaction, rows: list[Taken]) -> None:
    """Remember events as taken."""
    if rows:
        await transaction.run(_TAKE, *columns(sorted(rows)))


async def latest(transaction: Transaction, most: int) -> AsyncIterator[tuple[Identity, int]]:
    """Identity and digest of the latest events taken, the oldest of them first, in constant memory."""
    async for row in transaction.stream(_LATEST, most, at_once=_AT_ONCE):
        yield (row.source, row.id), row.digest
