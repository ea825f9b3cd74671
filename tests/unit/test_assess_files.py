"""CloudEvents in files: every shape a file may have, and what is wrong with it, told with its place."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from patuh.assessing import facts_in
from patuh.cloudevents_files import Member, members
from shared.events import BadEvent, Event
from tests.unit.building import (
    enrolled,
    lines,
    registered,
    sent,
)

MEMBER = registered("2025-01-06", workforce=2, member_since="2025-01-06")
NIK = "9901014101900001"


FACTS = [sent(MEMBER), sent(enrolled(1, "2025-01-06"))]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(*paths: Path) -> tuple[list[Event], list[str]]:
    """The facts of files, and what was refused as `place field: rule`."""
    refused: list[str] = []

    def on_reject(member: Member, error: BadEvent) -> None:
        refused.append(f"{Path(member.place).name} {error.field}: {error.rule}")

    return facts_in((m for path in paths for m in members(path)), on_reject), refused


def ids(facts: list[Event]) -> list[str]:
    return [fact.id for fact in facts]


SHAPES: dict[str, str | bytes] = {
    "array.json": json.dumps(FACTS),
    "pretty-array.json": "\n " + json.dumps(FACTS, indent=2) + "\n",
    "lines.jsonl": lines(*FACTS),
    "no-last-newline.jsonl": lines(*FACTS).rstrip(),
    "blank-lines.jsonl": "\n\n" + lines(FACTS[0], "", FACTS[1], ""),
    "windows.jsonl": b"\xef\xbb\xbf" + lines(*FACTS).replace("\n", "\r\n").encode(),
    "lines.jsonl.gz": gzip.compress(lines(*FACTS).encode()),
    "array.json.gz": gzip.compress(json.dumps(FACTS).encode()),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_holds_the_same_facts(name: str, tmp_path: Path) -> None:
    facts, refused = read(write(tmp_path / name, SHAPES[name]))
    assert ids(facts) == [told["id"] for told in FACTS]
    assert refused == []


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object(indent: int | None, tmp_path: Path) -> None:
    facts, refused = read(write(tmp_path / "one.json", json.dumps(FACTS[0], indent=indent)))
    assert (ids(facts), refused) == ([MEMBER.id], [])


@pytest.mark.parametrize("content", ["", "\n \n", "[]", " [ ] "])
def test_nothing(content: str, tmp_path: Path) -> None:
    assert read(write(tmp_path / "none.jsonl", content)) == ([], [])


@pytest.mark.parametrize("broken", ['{"specversion": "1.0", ', "nonsense", "5", '{"a": "\udcff"}'])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_broken_line_is_told_with_its_place_and_the_others_are_read(
    broken: str, at: int, tmp_path: Path
) -> None:
    told: list[Any] = list(FACTS)
    told.insert(at - 1, broken)
    path = write(tmp_path / "broken.jsonl", lines(*told).encode(errors="surrogateescape"))
    facts, refused = read(path)
    assert ids(facts) == [told["id"] for told in FACTS]
    assert [one.split()[0] for one in refused] == [f"broken.jsonl:{at}"]


def test_a_broken_member_of_an_array_is_told_with_its_index(tmp_path: Path) -> None:
    told = [FACTS[0], 5, sent(enrolled(1, "2025-01-06"), time=None), FACTS[1]]
    facts, refused = read(write(tmp_path / "array.json", json.dumps(told)))
    assert len(facts) == 2
    assert [one.split()[0] for one in refused] == ["array.json[1]", "array.json[2]"]


CORRUPT = bytearray(gzip.compress(lines(*FACTS).encode()))
CORRUPT[30] ^= 255


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.json", json.dumps(FACTS)[:-20]),
        ("cut.jsonl.gz", gzip.compress(lines(*FACTS).encode())[:-12]),
        ("corrupt.jsonl.gz", bytes(CORRUPT)),
        ("plain.jsonl.gz", lines(*FACTS)),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_an_error(
    name: str, content: str | bytes, tmp_path: Path
) -> None:
    with pytest.raises((OSError, ValueError), match=r"not JSON|gzip"):
        read(write(tmp_path / name, content))


def wrong(**changes: Any) -> dict[str, Any]:
    return sent(MEMBER, id="x", **changes)


def profile(**told: Any) -> dict[str, Any]:
    return wrong(data={"name": "CV Maju"} | told)


REFUSED = [
    pytest.param(wrong(type="id.patuh.employer.sold.v1"), "type", id="an unknown type"),
    pytest.param(wrong(subject="employer:12"), "subject", id="no subject of ours"),
    pytest.param(wrong(time="2025-01-06T09:00:00"), "time", id="a time without its zone"),
    pytest.param(wrong(time="9999-12-31T23:59:59Z"), "time", id="the end of time"),
    pytest.param(profile(workers=2), "data", id="an unknown field"),
    pytest.param(profile(workforce=-1), "data.workforce", id="less than none"),
    pytest.param(profile(name=NIK), "data.name", id="a NIK in a name"),
    pytest.param(profile(obliged_since="0001-01-01"), "data.obliged_since", id="a day before any law"),
    pytest.param(profile(member_since="9999-12-31"), "data.member_since", id="a day that means never"),
]


@pytest.mark.parametrize(("told", "field"), REFUSED)
def test_a_bad_event_is_told_with_its_field(told: dict[str, Any], field: str, tmp_path: Path) -> None:
    facts, refused = read(write(tmp_path / "bad.jsonl", lines(FACTS[0], told)))
    assert ids(facts) == [MEMBER.id]
    assert [one.partition(": ")[0] for one in refused] == [f"bad.jsonl:2 {field}"]


@pytest.mark.parametrize("field", ["effective_on", "covered_until"])
def test_a_worker_is_not_covered_until_the_end_of_time(field: str, tmp_path: Path) -> None:
    told = sent(enrolled(1, "2025-01-06"))
    told["data"][field] = "9999-12-31"
    assert read(write(tmp_path / "w.json", json.dumps(told)))[1][0].startswith(f"w.json:1 data.{field}: ")
