"""Reads OCDS files as a stream: packages, records, releases, arrays of those, JSON Lines, plain or gzipped.

Memory holds one release or one record (in JSON Lines: one line) at a time, however large the file.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from patuh.importing.ocds.json_stream import stream
from patuh.importing.outcomes import Place, Rejected

SNIFF = 1 << 20
LONGEST_LINE = 64 << 20
_LINES = {".jsonl", ".ndjson"}
Bytes = gzip.GzipFile | io.BufferedReader
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Found:
    """A release or a record as the publisher wrote it."""

    place: Place
    kind: Literal["release", "record"]
    content: dict[str, Any]

    @property
    def ocid(self) -> str | None:
        value = self.content.get("ocid")
        return value if isinstance(value, str) else None


def read_file(path: Path) -> Iterator[Found | Rejected]:
    """Every release and record of a file; what is none of these is rejected, and so is damage.

    Raises OSError when the file cannot be opened.
    """
    place = Place(str(path))
    try:
        with _open(path) as file:
            first = _first_line(file)
        with _open(path) as file:
            if not first.strip():
                yield Rejected(place, None, "", "empty: there is no JSON in it")
            elif _is_lines(first, path):
                yield from _lines(file, place)
            else:
                yield from _whole(file, place)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Rejected(place, None, "", "damaged gzip: the rest was not read")


def _open(path: Path) -> Bytes:
    # By content, not by name: publishers serve gzip under any name.
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    file = gzip.GzipFile(path) if zipped else path.open("rb")
    if file.peek(3)[:3] == _BOM:
        file.read(3)
    return file


def _first_line(file: Bytes) -> bytes:
    while line := file.readline(SNIFF):
        if line.strip():
            return line
    return b""


def _is_lines(first: bytes, path: Path) -> bool:
    if _LINES & set(path.suffixes):
        return first.strip() not in (b"{", b"[")
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _lines(file: Bytes, place: Place) -> Iterator[Found | Rejected]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        here = Place(place.file, line=number)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            _skip_line(file)
            yield Rejected(here, None, "", f"longer than {LONGEST_LINE >> 20} MiB")
        elif line.strip():
            yield from _line(line, here)


def _skip_line(file: Bytes) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _line(line: bytes, place: Place) -> Iterator[Found | Rejected]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield Rejected(place, None, "", f"not JSON: {error}")
    except RecursionError:
        yield Rejected(place, None, "", "nested too deep")
    else:
        for member, where in _members(value, place):
            yield from _contents(member, where)


def _whole(file: Bytes, place: Place) -> Iterator[Found | Rejected]:
    for value, where in stream(file, place):
        if isinstance(value, Rejected):
            yield value
        else:
            yield from _contents(value, where)


def _members(value: Any, place: Place) -> Iterator[tuple[Any, Place]]:
    if isinstance(value, list):
        yield from ((member, place.within(index)) for index, member in enumerate(value))
    else:
        yield value, place


def _contents(value: Any, place: Place) -> Iterator[Found | Rejected]:
    if not isinstance(value, dict):
        yield Rejected(place, None, "", "not a release, a record or a package")
    elif "ocid" in value:
        yield Found(place, "record" if value.keys() & {"compiledRelease", "releases"} else "release", value)
    elif packaged := value.keys() & {"releases", "records"}:
        for name in sorted(packaged):
            yield from _packaged(value[name], place.within(name))
    else:
        yield Rejected(place, None, "ocid", "missing")


def _packaged(members: Any, place: Place) -> Iterator[Found | Rejected]:
    if not isinstance(members, list):
        yield Rejected(place, None, "", "not an array")
        return
    for index, member in enumerate(members):
        yield from _contents(member, place.within(index))
