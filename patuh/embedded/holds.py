"""Keeping a service of a running stack stopped from another process, for as long as that process lives.

`run/hold-<service>.json` in the data folder names the process that holds a service. The stack looks every
0.2 s: a held service is stopped, and started again when the file is gone or its process has ended. So a
service is never left down by a command that was killed. Who may write into the folder may stop a service.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from patuh.embedded.announce import Announce
from patuh.embedded.errors import PartFailedError
from patuh.embedded.lifetime import is_running
from patuh.embedded.state import read_state

_LOOK_EVERY_SECONDS = 0.2
_STOPPED_SECONDS = 60.0  # a service takes up to 20 s to end in good order


class Holds:
    """The stack's side: a thread that stops what is held and starts what is no longer."""

    def __init__(
        self, run: Path, stop: Callable[[str], None], start: Callable[[str], None], announce: Announce
    ) -> None:
        self._run, self._stop_one, self._start_one, self._announce = run, stop, start, announce
        self.held: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="holds", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return once nothing will be stopped or started any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, services: set[str]) -> None:
        """Bring these services to what the files ask for."""
        wanted = {name for name in services if _is_held(_file(self._run, name))}
        for name in wanted - self.held:
            self._announce(f"{name} is held by another command")
            self.held.add(name)
            self._stop_one(name)
        for name in self.held - wanted:
            self._announce(f"{name} is no longer held")
            self.held.discard(name)
            self._start_one(name)

    def _watch(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_SECONDS):
            names = {
                f.name.removeprefix("hold-").removesuffix(".json") for f in self._run.glob("hold-*.json")
            }
            try:
                self.look(names | self.held)
            except (OSError, KeyError) as error:  # no such service, no memory: said, and looked at again
                self._announce(f"cannot stop or start as asked: {error!r}")


@contextmanager
def holding(data: Path, service: str) -> Iterator[None]:
    """Keep a service stopped inside the block; it is started at its end, healthy or not.

    Raises PartFailedError when the stack does not stop it in time.
    """
    file = _file(data / "run", service)
    _claim(file, service)
    try:
        _wait_stopped(data, service)
        yield
    finally:
        file.unlink(missing_ok=True)


def _claim(file: Path, service: str) -> None:
    if _is_held(file):
        raise PartFailedError(f"{service} is held by another command already ({file})")
    draft = file.with_suffix(".part")
    draft.touch(mode=0o600)
    pid = os.getpid()
    draft.write_text(json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))
    draft.replace(file)


def _wait_stopped(data: Path, service: str) -> None:
    deadline = time.monotonic() + _STOPPED_SECONDS
    while True:
        state = read_state(data)
        if state and service in state["held"] and state["processes"][service]["pid"] is None:
            return
        if state is None or time.monotonic() > deadline:
            raise PartFailedError(f"the stack on {data} does not stop {service}")
        time.sleep(0.1)


def _file(run: Path, service: str) -> Path:
    return run / f"hold-{service}.json"


def _is_held(file: Path) -> bool:
    try:
        holder = json.loads(file.read_text())
        return is_running(holder["pid"], holder["created"])
    except FileNotFoundError:
        return False
