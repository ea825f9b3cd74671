"""Facts read anew for whole subjects, as they were known at an instant (design: two times)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from services.registry.coverage import EnrolmentFact
from services.registry.enrolment import Facts
from services.registry.incidents import IncidentFact, Unit
from shared.database import Transaction
from shared.events.data import Posting
from shared.ledger import columns

# Rows from before there was a time of recording count as recorded when they were said, and their
# retractions as known ever since. Without an instant everything counts.
_KNOWN = """
(${n}::timestamptz IS NULL OR coalesce(f.recorded, f.at) <= ${n}) AND NOT (f.retracted AND EXISTS (
    SELECT FROM retraction r WHERE r.source = f.source AND r.id = f.id
    AND (${n}::timestamptz IS NULL OR r.recorded IS NULL OR r.recorded <= ${n})))
"""
_ENROLMENT = """
SELECT f.subject, f.worker, f.effective_on, f.at, f.source, f.id, f.employer, f.programmes, f.covered_until,
       f.wage_idr, f.region FROM enrolment f
"""
_OF_SUBJECTS = f"""
{_ENROLMENT} JOIN unnest($1::text[]) AS u (subject)
ON hashtextextended(f.subject, 0) = hashtextextended(u.subject, 0) AND f.subject = u.subject
WHERE {_KNOWN.format(n=2)}
"""
_OF_UNITS = f"""
{_ENROLMENT} JOIN unnest($1::text[], $2::text[]) AS u (subject, worker)
ON hashtextextended(f.subject, 0) = hashtextextended(u.subject, 0) AND f.subject = u.subject
AND hashtextextended(f.worker, 0) = hashtextextended(u.worker, 0) AND f.worker = u.worker
WHERE {_KNOWN.format(n=3)}
"""
_POSTINGS = f"""
SELECT DISTINCT ON (f.subject, f.period) f.subject, f.period, f.amount_idr, f.workers, f.posted_on
FROM posting f WHERE f.subject = ANY($1::text[]) AND {_KNOWN.format(n=2)}
ORDER BY f.subject, f.period, f.at DESC, f.source DESC, f.id DESC
"""
_INCIDENTS = f"""
SELECT f.subject, f.worker, f.employer, f.kind, f.occurred_on, f.source, f.id
FROM incident f WHERE f.subject = ANY($1::text[]) AND {_KNOWN.format(n=2)}
"""


async def facts_of(transaction: Transaction, subjects: Collection[str], known: datetime | None) -> Facts:
    """All that was recorded about these subjects by an instant and not retracted by then (None: by now)."""
    facts, wanted = Facts(), list(subjects)
    _add(facts, await transaction.rows(_OF_SUBJECTS, wanted, known))
    for subject, period, amount, workers, posted_on in await transaction.rows(_POSTINGS, wanted, known):
        facts.postings[subject].append(
            Posting(period=period, amount_idr=amount, workers=workers, posted_on=posted_on)
        )
    for row in await transaction.rows(_INCIDENTS, wanted, known):
        facts.incidents[row.subject].append(IncidentFact(*row))
    elsewhere = _units(facts, set(wanted))
    if elsewhere:
        _add(facts, await transaction.rows(_OF_UNITS, *columns(elsewhere), known))
    return facts


def _add(facts: Facts, rows: Any) -> None:
    for subject, worker, *fact in rows:
        facts.enrolments[subject, worker].append(EnrolmentFact(*fact))


def _units(facts: Facts, subjects: set[str]) -> list[Unit]:
    """Where else the injured workers may have been covered."""
    units = {unit for told in facts.incidents.values() for incident in told for unit in incident.units}
    return sorted(unit for unit in units if unit[0] not in subjects)
