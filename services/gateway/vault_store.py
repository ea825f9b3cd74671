"""The vault's tables and SQL. The columns `nik` and `name` are ciphertext, always."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from shared.database import Transaction
from shared.ledger import columns


class Kept(NamedTuple):
    """What is kept of a person: the ciphertexts and the versions of their keys.

    `reference_key` is the version of the key under which the reference was made.
    """

    reference: str
    reference_key: int
    nik: bytes
    nik_key: int
    name: bytes | None
    name_key: int | None
    first_seen: date
    last_seen: date


Row = Kept
_COLUMNS = ", ".join(Kept._fields)
_ARRAYS = (
    "unnest($1::text[], $2::int[], $3::bytea[], $4::int[], $5::bytea[], $6::int[], $7::date[], $8::date[])"
)
_KEEP = f"""
INSERT INTO vault AS v ({_COLUMNS}) SELECT * FROM {_ARRAYS}
ON CONFLICT (reference) DO UPDATE SET
  first_seen = least(v.first_seen, excluded.first_seen),
  last_seen = greatest(v.last_seen, excluded.last_seen),
  name = coalesce(excluded.name, v.name),
  name_key = CASE WHEN excluded.name IS NULL THEN v.name_key ELSE excluded.name_key END
"""
_RESEAL = f"""
UPDATE vault v SET nik = n.nik, nik_key = n.nik_key, name = n.name, name_key = n.name_key
FROM {_ARRAYS} AS n ({_COLUMNS}) WHERE v.reference = n.reference
"""
_AUDIT = """
INSERT INTO vault_audit (at, who, purpose, reference, key_version)
SELECT $1::timestamptz, $2, $3, r, k FROM unnest($4::text[], $5::int[]) AS a (r, k)
"""
_OLD = f"""
SELECT {_COLUMNS} FROM vault WHERE (nik_key <> $1 OR coalesce(name_key, $1) <> $1) AND reference > $2
ORDER BY reference LIMIT $3 FOR UPDATE
"""


async def keep(transaction: Transaction, rows: list[Row]) -> None:
    """Store persons; of one who is known only the days and a newer name change."""
    once: dict[str, Row] = {}
    for row in rows:
        before = once.get(row.reference)
        once[row.reference] = _joined(before, row) if before else row
    await transaction.run(_KEEP, *columns([once[reference] for reference in sorted(once)]))


def _joined(before: Row, row: Row) -> Row:
    named = row if row.name is not None else before
    first, last = min(before.first_seen, row.first_seen), max(before.last_seen, row.last_seen)
    return before._replace(name=named.name, name_key=named.name_key, first_seen=first, last_seen=last)


async def look_up(
    transaction: Transaction, references: Collection[str], who: str, purpose: str, at: datetime
) -> list[Kept]:
    """The rows of these references, each look-up written down beside it. What is not kept has no row,
    but its look-up is written down all the same (with key version 0).
    """
    sql = f"SELECT {_COLUMNS} FROM vault WHERE reference = ANY($1::text[]) ORDER BY reference"
    kept = [Kept(*row) for row in await transaction.rows(sql, sorted(references))]
    versions = dict.fromkeys(references, 0) | {row.reference: row.nik_key for row in kept}
    if versions:
        await transaction.run(_AUDIT, at, who, purpose, *columns(sorted(versions.items())))
    return kept


async def write_down(
    transaction: Transaction, at: datetime, who: str, purpose: str, references: Iterable[str]
) -> None:
    """Write down what was done about these references without decrypting anything."""
    named = sorted(references)
    await transaction.run(_AUDIT, at, who, purpose, named, [0] * len(named))


async def look_ups(transaction: Transaction, references: Iterable[str]) -> Sequence[Any]:
    """Who looked these references up, when and what for."""
    sql = (
        "SELECT at, who, purpose, reference, key_version FROM vault_audit "
        "WHERE reference = ANY($1::text[]) ORDER BY at, id"
    )
    return await transaction.rows(sql, list(references))


async def holds(transaction: Transaction, references: Iterable[str]) -> int:
    """How many of these references have a row; nothing is decrypted."""
    sql = "SELECT count(*) FROM vault WHERE reference = ANY($1::text[])"
    return int((await transaction.rows(sql, list(references)))[0][0])


async def forget(transaction: Transaction, references: Iterable[str]) -> int:
    """Delete the rows of these references; how many there were."""
    sql = "DELETE FROM vault WHERE reference = ANY($1::text[]) RETURNING reference"
    return len(await transaction.rows(sql, list(references)))


async def under_older_keys(transaction: Transaction, version: int, after: str, limit: int) -> list[Kept]:
    """Rows with a value under another vault key than `version`, by reference, locked."""
    return [Kept(*row) for row in await transaction.rows(_OLD, version, after, limit)]


async def reseal(transaction: Transaction, rows: list[Row]) -> None:
    """Replace the ciphertexts of these rows."""
    await transaction.run(_RESEAL, *columns(rows))
