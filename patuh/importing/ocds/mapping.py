"""From a contracting process to its events: the award and what became of it.

The `id` of an event is made of the ocid and the version of what was merged, and its `time` is the date of
that release. A payment is named by its own id and dated by itself: it counts once however often it is told.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile
from typing import Any

import msgspec

from patuh.importing.ocds.awarding import read_award
from patuh.importing.ocds.compiling import Process, State
from patuh.importing.ocds.dates import Note, read_instant, unheard
from patuh.importing.ocds.following import amended, ended_on, is_cancelled, payments
from patuh.importing.ocds.releases import Release, awarded, read_release
from patuh.importing.outcomes import PlacedEvent, Unusable
from shared.clock import local_date
from shared.events import types
from shared.events.data import Data, FactRetracted, ProjectCancelled, ProjectCompleted
from shared.identifiers import NIK_ANYWHERE, InvalidIdentifier, check_subject

ID_LIMIT = 300
_PREFIX = re.compile(r"ocds-[a-z0-9]{6}(?=-)", re.ASCII)
Telling = tuple[types.EventType, str, datetime, Data]


class NothingToTell(Exception):
    """Nothing is wrong, but nobody was awarded the contract (yet)."""


class _Known:
    """A state, typed, with what it means."""

    def __init__(self, state: State) -> None:
        self.version, self.name, self.notices = state.version, state.name, state.notices
        try:
            self.release = read_release(state.release)
        except msgspec.ValidationError as error:
            raise Unusable.because(error) from error
        self.is_awarded, self.is_cancelled = bool(awarded(self.release)), is_cancelled(self.release)

    @cached_property
    def time(self) -> datetime:
        """The date of the release, when the publisher said so; else of its awards. Raises Unusable."""
        return _time(self.release, unheard)


def read_events(process: Process, source: str | None, note: Note) -> tuple[PlacedEvent, ...]:
    """The events of a process; `source` None means `urn:ocds:` and the publisher's prefix of the ocid.

    Raises NothingToTell and Unusable.
    """
    source = source or _source(process.ocid)
    told = list(_told([_Known(state) for state in process.states], source, process.ocid, note))
    return tuple(_event(process, source, *one) for one in told)


def _told(known: list[_Known], source: str, ocid: str, note: Note) -> Iterator[Telling]:
    last = known[-1]
    lasting = list(payments(last.release, note))
    if not last.is_awarded and not last.is_cancelled:
        _check_whole(last.release, bool(lasting), note)
    award = next((one for one in reversed(known) if one.is_awarded), None)
    if award:
        _time(award.release, note)
        yield types.PROJECT_AWARDED, award.version, award.time, read_award(award.release, note)
        yield from _amendments(known[: known.index(award) + 1])
    yield from _endings(known, source, ocid)
    for name, at, paid in lasting:
        yield types.PROJECT_PAID, f"paid/{name}", at, paid


def _check_whole(release: Release, has_more: bool, note: Note) -> None:
    if release.awards or not release.contracts:
        if not has_more:
            lost = any(award.status == "unsuccessful" for award in release.awards or [])
            raise NothingToTell("award unsuccessful" if lost else "no award yet")
    elif not has_more:
        raise Unusable("awards", "contracts without their award: import its release too")
    else:
        note("contracts without their award")


def _amendments(known: list[_Known]) -> Iterator[Telling]:
    """Each amendment as it was first told, and again when its terms were corrected."""
    before: Data | None = None
    for one in known:
        now = amended(one.release, one.notices)
        if now and now != before:
            yield types.PROJECT_AMENDED, f"{one.version}/amended/{now.amendment}", one.time, now
        before = now or before


def _endings(known: list[_Known], source: str, ocid: str) -> Iterator[Telling]:
    """Cancelled, and not any more when awarded again; completed."""
    standing = ""
    for one in known:
        if one.is_cancelled and not standing:
            standing = f"{one.name}/cancelled"
            cancelled = ProjectCancelled(cancelled_on=local_date(one.time))
            yield types.PROJECT_CANCELLED, standing, one.time, cancelled
        elif standing and one.is_awarded and not one.is_cancelled:
            retracted = FactRetracted(source=source, id=f"{ocid}/{standing}", reason="awarded again")
            yield types.FACT_RETRACTED, f"{standing}/retracted", one.time, retracted
            standing = ""
    if not standing:
        yield from _completion(known)


def _completion(known: list[_Known]) -> Iterator[Telling]:
    ended = list(takewhile(lambda one: ended_on(one.release, date.max), reversed(known)))
    if ended:
        last, said = known[-1], local_date(ended[-1].time)
        completed_on = ended_on(last.release, said)
        assert completed_on
        completed = ProjectCompleted(completed_on=completed_on)
        yield types.PROJECT_COMPLETED, f"{last.version}/completed", last.time, completed


def _event(
    process: Process, source: str, kind: types.EventType, name: str, time: datetime, data: Data
) -> PlacedEvent:
    content = {
        "specversion": "1.0",
        "id": _event_id(process.ocid, name),
        "source": source,
        "type": kind.name,
        "subject": _subject(process.ocid),
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": _checked(data),
    }
    return PlacedEvent(content, process.places[-1])


def _checked(data: Data) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(data)
    try:
        msgspec.convert(built, type(data))
    except msgspec.ValidationError as error:
        raise Unusable.because(error) from error
    return built


def _event_id(ocid: str, name: str) -> str:
    written = f"{ocid}/{name}"
    if len(written) > ID_LIMIT or "\x00" in written:
        raise Unusable("id", f"at most {ID_LIMIT} characters together with the ocid, no NUL")
    if NIK_ANYWHERE.search(written):
        raise Unusable("id", "must not contain a person's number")
    return written


def _source(ocid: str) -> str:
    prefix = _PREFIX.match(ocid)
    if not prefix:
        raise Unusable("ocid", "starts with ocds-, the six characters of its publisher and a dash")
    return f"urn:ocds:{prefix[0]}"


def _subject(ocid: str) -> str:
    try:
        return check_subject(f"project:{ocid}", "project")
    except InvalidIdentifier as error:
        raise Unusable("ocid", error.rule) from error


def _time(release: Release, note: Note) -> datetime:
    said = read_instant(release.date, "release date", note)
    if said is None:
        told = [read_instant(award.date, "award date", note) for award in awarded(release)]
        said = max((instant for instant in told if instant), default=None)
    if said is None:
        raise Unusable("date", "neither the release nor an award has a date that can be read")
    return said
