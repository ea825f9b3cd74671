"""History for `bench.history`: facts of years before the workload, made in SQL, with the sums they come to.

Each of its workers was enrolled on 1 January 2019 and updated each month without any change: the sum is
known without adding it up, so many workers from that day on. At a project she has twelve facts at most.
`months`: the workers of the workload themselves, until 30 December 2024. `employers`: others at other firms,
and still.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import asyncpg
from msgspec.structs import replace

import services.registry
from bench.proof import Truth
from bench.workload import MONTHS, WORKERS_PER_EMPLOYER, Workload
from services.registry.enrolment import subject_of
from services.registry.wages import in_force
from shared.database import Database, with_driver
from shared.events.data import CoverageChanged, Step

GROWS = ("employers", "months")
SINCE, UNTIL = date(2019, 1, 1), date(2024, 12, 31)
_DAYS = (UNTIL - SINCE).days - 1
_AT_ONCE = 10_000_000  # in the order of the months, as they came: so many facts are sorted at once

_WORKERS = """
CREATE TEMP TABLE worker AS
SELECT 'worker:' || encode(sha256(n::text::bytea), 'hex')::char(40) AS worker,
       'employer:nib-' || lpad((n / $1::int)::text, 13, '0') AS subject, '' AS employer, n
FROM generate_series(0, $2::int - 1) n
"""
_FACTS = """
INSERT INTO enrolment (source, id, digest, subject, worker, employer, programmes, effective_on, covered_until,
                       at, retracted, wage_idr, region, recorded)
SELECT 'https://sipp.example.id', left(md5(w.worker || w.subject), 20) || '-h' || s.m,
       hashtextextended(w.worker, s.m), w.subject, w.worker, coalesce(nullif(w.employer, ''), w.subject), 7,
       d.day, $4::date, d.day::timestamptz, false, NULL, NULL, d.day::timestamptz
FROM worker w
CROSS JOIN LATERAL (
    SELECT CASE WHEN w.subject LIKE 'project:%' THEN greatest(0, $3::int - $7::int) ELSE 0 END) b (m)
CROSS JOIN LATERAL generate_series(b.m, $3::int - 1) AS s (m)
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.m = b.m THEN $5::date ELSE $5::date + s.m * $6::int / $3::int END AS day) d
WHERE w.n >= $1 AND w.n < $2 ORDER BY s.m
"""
# A contract of public works is for a budget year: nobody has been at one project for longer.
_MOST_AT_A_PROJECT = 12
_SUMS = """
INSERT INTO coverage (subject, version, snapshot, wages)
SELECT subject, 1, format($1::text, count(*)), $2::bigint FROM worker GROUP BY subject
"""


@dataclass(frozen=True)
class History:
    """So many times the facts of `workload`, its own facts counted as one of them."""

    workload: Workload
    grows: str
    factor: int

    @property
    def facts_each(self) -> int:
        """How many facts about each worker of the history."""
        return MONTHS if self.grows == "employers" else MONTHS * (self.factor - 1)

    @property
    def others(self) -> int:
        """How many workers at other firms."""
        return self.workload.workers * (self.factor - 1)

    @property
    def steps(self) -> str:
        """The steps of a subject, `%1$s` for the number of its workers."""
        from_then = f'["{SINCE}",%1$s,%1$s,%1$s,%1$s,0,0,0,0]'
        ended = "" if self.grows == "employers" else f',["{UNTIL}",0,0,0,0,0,0,0,0]'
        return f'{{"version":1,"steps":[{from_then}{ended}]}}'

    def with_history(self, truth: Truth) -> Truth:
        """The coverage that both together come to."""
        if self.factor == 1:
            return truth
        if self.grows == "employers":
            return truth | {f"employer:nib-{n:013}": _steady(size) for n, size in self._firms()}
        sizes = defaultdict[str, int](int)
        for subject, _, _ in own_workers(self.workload):
            sizes[subject] += 1
        return {
            subject: replace(truth[subject], steps=[*_steps(size), *truth[subject].steps])
            for subject, size in sizes.items()
        }

    def _firms(self) -> list[tuple[int, int]]:
        whole, rest = divmod(self.others, WORKERS_PER_EMPLOYER)
        return [(n, WORKERS_PER_EMPLOYER) for n in range(whole)] + ([(whole, rest)] if rest else [])


def _steps(size: int) -> list[Step]:
    return [Step(SINCE, size, size, size, size), Step(UNTIL, 0)]


def _steady(size: int) -> CoverageChanged:
    return CoverageChanged(version=1, steps=_steps(size)[:1])


def own_workers(workload: Workload) -> list[tuple[str, str, str]]:
    """The subject, the worker and the employer of each worker of the workload."""
    first_month = islice(workload.worker_events(), workload.workers)
    return [(subject_of(e), e.subject, getattr(e.data, "employer", "")) for e in first_month]


async def fill(dsn: str, history: History) -> int:
    """Put the history into an empty registry; how many facts. Its tables are made first."""
    database = Database(with_driver(dsn))
    await database.migrate(Path(str(services.registry.__file__)).parent / "migrations")
    await database.close()
    connection = await asyncpg.connect(dsn, command_timeout=3600)
    try:
        return await _fill(connection, history) if history.factor > 1 else 0
    finally:
        await connection.close()


async def _fill(connection: asyncpg.Connection, history: History) -> int:
    await connection.execute("SET synchronous_commit = off; SET timezone = 'UTC'")
    await connection.execute("SET maintenance_work_mem = '512MB'")
    workers = await _workers(connection, history)
    await connection.execute("CREATE INDEX ON worker (n)")
    await connection.execute("ANALYZE worker")
    indexes = await _without_indexes(connection)
    step, each = max(1, _AT_ONCE // history.facts_each), history.facts_each
    until = UNTIL - timedelta(days=1) if history.grows == "months" else None
    for first in range(0, workers, step):
        given = (first, first + step, each, until, SINCE, _DAYS, _MOST_AT_A_PROJECT)
        await connection.execute(_FACTS, *given)
    for definition in indexes:
        await connection.execute(definition)
    await connection.execute(_SUMS, history.steps, in_force().digest)
    await connection.execute("VACUUM ANALYZE enrolment")
    await connection.execute("VACUUM ANALYZE coverage")
    facts: int = await connection.fetchval("SELECT count(*) FROM enrolment")
    return facts


async def _workers(connection: asyncpg.Connection, history: History) -> int:
    if history.grows == "employers":
        await connection.execute(
            _WORKERS.replace("$1", str(WORKERS_PER_EMPLOYER)).replace("$2", str(history.others))
        )
        return history.others
    await connection.execute("CREATE TEMP TABLE worker (subject text, worker text, employer text, n int)")
    own = [(*one, n) for n, one in enumerate(own_workers(history.workload))]
    await connection.copy_records_to_table("worker", records=own)
    return len(own)


async def _without_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop the indexes that are not unique; how to make them again, which is faster than to keep them up."""
    rows = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname "
        "JOIN pg_index x ON x.indexrelid = c.oid WHERE i.tablename = 'enrolment' AND NOT x.indisunique"
    )
    for row in rows:
        await connection.execute(f"DROP INDEX {row['indexname']}")
    return [row["indexdef"] for row in rows]
