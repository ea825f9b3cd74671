"""The registry's tables and SQL. Every statement takes a whole batch as arrays."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.exc import IntegrityError

from services.registry.coverage import EnrolmentFact
from services.registry.incidents import IncidentFact, Unit
from shared.database import Transaction
from shared.events.data import CoverageChanged, Posting
from shared.ledger import SAME_FACT, Identity, columns

_MANY = 100  # so many facts at once are worth a savepoint
TABLES = ("enrolment", "posting", "incident")

_snapshots = msgspec.json.Decoder(CoverageChanged)

_LOCK_SUBJECTS = """
SELECT subject, snapshot, wages IS DISTINCT FROM $2 AS stale FROM coverage
WHERE subject = ANY($1::text[]) ORDER BY subject FOR UPDATE
"""
_OPEN_SUBJECTS = """
INSERT INTO coverage (subject, version, snapshot, wages)
SELECT s, 0, '{"version":0}', $2 FROM unnest($1::text[]) s ORDER BY s ON CONFLICT DO NOTHING
"""
_STALE = "SELECT subject FROM coverage WHERE subject > $2 AND wages IS DISTINCT FROM $1 ORDER BY 1 LIMIT $3"
_PUT = """
UPDATE coverage c SET version = n.version, snapshot = n.snapshot, wages = $4
FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (subject, version, snapshot)
WHERE c.subject = n.subject
"""
SAME_UNIT = """
hashtextextended(e.subject, 0) = hashtextextended(u.subject, 0) AND e.subject = u.subject
AND hashtextextended(e.worker, 0) = hashtextextended(u.worker, 0) AND e.worker = u.worker
AND NOT e.retracted
"""
# Staged instants are microseconds since 1970: the driver takes ten times as long for one with a time zone.
INSTANT = "('epoch'::timestamptz + {} * interval '1 microsecond')"
_STANDING = f"""
SELECT e.subject, e.worker, e.effective_on, e.at, e.source, e.id, e.employer, e.programmes, e.covered_until,
       e.wage_idr, e.region
FROM unnest($1::text[], $2::text[]) AS u (subject, worker) JOIN enrolment e ON {SAME_UNIT}
"""
_POSTINGS = """
SELECT DISTINCT ON (subject, period) subject, period, amount_idr, workers, posted_on FROM posting
WHERE subject = ANY($1::text[]) AND NOT retracted ORDER BY subject, period, at DESC, source DESC, id DESC
"""
_INCIDENTS = """
SELECT i.subject, i.worker, i.employer, i.kind, i.occurred_on, i.source, i.id
FROM incident i JOIN (SELECT worker FROM staged_enrolment UNION SELECT unnest($1::text[])) w USING (worker)
WHERE NOT i.retracted
"""


class _Ledger(NamedTuple):
    """A ledger table: its columns beside `retracted`, and their types."""

    table: str
    columns: str
    types: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return self.columns.split(", ")

    def stage(self) -> str:
        """Where a batch's facts wait: of this connection alone, empty at the end of each transaction."""
        kinds = ["bigint" if kind == "timestamptz" else kind for kind in self.types]
        told = ", ".join(f"{name} {kind}" for name, kind in zip(self.names, kinds, strict=True))
        more = ", earliest int" if self is _ENROLMENT else ""
        return f"CREATE TEMP TABLE IF NOT EXISTS staged_{self.table} ({told}{more}) ON COMMIT DELETE ROWS"

    def insert(self, known: str) -> str:
        """Add what is staged, with this clause for what is `known`; mark at once what was retracted before.

        Says how many count from now on; which ones were added only when that is not all of `$1`.
        """
        pairs = zip(self.names, self.types, strict=True)
        staged = [INSTANT.format(name) if kind == "timestamptz" else name for name, kind in pairs]
        return (
            f"WITH added AS (INSERT INTO {self.table} ({self.columns}, retracted) "
            f"SELECT {', '.join(staged)}, "
            "EXISTS (SELECT FROM retraction r WHERE r.source = g.source AND r.id = g.id) "
            f"FROM staged_{self.table} AS g {known} RETURNING source, id, retracted), "
            "counting AS (SELECT count(*) AS n FROM added WHERE NOT retracted) "
            "SELECT n, source, id, retracted FROM counting LEFT JOIN added ON n < $1"
        )


_SAID = ("text", "text", "bigint", "text", "text")  # source, id, digest, subject, and the next one
_ENROLMENT = _Ledger(
    "enrolment",
    "source, id, digest, subject, worker, employer, programmes, effective_on, covered_until, at, "
    "wage_idr, region, recorded",
    (*_SAID, "text", "smallint", "date", "date", "timestamptz", "bigint", "text", "timestamptz"),
)
_POSTING = _Ledger(
    "posting",
    "source, id, digest, subject, period, amount_idr, workers, posted_on, at, recorded",
    (*_SAID, "bigint", "int", "date", "timestamptz", "timestamptz"),
)
_INCIDENT = _Ledger(
    "incident",
    "source, id, digest, subject, worker, employer, kind, occurred_on, at, recorded",
    (*_SAID, "text", "text", "date", "timestamptz", "timestamptz"),
)
_LEDGERS = {ledger.table: ledger for ledger in (_ENROLMENT, _POSTING, _INCIDENT)}


class Named(NamedTuple):
    """Where some facts belong: (subject, worker) of enrolments, subjects of postings, injured workers."""

    units: set[Unit]
    paid: set[str]
    injured: set[str]


EnrolmentRow = tuple[
    str, str, int, str, str, str, int, date, date | None, int, int | None, str | None, int, int | None
]
PostingRow = tuple[str, str, int, str, str, int, int, date, int, int]
IncidentRow = tuple[str, str, int, str, str, str, str, date, int, int]


async def lock_coverage(
    transaction: Transaction, subjects: Iterable[str], wages: int
) -> tuple[dict[str, CoverageChanged], set[str]]:
    """The coverage of these subjects, locked in order until the end of the transaction.

    And those among them that were counted with another table of minimum wages than `wages`, a digest.
    """
    wanted = sorted(subjects)
    await transaction.run(_OPEN_SUBJECTS, wanted, wages)
    rows = await transaction.rows(_LOCK_SUBJECTS, wanted, wages)
    known = {row.subject: _snapshots.decode(row.snapshot) for row in rows}
    return known, {row.subject for row in rows if row.stale}


async def stale(transaction: Transaction, wages: int, after: str, limit: int) -> list[str]:
    """Subjects after `after` that were counted with another table of minimum wages."""
    return [row.subject for row in await transaction.rows(_STALE, wages, after, limit)]


async def stage(transaction: Transaction, table: str, rows: list[Any]) -> None:
    """Lay a batch's facts ready for `add`; an enrolment with its number when it is first of its unit."""
    ledger = _LEDGERS[table]
    await transaction.run(ledger.stage())
    names = [*ledger.names, "earliest"] if ledger is _ENROLMENT else ledger.names
    await transaction.copy(f"staged_{table}", names, rows)


async def add(transaction: Transaction, table: str, staged: int) -> dict[Identity, bool] | None:
    """Add the staged facts to a ledger; which were new, and whether each was retracted before it came.

    None when all of them were new and none retracted: then, as a rule, there is no need to name them.
    """
    ledger = _LEDGERS[table]
    added = await _all_new(transaction, ledger, staged) if staged >= _MANY else None
    if added is None:
        added = await transaction.rows(ledger.insert(known="ON CONFLICT DO NOTHING"), staged)
    if added[0].n == staged:
        return None
    return {(source, id_): retracted for _, source, id_, retracted in added if source is not None}


async def _all_new(transaction: Transaction, ledger: _Ledger, staged: int) -> Sequence[Any] | None:
    """Add the facts as if all were new, a third cheaper than to ask of each; None when one is known."""
    try:
        async with transaction.savepoint():
            return await transaction.rows(ledger.insert(known=""), staged)
    except IntegrityError:
        return None


async def named(transaction: Transaction, facts: set[Identity]) -> Named:
    """Where these facts belong, as far as they are known."""
    if not facts:
        return Named(set(), set(), set())
    given = columns(sorted(facts))
    where = f"JOIN unnest($1::text[], $2::text[]) AS k (source, id) ON {SAME_FACT}"
    units = await transaction.rows(f"SELECT f.subject, f.worker FROM enrolment f {where}", *given)
    postings = await transaction.rows(f"SELECT f.subject FROM posting f {where}", *given)
    injured = await transaction.rows(f"SELECT f.worker FROM incident f {where}", *given)
    return Named(
        {(row.subject, row.worker) for row in units},
        {row.subject for row in postings},
        {row.worker for row in injured},
    )


async def standing(transaction: Transaction, units: set[Unit]) -> dict[Unit, list[EnrolmentFact]]:
    """The facts about these workers at these subjects that are not retracted."""
    found: dict[Unit, list[EnrolmentFact]] = {unit: [] for unit in units}
    if units:
        for subject, worker, *fact in await transaction.rows(_STANDING, *columns(sorted(units))):
            found[subject, worker].append(EnrolmentFact(*fact))
    return found


async def incidents_of(transaction: Transaction, workers: Collection[str]) -> list[IncidentFact]:
    """The incidents of these workers, and of those whose enrolments are staged, that are not retracted."""
    return [IncidentFact(*row) for row in await transaction.rows(_INCIDENTS, list(workers))]


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


async def put_coverage(transaction: Transaction, changed: dict[str, CoverageChanged], wages: int) -> None:
    """Store new snapshots, counted with the table of minimum wages that has this digest."""
    if changed:
        rows = [(s, c.version, msgspec.json.encode(c).decode()) for s, c in changed.items()]
        await transaction.run(_PUT, *columns(rows), wages)
