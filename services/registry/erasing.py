"""Workers who are to be forgotten (`worker.erased`): their rows are deleted, and older facts not taken again.

An erasure counts for facts whose `time` is not after its own, whichever came first: so facts and erasures
commute. What is told of the person later is taken.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.registry.incidents import Unit
from shared.consuming import Received
from shared.database import Transaction
from shared.events import Event
from shared.events.data import WorkerErased
from shared.ledger import Identity, columns

_REMEMBER = """
INSERT INTO erasure AS e SELECT * FROM unnest($1::text[], $2::timestamptz[])
ON CONFLICT (worker) DO UPDATE SET at = greatest(e.at, excluded.at)
"""
_KNOWN = "SELECT worker, at FROM erasure WHERE worker = ANY($1::text[])"
# By the worker alone: a scan. An index for it would slow every enrolment, and nobody is erased every second.
_NAMED = """
FROM unnest($1::text[], $2::timestamptz[]) AS g (worker, until) WHERE f.worker = g.worker AND f.at <= g.until
"""
Erasures = dict[str, datetime]


class Erased(NamedTuple):
    """What the erasures of a batch touch: (subject, worker) of enrolments, and workers with incidents."""

    units: set[Unit]
    workers: set[str]


def told(received: Iterable[Received]) -> Erasures:
    """The erasures of a batch: until which instant each worker is forgotten."""
    found: Erasures = {}
    for event in (r.event for r in received):
        if type(event.data) is WorkerErased:
            found[event.subject] = max(event.time, found.get(event.subject, event.time))
    return found


def joined(one: Erasures, other: Erasures) -> Erasures:
    """Both: of a worker who was forgotten twice, until the later instant."""
    return other | {worker: max(at, other.get(worker, at)) for worker, at in one.items()}


def left(received: list[Received], erased: Erasures) -> list[Received]:
    """Those of a batch that are not about somebody who was forgotten after they were said."""
    return [r for r in received if not _is_erased(r.event, erased)] if erased else received


def _is_erased(event: Event, erased: Erasures) -> bool:
    return event.subject in erased and event.time <= erased[event.subject]


async def known(transaction: Transaction, received: list[Received]) -> Erasures:
    """The erasures stored before that concern the workers of a batch."""
    if not any(r.event.subject.startswith("worker:") for r in received):
        return {}
    # As a rule nobody was ever erased, and then nothing of a batch has to be looked at or handed over.
    if not (await transaction.rows("SELECT EXISTS (SELECT FROM erasure)"))[0][0]:
        return {}
    workers = list({r.event.subject for r in received if r.event.subject.startswith("worker:")})
    return {row.worker: row.at for row in await transaction.rows(_KNOWN, workers)}


async def touched(transaction: Transaction, erasures: Erasures) -> Erased:
    """Where the workers to be forgotten are enrolled; nothing is deleted yet."""
    if not erasures:
        return Erased(set(), set())
    sql = _NAMED.replace("FROM", "FROM enrolment f,", 1)
    rows = await transaction.rows(f"SELECT DISTINCT f.subject, f.worker {sql}", *_arrays(erasures))
    return Erased({(row.subject, row.worker) for row in rows}, set(erasures))


async def erase(transaction: Transaction, erasures: Erasures) -> set[Identity]:
    """Delete what was said about these workers until then, and remember it; which facts are gone."""
    if not erasures:
        return set()
    arrays = _arrays(erasures)
    await transaction.run(_REMEMBER, *arrays)
    gone: set[Identity] = set()
    for table in ("enrolment", "incident"):
        using = _NAMED.replace("FROM", "USING", 1)
        rows = await transaction.rows(f"DELETE FROM {table} f {using} RETURNING f.source, f.id", *arrays)
        gone |= {(row.source, row.id) for row in rows}
    return gone


def _arrays(erasures: Erasures) -> list[list[object]]:
    return columns(sorted(erasures.items()))
