"""What a package says, as the data of events, each with the row that says it and a name of its own."""

from collections.abc import Callable, Iterator
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from patuh.importing.lkpp import suppliers, traps
from patuh.importing.lkpp.dates import read_end
from patuh.importing.lkpp.joining import Placed
from patuh.importing.lkpp.kinds import read_kind, read_method
from patuh.importing.lkpp.packages import Package, is_lost
from patuh.importing.lkpp.rows import Row
from patuh.importing.outcomes import Unusable
from shared.events import data as d
from shared.events import types as t
from shared.events.types import EventType

Note = Callable[[str], None]
_NPWP = "npwp_penyedia"
_FALLBACKS = (
    "nilai_kontrak",
    "nilai_negosiasi",
    "nilai_terkoreksi",
    "harga_final",
    "total_realisasi",
    "nilai_penawaran",
)


class Said(NamedTuple):
    """`what` completes the package's key: `award`, `amendment/2`."""

    by: Placed
    what: str
    kind: EventType
    data: d.Data


def facts(package: Package, base: Placed, note: Note) -> Iterator[Said]:
    """All that is said of an awarded package. Raises Unusable when its award cannot be told."""
    yield Said(base, "award", t.PROJECT_AWARDED, _awarded(package, base.row, note))
    if start := _started(package, note):
        yield start
    yield from _amended(package, note)
    yield from _paid(package)
    yield from _ended(package, base, note)


def _awarded(package: Package, row: Row, note: Note) -> d.ProjectAwarded:
    title = package.first(lambda r: r.title)
    if not title:
        raise Unusable("nama_paket", "missing in every row of the package")
    start, end = _span(row.start_on, row.end_on, row.contract_on, note)
    return d.ProjectAwarded(
        title=title,
        kind=_kind(package, row, title, note),
        method=read_method(row.family, package.first(lambda r: r.method)),
        owner=_owner(package, note),
        contractors=_contractors(package, row, note),
        value_idr=_value(package, row, note),
        funding=package.first(lambda r: r.funding),
        contract_on=_signed(package, row, note),
        start_on=start,
        end_on=end,
        region=package.first(lambda r: r.region),
    )


def _kind(package: Package, row: Row, title: str, note: Note) -> d.ProjectKind:
    if row.family == "swakelola":
        return "community"
    kind, met = read_kind(package.first(lambda r: r.category), title)
    if kind is None:
        raise Unusable("jenis_pengadaan", "missing or unknown, and the title does not tell the kind of work")
    if met:
        note(met)
    return kind


def _owner(package: Package, note: Note) -> d.Owner:
    agency, text = package.first(lambda r: r.agency), package.first(lambda r: r.agency_text)
    if not agency:
        note("agency by its kd_satker_str: the kd_satker is in no row")
    if not (agency or text):
        raise Unusable("kd_satker", "missing in every row of the package")
    return d.Owner(agency=(agency or text or "")[:100], name=package.first(lambda r: r.agency_name))


def _contractors(package: Package, row: Row, note: Note) -> list[str]:
    if row.family != "swakelola":
        try:
            return suppliers.contractors(package.by_trust, _NPWP, note)
        except suppliers.Withheld:
            note(suppliers.WITHHELD)
            return []
    found: dict[str, None] = {}
    for implementer in package.by_trust:
        try:
            found |= dict.fromkeys(suppliers.contractors([implementer], "npwp_pelaksana", note))
        except Unusable as error:
            note(f"dropped implementer: {error.rule}")
        except suppliers.Withheld:
            note(suppliers.WITHHELD)
    return list(found)[:50]


def _value(package: Package, row: Row, note: Note) -> int | None:
    """Of the first contract; else of what was negotiated, corrected, offered, and then it says so."""
    if row.stage == "contract" and "nilai_kontrak" in row.values:
        return row.values["nilai_kontrak"]
    others = [placed.row for placed in package.of("award", "hand-over", "letter", "recorded", "realised")]
    for name in _FALLBACKS:
        for other in (row, *others):
            if name in other.values:
                note(f"value from {name} of the {other.stage} row: no contract value")
                return other.values[name]
    note("value unknown: no amount in any row")
    return None


def _signed(package: Package, row: Row, note: Note) -> date | None:
    year = package.first(lambda r: r.year)
    if row.contract_on and year and row.contract_on.year != year:
        note(traps.OTHER_YEAR)
    return row.contract_on


def _span(
    start: date | None, end: date | None, signed: date | None, note: Note
) -> tuple[date | None, date | None]:
    """A period that can be true. One of a single day is the day of signing, and says nothing."""
    if start and end and start == end:
        return None, None
    first = start or signed
    if first and end and end < first:
        note(traps.ENDS_FIRST)
        return start, None
    return start, end


def _started(package: Package, note: Note) -> Said | None:
    by = next((placed for placed in package.of("start") if placed.row.start_on), None)
    if by is None or by.row.start_on is None:
        return None
    start, end = by.row.start_on, _last_day(by.row, note)
    return Said(by, "start", t.PROJECT_STARTED, d.ProjectStarted(start_on=start, end_on=end))


def _last_day(row: Row, note: Note) -> date | None:
    end = row.end_on or read_end(row.start_on, row.duration, note)
    if row.start_on and end and end < row.start_on:
        note(traps.ENDS_FIRST)
        return None
    return end


def _amended(package: Package, note: Note) -> Iterator[Said]:
    orders = {placed.row.version: placed.row for placed in package.of("start")}
    for by in package.contracts:
        version = by.row.version
        if version:
            end = _last_day(orders[version], note) if version in orders else None
            if end is None:
                _, end = _span(by.row.start_on, by.row.end_on, by.row.contract_on, note)
            value = by.row.values.get("nilai_kontrak")
            amended = d.ProjectAmended(amendment=version, value_idr=value, end_on=end)
            yield Said(by, f"amendment/{version}", t.PROJECT_AMENDED, amended)


def _paid(package: Package) -> Iterator[Said]:
    """What the owner paid its contractor (BAP), each once, however often an answer repeats it."""
    told: set[str] = set()
    for by in package.of("hand-over"):
        day, amount = by.row.paid_on, by.row.paid_idr
        # The number of a BAP is free text, and may hold anything: the key holds its digest.
        name = blake2b(f"{by.row.number} {amount}".encode(), digest_size=6).hexdigest()
        if day and amount and name not in told:
            told.add(name)
            yield Said(by, f"payment/{name}", t.PROJECT_PAID, d.ProjectPaid(paid_on=day, amount_idr=amount))


def _ended(package: Package, base: Placed, note: Note) -> Iterator[Said]:
    if cancelled := _cancelled(package, base, note):
        by, day = cancelled
        yield Said(by, "cancellation", t.PROJECT_CANCELLED, d.ProjectCancelled(cancelled_on=day))
    elif completed := _completed(package, note):
        by, day = completed
        yield Said(by, "completion", t.PROJECT_COMPLETED, d.ProjectCompleted(completed_on=day))


def _cancelled(package: Package, base: Placed, note: Note) -> tuple[Placed, date] | None:
    cut = [placed for placed in package.rows if "pemutusan" in (placed.row.contract_status or "").lower()]
    lost = [placed for placed in package.rows if is_lost(placed.row.status)]
    if not cut and not lost:
        return None
    day = max((placed.row.status_on for placed in cut if placed.row.status_on), default=None)
    if day is None:
        # Otherwise each snapshot would tell another day: `tanggal_status` is the day of the pull.
        day = base.row.contract_on or base.row.awarded_on or base.row.start_on
        note("cancelled on a day that is not told: taken from the contract, the award or the start")
    if day is None:
        note("cancelled, but not told: no day at all")
        return None
    return (cut or lost)[-1], day


def _completed(package: Package, note: Note) -> tuple[Placed, date] | None:
    """The last hand-over of a finished contract, else the day its status was set: at times years later."""
    done = [placed for placed in package.rows if "selesai" in (placed.row.contract_status or "").lower()]
    recorded = [p for p in package.of("recorded") if "selesai" in (p.row.status or "").lower()]
    handed = [placed for placed in package.of("hand-over") if placed.row.handed_over_on]
    whole = [placed for placed in handed if (placed.row.progress or 0) >= 100]
    if not done and not recorded and not whole:
        return None
    days = (
        [p.row.handed_over_on for p in handed]
        or [p.row.status_on for p in done]
        or [p.row.end_on for p in recorded]
    )
    day = max((day for day in days if day), default=None)
    if day is None:
        note("finished, but not told: no day at all")
        return None
    if not done and not recorded:
        note("finished by its hand-over at 100 %, the status still says running")
    return (done or recorded or whole)[-1], day
