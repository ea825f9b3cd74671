"""What would break between two revisions of one event version: FULL, closed producers, tolerant readers.

The door is closed: what an agency sends today must pass the schema of tomorrow, so no field goes and no field
becomes required. Consumers ignore fields they do not know: what is sent tomorrow must be read by the code of
today, so fields may be added that may be left out, and nothing else may be said than before.
See docs/decisions/0020-compatibility.md for why this is not a package's work.
"""

from collections.abc import Iterator
from typing import Any

from shared.events.schemas import Schema

# A list of allowed values that says so may grow: its readers must take any text.
OPEN = "x-open"
_SILENT = {"$schema", "$id", "$defs", "title", "description", "examples"}
_LOOKED_INTO = {"properties", "required", "anyOf", "prefixItems", "items", "enum", "$ref"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Each change from `old` to `new` that an agency or a consumer would not survive, with its place."""
    return list(_Comparison(old, new).node(old, new, "data"))


def same(old: Schema, new: Schema) -> bool:
    """Whether both say the same, whatever the words in them."""
    return bool(_said(old) == _said(new))


def _said(node: Any) -> Any:
    if isinstance(node, list):
        return [_said(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    for name, value in node.items():
        if name in ("properties", "$defs"):
            kept[name] = {each: _said(one) for each, one in value.items()}
        elif name not in _SILENT:
            kept[name] = _said(value)
    return kept


class _Whole:
    """A schema file, in which references are looked up."""

    def __init__(self, root: Schema) -> None:
        self._defined = root.get("$defs", {})

    def resolved(self, node: Schema) -> Schema:
        """The node itself, or what it refers to with what is said beside the reference."""
        if "$ref" not in node:
            return node
        beside = {name: value for name, value in node.items() if name != "$ref"}
        return {**self._defined[node["$ref"].rpartition("/")[2]], **beside}


def _words(old: Schema, new: Schema, place: str) -> Iterator[str]:
    """Any bound, pattern, type or default: wider breaks readers, narrower breaks producers."""
    for word in sorted((old.keys() | new.keys()) - _SILENT - _LOOKED_INTO):
        if old.get(word) != new.get(word):
            yield f"{place}: {word} was {old.get(word)}, would be {new.get(word)}"


def _enum(old: Schema, new: Schema, place: str) -> Iterator[str]:
    before, after = ({str(value) for value in node.get("enum", ())} for node in (old, new))
    for value in sorted(before - after):
        yield f"{place}: {value} is no longer allowed"
    if not old.get(OPEN):
        for value in sorted(after - before):
            yield f"{place}: {value} would be new, and the list is not documented as open"


class _Comparison:
    """The old and the new file, walked side by side."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._olds, self._news = _Whole(old), _Whole(new)

    def node(self, old: Any, new: Any, place: str) -> Iterator[str]:
        """What breaks at one place and below it."""
        if not isinstance(old, dict) or not isinstance(new, dict):
            if old != new:
                yield f"{place}: was {old}, would be {new}"
            return
        old, new = self._olds.resolved(old), self._news.resolved(new)
        for look in (_words, _enum, self._properties, self._alternatives, self._items):
            yield from look(old, new, place)

    def _properties(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required, demanded = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(before.keys() - after.keys()):
            yield f"{place}.{name}: is gone or has another name"
        for name in sorted(demanded - required):
            yield f"{place}.{name}: would be required"
        for name in sorted(required - demanded):
            yield f"{place}.{name}: could be left out"
        for name in sorted(before.keys() & after.keys()):
            yield from self.node(before[name], after[name], f"{place}.{name}")

    def _alternatives(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = _by_kind(self._olds, old), _by_kind(self._news, new)
        for kind in sorted(before.keys() ^ after.keys()):
            yield f"{place}: {kind} is {'no longer' if kind in before else 'newly'} allowed"
        for kind in sorted(before.keys() & after.keys()):
            yield from self.node(before[kind], after[kind], place)

    def _items(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(after) < len(before):
            yield f"{place}: has fewer members"
        # What is appended to a row may be left out as long as `minItems` stays, and that is compared above.
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from self.node(one, other, f"{place}[{index}]")
        yield from self.node(old.get("items", True), new.get("items", True), f"{place}[]")


def _by_kind(whole: _Whole, node: Schema) -> dict[str, Schema]:
    """The alternatives by what tells them apart: ours differ in type, a value or null."""
    alternatives = [whole.resolved(one) for one in node.get("anyOf", ())]
    return {str(one.get("type", "one of a list")): one for one in alternatives}
