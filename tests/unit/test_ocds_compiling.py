"""Releases and records of one process become one event, whatever their order."""

import itertools
import json
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.ocds.compiling import CONFLICT
from patuh.importing.ocds.events import MERGED, read_all, read_events
from patuh.importing.ocds.spilling import Aside, Spill
from patuh.importing.outcomes import Mapped, Outcome, Place, Rejected, Skipped
from tests.unit.answering import Remembering, imported

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


def test_apart_in_the_file_they_are_merged_all_the_same(tmp_path: Path) -> None:
    outcomes = read(tmp_path, [PARTS[0], LINES[3], PARTS[1], PARTS[2]])

    assert events(outcomes) == events(read(tmp_path, PARTS))
    assert [o.events[0].place.line if isinstance(o, Mapped) else o.place.line for o in outcomes] == [
        1,
        3,
        4,
        2,
    ]
    assert [type(outcome) for outcome in outcomes] == [Skipped, Skipped, Mapped, Skipped]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_over_several_files_they_are_merged_all_the_same(tmp_path: Path, order: tuple[int, ...]) -> None:
    for number, part in enumerate(order):
        (tmp_path / f"{number}.json").write_text(
            json.dumps({"releases": [json.loads(PARTS[part])]}, indent=1)
        )
    outcomes = list(read_all(sorted(tmp_path.iterdir())))

    assert [type(outcome) for outcome in outcomes] == [Skipped, Skipped, Mapped]
    assert events(outcomes) == events(read(tmp_path, PARTS))


def test_a_contract_without_its_award_is_refused(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path, [PARTS[0]])

    assert isinstance(outcome, Rejected)
    assert outcome.rule == "contracts without their award: import its release too"


def test_what_is_put_aside_is_not_held_in_memory(tmp_path: Path) -> None:
    tender = BASE["tender"] | {"title": "x" * 20_000}
    path = tmp_path / "long.jsonl"
    with path.open("w") as file:
        for stage, process in itertools.product("ab", range(500)):
            release = BASE | {"id": stage, "ocid": f"ocds-synth1-{process}", "tender": tender}
            file.write(json.dumps(release) + "\n")
    tracemalloc.start()
    try:
        kinds = Counter(type(outcome) for outcome in read_events(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kinds == {Skipped: 500, Mapped: 500}
    assert peak < path.stat().st_size / 10


def test_no_room_to_put_releases_aside_is_said_plainly() -> None:
    with closing(Spill()) as spill:
        spill._file.execute("PRAGMA max_page_count = 10")
        long = Aside(Place("f"), BASE | {"tender": {"title": "x" * 100_000}}, [])
        with pytest.raises(OSError, match=r"full\): is there room in SQLITE_TMPDIR\?"):
            spill.add("ocds-synth1-1", long)


def test_a_release_repeated_is_counted_once(tmp_path: Path) -> None:
    outcomes = read(tmp_path, [BASE, BASE])

    assert [type(outcome) for outcome in outcomes] == [Skipped, Mapped]
    assert isinstance(outcomes[1], Mapped)
    assert outcomes[1].defects == ("release repeated",)
    assert outcomes[1].events[0]["id"] == "ocds-synth1-0001/0001-award"


def test_one_release_id_for_two_stories_is_a_conflict_and_the_first_stands(tmp_path: Path) -> None:
    other = BASE | {"date": "2023-01-01T00:00:00Z", "tender": BASE["tender"] | {"title": "Lain"}}
    outcomes = read(tmp_path, [BASE, other, BASE])

    assert [(o.place.line, o.field, o.rule) for o in outcomes if isinstance(o, Rejected)] == [
        (2, "id", "used for two releases that say different things: the one read first stands")
    ]
    assert events(outcomes) == events(read(tmp_path, [BASE]))
    assert len(outcomes) == 3


def test_a_conflict_is_in_the_summary_and_the_reject_file(tmp_path: Path) -> None:
    other = BASE | {"tender": BASE["tender"] | {"title": "Lain"}}
    path = tmp_path / "rejects.jsonl"
    summary = imported(iter(read(tmp_path, [BASE, other])), Remembering(), reject_path=path)

    assert dict(summary.rules) == {f"id: {CONFLICT}": 1}
    assert json.loads(path.read_text())["rule"] == CONFLICT


def test_one_number_written_in_two_ways_is_no_conflict(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(BASE, indent=1).replace("880000000.4", "880000000.40"))
    (tmp_path / "b.jsonl").write_text(json.dumps(BASE) + "\n" + json.dumps(BASE))
    outcomes = list(read_all(sorted(tmp_path.iterdir())))

    assert [type(outcome) for outcome in outcomes] == [Skipped, Skipped, Mapped]


def test_a_number_no_machine_holds_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    text = json.dumps({"releases": [BASE, BASE | {"ocid": "ocds-synth1-2"}]}, indent=1)
    path.write_text(text.replace("880000000.4", "1E+999", 1))
    outcomes = list(read_events(path))

    assert [type(outcome) for outcome in outcomes] == [Mapped, Mapped]
    assert [event["data"]["value_idr"] for event in events(outcomes)] == [900_000_000, 880_000_000]


def test_no_persons_number_is_the_key_of_a_reject(tmp_path: Path) -> None:
    ocid = "ocds-synth1-9932710101900001"
    outcomes = [*read(tmp_path, [BASE | {"ocid": ocid}]), *read(tmp_path, [{"ocid": ocid}])]

    assert [o.key for o in outcomes if isinstance(o, Rejected | Skipped)] == [None, None]
    assert "9932710101900001" not in str(outcomes)


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
