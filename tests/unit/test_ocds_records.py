"""A record is the publisher's own merge, or else a merge of the releases in it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.ocds.events import read_events
from patuh.importing.outcomes import Mapped, Outcome, Rejected

FIXTURES = Path(__file__).parent / "fixtures" / "ocds"
LINES = (FIXTURES / "process.jsonl").read_text().splitlines()
PARTS = LINES[:3]
BASE = json.loads((FIXTURES / "award.json").read_text())
Json = dict[str, Any]


def read(folder: Path, lines: Iterable[str | Json]) -> list[Outcome]:
    path = folder / "lines.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return list(read_events(path))


def events(outcomes: Iterable[Outcome]) -> list[Json]:
    return [dict(outcome.events[0]) for outcome in outcomes if isinstance(outcome, Mapped)]


def test_a_record_whose_releases_contradict_each_other_is_refused(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path, [record(releases=[BASE, BASE | {"date": "2023-01-01T00:00:00Z"}])])

    assert isinstance(outcome, Rejected)
    assert (outcome.field, outcome.rule) == ("id", "used for two releases that say different things")


def record(**parts: Any) -> Json:
    return {"records": [{"ocid": BASE["ocid"], **parts}]}


def test_a_record_gives_its_compiled_release(tmp_path: Path) -> None:
    compiled = {name: value for name, value in BASE.items() if name != "ocid"} | {"id": "c-1"}
    (event,) = events(read(tmp_path, [record(releases=[{"url": "x"}, BASE], compiledRelease=compiled)]))

    assert event["id"] == "ocds-synth1-0001/c-1"


def test_a_record_without_it_gives_its_embedded_releases_merged(tmp_path: Path) -> None:
    parts = [json.loads(part) for part in PARTS]
    link = {"url": "https://example.org/r0", "date": "2023-01-01T00:00:00Z", "tag": ["planning"]}
    outcomes = read(tmp_path, [{"records": [{"ocid": parts[0]["ocid"], "releases": [link, *parts]}]}])

    assert events(outcomes) == events(read(tmp_path, PARTS))
    assert isinstance(outcomes[0], Mapped)
    assert outcomes[0].defects == ("release given as a link, not read",)


@pytest.mark.parametrize(
    ("releases", "rule"),
    [([{"url": "x"}], "only links to releases, which cannot be fetched"), ([], "missing"), (None, "missing")],
)
def test_a_record_with_nothing_to_read_is_refused(tmp_path: Path, releases: Any, rule: str) -> None:
    (outcome,) = read(tmp_path, [record(releases=releases)])

    assert isinstance(outcome, Rejected)
    assert (outcome.key, outcome.field, outcome.rule) == (BASE["ocid"], "releases", rule)
