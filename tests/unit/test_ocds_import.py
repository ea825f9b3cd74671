"""A whole import: account, reject file, a second run, and any nonsense a file may hold."""

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.ocds import Arrival, Form, generate, write
from patuh.importing.ocds.events import read_all, read_events
from patuh.importing.outcomes import Mapped
from patuh.importing.summary import Summary
from patuh.sending import Event, OnProgress, OnReject, OnTaken, SendingFailed, Tally
from shared.events import decode, envelope, parse
from tests.unit.answering import Remembering, imported

FIXTURES = Path(__file__).parent / "fixtures" / "ocds"
FILES = sorted(FIXTURES.glob("*.json*"))
BASE = json.loads((FIXTURES / "award.json").read_text())


def test_everything_read_is_accounted_for(tmp_path: Path) -> None:
    seen: list[int] = []
    summary = imported(read_all(FILES), Remembering(), progress=lambda so_far: seen.append(so_far.sent.read))

    assert summary.balanced
    assert (summary.read, summary.mapped, summary.events, summary.rejected) == (7, 3, 3, 1)
    assert summary.sent == Tally(accepted=3)
    assert seen == [1, 2, 3]
    assert summary.lines() == [
        "read 7 = used 3 + skipped 3 + rejected 1",
        "events 3 = accepted 3 + duplicates 0 + rejected by the gateway 0",
        "id.patuh.project.awarded.v1: 3",
        "skipped 2: told together with a later release of the process",
        "skipped 1: no award yet",
        "rejected 1: awards/suppliers: no NPWP or NIB (no id at all)",
        "defect 3: organisation written out inside the release (OCDS 1.0)",
    ]


def test_a_second_run_is_all_duplicates() -> None:
    gateway = Remembering()
    first = imported(read_all(FILES), gateway)
    second = imported(read_all(FILES), gateway)

    assert second.sent == Tally(duplicates=first.events)
    assert second.balanced


def test_the_reject_file_says_where_and_why_and_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    path.write_text("of the run before")
    summary = imported(read_all(FILES), Remembering(refused="project:ocds-synth1-0010"), reject_path=path)

    assert summary.balanced
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {
            "file": str(FIXTURES / "ocds_1_0.json"),
            "item": "releases/0",
            "key": "ocds-synth1-0010",
            "id": "ocds-synth1-0010/1",
            "field": "subject",
            "rule": "another agency's",
            "by": "gateway",
        },
        {
            "file": str(FIXTURES / "process.jsonl"),
            "line": 5,
            "key": "ocds-synth1-0004",
            "field": "awards/0/suppliers/0",
            "rule": "no NPWP or NIB (no id at all)",
        },
    ]


def test_without_awards_nothing_is_sent_and_the_account_still_balances(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    path.write_text('{"releases": []}')
    summary = imported(read_all([path]), Remembering())

    assert (summary.read, summary.sent, summary.balanced) == (0, Tally(), True)


def test_a_failure_to_send_leaves_the_rejects_written(tmp_path: Path) -> None:
    def fails(
        events: Iterable[Event], *, on_reject: OnReject, on_progress: OnProgress, on_taken: OnTaken
    ) -> Tally:
        list(events)
        raise SendingFailed("gone", Tally())

    with pytest.raises(SendingFailed):
        imported(read_all(FILES), fails, reject_path=tmp_path / "rejects.jsonl")

    assert len((tmp_path / "rejects.jsonl").read_text().splitlines()) == 1


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        imported(read_all([tmp_path / "none.json"]), Remembering())


@pytest.mark.parametrize("form", ["package", "lines"])
def test_the_benchmark_measures_an_import_in_which_all_is_used(tmp_path: Path, form: Form) -> None:
    summaries = []
    arrivals: tuple[Arrival, ...] = ("adjacent", "scattered")
    for arrival in arrivals:
        path = tmp_path / arrival
        write(path, generate(80, 1, arrival), form)
        summaries.append(imported(read_all([path]), Remembering()))

    assert summaries[0] == summaries[1]
    assert (summaries[0].read, summaries[0].mapped, summaries[0].rejected) == (80, 20, 0)
    assert summaries[0].types["id.patuh.project.paid.v1"] == 20


ANYTHING = st.recursive(
    st.none()
    | st.sampled_from(["cancelled", "terminated", "active", "2024-05-05"])
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats(allow_nan=False, allow_infinity=False)  # neither is JSON
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "identifier", "date", "url"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, part in parts for path in _paths(part, (*at, key)))][not at :]


PAYMENT = {
    "id": "1",
    "date": "2024-05-01",
    "value": {"amount": 5, "currency": "IDR"},
    "payee": {"id": "NPWP-A"},
}
RICH = copy.deepcopy(BASE)
RICH["contracts"][0] |= {
    "status": "terminated",
    "amendments": [{"id": "1", "date": "2024-04-01"}],
    "amendment": {"date": "2024-04-02"},
    "implementation": {"endDate": "2024-08-01", "transactions": [PAYMENT]},
}
LOST = copy.deepcopy(BASE)
LOST["awards"][0]["status"] = "cancelled"


@st.composite
def spoilt_releases(draw: st.DrawFn) -> Any:
    base = draw(st.sampled_from([BASE, RICH, LOST]))
    release = copy.deepcopy(base)
    for path in draw(st.lists(st.sampled_from(_paths(base)), max_size=3, unique=True)):
        at: Any = release
        for step in path[:-1]:
            at = at[step] if isinstance(at, dict | list) and _holds(at, step) else {}
        if _holds(at, path[-1]):
            at[path[-1]] = draw(ANYTHING)
    return release


def _holds(container: Any, step: Any) -> bool:
    if isinstance(container, list):
        return isinstance(step, int) and step < len(container)
    return isinstance(container, dict) and step in container


@settings(max_examples=300, deadline=None)
@given(release=spoilt_releases() | ANYTHING)
def test_any_line_has_one_outcome_and_every_event_is_one_the_gateway_reads(
    tmp_path_factory: pytest.TempPathFactory, release: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text(json.dumps(release) + "\n" + json.dumps(BASE | {"ocid": "ocds-synth1-last"}))
    first, second = (list(read_events(path)) for _ in range(2))

    assert first == second
    # An array holds as many things as it has members.
    assert len(first) == (len(release) if isinstance(release, list) else 1) + 1
    summary = Summary()
    for outcome in first:
        summary.add(outcome)
        if isinstance(outcome, Mapped):
            decode(json.dumps(outcome.events[0]).encode(), envelope.HEADERS)
    assert isinstance(first[-1], Mapped)


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(spoilt_releases(), min_size=2, max_size=4), seed=st.randoms())
def test_any_releases_of_one_process_are_each_accounted_for_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, parts: list[Any], seed: Random
) -> None:
    parts = [part for part in parts if isinstance(part, dict)]
    releases = [
        part | {"ocid": BASE["ocid"], "id": str(number), "date": f"2024-0{number + 1}-01T00:00:00Z"}
        for number, part in enumerate(parts)
    ]
    path = tmp_path_factory.getbasetemp() / "process.jsonl"
    told: list[Any] = []
    for _ in range(2):
        path.write_text("".join(json.dumps(release) + "\n" for release in releases))
        outcomes = list(read_events(path))
        assert len(outcomes) == len(releases)
        told.append([dict(e) for outcome in outcomes if isinstance(outcome, Mapped) for e in outcome.events])
        seed.shuffle(releases)

    assert told[0] == told[1]
    for event in told[0]:
        parse(json.dumps(event).encode())
