"""The job on other frameworks: what can be told without them, and what is pinned for them."""

import re
from pathlib import Path

import msgspec
import pytest

from bench import proof
from bench.frameworks import environment, java
from bench.frameworks.job import Tally, change, counts_for, crosses, enrolment
from bench.stage import ROOT
from bench.workload import Workload
from patuh.embedded.jars import kafka_version, read_lock
from shared.events import encode

_LOCKS = (environment.LOCK_FILE, java.LOCK_FILE)


@pytest.mark.parametrize("lock", _LOCKS, ids=lambda lock: lock.name)
def test_locks_name_no_address(lock: Path) -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host|@ ", lock.read_text())


def test_every_python_package_is_pinned_by_hash() -> None:
    text = environment.LOCK_FILE.read_text()
    pins = re.findall(r"^\S+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.M)
    assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.M)) > 10


def test_kafka_streams_is_of_the_kafka_it_runs_on() -> None:
    pins = {jar.artifact: jar for jar in read_lock(java.LOCK_FILE)}
    assert pins["kafka-streams"].version == kafka_version()
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in pins.values())


def test_the_product_is_not_burdened() -> None:
    product = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^(quixstreams|faust-streaming|rocksdict)==", product, re.M)


@pytest.mark.parametrize(
    ("known", "new", "by"),
    [
        (None, ["2025-01-01", True], 1),
        (None, ["2025-01-01", False], 0),
        (["2025-01-01", True], ["2025-02-01", True], 0),
        (["2025-01-01", True], ["2025-02-01", False], -1),
        (["2025-02-01", False], ["2025-02-01", True], 1),
        (["2025-02-01", True], ["2025-01-01", False], None),
    ],
)
def test_the_latest_enrolment_counts(known: list[object] | None, new: list[object], by: int | None) -> None:
    assert change(known, new) == by


def test_crossing_both_ways() -> None:
    assert crosses(49, 50, 50)
    assert crosses(50, 49, 50)
    assert not crosses(50, 51, 50)
    assert not crosses(48, 49, 50)


def test_the_tally_ends_at_what_was_asked_for() -> None:
    tally = Tally(3)
    for partition in (0, 5, 5):
        assert not tally.full
        tally.take(partition)
    assert tally.full
    assert tally.report().taken == {"0": 1, "5": 2}
    assert tally.report().events == 2  # the first one starts the watch


def test_the_job_comes_to_the_truth_of_the_pure_functions() -> None:
    counts: dict[str, int] = {}
    known: dict[str, list[object]] = {}
    for event in map(msgspec.json.decode, map(encode, Workload(6_000).worker_events())):
        of_worker = f"{event['subject']}|{counts_for(event)}"
        by = change(known.get(of_worker), new := enrolment(event))
        known[of_worker] = new
        counts[counts_for(event)] = counts.get(counts_for(event), 0) + (by or 0)
    proof.check_counts(counts, proof.coverage_of(Workload(6_000)))
