"""The console's tables as the pages and the API read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from services.console.summaries import Summary
from shared.database import Database
from shared.events.data import FlagState

_flag_states = msgspec.json.Decoder(FlagState)
_summaries = msgspec.json.Decoder(Summary)
Status = Literal["open", "cleared", "withdrawn", "all"]

_MATCHING_FLAGS = """
FROM flag WHERE ($1::text = 'all' OR status = $1) AND ($2::text = '' OR code = $2)
  AND starts_with(coalesce(region, ''), $3::text) AND ($4::text = '' OR subject = $4)
  AND ($5::text = '' OR strpos(lower(name), lower($5)) > 0 OR strpos(lower(subject), lower($5)) > 0)
"""
_FLAGS = f"""
SELECT state::text {_MATCHING_FLAGS}
ORDER BY status <> 'open', workers DESC NULLS LAST, due NULLS LAST, flag_id LIMIT $6 OFFSET $7
"""
# What a notice reminds of is neither owed nor missing yet.
_OVERDUE = "level = 'violation'"
_SUMMARY = f"""
SELECT code, count(*) AS n, coalesce(sum(amount_idr) FILTER (WHERE {_OVERDUE}), 0)::bigint AS amount_idr
FROM flag WHERE status = 'open' GROUP BY code ORDER BY n DESC, code
"""
# One worker under two flags of a subject is one worker.
_AFFECTED = f"""
SELECT coalesce(sum(most), 0)::bigint AS n FROM
  (SELECT max(workers) AS most FROM flag WHERE status = 'open' AND {_OVERDUE} GROUP BY subject) AS subjects
"""
_REGIONS = """
SELECT DISTINCT left(region, 8) AS region FROM flag WHERE status = 'open' AND region <> ''
ORDER BY 1 LIMIT 500
"""
_EVENTS = """
SELECT id, topic, type, time, source, subject, event_id, summary::text, count(*) OVER () AS total
FROM recent_event
WHERE id > $1 AND ($2::text = '' OR topic = $2) AND ($3::text = '' OR type = $3)
  AND ($4::text = '' OR strpos(lower(subject), lower($4)) > 0) AND ($5::text = '' OR $5 = ANY (about))
ORDER BY id DESC LIMIT $6
"""
_NEXT = """
SELECT id, topic, type, time, source, subject, event_id, summary::text
FROM recent_event WHERE id > $1 ORDER BY id LIMIT $2
"""
_LETTER_GROUPS = """
SELECT service, field, rule, count(*) AS n, max(at) AS last_seen, array_agg(DISTINCT topic) AS topics
FROM dead_letter GROUP BY service, field, rule ORDER BY last_seen DESC, service, field, rule LIMIT $1
"""
_LATEST_LETTERS = """
SELECT partition, "offset", at, service, field, rule, topic, origin, attempts, key
FROM dead_letter ORDER BY at DESC, partition, "offset" DESC LIMIT $1
"""


@dataclass(frozen=True)
class FlagQuery:
    """Which flags: '' means any. `region` is a prefix (`32.72.02`), `text` a part of name or subject."""

    code: str = ""
    region: str = ""
    subject: str = ""
    text: str = ""
    status: Status = "open"
    limit: int = 50
    offset: int = 0

    @property
    def _terms(self) -> tuple[str, str, str, str, str]:
        return (self.status, self.code, self.region, self.subject, self.text)


@dataclass(frozen=True)
class Overview:
    """The open flags in numbers; `workers` counts the workers of a subject once."""

    open: int
    by_code: dict[str, int]
    workers: int
    amount_idr: int


@dataclass(frozen=True)
class EventQuery:
    """Which recent events: '' means any. `text` is a part of the subject, `about` a whole subject named."""

    topic: str = ""
    type: str = ""
    text: str = ""
    about: str = ""

    def matches(self, event: "RecentEvent") -> bool:
        """Say of an event on the live stream what the database says of a stored one (but for `about`)."""
        return (
            self.topic in ("", event.topic)
            and self.type in ("", event.type)
            and self.text.lower() in event.subject.lower()
        )


@dataclass(frozen=True)
class RecentEvent:
    """A recent event; `id` is the console's own and grows, `event_id` is the sender's."""

    id: int
    topic: str
    type: str
    time: datetime
    source: str
    subject: str
    event_id: str
    summary: Summary


async def flags(database: Database, query: FlagQuery) -> tuple[int, list[FlagState]]:
    """How many flags match, and those from `offset` on: most workers first, then the soonest due."""
    async with database.transaction() as transaction:
        total = (await transaction.rows(f"SELECT count(*) AS n {_MATCHING_FLAGS}", *query._terms))[0].n
        rows = await transaction.rows(_FLAGS, *query._terms, query.limit, query.offset)
    return total, [_flag_states.decode(row.state) for row in rows]


async def overview(database: Database) -> Overview:
    """Counts over all open flags."""
    async with database.transaction() as transaction:
        codes = await transaction.rows(_SUMMARY)
        affected = (await transaction.rows(_AFFECTED))[0].n
    by_code = {row.code: row.n for row in codes}
    return Overview(sum(by_code.values()), by_code, affected, sum(row.amount_idr for row in codes))


async def regions(database: Database) -> list[str]:
    """The sub-districts (kecamatan) that have open flags."""
    async with database.transaction() as transaction:
        return [row.region for row in await transaction.rows(_REGIONS)]


async def events(
    database: Database, query: EventQuery, limit: int, after: int = 0
) -> tuple[int, list[RecentEvent]]:
    """How many recent events with an id above `after` match, and the newest of them, newest first."""
    terms = (query.topic, query.type, query.text, query.about)
    async with database.transaction() as transaction:
        rows = await transaction.rows(_EVENTS, after, *terms, limit)
    return (rows[0].total if rows else 0), [_event(row) for row in rows]


async def next_events(database: Database, after: int, limit: int) -> list[RecentEvent]:
    """The events that follow `after`, oldest first."""
    async with database.transaction() as transaction:
        return [_event(row) for row in await transaction.rows(_NEXT, after, limit)]


async def newest_event(database: Database) -> int:
    """The id of the newest recent event, 0 when there is none."""
    async with database.transaction() as transaction:
        return int((await transaction.rows("SELECT coalesce(max(id), 0) FROM recent_event"))[0][0])


async def counts(database: Database) -> dict[str, int]:
    """Events of each type since the console began, the most frequent first."""
    async with database.transaction() as transaction:
        rows = await transaction.rows("SELECT type, n FROM event_count ORDER BY n DESC, type")
    return {row.type: row.n for row in rows}


async def letter_groups(database: Database, limit: int = 200) -> Sequence[Any]:
    """Dead letters by service, field and rule: `n`, `last_seen`, `topics`."""
    async with database.transaction() as transaction:
        return await transaction.rows(_LETTER_GROUPS, limit)


async def latest_letters(database: Database, limit: int) -> Sequence[Any]:
    """The newest dead letters."""
    async with database.transaction() as transaction:
        return await transaction.rows(_LATEST_LETTERS, limit)


def _event(row: Any) -> RecentEvent:
    summary = _summaries.decode(row.summary)
    return RecentEvent(row.id, row.topic, row.type, row.time, row.source, row.subject, row.event_id, summary)
