"""schemas/ against the structs, the examples against schemas, gateway and consumers."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec import Raw

from patuh.schemas import FOLDER, files, schema, write
from services.gateway.intake import open_member
from services.gateway.privacy import Pseudonyms
from services.gateway.screening import screen
from shared.events import BadEvent, Event, parse, types

NOW = datetime(2026, 1, 6, tzinfo=UTC)
DOOR = Pseudonyms("a key of tests, at least 32 characters long")
SHORTS = sorted(kind.short for kind in types.ALL.values())
FACTS = sorted(kind.short for kind in types.FACTS.values())
KINDS = {kind.short: kind for kind in types.ALL.values()}


def _example(short: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "examples" / f"{short}.json").read_text())
    return found


def _follows_schema(short: str, data: object) -> bool:
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema(KINDS[short]), format_checker=checker).is_valid(data)


def _at_the_door(event: dict[str, Any]) -> Event:
    return screen(open_member(Raw(json.dumps(event).encode())), DOOR, NOW)


def _passes_the_door(event: dict[str, Any]) -> bool:
    try:
        _at_the_door(event)
    except BadEvent:
        return False
    return True


def test_what_is_committed_is_what_is_generated() -> None:
    kept = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.glob("*/v*.json")}
    assert kept == files(), "run `make schemas`"


def test_writes_the_files(tmp_path: Path) -> None:
    assert write(tmp_path) == len(types.ALL)
    assert json.loads((tmp_path / "project.awarded/v1.json").read_text())["$id"] == (
        "urn:patuh:schema:project.awarded:v1"
    )


@pytest.mark.parametrize("short", SHORTS)
def test_each_schema_is_one_and_is_closed(short: str) -> None:
    made = schema(KINDS[short])
    Draft202012Validator.check_schema(made)
    objects = [one for one in (made, *made.get("$defs", {}).values()) if one["type"] == "object"]
    assert all(one["additionalProperties"] is False for one in objects)


def test_there_is_an_example_of_every_type_and_of_nothing_else() -> None:
    assert sorted(path.stem for path in (FOLDER / "examples").iterdir()) == SHORTS
    assert all(_example(short)["type"] == KINDS[short].name for short in SHORTS)


@pytest.mark.parametrize("short", SHORTS)
def test_the_example_follows_its_schema(short: str) -> None:
    assert _follows_schema(short, _example(short)["data"])


@pytest.mark.parametrize("short", FACTS)
def test_the_example_of_a_fact_passes_the_door(short: str) -> None:
    event = _at_the_door(_example(short))
    assert event.kind is KINDS[short]
    assert event.id == _example(short)["id"]


@pytest.mark.parametrize("short", sorted(set(SHORTS) - set(FACTS)))
def test_a_consumer_reads_the_example_of_what_we_publish(short: str) -> None:
    assert parse(json.dumps(_example(short)).encode()).kind is KINDS[short]


def _broken(data: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    """The data with each known field of a wrong type, without each field, and with one too many."""
    wrong = [data | {name: [["neither text nor number"]]} for name in known]
    less = [{n: v for n, v in data.items() if n != name} for name in data]
    return [*wrong, *less, data | {"unheard_of": 1}]


@pytest.mark.parametrize("short", FACTS)
def test_schema_and_door_refuse_the_same(short: str) -> None:
    event = _example(short) | {"subject": _at_the_door(_example(short)).subject}
    for data in _broken(event["data"], schema(KINDS[short])["properties"]):
        assert _follows_schema(short, data) == _passes_the_door(event | {"data": data}), data


def test_every_nik_in_the_examples_is_made_up() -> None:
    text = "".join(path.read_text() for path in (FOLDER / "examples").iterdir())
    found = re.findall(r"(?<![0-9a-f])[1-9]\d{15}(?![0-9a-f])", text)
    assert found
    assert all(nik.startswith("99") for nik in found)
