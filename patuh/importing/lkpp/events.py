"""Imports LKPP's answers: the rows of all files joined by package, each package told as project events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from patuh.importing.lkpp import traps
from patuh.importing.lkpp.facts import Said, facts
from patuh.importing.lkpp.joining import Packages, Placed
from patuh.importing.lkpp.packages import Package
from patuh.importing.lkpp.reading import read_file
from patuh.importing.lkpp.row_reading import is_reference, read_row
from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Rejected, Skipped, Unusable
from shared.clock import JAKARTA
from shared.events.checks import BadEvent, check
from shared.events.data import ProjectAwarded
from shared.identifiers import InvalidIdentifier, check_subject

TOGETHER = "told together with another row of its package"
AGAIN = "said again by a newer row"
NOT_AWARDED = "no winner yet"
LOST = "failed or cancelled before an award"
WITH_REJECTED = "its package was rejected at another row"
REFERENCE = "a plan or a list of codes, about no package"
BIDDER = "bidders are not read"


@dataclass(frozen=True, slots=True)
class About:
    """What the files do not say: when they were fetched (`as_of`, with zone), and the source of the events.

    `source` None means `urn:lkpp:` and the code of the platform (kd_lpse).
    """

    as_of: datetime
    source: str | None = None


def read(paths: Iterable[Path], about: About) -> Iterator[Outcome]:
    """One outcome for each row and each unreadable piece; no network. Raises OSError.

    A package may be spread over the files in any order; of two snapshots the newer day wins, else the later
    file. Events have a `key` and no id: what was told before is dropped by `patuh.importing.memory`. Their
    `time` is the day of the snapshot (`_event_date`, `tgl_penarikan`), local midnight, or `as_of` where the
    rows name no day or the day of `as_of` itself.
    """
    packages = Packages()
    try:
        for path in paths:
            yield from _gathered(path, packages)
        for key, rows in packages:
            yield from _outcomes(Package(key, rows), about)
    finally:
        packages.close()


def _gathered(path: Path, packages: Packages) -> Iterator[Outcome]:
    for found in read_file(path):
        if isinstance(found, Rejected | Skipped):
            yield found
            continue
        place, raw = found
        if is_reference(raw):
            yield Skipped(place, None, REFERENCE)
            continue
        try:
            row = read_row(raw)
        except Unusable as error:
            yield error.at(place, None)
        else:
            if row.stage == "bidder":
                yield Skipped(place, row.key, BIDDER)
            else:
                packages.add(row, place)


def _outcomes(package: Package, about: About) -> Iterator[Outcome]:
    yield from (Skipped(p.place, package.key, AGAIN, (*p.row.notes, traps.SAID_TWICE)) for p in package.older)
    base = package.base
    if base is None:
        reason = LOST if package.lost else NOT_AWARDED
        yield from (Skipped(p.place, package.key, reason, _notes(p, package)) for p in package.rows)
        return
    met: dict[str, None] = {}
    try:
        events = _events(package, base, about, met)
    except Unusable as error:
        yield error.at(base.place, package.key)
        others = (p for p in package.rows if p is not base)
        yield from (Skipped(p.place, package.key, WITH_REJECTED, _notes(p, package)) for p in others)
    else:
        yield from _mapped(package, base, events, tuple(met))


def _mapped(
    package: Package, base: Placed, events: dict[int, list[PlacedEvent]], met: tuple[str, ...]
) -> Iterator[Outcome]:
    for placed in package.rows:
        notes = _notes(placed, package) + (met if placed is base else ())
        if told := events.get(placed.number):
            yield Mapped(tuple(told), notes)
        else:
            yield Skipped(placed.place, package.key, TOGETHER, notes)


def _notes(placed: Placed, package: Package) -> tuple[str, ...]:
    """What was met in the row itself, and what is seen only beside the other rows."""
    row = placed.row
    if (row.stage == "contract" and not row.is_signed) or (row.stage == "award" and not row.has_winner):
        return (*row.notes, traps.STAGE_OPEN)
    if row.stage == "contract":
        agreed = {p.row.values.get("nilai_kontrak") for p in package.of("award")} - {None}
        if agreed and row.values.get("nilai_kontrak", None) not in (None, *agreed):
            return (*row.notes, traps.VALUE_DIFFERS)
    return row.notes


def _events(
    package: Package, base: Placed, about: About, met: dict[str, None]
) -> dict[int, list[PlacedEvent]]:
    """By the number of the row that says them. Raises Unusable."""
    found: dict[int, list[PlacedEvent]] = {}
    for said in facts(package, base, lambda defect: met.setdefault(defect)):
        found.setdefault(said.by.number, []).append(_event(said, package, about))
    return found


def _event(said: Said, package: Package, about: About) -> PlacedEvent:
    row = said.by.row
    attributes = {
        "specversion": "1.0",
        "source": about.source or f"urn:lkpp:{row.lpse}",
        "type": said.kind.name,
        "subject": _subject(package.key, row.family),
        "time": _time(package, about).isoformat(),
        "datacontenttype": "application/json",
        "data": _checked(said),
    }
    return PlacedEvent(attributes, said.by.place, f"{package.key}/{said.what}")


def _checked(said: Said) -> Any:
    """The data as they are sent. A NIK among the contractors is the gateway's to check and replace."""
    data = said.data
    try:
        check(replace(data, contractors=[]) if isinstance(data, ProjectAwarded) else data)
        return msgspec.to_builtins(msgspec.convert(msgspec.to_builtins(data), type(data)))
    except BadEvent as error:
        raise Unusable(error.field.removeprefix("data."), error.rule) from error
    except msgspec.ValidationError as error:
        raise Unusable.because(error) from error


def _subject(key: str, family: str) -> str:
    try:
        return check_subject(f"project:lkpp-{key}", "project")
    except InvalidIdentifier as error:
        raise Unusable(f"kd_{family}", error.rule) from error


def _time(package: Package, about: About) -> datetime:
    day = package.day
    if day is None or day == about.as_of.astimezone(JAKARTA).date():
        return about.as_of
    return datetime.combine(day, time(), JAKARTA)
