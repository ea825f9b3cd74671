"""From one page to the next: by a cursor inside the page, or by a `Link` header."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from patuh.importing.feeds.configuration import Feed, Paging
from patuh.importing.feeds.fetching import FetchFailed

_WEB_PAGE = (b"<!doctype html", b"<html")
_NAMES = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/gzip": ".json.gz",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
}
_SUFFIXES = {".csv", ".xlsx", ".json", ".jsonl", ".ndjson", ".gz", ".txt", ".tsv"}


@dataclass(frozen=True)
class Onward:
    """What a page says of the next: the cursor that leads to it, and whether there is one now."""

    cursor: str | None
    more: bool


def address(feed: Feed, url: str, cursor: str | None) -> str:
    """Where the page at `cursor` is."""
    if cursor is None:
        return url
    # With paging by header, the cursor is the whole address.
    return str(httpx.URL(url).copy_set_param(feed.paging.parameter, cursor)) if feed.paging else cursor


def suffix(url: str, content_type: str) -> str:
    """How the name of a file with this answer ends: readers tell formats of tables by it."""
    named = Path(httpx.URL(url).path).suffix.lower()
    return _NAMES.get(content_type) or (named if named in _SUFFIXES else ".json")


def check_is_data(path: Path, content_type: str) -> None:
    """Raises FetchFailed for a page for people: an error, a log-in form, a notice of maintenance."""
    with path.open("rb") as file:
        begins = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if content_type == "text/html" or begins.startswith(_WEB_PAGE):
        raise FetchFailed("the server answered with a web page instead of data")


def onward(paging: Paging, page: Any) -> Onward:
    """Raises FetchFailed when the page has no such shape: to go on regardless would lose the rest."""
    try:
        cursor = point(page, paging.cursor)
        more = bool(point(page, paging.more)) if paging.more is not None else cursor is not None
    except LookupError as error:
        raise FetchFailed(f"the page has no {error.args[0]}: is `paging` right for this feed?") from None
    if more and not isinstance(cursor, str | int):
        raise FetchFailed(f"the page says that there is more, but {paging.cursor} names no cursor")
    return Onward(None if cursor is None else str(cursor), more)


def point(value: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) names. Raises LookupError with the pointer; null is a value."""
    try:
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            value = value[int(name)] if isinstance(value, list) else value[name]
    except (KeyError, IndexError, ValueError, TypeError):
        raise LookupError(pointer) from None
    return value


def decoded(path: Path) -> Any:
    """The page as JSON. Raises FetchFailed."""
    try:
        return msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FetchFailed("the page is not JSON") from None


def only_items(path: Path, page: Any, pointer: str) -> Path:
    """The rows of a page as JSON Lines, for formats that know no such wrapping."""
    try:
        rows = point(page, pointer)
    except LookupError:
        rows = None
    if not isinstance(rows, list):
        raise FetchFailed(f"the page has no list at {pointer}: is `items` right for this feed?")
    target = path.with_suffix(".jsonl") if path.suffix != ".jsonl" else path.with_suffix(".rows.jsonl")
    with target.open("wb") as file:
        file.writelines(_line(row) for row in rows)
    return target


def _line(row: Any) -> bytes:
    return msgspec.json.encode(row) + b"\n"
