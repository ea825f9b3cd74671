"""The notifier's tables and SQL on the stream. Every statement takes a whole batch as arrays.

Locks are always taken in the same order, cases before alerts and each by id, so that handlers and
deliveries wait for each other instead of dead-locking.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from services.notifier.cases import Alert, Channel, FlagStatus, Kind, Outcome
from services.notifier.ladder import Taken
from shared.database import Transaction
from shared.events.data import FlagState
from shared.ledger import columns

_flags = msgspec.json.Decoder(FlagState)

_PUT_CASES = """
INSERT INTO flag_case AS c
    (id, flag_id, subject, code, version, status, raised_on, flag, correlation, look_on)
SELECT n.*, n.raised_on
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::date[],
            $8::text[], $9::text[])
     AS n (id, flag_id, subject, code, version, status, raised_on, flag, correlation) ORDER BY n.id
ON CONFLICT (id) DO UPDATE SET (version, status, raised_on, flag, correlation, look_on) =
    (excluded.version, excluded.status, excluded.raised_on, excluded.flag, excluded.correlation,
     excluded.look_on)
WHERE excluded.version > c.version
RETURNING c.id, old.status AS before
"""
_LOCK_CASES = """
SELECT id, flag, correlation FROM flag_case
WHERE id IN (SELECT case_id FROM alert WHERE id = ANY($1::uuid[])) ORDER BY id FOR UPDATE
"""
_LOCK_ALERTS = """
SELECT id, kind, channel, recipient, status, attempts, maybe_received, case_id, due_at FROM alert
WHERE case_id = ANY($1::uuid[]) ORDER BY case_id, sequence FOR UPDATE
"""
_POSTPONE = """
UPDATE alert SET due_at = greatest(due_at, least($2::timestamptz, created_at + $3::interval))
WHERE case_id = ANY($1::uuid[]) AND status = 'pending' AND kind = 'raised' AND attempts = 0
"""
_ADD_ALERTS = """
INSERT INTO alert (id, kind, channel, recipient, case_id, status, due_at, created_at)
SELECT n.*, 'pending', $6, $7
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) AS n
"""
_CANCEL = "UPDATE alert SET status = 'cancelled' WHERE id = ANY($1::uuid[])"
_CLAIM = """
WITH due AS (
    SELECT id FROM alert WHERE channel = $1 AND status = 'pending' AND due_at <= $2
    ORDER BY due_at, sequence LIMIT $4 FOR UPDATE SKIP LOCKED),
claimed AS (
    UPDATE alert a SET status = 'sending', due_at = $3 FROM due WHERE a.id = due.id RETURNING a.*)
SELECT a.id, a.kind, a.recipient, a.created_at, a.case_id, c.flag,
       ARRAY(SELECT (s.step, s.taken_on) FROM sanction_step s WHERE s.case_id = c.id) AS steps
FROM claimed a JOIN flag_case c ON c.id = a.case_id ORDER BY a.sequence
"""
_LAPSED = """
SELECT id, due_at FROM alert WHERE channel = $1 AND status = 'sending' AND due_at <= $2 LIMIT $3
"""
_RELEASE = """
UPDATE alert SET status = 'pending', due_at = $3 WHERE id IN (
    SELECT id FROM alert WHERE id = ANY($1::uuid[]) AND status = 'sending' AND due_at = $2
    ORDER BY case_id, sequence FOR UPDATE)
"""
_SETTLE = """
UPDATE alert a SET status = n.status, due_at = n.due_at, attempts = n.attempts,
                   maybe_received = n.maybe_received
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::int[], $5::bool[])
     AS n (id, status, due_at, attempts, maybe_received) WHERE a.id = n.id
"""
_ADD_ATTEMPTS = """
INSERT INTO attempt SELECT n.id, n.number, $5, n.outcome, n.detail
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) AS n (id, number, outcome, detail)
"""
_PENDING = """
SELECT count(*) AS n FROM alert WHERE status = 'sending' OR (status = 'pending' AND due_at <= $1)
"""


@dataclass(frozen=True, slots=True)
class Due:
    """An alert claimed for delivery, with the flag and the sanction steps as they stand now; `claim` is
    when the claim lapses.
    """

    id: UUID
    kind: Kind
    recipient: str
    created_at: datetime
    case: UUID
    flag: FlagState
    claim: datetime
    steps: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case as a settled attempt needs it."""

    id: UUID
    flag: FlagState
    correlation: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The `outcome` of an attempt made under the claim that lapses at `claim`."""

    alert: UUID
    claim: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Settled:
    """An alert after an attempt, when it is due again, and what the attempt said."""

    alert: Alert
    due_at: datetime
    outcome: Outcome


async def put_cases(
    transaction: Transaction,
    newest: Mapping[UUID, FlagState],
    correlations: Mapping[tuple[str, int], str | None],
) -> dict[UUID, FlagStatus | None]:
    """Store the states that are newer than what is stored; the former status of the cases it changed."""
    rows = [_case_row(case, flag, correlations[flag.flag_id, flag.version]) for case, flag in newest.items()]
    changed = await transaction.rows(_PUT_CASES, *columns(rows))
    return {row.id: row.before for row in changed}


def _case_row(case: UUID, flag: FlagState, correlation: str | None) -> tuple[Any, ...]:
    named = (case, flag.flag_id, flag.subject, flag.code, flag.version, flag.status, flag.raised_on)
    return (*named, msgspec.json.encode(flag).decode(), correlation)


async def lock_cases(transaction: Transaction, alerts: list[UUID]) -> dict[UUID, Case]:
    """The cases of these alerts, locked until the end of the transaction."""
    rows = await transaction.rows(_LOCK_CASES, alerts)
    return {row.id: Case(row.id, _flags.decode(row.flag), row.correlation) for row in rows}


async def lock_alerts(
    transaction: Transaction, cases: Iterable[UUID]
) -> dict[UUID, list[tuple[Alert, datetime]]]:
    """Every alert of these (locked) cases in the order they were made, with when it is due."""
    found: dict[UUID, list[tuple[Alert, datetime]]] = defaultdict(list)
    for row in await transaction.rows(_LOCK_ALERTS, list(cases)):
        *said, case, due_at = row
        found[case].append((Alert(*said), due_at))
    return found


async def add_alerts(
    transaction: Transaction, alerts: list[tuple[UUID, Alert]], due_at: datetime, now: datetime
) -> None:
    """Store new alerts, each with its case."""
    if alerts:
        rows = [(a.id, a.kind, a.channel, a.recipient, case) for case, a in alerts]
        await transaction.run(_ADD_ALERTS, *columns(rows), due_at, now)


async def postpone(
    transaction: Transaction, cases: Collection[UUID], due_at: datetime, longest: timedelta
) -> None:
    """Let first alerts that were not tried yet wait until `due_at`, but `longest` since they were made."""
    await transaction.run(_POSTPONE, list(cases), due_at, longest)


async def cancel(transaction: Transaction, alerts: list[UUID]) -> None:
    """Alerts that will not be sent (any more)."""
    if alerts:
        await transaction.run(_CANCEL, alerts)


async def claim(
    transaction: Transaction, channel: Channel, now: datetime, until: datetime, limit: int
) -> list[Due]:
    """Claim due alerts of a channel until `until`, the longest waiting first."""
    rows = await transaction.rows(_CLAIM, channel, now, until, limit)
    return [_due(row, until) for row in rows]


def _due(row: Any, until: datetime) -> Due:
    flag, steps = _flags.decode(row.flag), tuple(Taken(*step) for step in row.steps)
    return Due(row.id, row.kind, row.recipient, row.created_at, row.case_id, flag, until, steps)


async def lapsed(
    transaction: Transaction, channel: Channel, now: datetime, limit: int
) -> Sequence[tuple[UUID, datetime]]:
    """Alerts whose claim lapsed, with that claim: whoever sent them never said how it ended."""
    return [(row.id, row.due_at) for row in await transaction.rows(_LAPSED, channel, now, limit)]


async def release(transaction: Transaction, alerts: list[UUID], claim: datetime, now: datetime) -> None:
    """Give claimed alerts back that nobody tried to send."""
    if alerts:
        await transaction.run(_RELEASE, alerts, claim, now)


async def settle(transaction: Transaction, settled: list[Settled], now: datetime) -> None:
    """Store attempts and what became of their alerts."""
    if not settled:
        return
    states = [
        (s.alert.id, s.alert.status, s.due_at, s.alert.attempts, s.alert.maybe_received) for s in settled
    ]
    tries = [(s.alert.id, s.alert.attempts, s.outcome.result, s.outcome.detail) for s in settled]
    await transaction.run(_SETTLE, *columns(states))
    await transaction.run(_ADD_ATTEMPTS, *columns(tries), now)


async def count_pending(transaction: Transaction, horizon: datetime) -> int:
    """Alerts being sent, or due before `horizon`."""
    return int((await transaction.rows(_PENDING, horizon))[0].n)
