"""Children end with their parent, and leftovers of ours, but of nobody else, are ended at the next start."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from patuh.embedded.lifetime import is_running, last_lines, reap, spawn
from patuh.embedded.stack import Stack
from patuh.embedded.state import read_state

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
PARENT = """
import sys, time
from pathlib import Path
from patuh.embedded.stack import ServiceSpec, Stack
stack = Stack(Path(sys.argv[1]), announce=print, databases=["employer"])
stack.start_parts()
stack.start_service(ServiceSpec("deaf", sys.argv[2:], {}, "http://127.0.0.1:1/"))
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "data"), *DEAF]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert any(line == "started\n" for line in process.stdout), "the parent could not start its stack"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def wait_gone(processes: list[psutil.Process], seconds: float = 20.0) -> list[psutil.Process]:
    """Those that still run after `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := [p for p in processes if p.is_running() and p.status() != "zombie"]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    return left


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere leftovers are ended at the next start")
def test_a_killed_parent_leaves_no_orphan_and_the_folder_usable(
    parent: subprocess.Popen[str], tmp_path: Path
) -> None:
    state: dict[str, Any] | None = read_state(tmp_path / "data")
    assert state is not None
    assert set(state["processes"]) == {"postgres", "kafka", "inbox", "deaf"}
    children = psutil.Process(parent.pid).children(recursive=True)
    assert {process["pid"] for process in state["processes"].values()} <= {child.pid for child in children}

    parent.kill()
    parent.wait()

    assert wait_gone(children) == []
    assert read_state(tmp_path / "data") is None
    with Stack(tmp_path / "data", announce=print, databases=["employer"]) as again:
        assert again.start_parts().bootstrap == state["parts"]["bootstrap"]


def test_a_leftover_is_ended_at_the_next_start(tmp_path: Path) -> None:
    pid_file, log = tmp_path / "sleep.pid.json", tmp_path / "sleep.log"
    leftover = spawn(SLEEP, log=log, pid_file=pid_file)
    successor = spawn(SLEEP, log=log, pid_file=pid_file)
    try:
        assert not leftover.alive()
        assert successor.alive()
    finally:
        successor.stop(5)
    assert not pid_file.exists()


def test_another_process_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    pid_file = tmp_path / "reused.pid.json"
    bystander = spawn(SLEEP, log=tmp_path / "log", pid_file=tmp_path / "own.pid.json")
    created = psutil.Process(bystander.pid).create_time()
    pid_file.write_text(json.dumps({"pid": bystander.pid, "created": created - 60, "stop_signal": 15}))
    reap(pid_file)
    try:
        assert bystander.alive()
        assert is_running(bystander.pid, created)
    finally:
        bystander.stop(5)


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    ready = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = spawn([sys.executable, "-c", ready], log=tmp_path / "log", pid_file=tmp_path / "pid.json")
    while "deaf" not in last_lines(tmp_path / "log"):
        time.sleep(0.02)
    child.stop(grace_seconds=0.3)
    assert child.process.returncode == -9


def test_a_child_gets_our_environment_and_more(tmp_path: Path) -> None:
    show = "import os; print(os.environ['HOME'], os.environ['EXTRA'])"
    child = spawn(
        [sys.executable, "-c", show],
        env={"EXTRA": "more"},
        log=tmp_path / "log",
        pid_file=tmp_path / "pid.json",
    )
    child.process.wait()
    assert last_lines(tmp_path / "log") == f"{os.environ['HOME']} more"
