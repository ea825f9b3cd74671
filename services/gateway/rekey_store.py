"""SQL of the re-keying of references: how far it came, whose key a reference was made with."""

from collections.abc import Collection, Mapping

from shared.database import Transaction
from shared.ledger import columns

TakenRow = tuple[str, str, int, str, str]
Partition = tuple[str, int]

_TAKE = """
INSERT INTO taken (source, id, digest, topic, key)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
ON CONFLICT (source, id) DO UPDATE SET digest = excluded.digest
"""
_REACH = """
INSERT INTO rekeyed SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])
ON CONFLICT (version, topic, partition) DO UPDATE SET next_offset = excluded.next_offset
"""


async def reached(transaction: Transaction, version: int) -> dict[Partition, int]:
    """The offset to go on at in each partition, for the re-keying to this version."""
    sql = "SELECT topic, partition, next_offset FROM rekeyed WHERE version = $1"
    return {(row.topic, row.partition): row.next_offset for row in await transaction.rows(sql, version)}


async def reach(transaction: Transaction, version: int, ends: Mapping[Partition, int]) -> None:
    """Remember how far it came."""
    await transaction.run(_REACH, version, *columns([(*place, end) for place, end in sorted(ends.items())]))


async def versions(transaction: Transaction, references: Collection[str]) -> dict[str, int]:
    """The version of the key each of these references was made with, of those that the vault holds."""
    sql = "SELECT reference, reference_key FROM vault WHERE reference = ANY($1::text[])"
    rows = await transaction.rows(sql, list(references))
    return {row.reference: row.reference_key for row in rows}


async def take(transaction: Transaction, rows: list[TakenRow]) -> None:
    """Let the gateway know these facts, and the old ones by what they say under the newer references."""
    if rows:
        await transaction.run(_TAKE, *columns(sorted(rows)))
