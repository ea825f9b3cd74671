"""The gate: which changes of a schema are let through, and what has ever been said stays readable."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from patuh.contracts import history
from patuh.contracts.compatibility import breaks, same
from patuh.contracts.history import IncompatibleError, broken, digests, noted, record, revisions
from patuh.schemas import FOLDER
from shared.events import EventType, encode, parse, types
from shared.events.schemas import Schema, schema, version

GOLDEN = sorted((FOLDER / "golden").glob("*/v*/*.json"))
Change = Callable[[Schema], object]


def award() -> Schema:
    return schema(types.PROJECT_AWARDED)


def field(told: Schema, name: str) -> Schema:
    found: Schema = told["properties"][name]
    return found


def value(told: Schema, name: str) -> Schema:
    """The alternative of a field that is no null."""
    found: Schema = field(told, name)["anyOf"][0]
    return found


HARMLESS: dict[str, Change] = {
    "a field that may be left out": lambda s: s["properties"].update(note={"type": "string"}),
    "the same within an owner": lambda s: s["$defs"]["Owner"]["properties"].update(nip={"type": "string"}),
    "other words": lambda s: s.update(description="Said better.", title="x"),
    "words at a field": lambda s: field(s, "title").update(description="Of the contract.", examples=["a"]),
    "a field called description": lambda s: s["properties"].update(description={"type": "string"}),
    "another order": lambda s: s.update(properties=dict(reversed(s["properties"].items()))),
}
BREAKING: dict[str, Change] = {
    "a field removed": lambda s: s["properties"].pop("funding"),
    "a field renamed": lambda s: s["properties"].update(fund=s["properties"].pop("funding")),
    "a required field removed": lambda s: (s["properties"].pop("title"), s["required"].remove("title")),
    "a new required field": lambda s: (
        s["properties"].update(x={"type": "string"}),
        s["required"].append("x"),
    ),
    "a field becomes required": lambda s: s["required"].append("funding"),
    "a field may be left out": lambda s: s["required"].remove("title"),
    "another type": lambda s: s["properties"].update(title={"type": "integer"}),
    "a wider type": lambda s: value(s, "value_idr").update(type="number"),
    "null is refused": lambda s: field(s, "funding")["anyOf"].pop(),
    "null is said": lambda s: s["properties"].update(title={"anyOf": [field(s, "title"), {"type": "null"}]}),
    "a value removed from a list": lambda s: field(s, "kind")["enum"].pop(),
    "a value added to a list": lambda s: field(s, "kind")["enum"].append("research"),
    "a smaller range": lambda s: value(s, "value_idr").update(maximum=10**12),
    "a larger range": lambda s: value(s, "value_idr").update(maximum=10**18),
    "a range where none was": lambda s: field(s, "vat_included").update(const=True),
    "a shorter text": lambda s: field(s, "title").update(maxLength=100),
    "a narrower pattern": lambda s: value(s, "region").update(pattern="^[0-9]{2}$"),
    "no pattern": lambda s: value(s, "region").pop("pattern"),
    "another format": lambda s: value(s, "end_on").update(format="date-time"),
    "fewer items": lambda s: field(s, "contractors").update(maxItems=1),
    "other items": lambda s: field(s, "contractors")["items"].update(minLength=9),
    "another default": lambda s: field(s, "funding").update(default="APBD"),
    "open for anything": lambda s: s.update(additionalProperties=True),
    "narrower within an owner": lambda s: s["$defs"]["Owner"]["properties"]["agency"].update(maxLength=9),
    "removed within an owner": lambda s: s["$defs"]["Owner"]["properties"].pop("name"),
}


def changed(change: Change, told: Schema) -> tuple[Schema, Schema]:
    new = copy.deepcopy(told)
    change(new)
    assert new != told or change is HARMLESS["another order"]
    return told, new


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_changes_are_let_through(name: str) -> None:
    assert breaks(*changed(HARMLESS[name], award())) == []


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_changes_are_refused_and_named(name: str) -> None:
    found = breaks(*changed(BREAKING[name], award()))
    assert found
    assert all(re.match(r"data[\w.\[\]]*: \S", one) for one in found)


def test_a_list_that_is_documented_as_open_may_grow_and_not_shrink() -> None:
    told = award()
    field(told, "kind")["x-open"] = True
    assert not breaks(*changed(BREAKING["a value added to a list"], told))
    assert breaks(*changed(BREAKING["a value removed from a list"], told))


def test_a_row_may_grow_at_its_end_only() -> None:
    told = schema(types.COVERAGE_CHANGED)

    def step(s: Schema) -> list[Schema]:
        members: list[Schema] = s["$defs"]["Step"]["prefixItems"]
        return members

    assert not breaks(*changed(lambda s: step(s).append({"type": "integer"}), told))
    assert breaks(*changed(lambda s: step(s).pop(), told))
    assert breaks(*changed(lambda s: step(s).insert(1, {"type": "string"}), told))
    assert breaks(*changed(lambda s: s["$defs"]["Step"].update(minItems=3), told))


def test_the_present_schemas_break_no_revision_that_ever_was() -> None:
    assert broken(FOLDER, types.ALL.values()) == []


@pytest.mark.parametrize("kind", types.ALL.values(), ids=lambda kind: kind.short)
def test_the_last_revision_is_the_present_schema(kind: EventType) -> None:
    assert same(revisions(FOLDER, kind)[-1], schema(kind)), "run `make schemas`"


def test_no_revision_and_no_golden_event_was_edited_or_taken_away() -> None:
    assert digests(FOLDER) == noted(FOLDER), (
        "a new file is noted by `make schemas`; an old one must not change"
    )


def test_an_edited_revision_shows(tmp_path: Path) -> None:
    record(tmp_path, [types.PROJECT_AWARDED])
    assert digests(tmp_path) == noted(tmp_path)
    edited = tmp_path / "history/project.awarded/v1/1.json"
    edited.write_text(edited.read_text() + "\n")
    record(tmp_path, [types.PROJECT_AWARDED])
    assert digests(tmp_path) != noted(tmp_path)


def _with(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    def later(kind: EventType) -> Schema:
        return changed(change, schema(kind))[1]

    monkeypatch.setattr(history, "schema", later)


def test_a_revision_is_added_when_something_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = [types.PROJECT_AWARDED]
    assert [record(tmp_path, one), record(tmp_path, one)] == [1, 0]
    _with(monkeypatch, HARMLESS["other words"])
    assert record(tmp_path, one) == 0
    _with(monkeypatch, HARMLESS["a field that may be left out"])
    assert record(tmp_path, one) == 1
    assert ["note" in told["properties"] for told in revisions(tmp_path, one[0])] == [False, True]
    assert len(noted(tmp_path)) == 2


def test_nothing_is_written_when_something_breaks_and_every_revision_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = [types.PROJECT_AWARDED]
    record(tmp_path, one)
    _with(monkeypatch, HARMLESS["a field that may be left out"])
    record(tmp_path, one)
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    _with(monkeypatch, BREAKING["a shorter text"])
    with pytest.raises(IncompatibleError) as refused:
        record(tmp_path, one)
    lines = str(refused.value).splitlines()
    assert lines[0].startswith("project.awarded v1, revision 1: data.title: maxLength was 500, would be 100")
    assert any("revision 2: data.note: is gone" in line for line in lines)
    assert before == {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}


def test_a_type_that_is_gone_is_noticed(tmp_path: Path) -> None:
    record(tmp_path, [types.PROJECT_AWARDED, types.PROJECT_PAID])
    assert broken(tmp_path, [types.PROJECT_AWARDED]) == ["project.paid v1: is gone"]


def _told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_golden_event_can_be_read_follows_its_schema_and_loses_nothing(path: Path) -> None:
    told = _told(path)
    event = parse(path.read_bytes())
    assert event.kind.name == told["type"]
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema(event.kind), format_checker=checker).validate(told["data"])
    read = msgspec.to_builtins(event.data)
    silent = _silent(event.kind)
    assert {n: v for n, v in told["data"].items() if n in read or v != silent[n]} == read
    assert parse(encode(event)) == event


def _silent(kind: EventType) -> dict[str, Any]:
    """What each field stands for when it is left out."""
    return {name: told.get("default") for name, told in schema(kind)["properties"].items()}


@pytest.mark.parametrize("kind", types.ALL.values(), ids=lambda kind: kind.short)
def test_there_are_golden_events_of_every_type_from_the_least_to_the_most(kind: EventType) -> None:
    folder, told = FOLDER / "golden" / kind.short / version(kind), schema(kind)
    assert set(_told(folder / "minimal.json")["data"]) == set(told.get("required", ()))
    known = set(told["properties"]) - {"nik"}
    for name in ("full", "lowest", "highest"):
        assert set(_told(folder / f"{name}.json")["data"]) >= known - _added_since_the_first(kind)


def _added_since_the_first(kind: EventType) -> set[str]:
    """Golden events are of the revision under which they were made: the first ones lack later fields."""
    first = revisions(FOLDER, kind)[0]
    return set(schema(kind)["properties"]) - set(first["properties"])
