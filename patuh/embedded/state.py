"""`stack.json`, by which other commands find a running stack, and the lock that keeps a second one out."""

import json
import os
from pathlib import Path
from typing import Any

import fasteners  # type: ignore[import-untyped]
import psutil

from patuh.embedded.errors import AlreadyRunningError
from patuh.embedded.lifetime import is_running

STATE_FILE = "stack.json"


class Claim:
    """The exclusive right to a data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = fasteners.InterProcessLock(data / ".lock")

    def take(self) -> None:
        """Raises `AlreadyRunningError` if another process, or another stack of this process, has it."""
        # The lock is the process's, so a second stack of the same process is only found by the state file.
        running = read_state(self._data)
        if running is not None or not self._lock.acquire(blocking=False):
            pid = running["pid"] if running else "unknown"
            raise AlreadyRunningError(f"a stack already runs on {self._data} (process {pid})")
        write_state(self._data, {})

    def release(self) -> None:
        (self._data / STATE_FILE).unlink(missing_ok=True)
        self._lock.release()


def write_state(data: Path, state: dict[str, Any]) -> None:
    """Replace `stack.json`, readable by its owner only: it holds passwords."""
    pid = os.getpid()
    owned = {"pid": pid, "created": psutil.Process(pid).create_time(), **state}
    unfinished = data / f"{STATE_FILE}.part"
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(owned, indent=2))
    unfinished.replace(data / STATE_FILE)


def read_state(data: Path) -> dict[str, Any] | None:
    """What `stack.json` says; None when no stack runs on `data`, even if a crash left the file."""
    file = data / STATE_FILE
    if not file.exists():
        return None
    state: dict[str, Any] = json.loads(file.read_text())
    return state if is_running(state["pid"], state["created"]) else None
