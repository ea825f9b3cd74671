"""Whatever LKPP's services answer is read, skipped or rejected with a reason."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.lkpp import read
from patuh.importing.outcomes import Rejected, Skipped
from tests.unit.fixtures.lkpp import snapshot as lkpp
from tests.unit.fixtures.lkpp.telling import ABOUT, events


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty: the service gave no answer"),
        (b"\n \n", "empty: the service gave no answer"),
        (b"<html><body>error</body></html>", "an error of the service in HTML or XML, not data"),
        (
            b"<invalid_response>Data Kosong</invalid_response>",
            "an error of the service in HTML or XML, not data",
        ),
        (b'{"status": "error"}', "an answer of the service without rows: neither `data` nor a package"),
        (b"Maaf, coba lagi", "neither JSON nor a CSV with LKPP's columns"),
        (b'[{"kd_tender": 1, ', "not JSON: the rest was not read"),
        (b"[1]", "not a row"),
        (b'[{"nama": "x"}]', "an answer of the service without rows: neither `data` nor a package"),
        (gzip.compress(b"[" + 9999 * b" ")[:-9], "damaged gzip: the rest was not read"),
        (b"kd_tender,kd_lpse\n1,2,3\n", "another number of columns than the header's"),
        (b"kd_tender,kd_lpse\n\xff,2\n", "neither JSON nor CSV in UTF-8: the rest was not read"),
    ],
)
def test_what_is_no_answer_is_rejected_with_the_reason(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(content)

    assert [o.rule for o in read([path], ABOUT) if isinstance(o, Rejected)] == [rule]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kd_lpse": None}, "kd_lpse"),
        ({"kd_nontender": "12a"}, "kd_nontender"),
        ({"versi_addendum": "x"}, "versi_addendum"),
        ({"nama_paket": None}, "nama_paket"),
        ({"jenis_pengadaan": "Lain"}, "jenis_pengadaan"),
        ({"kd_satker": None, "kd_satker_str": None}, "kd_satker"),
        ({"npwp_penyedia": "12"}, "npwp_penyedia"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_by_field(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    path = lkpp.write_lines(tmp_path / "rows.jsonl", [lkpp.direct(**changes), lkpp.person()])
    outcomes = list(read([path], ABOUT))

    assert [(o.place.line, o.field) for o in outcomes if isinstance(o, Rejected)] == [(1, field)]
    assert len(events(outcomes)) == 1


def test_pages_lines_arrays_csv_and_gzip_say_the_same(tmp_path: Path) -> None:
    rows = [lkpp.direct(), lkpp.direct(kd_nontender=10033391000)]
    contents = {
        "array.json": json.dumps(rows).encode(),
        "page.json": json.dumps({"data": rows, "meta": {"cursor": "x"}}, indent=1).encode(),
        "pages.jsonl": b"".join(json.dumps({"data": [row], "meta": {}}).encode() + b"\n" for row in rows),
        "packed": gzip.compress(json.dumps(rows).encode()),
        "bom.json": b"\xef\xbb\xbf" + json.dumps(rows).encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in contents]
    paths += [lkpp.write_lines(tmp_path / "lines.jsonl", rows), lkpp.write_csv(tmp_path / "rows.csv", rows)]

    first, *others = [events(read([path], ABOUT)) for path in paths]
    assert len(first) == 2
    assert all(other == first for other in others)


def test_a_broken_line_costs_only_itself(tmp_path: Path) -> None:
    path = lkpp.write_lines(tmp_path / "rows.jsonl", [lkpp.direct()])
    path.write_text(path.read_text() + '{"kd_tender": \n' + json.dumps(lkpp.person()) + "\n")
    outcomes = list(read([path], ABOUT))

    assert len(events(outcomes)) == 2
    assert [o.place.line for o in outcomes if isinstance(o, Rejected)] == [2]


def test_plans_lists_of_codes_and_bidders_are_skipped(tmp_path: Path) -> None:
    bidder = {"kd_lpse": 93, "kd_tender": 1, "kd_peserta": 5, "nama_penyedia": "CV", "pemenang": 0}
    rows: list[dict[str, Any]] = [
        {"kd_provinsi": 12, "nama_provinsi": "Jawa Barat"},
        {"kd_rup": 1, "kd_satker": 2},
        bidder,
    ]
    outcomes = list(read([lkpp.write_lines(tmp_path / "rows.jsonl", rows)], ABOUT))

    assert [o.reason for o in outcomes if isinstance(o, Skipped)] == [
        "a plan or a list of codes, about no package",
        "a plan or a list of codes, about no package",
        "bidders are not read",
    ]


def test_an_empty_array_is_an_answer_without_rows(tmp_path: Path) -> None:
    for content in ("[]", '{"data": [], "meta": {}}'):
        (tmp_path / "x.json").write_text(content)
        assert [o.reason for o in read([tmp_path / "x.json"], ABOUT) if isinstance(o, Skipped)] == [
            "an answer without rows"
        ]
