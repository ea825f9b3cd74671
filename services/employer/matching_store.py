"""The rows of the matching report. Facts that stand are read whole; numbers are joined by the pure part."""

from datetime import date

import msgspec

from services.employer.facts import EmployerFacts
from shared.database import Transaction
from shared.events import types
from shared.events.data import CoverageChanged

_PROFILES = (types.EMPLOYER_REGISTERED.name, types.EMPLOYER_UPDATED.name)
_FACTS = """
SELECT event FROM fact
WHERE NOT retracted AND subject ^@ $1 AND event::jsonb ->> 'type' = ANY($2::text[])
"""
_UNKNOWN = """
SELECT subject, snapshot FROM coverage c WHERE subject ^@ 'employer:'
  AND NOT EXISTS (SELECT FROM fact f WHERE f.subject = c.subject AND NOT f.retracted
                  AND f.event::jsonb ->> 'type' = ANY($1::text[]))
"""
_snapshots = msgspec.json.Decoder(CoverageChanged)


async def profiles(transaction: Transaction) -> list[str]:
    """What registers say of employers, as encoded events."""
    return [row.event for row in await transaction.rows(_FACTS, "employer:", list(_PROFILES))]


async def awards(transaction: Transaction) -> list[str]:
    """What was said of awards, every time it was said, as encoded events."""
    return [row.event for row in await transaction.rows(_FACTS, "project:", [types.PROJECT_AWARDED.name])]


async def enrolled(transaction: Transaction, day: date) -> dict[str, int]:
    """Workers enrolled on a day, under each employer subject without a profile of its own."""
    rows = await transaction.rows(_UNKNOWN, list(_PROFILES))
    covered = (
        EmployerFacts(row.subject, coverage={row.subject: _snapshots.decode(row.snapshot)}) for row in rows
    )
    return {one.subject: workers for one in covered if (workers := one.enrolled(day))}
