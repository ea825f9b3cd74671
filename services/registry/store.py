"""The registry's tables and SQL. Every statement takes a whole batch as arrays."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from services.registry.coverage import EnrolmentFact
from shared.database import Transaction
from shared.events.data import CoverageChanged, Posting
from shared.ledger import Identity, columns

TABLES = ("enrolment", "posting")
Unit = tuple[str, str]
EnrolmentRow = tuple[str, str, int, str, str, str, int, date, date | None, datetime]
PostingRow = tuple[str, str, int, str, str, int, int, date, datetime]

_snapshots = msgspec.json.Decoder(CoverageChanged)

_LOCK_SUBJECTS = """
SELECT subject, version, snapshot FROM coverage WHERE subject = ANY($1::text[]) ORDER BY subject FOR UPDATE
"""
_OPEN_SUBJECTS = """
INSERT INTO coverage SELECT s, 0, '{"version":0}' FROM unnest($1::text[]) s ORDER BY s ON CONFLICT DO NOTHING
"""
_ADD_ENROLMENTS = """
INSERT INTO enrolment
SELECT g.*, EXISTS (SELECT FROM retraction r WHERE r.source = g.source AND r.id = g.id)
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::smallint[],
            $8::date[], $9::date[], $10::timestamptz[])
     AS g (source, id, digest, subject, worker, employer, programmes, effective_on, covered_until, at)
ON CONFLICT DO NOTHING RETURNING source, id, retracted
"""
_ADD_POSTINGS = """
INSERT INTO posting
SELECT g.*, EXISTS (SELECT FROM retraction r WHERE r.source = g.source AND r.id = g.id)
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::int[],
            $8::date[], $9::timestamptz[])
     AS g (source, id, digest, subject, period, amount_idr, workers, posted_on, at)
ON CONFLICT DO NOTHING RETURNING source, id, retracted
"""
_STANDING = """
SELECT e.subject, e.worker, e.effective_on, e.at, e.source, e.id, e.employer, e.programmes, e.covered_until
FROM enrolment e JOIN unnest($1::text[], $2::text[]) AS u (subject, worker)
  ON e.subject = u.subject AND e.worker = u.worker WHERE NOT e.retracted
"""
_POSTINGS = """
SELECT DISTINCT ON (subject, period) subject, period, amount_idr, workers, posted_on FROM posting
WHERE subject = ANY($1::text[]) AND NOT retracted ORDER BY subject, period, at DESC, source DESC, id DESC
"""
_PUT = """
UPDATE coverage c SET version = n.version, snapshot = n.snapshot
FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (subject, version, snapshot)
WHERE c.subject = n.subject
"""


async def lock_coverage(transaction: Transaction, subjects: Iterable[str]) -> dict[str, CoverageChanged]:
    """The coverage of these subjects, locked in order until the end of the transaction."""
    wanted = list(subjects)
    await transaction.run(_OPEN_SUBJECTS, wanted)
    rows = await transaction.rows(_LOCK_SUBJECTS, wanted)
    return {row.subject: _snapshots.decode(row.snapshot) for row in rows}


async def add_enrolments(transaction: Transaction, rows: list[EnrolmentRow]) -> dict[Identity, bool]:
    """Add enrolment facts; which of them were new, and whether each was retracted before it came."""
    return await _add(transaction, _ADD_ENROLMENTS, rows)


async def add_postings(transaction: Transaction, rows: list[PostingRow]) -> dict[Identity, bool]:
    """Add contribution postings; which of them were new, and whether each was retracted before it came."""
    return await _add(transaction, _ADD_POSTINGS, rows)


async def _add(transaction: Transaction, statement: str, rows: list[Any]) -> dict[Identity, bool]:
    if not rows:
        return {}
    added = await transaction.rows(statement, *columns(rows))
    return {(source, id_): retracted for source, id_, retracted in added}


async def named(transaction: Transaction, facts: set[Identity]) -> tuple[set[Unit], set[str]]:
    """Where these facts belong: (subject, worker) of enrolments, subject of postings."""
    if not facts:
        return set(), set()
    given = columns(sorted(facts))
    where = "JOIN unnest($1::text[], $2::text[]) AS k (source, id) ON f.source = k.source AND f.id = k.id"
    units = await transaction.rows(f"SELECT f.subject, f.worker FROM enrolment f {where}", *given)
    postings = await transaction.rows(f"SELECT f.subject FROM posting f {where}", *given)
    return {(row.subject, row.worker) for row in units}, {row.subject for row in postings}


async def standing(transaction: Transaction, units: set[Unit]) -> dict[Unit, list[EnrolmentFact]]:
    """The facts about these workers at these subjects that are not retracted."""
    found: dict[Unit, list[EnrolmentFact]] = {unit: [] for unit in units}
    if units:
        for subject, worker, *fact in await transaction.rows(_STANDING, *columns(sorted(units))):
            found[subject, worker].append(EnrolmentFact(*fact))
    return found


async def postings_of(transaction: Transaction, subjects: set[str]) -> dict[str, list[Posting]]:
    """The posting that stands for each period, by subject."""
    found: dict[str, list[Posting]] = {subject: [] for subject in subjects}
    if subjects:
        for row in await transaction.rows(_POSTINGS, sorted(subjects)):
            subject, period, amount, workers, posted_on = row
            found[subject].append(
                Posting(period=period, amount_idr=amount, workers=workers, posted_on=posted_on)
            )
    return found


async def put_coverage(transaction: Transaction, changed: dict[str, CoverageChanged]) -> None:
    """Store new snapshots."""
    if changed:
        rows = [(s, c.version, msgspec.json.encode(c).decode()) for s, c in changed.items()]
        await transaction.run(_PUT, *columns(rows))
