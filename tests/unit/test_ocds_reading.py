"""Every shape an OCDS file comes in, and every way it can be broken."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.ocds.reading import Found, read_file
from patuh.importing.outcomes import Rejected

RELEASE = {"ocid": "ocds-synth1-1", "id": "1"}
OTHER = {"ocid": "ocds-synth1-2", "id": "2"}
RECORD = {"ocid": "ocds-synth1-3", "releases": [{"id": "3"}], "compiledRelease": {"id": "3"}}
RELEASES = {"uri": "x", "version": "1.1", "releases": [RELEASE, OTHER], "extensions": ["x"]}
RECORDS = {"records": [RECORD], "packages": ["x", "y"], "publisher": {"name": "P"}}


def write(folder: Path, content: Any, name: str = "file.json", indent: int | None = 2) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=indent).encode())
    return path


def found(path: Path) -> list[tuple[int | None, str | None, str, Any]]:
    read = list(read_file(path))
    assert all(isinstance(one, Found) for one in read), read
    return [(f.place.line, f.place.item, f.kind, f.content) for f in read if isinstance(f, Found)]


def rejected(path: Path) -> list[tuple[int | None, str | None, str, str]]:
    return [(r.place.line, r.place.item, r.field, r.rule) for r in read_file(path) if isinstance(r, Rejected)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (RELEASE, [(None, "release", RELEASE)]),
        (RECORD, [(None, "record", RECORD)]),
        (RELEASES, [("releases/0", "release", RELEASE), ("releases/1", "release", OTHER)]),
        (RECORDS, [("records/0", "record", RECORD)]),
        ([RELEASE, OTHER], [("0", "release", RELEASE), ("1", "release", OTHER)]),
        ([RECORDS, RELEASES], [("0/records/0", "record", RECORD), ("1/releases/0", "release", RELEASE),
                               ("1/releases/1", "release", OTHER)]),
        ({"releases": []}, []),
        ([], []),
    ],
)  # fmt: skip
def test_every_shape_is_read_whole_or_on_one_line(
    tmp_path: Path, content: Any, expected: list[tuple[str | None, str, Any]], indent: int | None
) -> None:
    read = found(write(tmp_path, content, indent=indent))

    assert [one[1:] for one in read] == expected
    assert {one[0] for one in read} <= {1 if indent is None or content == [] else None}


def test_json_lines_of_every_shape_with_their_line_numbers(tmp_path: Path) -> None:
    lines = [RELEASE, "", RELEASES, RECORD, [OTHER]]
    text = "\n".join(json.dumps(line) if line else "" for line in lines)

    assert found(write(tmp_path, text.encode())) == [
        (1, None, "release", RELEASE),
        (3, "releases/0", "release", RELEASE),
        (3, "releases/1", "release", OTHER),
        (4, None, "record", RECORD),
        (5, "0", "release", OTHER),
    ]


def test_pretty_printed_values_one_after_the_other(tmp_path: Path) -> None:
    text = json.dumps(RELEASE, indent=2) + "\n" + json.dumps(RELEASES, indent=2)

    assert [one[1] for one in found(write(tmp_path, text.encode()))] == [None, "1/releases/0", "1/releases/1"]


def test_gzip_under_any_name_and_a_byte_order_mark(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbf" + json.dumps(RELEASES, indent=2).encode()

    for name, content in (
        ("a.json.gz", gzip.compress(marked)),
        ("b.json", gzip.compress(marked)),
        ("c", marked),
    ):
        assert len(found(write(tmp_path, content, name))) == 2


@pytest.mark.parametrize("content", [b"", b"\n \n", gzip.compress(b"")])
def test_an_empty_file_is_one_reject(tmp_path: Path, content: bytes) -> None:
    assert rejected(write(tmp_path, content)) == [(None, None, "", "empty: there is no JSON in it")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"<html><body>not found</body></html>", "not JSON: lexical error: invalid char in json text."),
        (b'{\n"ocid": "\xe9"}', "not JSON: lexical error: invalid bytes in UTF8 string."),
        (b"5\n", "not a release, a record or a package"),
        (b"[\n[1]]", "not a release, a record or a package"),
        (b'{\n"a": 1}', "missing"),
        (b'{\n"releases": {}}', "not an array"),
    ],
)
def test_what_is_no_ocds_is_one_reject_with_a_reason(tmp_path: Path, content: bytes, rule: str) -> None:
    read = list(read_file(write(tmp_path, content)))

    assert len(read) == 1
    assert isinstance(read[0], Rejected)
    assert read[0].rule.startswith(rule)


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    text = json.dumps(RELEASES, indent=2).encode()
    read = list(read_file(write(tmp_path, text[: text.index(b"extensions")])))

    assert [type(one) for one in read] == [Found, Found, Rejected]


def test_damaged_gzip_gives_what_came_before(tmp_path: Path) -> None:
    lines = b"".join(
        json.dumps({"ocid": f"ocds-synth1-{n}", "id": "1"}).encode() + b"\n" for n in range(5000)
    )
    path = write(tmp_path, gzip.compress(lines)[:-2000], "cut.jsonl.gz")

    *before, last = read_file(path)

    assert before
    assert isinstance(last, Rejected)
    assert last.rule == "damaged gzip: the rest was not read"


def test_a_bad_line_does_not_harm_its_neighbours(tmp_path: Path) -> None:
    text = (
        b'{"ocid": "a", "id": "1"}\n{"ocid": "b",\nnull\n{"ocid": "c", "id": "\xff"}\n'
        + json.dumps(OTHER).encode()
    )
    path = write(tmp_path, text, "lines.jsonl")

    assert [(line, rule.split(":")[0]) for line, _, _, rule in rejected(path)] == [
        (2, "not JSON"),
        (3, "not a release, a record or a package"),
        (4, "not JSON"),
    ]
    assert [f.place.line for f in read_file(path) if isinstance(f, Found)] == [1, 5]


def test_a_bad_first_line_is_only_a_bad_line_when_the_name_says_json_lines(tmp_path: Path) -> None:
    path = write(tmp_path, b"oops\n" + json.dumps(OTHER).encode(), "lines.jsonl")

    assert [type(one) for one in read_file(path)] == [Rejected, Found]


def test_a_line_nested_without_end_is_a_reject(tmp_path: Path) -> None:
    path = write(
        tmp_path, b'{"ocid": ' + b"[" * 5000 + b"]" * 5000 + b"}\n" + json.dumps(OTHER).encode(), "l.jsonl"
    )

    assert rejected(path) == [(1, None, "", "nested too deep")]
    assert len(list(read_file(path))) == 2


def test_a_reject_never_quotes_the_file(tmp_path: Path) -> None:
    for name in ("a.json", "a.jsonl"):
        path = write(tmp_path, b'{\n"nik": 9932710101900001, oops}', name)
        assert "9932710101900001" not in str(list(read_file(path)))


@pytest.mark.parametrize("lines", [True, False])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, lines: bool) -> None:
    release = json.dumps({"ocid": "ocds-synth1-1", "id": "1", "text": "x" * 2000})
    body = "\n".join([release] * 5000) if lines else '{\n"releases": [' + ",".join([release] * 5000) + "]}"
    path = write(tmp_path, body.encode(), "big.jsonl" if lines else "big.json")

    tracemalloc.start()
    count = sum(1 for _ in read_file(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 5000
    assert peak < path.stat().st_size / 2


def test_a_line_too_long_is_a_reject_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patuh.importing.ocds.reading.LONGEST_LINE", 1 << 20)
    path = write(tmp_path, b'{"ocid": "' + b"x" * (3 << 20) + b'"}\n' + json.dumps(OTHER).encode(), "l.jsonl")

    assert rejected(path) == [(1, None, "", "longer than 1 MiB")]
    assert [f.place.line for f in read_file(path) if isinstance(f, Found)] == [2]
