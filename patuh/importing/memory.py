"""What was already told of each source, so that a second snapshot tells only what changed.

Rows of a snapshot have no version. The version made here is a digest of what is said now and of the version
told before: the same changes give the same ids, and a value that returns to an earlier one is still news.
Nothing of a row is kept, only digests; `key` must not hold a person's number.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Skipped
from shared.identifiers import NIK_ANYWHERE

UNCHANGED = "unchanged since it was last imported"
_TABLE = """
CREATE TABLE IF NOT EXISTS told (
    source TEXT, key TEXT, content BLOB NOT NULL, version TEXT NOT NULL, PRIMARY KEY (source, key)
) WITHOUT ROWID
"""
_Told = tuple[bytes, str]
_Place = tuple[str, str]


class Memory:
    """A file (`None`: in memory only) of what the gateway has taken, by source and key."""

    def __init__(self, path: Path | None) -> None:
        self._file = sqlite3.connect(path or ":memory:")
        self._file.execute(_TABLE)
        self._pending: dict[_Place, _Told] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    def begin(self) -> None:
        """A new import: what an earlier one said and got no answer for is to be said again."""
        self._pending.clear()

    def is_news(self, event: PlacedEvent) -> bool:
        """Whether the event says something that was not told last; then it has an `id` made for it.

        An event without a `key` has an id of its own and is always news.
        """
        if event.key is None:
            return True
        place = (str(event["source"]), event.key)
        content = _digest(event)
        known = self._pending.get(place) or self._find(place)
        if known and known[0] == content:
            return False
        version = _next(known[1] if known else "", event)
        event["id"] = f"{event.key}@{version}"
        self._pending[place] = (content, version)
        return True

    def told(self, events: Iterable[object]) -> None:
        """The gateway has these events: remember them. Those of no key, or not asked about, are ignored."""
        with self._file:
            for event in events:
                if isinstance(event, PlacedEvent) and event.key is not None:
                    self._keep((str(event["source"]), event.key), str(event["id"]), _digest(event))

    def _keep(self, place: _Place, name: str, content: bytes) -> None:
        version = name.rpartition("@")[2]
        self._file.execute("REPLACE INTO told VALUES (?, ?, ?, ?)", (*place, content, version))
        if self._pending.get(place) == (content, version):
            del self._pending[place]

    def _find(self, place: _Place) -> _Told | None:
        found: _Told | None = self._file.execute(
            "SELECT content, version FROM told WHERE source = ? AND key = ?", place
        ).fetchone()
        return found


def _said(event: PlacedEvent) -> bytes:
    """What is said; not when, because a snapshot's day is not news."""
    return msgspec.json.encode([event["type"], event.get("subject"), event["data"]], order="sorted")


def _digest(event: PlacedEvent) -> bytes:
    return hashlib.blake2b(_said(event), digest_size=16).digest()


def _next(version: str, event: PlacedEvent) -> str:
    """The version after `version`. It is published, so no number of a person may be guessed from it."""
    said = NIK_ANYWHERE.sub("a person", _said(event).decode())
    return hashlib.blake2b(f"{version} {said}".encode(), digest_size=6).hexdigest()


def news(outcomes: Iterable[Outcome], memory: Memory) -> Iterator[Outcome]:
    """The same outcomes with only the events that are news; one with none left is skipped as unchanged."""
    memory.begin()
    for outcome in outcomes:
        if not isinstance(outcome, Mapped):
            yield outcome
        elif fresh := tuple(event for event in outcome.events if memory.is_news(event)):
            yield Mapped(fresh, outcome.defects)
        else:
            first = outcome.events[0]
            yield Skipped(first.place, first.key, UNCHANGED, outcome.defects)
