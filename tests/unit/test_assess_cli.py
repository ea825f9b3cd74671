"""`patuh assess` as a user runs it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from patuh.cli.app import app
from tests.unit.building import FIRM, NIB, PROJECT, award, lines, registered, sent

COMPANY = sent(registered("2025-01-06", workforce=12, obliged_since="2025-01-06"))
UNKNOWN = sent(registered("2025-01-06", NIB, name="PT Tak Dikenal"))
WORK = sent(award("2025-03-20", contract_on="2025-03-20", value_idr=700_000_000))
FIELDS = {
    "subject",
    "code",
    "since",
    "due",
    "workers",
    "amount_idr",
    "uncovered_working_days",
    "law",
    "evidence",
    "undecided",
}


def run(*arguments: str | Path, on: str = "2025-04-22", stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["assess", "--on", on, *map(str, arguments)], input=stdin)


def told_aside(result: Result) -> str:
    """What was said on standard error. Long lines are broken where a word ends."""
    return " ".join(result.stderr.split())


def findings(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def about(told: list[dict[str, Any]], subject: str) -> list[dict[str, Any]]:
    """The findings about one subject."""
    return [one for one in told if one["subject"] == subject]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(lines(COMPANY, UNKNOWN, WORK))
    return path


def test_one_finding_a_line_with_its_fields(events: Path) -> None:
    told = findings(run(events, "--json"))
    assert [(one["subject"], one["code"], one["undecided"]) for one in told] == [
        (FIRM, "employer.not-registered", None),
        (NIB, "employer.not-registered", "workforce is unknown"),
        ("feed:urn:oss", "feed.silent", "heard on 1 days only"),
        ("feed:urn:spse", "feed.silent", "heard on 1 days only"),
        (PROJECT, "project.contractor-flagged", None),
        (PROJECT, "project.not-registered", None),
    ]
    assert all(one.keys() == FIELDS for one in told)


def test_what_a_finding_says(events: Path) -> None:
    late = about(findings(run(events, "--json")), PROJECT)[1]
    # Whether the value includes VAT is unknown: the least that is owed.
    assert (late["since"], late["due"], late["amount_idr"]) == ("2025-03-20", "2025-04-21", 1_195_945)
    assert late["uncovered_working_days"] == 16
    assert late["law"] == ["Permenaker 44/2015 art. 3", "Permenaker 5/2021"]
    assert late["evidence"][0] == {
        "name": "contract_on",
        "value": "2025-03-20",
        "source": WORK["source"],
        "id": WORK["id"],
    }


def test_on_the_deadline_itself_nothing_is_late(events: Path) -> None:
    codes = [one["code"] for one in findings(run(events, "--json", on="2025-04-21"))]
    assert "project.not-registered" not in codes


def test_several_files_in_several_shapes_are_one(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([COMPANY, UNKNOWN], indent=1))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(WORK).encode()))
    assert len(findings(run(tmp_path / "a.json", tmp_path / "b.jsonl.gz", "--json"))) == 6


@pytest.mark.parametrize("content", [lines(COMPANY), json.dumps([COMPANY]), json.dumps(COMPANY, indent=2)])
def test_standard_input(content: str) -> None:
    told = findings(run("-", "--json", stdin=content.encode()))
    assert [one["code"] for one in told] == ["employer.not-registered", "feed.silent"]


def test_a_broken_line_is_told_aside_and_the_others_are_assessed(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(lines(COMPANY, '{"specversion": ', WORK))
    result = run(path, "--json")
    told = findings(result)
    assert [len(about(told, subject)) for subject in (FIRM, PROJECT)] == [1, 2]
    aside = told_aside(result)
    assert "x.jsonl:2: event: not JSON" in aside
    assert aside.endswith("2 facts, 1 rejected")


@pytest.mark.parametrize("content", ['[{"specversion"', None])
def test_a_file_that_cannot_be_read_ends_it_with_a_word(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    if content:
        path.write_text(content)
    result = run(path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "x.json" in told_aside(result)


def test_without_json_it_reads_as_sentences(events: Path) -> None:
    said = " ".join(run(events).stdout.split())
    assert "CV Maju employs 12 people but is not a member of BPJS Ketenagakerjaan." in said
    assert "cannot decide, workforce is unknown" in said


@pytest.mark.parametrize("on", ["22-04-2025", "2025-02-30"])
def test_no_such_day(on: str, events: Path) -> None:
    result = run(events, on=on)
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.stderr
