"""Walks a JSON text of any size and builds only the members of its packages, one at a time."""

from collections import deque
from collections.abc import Iterator
from typing import Any, Protocol

import ijson

from patuh.importing.outcomes import Place, Rejected


class SupportsRead(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


Token = tuple[str, Any]
Value = tuple[Any, Place]
_OPENS: dict[str, type[Any]] = {"start_map": dict, "start_array": list}
_CLOSES = {"end_map", "end_array"}
_MEMBERS = ("releases", "records")
# Of no use here, and as long as the package itself in the case of `packages`.
_UNUSED = {"packages", "extensions", "publisher", "license", "publicationPolicy", "uri", "links"}


def stream(file: SupportsRead, place: Place) -> Iterator[Value]:
    """Each member of each package, each array member, each other value, with its path.

    When the text breaks off or is no JSON, the last value is a Rejected. A release or record outside a
    package comes whole; a package without members gives nothing.
    """
    tokens: Iterator[Token] = ijson.basic_parse(file, multiple_values=True)
    try:
        for index, token in enumerate(tokens):
            yield from _top(token, tokens, place.within(index) if index else place)
    except ijson.JSONError as error:
        yield Rejected(place, None, "", f"{_reason(error)}: the rest was not read"), place


def _top(token: Token, tokens: Iterator[Token], place: Place) -> Iterator[Value]:
    if token[0] != "start_array":
        yield from _one(token, tokens, place)
        return
    for index, member in enumerate(_until("end_array", tokens)):
        yield from _one(member, tokens, place.within(index))


def _one(token: Token, tokens: Iterator[Token], place: Place) -> Iterator[Value]:
    if token[0] == "start_map":
        yield from _object(tokens, place)
    else:
        yield _build(token, tokens), place


def _object(tokens: Iterator[Token], place: Place) -> Iterator[Value]:
    rest: dict[str, Any] = {}
    is_package = False
    for _, key in _until("end_map", tokens):
        first = next(tokens)
        if key in _UNUSED:
            deque(_value(first, tokens), maxlen=0)
        # A record too has `releases`, but says its `ocid` before them.
        elif key in _MEMBERS and first[0] == "start_array" and "ocid" not in rest:
            is_package = True
            yield from _package(tokens, place.within(key))
        else:
            rest[key] = _build(first, tokens)
    if not is_package or "ocid" in rest:
        yield rest, place


def _package(tokens: Iterator[Token], place: Place) -> Iterator[Value]:
    for index, token in enumerate(_until("end_array", tokens)):
        yield _build(token, tokens), place.within(index)


def _until(end: str, tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens before `end`; whoever takes one also takes the rest of its value."""
    for token in tokens:
        if token[0] == end:
            return
        yield token


def _value(first: Token, tokens: Iterator[Token]) -> Iterator[Token]:
    yield first
    depth = int(first[0].startswith("start_"))
    while depth:
        token = next(tokens)
        depth += token[0].startswith("start_") - token[0].startswith("end_")
        yield token


def _build(first: Token, tokens: Iterator[Token]) -> Any:
    """As ijson.ObjectBuilder, in a third of the time; no recursion, as nesting has no end."""
    if first[0] not in _OPENS:
        return first[1]
    around: list[tuple[Any, str | None]] = []
    within, name = _OPENS[first[0]](), None
    for kind, value in tokens:
        if kind == "map_key":
            name = value
        elif kind in _CLOSES:
            if not around:
                break
            within, name = around.pop()
        else:
            opened = kind in _OPENS
            built = _OPENS[kind]() if opened else value
            if name is None:
                within.append(built)
            else:
                within[name] = built
            if opened:
                around.append((within, name))
                within, name = built, None
    return within


def _reason(error: Exception) -> str:
    """The parser's reason without the excerpt of the file it adds, which may hold personal data."""
    text = error.args[0] if error.args else ""
    text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return f"not JSON: {text.splitlines()[0] if text else type(error).__name__}"
