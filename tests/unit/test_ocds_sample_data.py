"""The importer on real publishers' files: nothing is lost, nothing is guessed, a second run says the same."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from patuh.importing.ocds.compiling import CONFLICT
from patuh.importing.ocds.events import read_all, read_events
from patuh.importing.outcomes import Mapped, Outcome, Rejected
from patuh.importing.summary import Summary
from shared.events import decode, envelope

SAMPLES = Path(os.environ.get("PATUH_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))
if not (SAMPLES / "ocds").is_dir():
    pytest.skip("OCDS sample data not beside the project", allow_module_level=True)

BANDUNG = SAMPLES / "ocds" / "bandung_2016_2018" / "releases.jsonl"
PARAGUAY = sorted((SAMPLES / "ocds" / "paraguay").rglob("*.json"))
EVERY_FILE = sorted((SAMPLES / "ocds").rglob("*.json*"))


def account(outcomes: Iterator[Outcome]) -> Summary:
    summary = Summary()
    for outcome in outcomes:
        summary.add(outcome)
    return summary


def test_bandung_is_imported_but_for_broken_npwp() -> None:
    summary = account(read_events(BANDUNG))

    assert summary.read == len(BANDUNG.read_text().splitlines()) == 292
    assert (summary.events, summary.skipped.total(), summary.rejected) == (276, 10, 6)
    assert dict(summary.skipped) == {"no award yet": 10}
    assert dict(summary.rules) == {
        "awards/suppliers: npwp: the check digit (digit 9 of the old form) is wrong": 6
    }
    assert summary.defects["contract ends before it starts"] == 0
    assert summary.defects["zero date in contract dateSigned"] == 29
    assert summary.defects["dropped supplier: no NPWP or NIB (no id at all)"] == 1


def test_every_bandung_event_is_one_the_gateway_reads() -> None:
    events = [outcome.events[0] for outcome in read_events(BANDUNG) if isinstance(outcome, Mapped)]

    assert len({event["id"] for event in events}) == len(events)
    for event in events:
        decode(json.dumps(event).encode(), envelope.HEADERS)
    kinds = Counter(event["data"]["kind"] for event in events)
    assert kinds.keys() == {"construction", "construction-consultancy", "goods", "services"}
    assert {year for event in events if (year := event["data"].get("contract_on", "2016")[:4])} == {"2016"}


def test_every_paraguayan_file_has_an_outcome_with_a_reason() -> None:
    per_file = {path: list(read_events(path)) for path in PARAGUAY}
    summary = account(chain.from_iterable(per_file.values()))

    assert len(PARAGUAY) == summary.read == 89
    assert all(len(outcomes) == 1 for outcomes in per_file.values())
    # No supplier has an Indonesian number, so none may become an employer.
    assert (summary.events, summary.skipped.total(), summary.rejected) == (0, 36, 53)
    assert summary.rules["whole: empty: there is no JSON in it"] == 3
    assert summary.rules["releases: only links to releases, which cannot be fetched"] == 2


def test_paraguay_in_one_import_is_merged_and_its_conflicts_are_told() -> None:
    summary = account(read_all(PARAGUAY))

    assert (summary.read, summary.events, summary.skipped.total(), summary.rejected) == (89, 0, 44, 45)
    assert summary.rules[f"id: {CONFLICT}"] == 20
    assert summary.rules["whole: empty: there is no JSON in it"] == 3
    assert summary.rules["releases: only links to releases, which cannot be fetched"] == 2
    assert summary.rules["awards: contracts without their award: import its release too"] == 1
    assert sum(n for rule, n in summary.rules.items() if "no NPWP or NIB" in rule) == 19


def test_every_sample_in_one_import_is_accounted_for() -> None:
    together, apart = account(read_all(EVERY_FILE)), Summary()
    for outcome in chain.from_iterable(map(read_events, EVERY_FILE)):
        apart.add(outcome)

    assert together.read == apart.read == together.mapped + together.skipped.total() + together.rejected


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: path.name[:40])
def test_every_sample_is_read_twice_to_the_same_end(path: Path) -> None:
    outcomes = list(read_events(path))

    assert outcomes == list(read_events(path))
    assert all(outcome.rule for outcome in outcomes if isinstance(outcome, Rejected))
