"""The employer service's tables and SQL. Every statement takes a whole batch as arrays."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from services.employer.parties import identifiers
from shared.clock import local_date
from shared.database import Transaction
from shared.events import Event, digest, encode, parse
from shared.events.data import CoverageChanged, FlagState, ProjectAwarded
from shared.ledger import Identity, columns

_snapshots = msgspec.json.Decoder(CoverageChanged)
_states = msgspec.json.Decoder(FlagState)

_ADD_FACTS = """
INSERT INTO fact
SELECT g.*, EXISTS (SELECT FROM retraction r WHERE r.source = g.source AND r.id = g.id)
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
     AS g (source, id, digest, subject, event)
ON CONFLICT DO NOTHING RETURNING source, id, retracted
"""
_COUNT_FEED_DAYS = """
INSERT INTO feed_day AS f SELECT * FROM unnest($1::text[], $2::date[], $3::int[])
ON CONFLICT (source, day) DO UPDATE SET facts = f.facts + excluded.facts
RETURNING f.source, coalesce(old.facts, 0) > 0 AS before, new.facts > 0 AS after
"""
_PUT_COVERAGE = """
INSERT INTO coverage SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])
ON CONFLICT (subject) DO UPDATE SET version = excluded.version, snapshot = excluded.snapshot
WHERE coverage.version < excluded.version RETURNING subject
"""
_REACH = """
WITH RECURSIVE reach (name) AS (
    SELECT unnest($1::text[])
    UNION
    SELECT n.name FROM reach r CROSS JOIN LATERAL (
        SELECT identifier AS name FROM alias WHERE subject = r.name
        UNION ALL SELECT subject FROM alias WHERE identifier = r.name) n)
SELECT name FROM reach
"""
_SUBJECTS = """
SELECT subject FROM fact UNION SELECT subject FROM coverage UNION SELECT 'feed:' || source FROM feed_day
ORDER BY subject
"""
_FACTS_KNOWN = """
SELECT f.subject, f.event FROM fact f LEFT JOIN retraction r ON r.source = f.source AND r.id = f.id
WHERE f.subject = ANY($1::text[]) AND (r.id IS NULL OR r.recorded > $2::timestamptz)
  AND coalesce(f.event::jsonb ->> 'recordedtime', f.event::jsonb ->> 'time')::timestamptz <= $2
"""
_TAKE_TURN = """
INSERT INTO turn (mark) VALUES (gen_random_uuid()) ON CONFLICT (one) DO UPDATE SET mark = excluded.mark
RETURNING old.mark AS before, new.mark AS after
"""
_PUT_FLAGS = """
INSERT INTO flag SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (subject, code) DO UPDATE SET status = excluded.status, state = excluded.state
"""
_PUT_LOOKS = """
INSERT INTO look SELECT * FROM unnest($1::text[], $2::date[])
ON CONFLICT (subject) DO UPDATE SET day = excluded.day
"""


async def take_turn(transaction: Transaction) -> tuple[UUID | None, UUID]:
    """Wait until no other transaction judges; the mark that the last one left, and that of this one.

    A flag of one subject depends on facts about others: batches and timer take turns. A mark that was
    never committed is never found.
    """
    [row] = await transaction.rows(_TAKE_TURN)
    return row.before, row.after


async def add_facts(transaction: Transaction, events: list[Event]) -> dict[Identity, bool]:
    """Add facts with the aliases and contractors they name; which were new, and whether retracted before."""
    if not events:
        return {}
    rows = [(e.source, e.id, digest(e), e.subject, encode(e).decode()) for e in events]
    added = await transaction.rows(_ADD_FACTS, *columns(rows))
    aliases = {
        (name, e.subject) for e in events for name in identifiers(e) if e.subject.startswith("employer:")
    }
    contractors = {
        (c, e.subject) for e in events if isinstance(e.data, ProjectAwarded) for c in e.data.contractors
    }
    await _add_pairs(transaction, "alias", aliases)
    await _add_pairs(transaction, "contractor", contractors)
    return {(row.source, row.id): row.retracted for row in added}


async def count_feed_days(
    transaction: Transaction, added: Collection[Event], retracted: Collection[Event]
) -> set[str]:
    """Keep on which days each source spoke (facts that stand); the feeds for which that changed."""
    counts: Counter[tuple[str, date]] = Counter((e.source, local_date(e.time)) for e in added)
    counts.subtract((e.source, local_date(e.time)) for e in retracted)
    rows = [(source, day, n) for (source, day), n in sorted(counts.items()) if n]
    if not rows:
        return set()
    found = await transaction.rows(_COUNT_FEED_DAYS, *columns(rows))
    return {f"feed:{row.source}" for row in found if row.before != row.after}


async def feed_days(transaction: Transaction, feeds: Collection[str]) -> dict[str, list[date]]:
    """The days on which each of these feeds (`feed:<source>`) spoke."""
    if not feeds:
        return {}
    found: dict[str, list[date]] = {feed: [] for feed in feeds}
    sql = "SELECT source, day FROM feed_day WHERE facts > 0 AND source = ANY($1::text[])"
    for row in await transaction.rows(sql, [feed.removeprefix("feed:") for feed in feeds]):
        found[f"feed:{row.source}"].append(row.day)
    return found


async def events_of(transaction: Transaction, facts: Collection[Identity]) -> list[Event]:
    """These facts themselves, retracted or not."""
    if not facts:
        return []
    sql = (
        "SELECT f.event FROM fact f JOIN unnest($1::text[], $2::text[]) AS k (source, id) "
        "ON f.source = k.source AND f.id = k.id"
    )
    return [parse(row.event.encode()) for row in await transaction.rows(sql, *columns(sorted(facts)))]


async def _add_pairs(transaction: Transaction, table: str, pairs: set[tuple[str, str]]) -> None:
    if pairs:
        sql = f"INSERT INTO {table} SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING"
        await transaction.run(sql, *columns(sorted(pairs)))


async def put_coverage(transaction: Transaction, snapshots: dict[str, CoverageChanged]) -> set[str]:
    """Keep these snapshots where they are newer; the subjects whose coverage changed."""
    if not snapshots:
        return set()
    rows = [(s, c.version, msgspec.json.encode(c).decode()) for s, c in snapshots.items()]
    return {row.subject for row in await transaction.rows(_PUT_COVERAGE, *columns(rows))}


async def reach(transaction: Transaction, names: Collection[str]) -> set[str]:
    """Every employer subject that may be one and the same with one of these, these included."""
    if not names:
        return set()
    return {row.name for row in await transaction.rows(_REACH, sorted(names))}


async def projects_of(transaction: Transaction, employers: Collection[str]) -> set[str]:
    """The projects that name one of these employers as contractor."""
    if not employers:
        return set()
    sql = "SELECT DISTINCT project FROM contractor WHERE employer = ANY($1::text[])"
    return {row.project for row in await transaction.rows(sql, list(employers))}


async def contractors_of(transaction: Transaction, projects: Collection[str]) -> set[str]:
    """The employers that these projects name as contractors."""
    if not projects:
        return set()
    sql = "SELECT DISTINCT employer FROM contractor WHERE project = ANY($1::text[])"
    return {row.employer for row in await transaction.rows(sql, list(projects))}


async def facts(transaction: Transaction, subjects: Collection[str]) -> dict[str, list[Event]]:
    """The facts about each subject that are not retracted."""
    found: dict[str, list[Event]] = defaultdict(list)
    if not subjects:
        return found
    sql = "SELECT subject, event FROM fact WHERE subject = ANY($1::text[]) AND NOT retracted"
    for row in await transaction.rows(sql, list(subjects)):
        found[row.subject].append(parse(row.event.encode()))
    return found


async def subjects(transaction: Transaction) -> list[str]:
    """Every subject that facts, coverage or a feed speak of, in order."""
    return [row.subject for row in await transaction.rows(_SUBJECTS)]


async def facts_known(
    transaction: Transaction, subjects: Collection[str], known: datetime
) -> dict[str, list[Event]]:
    """The facts about each subject that had been recorded by an instant and not been retracted by then."""
    found: dict[str, list[Event]] = defaultdict(list)
    for row in await transaction.rows(_FACTS_KNOWN, list(subjects), known):
        found[row.subject].append(parse(row.event.encode()))
    return found


async def coverage(transaction: Transaction, subjects: Collection[str]) -> dict[str, CoverageChanged]:
    """The coverage of each subject that has any."""
    if not subjects:
        return {}
    sql = "SELECT subject, snapshot FROM coverage WHERE subject = ANY($1::text[])"
    rows = await transaction.rows(sql, list(subjects))
    return {row.subject: _snapshots.decode(row.snapshot) for row in rows}


async def flags(transaction: Transaction, subjects: Collection[str]) -> dict[str, dict[str, FlagState]]:
    """Every flag of these subjects, ended ones too, by subject and code."""
    found: dict[str, dict[str, FlagState]] = {subject: {} for subject in subjects}
    if not subjects:
        return found
    sql = "SELECT subject, code, state FROM flag WHERE subject = ANY($1::text[])"
    for row in await transaction.rows(sql, list(subjects)):
        found[row.subject][row.code] = _states.decode(row.state)
    return found


async def open_flags(transaction: Transaction, code: str | None, limit: int, offset: int) -> list[FlagState]:
    """Open flags, by subject and code."""
    sql = (
        "SELECT state FROM flag WHERE status = 'open' AND ($1::text IS NULL OR code = $1) "
        "ORDER BY subject, code LIMIT $2 OFFSET $3"
    )
    return [_states.decode(row.state) for row in await transaction.rows(sql, code, limit, offset)]


async def put_flags(transaction: Transaction, changed: list[FlagState]) -> None:
    """Store the new state of flags."""
    if changed:
        rows = [(f.subject, f.code, f.status, msgspec.json.encode(f).decode()) for f in changed]
        await transaction.run(_PUT_FLAGS, *columns(rows))


async def put_looks(transaction: Transaction, looks: dict[str, date | None]) -> None:
    """Remember when to look at each subject again; None forgets it."""
    over = [subject for subject, day in looks.items() if day is None]
    ahead = [(subject, day) for subject, day in looks.items() if day]
    if over:
        await transaction.run("DELETE FROM look WHERE subject = ANY($1::text[])", over)
    if ahead:
        await transaction.run(_PUT_LOOKS, *columns(ahead))


async def due_looks(transaction: Transaction, today: date, limit: int) -> set[str]:
    """Subjects that are to be looked at again by today."""
    sql = "SELECT subject FROM look WHERE day <= $1 ORDER BY day LIMIT $2"
    return {row.subject for row in await transaction.rows(sql, today, limit)}
