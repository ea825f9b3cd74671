"""What every ledger of facts has in common: new or known, retracted or not, conflict or duplicate.

A ledger is a table with `source`, `id`, `digest` and `retracted`; it doubles as the inbox, so that a
fact which comes twice is taken once. Facts and their retractions may come in either order.

Both remember when they were first recorded, so that "as known then" has an answer.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from shared.consuming import Received, Work
from shared.database import Transaction
from shared.events import Event, digest
from shared.events.data import FactRetracted

Identity = tuple[str, str]
T = TypeVar("T")
LOCK = 7_264_002
DDL = "CREATE TABLE retraction (source text, id text, PRIMARY KEY (source, id))"
# Second migration of every service with a ledger. NULL is a retraction from before: known ever since.
RECORDED_DDL = "ALTER TABLE retraction ADD COLUMN recorded timestamptz"


_TWO_NUMBERS = (
    "hashtextextended({0}.id, hashtextextended({0}.source, 0)), "
    "hashtextextended({0}.source, hashtextextended({0}.id, 1))"
)
# Of a fact `f` and an identity `k`. A large ledger tells its facts apart by two numbers: an index of two long
# texts is more than twice the size, and each fact goes to another place of it (docs/decisions/0028).
SAME_FACT = (
    f"({_TWO_NUMBERS.format('f')}) = ({_TWO_NUMBERS.format('k')}) AND f.source = k.source AND f.id = k.id"
)

_REMEMBER = """
INSERT INTO retraction (source, id, recorded)
SELECT source, id, min(recorded)
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS r (source, id, recorded)
GROUP BY source, id
ON CONFLICT (source, id) DO UPDATE SET recorded = excluded.recorded
WHERE retraction.recorded > excluded.recorded
"""


def identity(received: Received) -> Identity:
    """`source` and `id`: what makes an event the same event."""
    return (received.event.source, received.event.id)


def recorded(event: Event) -> datetime:
    """When the event was recorded: as the gateway noted it, else when its sender said it."""
    return event.recordedtime or event.time


def columns(rows: Sequence[Sequence[T]]) -> list[list[T]]:
    """Rows as columns, the shape that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)]


async def lock(transaction: Transaction, retracting: bool) -> None:
    """Let batches without retractions run beside each other, and one with retractions run alone.

    Otherwise a fact and its retraction, stored at the same moment by two processes, could miss
    each other. Whatever else must miss nothing may ask to run alone too.
    """
    shared = "" if retracting else "_shared"
    await transaction.run(f"SELECT pg_advisory_xact_lock{shared}($1)", LOCK)


async def retract(
    transaction: Transaction, tables: Sequence[str], retractions: list[Received]
) -> set[Identity]:
    """Remember the retractions and mark the facts they name; which facts were marked just now."""
    named = [
        (r.event.data.source, r.event.data.id, recorded(r.event))
        for r in retractions
        if isinstance(r.event.data, FactRetracted)
    ]
    if not named:
        return set()
    sources, ids, instants = columns(named)
    await transaction.run(_REMEMBER, sources, ids, instants)
    marked: set[Identity] = set()
    for table in tables:
        rows = await transaction.rows(
            f"UPDATE {table} f SET retracted = true FROM unnest($1::text[], $2::text[]) AS k (source, id) "
            f"WHERE {SAME_FACT} AND NOT f.retracted RETURNING f.source, f.id",
            sources,
            ids,
        )
        marked |= {(row.source, row.id) for row in rows}
    return marked


async def refuse_conflicts(
    work: Work, table: str, received: list[Received], taken: Collection[Identity]
) -> None:
    """Of the facts not taken, refuse those that say something else under a known `source` and `id`.

    The first one recorded stands; the same content again is a duplicate and simply has no effect.
    """
    if len(taken) == len(received):
        return
    digests = {identity(r): digest(r.event) for r in reversed(received) if identity(r) in taken}
    known = [key for key in {identity(r) for r in received} if key not in taken]
    if known:
        digests |= await _digests(work.transaction, table, known)
    for one in received:
        if digest(one.event) != digests.get(identity(one)):
            work.refuse(one, "id", "conflict: the same source and id said something else before")


async def _digests(transaction: Transaction, table: str, known: list[Identity]) -> dict[Identity, int]:
    rows = await transaction.rows(
        f"SELECT f.source, f.id, f.digest FROM {table} f "
        f"JOIN unnest($1::text[], $2::text[]) AS k (source, id) ON {SAME_FACT}",
        *columns(known),
    )
    return {(row.source, row.id): row.digest for row in rows}


async def remember_earliest(
    transaction: Transaction, table: str, received: list[Received], taken: Collection[Identity]
) -> None:
    """Of a fact that came more than once, keep the earliest instant at which it was recorded.

    `table` has a column `recorded`; `taken` are the facts of which it took one just now.
    """
    if len(taken) == len(received):
        return
    await transaction.run(
        f"UPDATE {table} f SET recorded = k.recorded FROM ("
        "SELECT source, id, digest, min(recorded) AS recorded "
        "FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[]) "
        "AS k (source, id, digest, recorded) GROUP BY source, id, digest) k "
        f"WHERE {SAME_FACT} AND f.digest = k.digest AND f.recorded > k.recorded",
        *columns([(*identity(r), digest(r.event), recorded(r.event)) for r in received]),
    )
