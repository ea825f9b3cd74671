"""The console's tables as they are written. Reading is in `reading`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.console.positions import Partition, Position
from services.console.summaries import Summary
from shared.database import Transaction
from shared.events.data import FlagState

RECENT_EVENTS = 20_000
_RECENT_LOCK = 7_264_101

_PUT_FLAGS = """
INSERT INTO flag
SELECT flag_id, subject, code, version, status, name, region, since, due, workers, amount_idr,
       state::json, level
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
            $8::date[], $9::date[], $10::bigint[], $11::bigint[], $12::text[], $13::text[])
  AS new (flag_id, subject, code, version, status, name, region, since, due, workers, amount_idr,
          state, level)
ON CONFLICT (flag_id) DO UPDATE SET
  subject = excluded.subject, code = excluded.code, version = excluded.version, status = excluded.status,
  name = excluded.name, region = excluded.region, since = excluded.since, due = excluded.due,
  workers = excluded.workers, amount_idr = excluded.amount_idr, state = excluded.state,
  level = excluded.level
WHERE flag.version < excluded.version
"""
_LOCK_POSITIONS = """
INSERT INTO counted (topic, partition) SELECT * FROM unnest($1::text[], $2::integer[])
ON CONFLICT (topic, partition) DO UPDATE SET topic = excluded.topic
RETURNING topic, partition, next_offset, newest_ms
"""
_PUT_POSITIONS = """
UPDATE counted SET next_offset = new.next_offset, newest_ms = new.newest_ms
FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[])
  AS new (topic, partition, next_offset, newest_ms)
WHERE (counted.topic, counted.partition) = (new.topic, new.partition)
"""
_COUNT = """
INSERT INTO event_count SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (type) DO UPDATE SET n = event_count.n + excluded.n
"""
_REMEMBER = """
INSERT INTO recent_event (topic, type, time, source, subject, event_id, summary, about)
SELECT topic, type, time, source, subject, event_id, summary::json, string_to_array(about, chr(10))
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[])
  WITH ORDINALITY AS new (topic, type, time, source, subject, event_id, summary, about, nth)
WHERE NOT EXISTS (SELECT FROM erased e WHERE e.worker = new.subject AND new.time <= e.at)
ORDER BY nth
"""
_ERASE = """
INSERT INTO erased AS e SELECT * FROM unnest($1::text[], $2::timestamptz[])
ON CONFLICT (worker) DO UPDATE SET at = greatest(e.at, excluded.at)
"""
_FORGET_ERASED = """
DELETE FROM recent_event r USING unnest($1::text[], $2::timestamptz[]) AS e (worker, at)
WHERE r.subject = e.worker AND r.time <= e.at
"""
_FORGET = "DELETE FROM recent_event WHERE id <= (SELECT max(id) FROM recent_event) - $1::bigint"
_PUT_LETTERS = """
INSERT INTO dead_letter SELECT * FROM unnest(
  $1::integer[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::text[], $10::text[])
ON CONFLICT (partition, "offset") DO UPDATE SET
  at = excluded.at, service = excluded.service, field = excluded.field, rule = excluded.rule,
  topic = excluded.topic, origin = excluded.origin, attempts = excluded.attempts, key = excluded.key
"""


@dataclass(frozen=True)
class EventRow:
    """What is kept of a recent event. `time` is the sender's; `about` holds every subject it names."""

    topic: str
    type: str
    time: datetime
    source: str
    subject: str
    event_id: str
    summary: Summary
    about: list[str]


@dataclass(frozen=True)
class Letter:
    """Where a dead letter lies (`partition`, `offset`), why and by whom it was refused; never its bytes.

    `origin` is the partition and offset it was refused at, as `3@1700`.
    """

    partition: int
    offset: int
    at: datetime
    service: str
    field: str
    rule: str
    topic: str
    origin: str
    attempts: str
    key: str


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL cannot store."""
    return text.replace("\x00", "\ufffd")


async def put_flags(transaction: Transaction, flags: Sequence[FlagState]) -> None:
    """Store each flag unless a newer version of it is stored. At most one version of each per call."""
    if flags:
        await transaction.run(_PUT_FLAGS, *_columns(map(_flag_row, flags)))


def _flag_row(flag: FlagState) -> tuple[Any, ...]:
    who = (storable(flag.flag_id), storable(flag.subject), storable(flag.code), flag.version, flag.status)
    what = (storable(flag.name), flag.region and storable(flag.region), flag.since, flag.due)
    return (*who, *what, flag.workers, flag.amount_idr, _json(flag), flag.level)


async def lock_positions(
    transaction: Transaction, partitions: Sequence[Partition]
) -> dict[Partition, Position]:
    """The positions of these partitions (sorted), locked until the transaction ends."""
    rows = await transaction.rows(_LOCK_POSITIONS, *_columns(partitions))
    return {(row.topic, row.partition): Position(row.next_offset, row.newest_ms) for row in rows}


async def put_positions(transaction: Transaction, reached: Mapping[Partition, Position]) -> None:
    """Store the positions of partitions that are locked."""
    rows = [(*partition, *astuple(position)) for partition, position in reached.items()]
    await transaction.run(_PUT_POSITIONS, *_columns(rows))


async def count(transaction: Transaction, counts: Mapping[str, int]) -> None:
    """Add to the number of events of each type."""
    await transaction.run(_COUNT, *_columns(sorted(counts.items())))


async def remember(transaction: Transaction, events: Sequence[EventRow]) -> None:
    """Append to the recent events and forget the oldest.

    The lock makes ids visible in their order: a reader that has seen id n misses nothing below it.
    """
    await transaction.run("SELECT pg_advisory_xact_lock($1)", _RECENT_LOCK)
    await transaction.run(_REMEMBER, *_columns(map(_event_row, events)))
    await transaction.run(_FORGET, RECENT_EVENTS)


def _event_row(row: EventRow) -> tuple[Any, ...]:
    # unnest() flattens arrays of arrays: the subjects travel as lines.
    about = "\n".join(subject.replace("\n", " ") for subject in row.about)
    told = (row.topic, row.type, row.time, row.source, storable(row.subject), row.event_id)
    return (*told, _json(row.summary), storable(about))


async def erase(transaction: Transaction, workers: Mapping[str, datetime]) -> None:
    """Forget the events of these workers that were said up to an instant, and those still to come."""
    if workers:
        for statement in (_ERASE, _FORGET_ERASED):
            await transaction.run(statement, *_columns(sorted(workers.items())))


async def put_letters(transaction: Transaction, letters: Sequence[Letter]) -> None:
    """Store dead letters; one that is read again replaces itself."""
    await transaction.run(_PUT_LETTERS, *_columns([astuple(letter) for letter in letters]))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _columns(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
