"""CloudEvents in files, as a format among others. They have ids of their own: nothing is to be remembered."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from patuh.cloudevents_files import Member, members
from patuh.importing.outcomes import Mapped, Outcome, Place, PlacedEvent, Rejected

_NEEDED = ("id", "source", "type", "subject")


def read(paths: Iterable[Path]) -> Iterator[Outcome]:
    """One outcome for each event of each file. Raises OSError."""
    for path in paths:
        try:
            yield from map(_outcome, members(path))
        except (ValueError, RecursionError, gzip.BadGzipFile):
            # The parser's own message repeats a piece of the file.
            yield Rejected(Place(str(path)), None, "", "not JSON or broken gzip: the rest was not read")


def _outcome(member: Member) -> Outcome:
    place = Place(member.place)
    try:
        event = msgspec.json.decode(member.raw, type=dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejected(place.within("event"), None, "", "not a JSON object")
    missing = next((name for name in _NEEDED if not isinstance(event.get(name), str)), None)
    if missing:
        return Rejected(place, None, missing, "must be a text")
    return Mapped((PlacedEvent(event, place),))
