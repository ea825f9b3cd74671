"""A run counts only if it came to the right result: coverage and flags against the pure functions."""

import asyncio
from collections.abc import Collection, Iterator, Mapping

import asyncpg
import msgspec

from bench.measuring import BenchFailedError
from bench.workload import TODAY, Workload
from patuh import nation
from patuh.nation import NationPlan, facts
from services.registry import enrolment
from shared.events import Event
from shared.events.data import CoverageChanged

Truth = dict[str, CoverageChanged]


def coverage_of(workload: Workload, ids: Collection[str] | None = None) -> Truth:
    """The coverage of every subject after all worker events, or after those with these ids."""
    events = workload.worker_events()
    return enrolment.snapshots(events if ids is None else (e for e in events if e.id in ids))


def stored_ids(dsn: str) -> set[str]:
    """The ids of the events that a variant stored."""
    return {row["id"] for row in asyncio.run(_query(dsn, "SELECT id FROM enrolment"))}


def employers_short(workload: Workload, truth: Truth) -> set[str]:
    """The employers that enrol fewer workers than they declared."""
    return {
        employer
        for number in range(workload.employers)
        if _enrolled(truth, employer := workload.employer(number)) < workload.workforce(number)
    }


def _enrolled(truth: Truth, employer: str) -> int:
    steps = truth[employer].steps if employer in truth else []
    return next((step.enrolled for step in reversed(steps) if step.on <= TODAY), 0)


def check_coverage(dsn: str, truth: Truth, subjects: list[str] | None = None) -> None:
    """Raise BenchFailedError unless the `coverage` table in `dsn` says what is true (of `subjects`)."""
    sql = "SELECT subject, snapshot FROM coverage WHERE $1::text[] IS NULL OR subject = ANY($1)"
    rows = asyncio.run(_query(dsn, sql, subjects))
    decoder = msgspec.json.Decoder(CoverageChanged)
    found = {row["subject"]: decoder.decode(row["snapshot"]) for row in rows}
    wrong = [s for s in found.keys() | truth.keys() if _said(found.get(s)) != _said(truth.get(s))]
    if wrong:
        raise BenchFailedError(f"{len(wrong)} of {len(truth)} subjects have a wrong coverage: {wrong[0]}")


def _said(snapshot: CoverageChanged | None) -> object:
    return snapshot and (snapshot.steps, snapshot.removals, snapshot.postings)


def check_flags(dsn: str, short: set[str]) -> None:
    """Raise BenchFailedError unless exactly the employers in `short` are flagged for missing workers."""
    sql = "SELECT subject FROM flag WHERE status = 'open' AND code = 'employer.workers-missing'"
    found = {row["subject"] for row in asyncio.run(_query(dsn, sql))}
    if found != short:
        raise BenchFailedError(f"flagged {len(found)} employers, {len(short)} are short of workers")


def check_alerts(employer: str, notifier: str, told: set[str]) -> None:
    """Raise BenchFailedError unless the open cases are the open flags, and `told`, the cases that the
    receiver of the alerts holds to be open, are just these. `employer` and `notifier` are their databases.
    """
    flags = _pairs(employer, "SELECT subject, code FROM flag WHERE status = 'open'")
    cases = _pairs(notifier, "SELECT subject, code FROM flag_case WHERE status = 'open'")
    if flags != cases:
        raise BenchFailedError(f"{len(flags ^ cases)} flags and cases are not alike")
    rows = asyncio.run(_query(notifier, "SELECT id FROM flag_case WHERE status = 'open'"))
    if wrong := {str(row["id"]) for row in rows} ^ told:
        raise BenchFailedError(f"{len(wrong)} of {len(rows)} cases were not told as they are")


def _pairs(dsn: str, sql: str) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in asyncio.run(_query(dsn, sql))}


def short_by_plan(plan: NationPlan) -> set[str]:
    """The employers that enrol fewer workers than they declared, after all months of a nation."""
    return {facts.employer_subject(plan, number) for number in range(plan.employers) if plan.is_short(number)}


def check_stored(dsn: str, plan: NationPlan) -> None:
    """Raise BenchFailedError unless every worker event of a nation is stored, and no other."""
    found, wanted = (
        asyncio.run(_query(dsn, "SELECT count(*) FROM enrolment"))[0][0],
        plan.workers * plan.months,
    )
    if found != wanted:
        raise BenchFailedError(f"{found:,} facts are stored, {wanted:,} were sent")


def check_sample(dsn: str, plan: NationPlan, most: int = 200) -> None:
    """Raise BenchFailedError unless `most` employers, spread over all sizes, have the right coverage."""
    sampled = range(0, plan.employers, -(-plan.employers // most))
    truth = enrolment.snapshots(event for number in sampled for event in _about(plan, number))
    check_coverage(dsn, truth, list(truth))


def _about(plan: NationPlan, number: int) -> Iterator[Event]:
    """What the registry hears about an employer and its project."""
    for month in range(plan.months):
        yield from (facts.line(plan, worker, month) for worker in plan.workers_of(number))
        yield nation.contribution(plan, number, month)


def stored_counts(dsn: str) -> dict[str, int]:
    """The enrolled workers by subject that a framework brought into PostgreSQL."""
    rows = asyncio.run(_query(dsn, "SELECT subject, enrolled FROM enrolled"))
    return {row["subject"]: row["enrolled"] for row in rows}


def check_counts(found: Mapping[str, int], truth: Truth) -> None:
    """Raise BenchFailedError unless every subject has as many enrolled workers as is true."""
    wrong = [s for s in found.keys() | truth.keys() if found.get(s, 0) != _enrolled(truth, s)]
    if wrong:
        raise BenchFailedError(f"{len(wrong)} of {len(truth)} subjects have a wrong count: {wrong[0]}")


def check_crossed(flags: Mapping[str, bytes], truth: Truth, declared: int) -> None:
    """Raise BenchFailedError unless the newest flag of each subject says on which side of `declared` it is;
    no flag says below, where all begin.
    """
    short = {subject: bool(msgspec.json.decode(flag)["short"]) for subject, flag in flags.items()}
    wrong = [s for s in short.keys() | truth.keys() if short.get(s, True) != (_enrolled(truth, s) < declared)]
    if wrong:
        raise BenchFailedError(f"{len(wrong)} of {len(truth)} subjects have a wrong flag: {wrong[0]}")


async def _query(dsn: str, sql: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        found: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
    finally:
        await connection.close()
    return found
