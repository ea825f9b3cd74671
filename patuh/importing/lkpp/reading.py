"""Reads the files of LKPP's services row by row: arrays, pages, JSON Lines and CSV, under any name.

Memory holds one row of an array, one line, or one page at a time.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson
import msgspec

from patuh.importing.outcomes import Place, Rejected, Skipped

LONGEST_LINE = 64 << 20
NO_ROWS = "an answer without rows"
_BOM = b"\xef\xbb\xbf"
Found = tuple[Place, dict[str, Any]]
Read = Found | Rejected | Skipped
Bytes = gzip.GzipFile | io.BufferedReader


def read_file(path: Path) -> Iterator[Read]:
    """Every row of a file with its place; what is none is rejected, and so is damage and a service's error.

    Raises OSError when the file cannot be opened.
    """
    place = Place(str(path))
    try:
        with _open(path) as file:
            first = _first_line(file)
        with _open(path) as file:
            yield from _rows(file, first, place)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Rejected(place, None, "", "damaged gzip: the rest was not read")
    except (UnicodeDecodeError, csv.Error):
        yield Rejected(place, None, "", "neither JSON nor CSV in UTF-8: the rest was not read")


def _open(path: Path) -> Bytes:
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    file = gzip.GzipFile(path) if zipped else path.open("rb")
    if file.peek(3)[:3] == _BOM:
        file.read(3)
    return file


def _first_line(file: Bytes) -> bytes:
    while line := file.readline(LONGEST_LINE):
        if line.strip():
            return line.strip()
    return b""


def _rows(file: Bytes, first: bytes, place: Place) -> Iterator[Read]:
    if not first:
        yield Rejected(place, None, "", "empty: the service gave no answer")
    elif first.startswith(b"<"):
        yield Rejected(place, None, "", "an error of the service in HTML or XML, not data")
    elif first.startswith(b"["):
        yield from _array(file, place)
    elif first.startswith(b"{"):
        yield from _lines(file, place) if _is_json(first) else _pages(file, place)
    elif b"kd_" in first:
        yield from _table(file, first, place)
    else:
        yield Rejected(place, None, "", "neither JSON nor a CSV with LKPP's columns")


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _array(file: Bytes, place: Place) -> Iterator[Read]:
    index = -1
    try:
        for index, row in enumerate(ijson.items(file, "item")):
            yield from _value(row, place.within(index))
    except ijson.JSONError:
        yield Rejected(place.within(index + 1), None, "", "not JSON: the rest was not read")
    if index < 0:
        yield Skipped(place, None, NO_ROWS)


def _pages(file: Bytes, place: Place) -> Iterator[Read]:
    index = -1
    try:
        for index, page in enumerate(ijson.items(file, "", multiple_values=True)):
            yield from _value(page, place.within(index) if index else place)
    except ijson.JSONError:
        yield Rejected(place.within(index + 1), None, "", "not JSON: the rest was not read")


def _lines(file: Bytes, place: Place) -> Iterator[Read]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        here = Place(place.file, line=number)
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Rejected(here, None, "", "not JSON")
        else:
            yield from _value(value, here)


def _value(value: Any, place: Place) -> Iterator[Read]:
    """A row itself, or the rows of a page (`{"data": [...], "meta": {...}}`) or of an array."""
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        yield from _members(value["data"], place.within("data"))
    elif isinstance(value, list):
        yield from _members(value, place)
    elif isinstance(value, dict) and any(name.startswith("kd_") for name in value):
        yield place, value
    elif isinstance(value, dict):
        yield Rejected(place, None, "", "an answer of the service without rows: neither `data` nor a package")
    else:
        yield Rejected(place, None, "", "not a row")


def _members(members: list[Any], place: Place) -> Iterator[Read]:
    if not members:
        yield Skipped(place, None, NO_ROWS)
    for index, member in enumerate(members):
        if isinstance(member, dict):
            yield place.within(index), member
        else:
            yield Rejected(place.within(index), None, "", "not a row")


def _table(file: Bytes, header: bytes, place: Place) -> Iterator[Read]:
    delimiter = max(",;\t|", key=header.decode().count)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    reader = csv.DictReader(text, delimiter=delimiter)
    for raw in reader:
        here = Place(place.file, line=reader.line_num)
        if None in raw or None in raw.values():
            yield Rejected(here, None, "", "another number of columns than the header's")
        else:
            yield here, {name.strip(): _unquoted(value) for name, value in raw.items()}


def _unquoted(value: str) -> str | None:
    """A cell as JSON would have it: only emptiness is told apart, every reader takes numbers as text."""
    return value if value.strip() and value.strip().lower() not in ("null", "none", "nan") else None
