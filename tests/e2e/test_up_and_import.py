"""`patuh up` as a user runs it, and real procurement data through it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from patuh.located import NotRunningError, locate

SAMPLES = Path(os.environ.get("PATUH_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "ocds"
BANDUNG = SAMPLES / "bandung_2016_2018" / "releases.jsonl"
PARAGUAY = SAMPLES / "paraguay"
SOURCES = ["urn:ocds:ocds-afzrfb", "urn:ocds:ocds-03ad3f"]
_ADDS_UP = re.compile(r"^(read|events) (\d+) = \D+(\d+) \+ \D+(\d+) \+ \D+(\d+)$", re.MULTILINE)
needs_samples = pytest.mark.skipif(
    not SAMPLES.exists(), reason=f"no sample data beside the project ({SAMPLES})"
)


def patuh(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "patuh", *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a stack that `patuh up` runs."""
    data = tmp_path_factory.mktemp("up")
    with subprocess.Popen([sys.executable, "-m", "patuh", "up", "--data", str(data)]) as process:
        _wait_until_up(data, process)
        children = psutil.Process(process.pid).children(recursive=True)
        yield data
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    _, left = psutil.wait_procs(children, timeout=10)
    assert not left, "Ctrl-C left processes behind"


def _wait_until_up(data: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if all(report["healthy"] for report in locate(data).health().values()):
                return
        except NotRunningError:
            time.sleep(0.3)
    pytest.fail("patuh up did not come up")


@pytest.fixture(scope="module")
def key(stack: Path) -> str:
    made = patuh(stack, "keys", "create", "--agency", "BIRMS", *[w for s in SOURCES for w in ("--source", s)])
    assert re.fullmatch(r"patuh_[0-9a-f]+_[0-9a-f]+\n", made.stdout)
    return made.stdout.strip()


def counts(output: str) -> dict[str, tuple[int, ...]]:
    """The two sums that the import prints, each checked."""
    found = {name: tuple(map(int, numbers)) for name, *numbers in _ADDS_UP.findall(output)}
    for total, *parts in found.values():
        assert total == sum(parts)
    return found


@needs_samples
def test_bandung_is_imported_once_and_every_count_adds_up(stack: Path, key: str, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.jsonl"
    words = ("import", "ocds", str(BANDUNG), "--key", key, "--rejects", str(rejects))
    first = patuh(stack, *words)
    assert first.returncode == 0, first.stderr
    sums = counts(first.stdout)
    lines = len(BANDUNG.read_text().splitlines())
    assert sums["read"][0] == lines
    events, accepted, duplicates, by_gateway = sums["events"]
    assert (accepted, duplicates, by_gateway) == (events, 0, 0)
    assert events > 250
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert len(told) == sums["read"][3]
    assert all(reject["rule"] and reject["line"] for reject in told)
    _nothing_changes(stack, words, events)


def _nothing_changes(stack: Path, words: tuple[str, ...], events: int) -> None:
    located = locate(stack)
    located.settle(120)
    flags = located.open_flags()
    assert Counter(flag["code"] for flag in flags)["project.not-registered"] > 20
    again = patuh(stack, *words)
    assert counts(again.stdout)["events"] == (events, 0, events, 0)
    located.settle(120)
    assert located.open_flags() == flags


@needs_samples
def test_each_paraguayan_file_is_taken_or_refused_with_a_reason(
    stack: Path, key: str, tmp_path: Path
) -> None:
    files = sorted(str(file) for file in PARAGUAY.rglob("*.json"))
    assert len(files) > 80
    rejects = tmp_path / "rejects.jsonl"
    done = patuh(stack, "import", "ocds", *files, "--key", key, "--rejects", str(rejects))
    assert done.returncode == 0, done.stderr
    sums = counts(done.stdout)
    assert sums["read"][0] >= len(files)
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert len(told) == sums["read"][3]
    assert all(reject["rule"] for reject in told)


def test_a_second_stack_on_the_same_folder_is_refused(stack: Path) -> None:
    refused = patuh(stack, "up")
    assert refused.returncode == 1
    assert "already runs" in refused.stderr


def test_status_is_plain_json(stack: Path) -> None:
    told = json.loads(patuh(stack, "status", "--json").stdout)
    assert told.keys() == {"urls", "services"}
    assert all({"healthy", "lag", "rss_mb"} <= service.keys() for service in told["services"].values())
