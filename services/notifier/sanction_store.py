"""The notifier's tables and SQL of the sanction ladder: steps taken, steps announced, cases to look at."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from services.notifier.ladder import Step, Taken
from shared.database import Transaction
from shared.events.data import FlagState
from shared.ledger import columns

_flags = msgspec.json.Decoder(FlagState)

_CASE = "SELECT id, flag, correlation FROM flag_case WHERE id = $1"
_DUE = """
SELECT id, flag, correlation FROM flag_case WHERE look_on <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_STEPS = "SELECT case_id, step, taken_on FROM sanction_step WHERE case_id = ANY($1::uuid[])"
_ANNOUNCE = """
INSERT INTO sanction_announced SELECT * FROM unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING
RETURNING case_id
"""
_LOOK = """
UPDATE flag_case c SET look_on = n.day FROM unnest($1::uuid[], $2::date[]) AS n (id, day) WHERE c.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its ladder needs it."""

    id: UUID
    flag: FlagState
    correlation: str | None


async def case(transaction: Transaction, case_id: UUID, lock: bool = False) -> Case | None:
    """The case, locked until the end of the transaction when asked; None when there is none."""
    rows = await transaction.rows(_CASE + (" FOR UPDATE" if lock else ""), case_id)
    return Case(rows[0].id, _flags.decode(rows[0].flag), rows[0].correlation) if rows else None


async def due_cases(transaction: Transaction, today: date, limit: int) -> list[Case]:
    """Cases to look at by today, locked; what another process looks at already is left to it."""
    rows = await transaction.rows(_DUE, today, limit)
    return [Case(row.id, _flags.decode(row.flag), row.correlation) for row in rows]


async def count_due(transaction: Transaction, today: date) -> int:
    """How many cases are to be looked at by today."""
    rows = await transaction.rows("SELECT count(*) AS n FROM flag_case WHERE look_on <= $1", today)
    return int(rows[0].n)


async def steps(transaction: Transaction, cases: Collection[UUID]) -> Mapping[UUID, list[Taken]]:
    """The steps taken in each of these cases."""
    found: dict[UUID, list[Taken]] = defaultdict(list)
    for row in await transaction.rows(_STEPS, list(cases)):
        found[row.case_id].append(Taken(row.step, row.taken_on))
    return found


async def add_step(transaction: Transaction, case_id: UUID, taken: Taken, now: datetime, look: date) -> None:
    """Keep a step that was taken, and look at the case on day `look`."""
    sql = "INSERT INTO sanction_step (case_id, step, taken_on, recorded_at) VALUES ($1, $2, $3, $4)"
    await transaction.run(sql, case_id, taken.step, taken.on, now)
    await put_looks(transaction, {case_id: look})


async def announced_first(transaction: Transaction, pairs: Mapping[UUID, Step]) -> set[UUID]:
    """Remember that these steps are announced; the cases where that had not been done before."""
    if not pairs:
        return set()
    rows = await transaction.rows(_ANNOUNCE, *columns(list(pairs.items())))
    return {row.case_id for row in rows}


async def put_looks(transaction: Transaction, looks: Mapping[UUID, date | None]) -> None:
    """Remember when to look at each of these (locked) cases again; None: when there is news."""
    if looks:
        await transaction.run(_LOOK, list(looks), list(looks.values()))
