"""Releases and records of one process become one event, whatever their order."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.ocds.events import MERGED, read_events
from patuh.importing.outcomes import Mapped, Outcome, Rejected, Skipped

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


def test_releases_that_follow_each_other_are_merged_by_date() -> None:
    outcomes = list(read_events(FIXTURES / "process.jsonl"))

    assert [type(outcome) for outcome in outcomes] == [Skipped, Skipped, Mapped, Skipped, Rejected]
    (event,) = events(outcomes)
    assert event["time"] == "2024-03-01T02:00:00+00:00"
    assert event["id"].startswith("ocds-synth1-0002/r3+")
    assert event["data"] == {
        "title": "Jasa Kebersihan Kantor",
        "kind": "services",
        "method": "direct",
        "owner": {"agency": "1.05.01", "name": "Dinas Contoh"},
        "contractors": ["employer:0990000036429000"],
        "value_idr": 95_000_000,
        "contract_on": "2024-03-01",
    }


def test_every_release_is_accounted_for_at_its_own_line() -> None:
    outcomes = list(read_events(FIXTURES / "process.jsonl"))
    places = [o.events[0].place if isinstance(o, Mapped) else o.place for o in outcomes]

    assert [place.line for place in places] == [1, 2, 3, 4, 5]
    assert [o.reason for o in outcomes if isinstance(o, Skipped)] == [MERGED, MERGED, "no award yet"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_in_the_file_does_not_matter(tmp_path: Path, order: tuple[int, ...]) -> None:
    assert events(read(tmp_path, [PARTS[n] for n in order])) == events(read(tmp_path, PARTS))


def test_a_merge_is_another_version_than_its_last_release_alone(tmp_path: Path) -> None:
    (merged,) = events(read(tmp_path, PARTS))
    (fewer,) = events(read(tmp_path, PARTS[1:]))

    assert merged["id"] != fewer["id"]
    assert {merged["subject"], fewer["subject"]} == {"project:ocds-synth1-0002"}


def test_apart_in_the_file_they_are_apart(tmp_path: Path) -> None:
    outcomes = read(tmp_path, [PARTS[0], LINES[3], PARTS[1], PARTS[2]])

    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert [outcome.rule for outcome in refused] == [
        "contracts without their award: compile the releases of the process first"
    ]
    assert len(events(outcomes)) == 1


def test_a_release_repeated_is_counted_once(tmp_path: Path) -> None:
    outcomes = read(tmp_path, [BASE, BASE])

    assert [type(outcome) for outcome in outcomes] == [Skipped, Mapped]
    assert isinstance(outcomes[1], Mapped)
    assert outcomes[1].defects == ("release repeated",)
    assert outcomes[1].events[0]["id"] == "ocds-synth1-0001/0001-award"


def test_one_release_id_for_two_stories_is_refused_for_both(tmp_path: Path) -> None:
    outcomes = read(tmp_path, [BASE, BASE | {"tender": BASE["tender"] | {"title": "Lain"}}])

    assert [(o.field, o.rule) for o in outcomes if isinstance(o, Rejected)] == [
        ("id", "used for two releases that say different things")
    ] * 2


def test_releases_that_cannot_be_merged_are_refused(tmp_path: Path) -> None:
    outcomes = read(tmp_path, [BASE | {"id": "0", "date": "2024-01-01T00:00:00Z", "tender": "x"}, BASE])

    assert [o.rule for o in outcomes if isinstance(o, Rejected)] == [
        "releases cannot be merged: InconsistentTypeError"
    ] * 2


def test_an_id_twice_in_one_list_is_a_defect(tmp_path: Path) -> None:
    later = BASE | {"id": "2", "date": "2024-05-01T00:00:00Z", "awards": BASE["awards"] * 2}
    outcomes = read(tmp_path, [BASE, later])

    assert isinstance(outcomes[1], Mapped)
    assert outcomes[1].defects == ("id used twice in one list",)


def test_numbers_and_texts_are_the_same_id(tmp_path: Path) -> None:
    corrected = BASE["awards"][0] | {"id": "501", "value": {"amount": 5, "currency": "IDR"}}
    later = {
        "ocid": BASE["ocid"],
        "id": 2,
        "date": "2024-05-01T00:00:00Z",
        "awards": [corrected],
    }
    (event,) = events(read(tmp_path, [BASE | {"contracts": []}, later]))

    assert event["data"]["value_idr"] == 5


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


def test_a_release_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text('{\n"ocid": "ocds-synth1-1", "id": "1", "awards": ' + "[" * 3000 + "]" * 3000 + "}")
    (outcome,) = read_events(path)

    assert isinstance(outcome, Rejected)
    assert outcome.rule == "nested too deep"


def test_one_ocid_for_all_is_merged_in_bounded_portions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patuh.importing.ocds.compiling.MERGE_AT_MOST", 4)
    outcomes = read(tmp_path, [BASE | {"id": str(n)} for n in range(10)])

    assert len(outcomes) == 10
    assert len(events(outcomes)) == 3
