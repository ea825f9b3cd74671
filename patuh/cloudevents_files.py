"""CloudEvents in files: a JSON array, one object, or JSON Lines; gzip too. Streaming."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain
from pathlib import Path

import ijson
import msgspec
from msgspec import Raw, Struct

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Member(Struct):
    """One event of a file, still encoded, and where it stands (`file:line` or `file[index]`)."""

    place: str
    raw: Raw


def members(path: Path) -> Iterator[Member]:
    """Every event of a file; `-` is standard input. Raises OSError; ValueError when it is not JSON."""
    with _open(path) as stream:
        try:
            number = _skip_blank(stream)
            yield from _array(path, stream) if stream.peek(1)[:1] == b"[" else _lines(path, number, stream)
        except (EOFError, zlib.error) as error:
            raise ValueError(f"{path}: broken gzip: {error}") from error


def _open(path: Path) -> BufferedReader:
    if str(path) == "-":
        return BufferedReader(sys.stdin.buffer)  # type: ignore[arg-type]
    return BufferedReader(gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _skip_blank(stream: BufferedReader) -> int:
    """Skip what stands before the first event; the number of the line that it stands on."""
    if stream.peek(3).startswith(_BYTE_ORDER_MARK):
        stream.read(3)
    number = 1
    while (byte := stream.peek(1)[:1]).isspace():
        number += byte == b"\n"
        stream.read(1)
    return number


def _array(path: Path, stream: BufferedReader) -> Iterator[Member]:
    try:
        for index, item in enumerate(ijson.items(stream, "item", use_float=True)):
            yield Member(f"{path}[{index}]", Raw(msgspec.json.encode(item)))
    except ijson.JSONError as error:
        raise ValueError(f"{path}: not JSON: {error}") from error


def _lines(path: Path, first: int, stream: BufferedReader) -> Iterator[Member]:
    lines: Iterable[bytes] = stream
    begun = stream.readline()
    if _is_json(begun):
        lines = chain([begun], stream)
    else:
        # Not complete on one line: one pretty-printed object, or a broken first line.
        rest = stream.read()
        lines = [begun + rest] if _is_json(begun + rest) else [begun, *rest.splitlines()]
    for number, line in enumerate(lines, first):
        if line.strip():
            yield Member(f"{path}:{number}", Raw(line))


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
