"""Starting again what ended unexpectedly."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from patuh.embedded.announce import Announce

_LOOK_EVERY_SECONDS = 0.2
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_SETTLED_SECONDS = 60.0


@dataclass
class Watched:
    """One process under watch; `failures` in a row decide the pause, `restarts` is the whole count."""

    alive: Callable[[], bool]
    relaunch: Callable[[], None]
    since: float
    restarts: int = 0
    failures: int = 0
    due: float | None = None


class Supervisor:
    """A thread that relaunches dead processes: after 0.5 s, then twice as long each time, up to 30 s.

    A process that ran for a minute is forgiven its earlier failures.
    """

    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self._watched: dict[str, Watched] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return once nothing will be relaunched any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def watch(self, name: str, alive: Callable[[], bool], relaunch: Callable[[], None]) -> None:
        """Relaunch `name` whenever `alive()` says no."""
        with self._lock:
            self._watched[name] = Watched(alive, relaunch, time.monotonic())

    def forget(self, name: str) -> None:
        """Let `name` end from now on."""
        with self._lock:
            self._watched.pop(name, None)

    def restarts(self, name: str) -> int:
        """How often `name` was relaunched since it is watched."""
        watched = self._watched.get(name)
        return watched.restarts if watched else 0

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_SECONDS):
            with self._lock:
                for name, watched in self._watched.items():
                    self._look(name, watched, time.monotonic())

    def _look(self, name: str, watched: Watched, now: float) -> None:
        if watched.due is not None:
            if now >= watched.due:
                self._relaunch(name, watched, now)
        elif not watched.alive():
            pause = self._pause(watched, now)
            watched.due = now + pause
            self._announce(f"{name} ended unexpectedly; starting it again in {pause:g} s")

    def _pause(self, watched: Watched, now: float) -> float:
        if now - watched.since > _SETTLED_SECONDS:
            watched.failures = 0
        watched.failures += 1
        doubled: float = _FIRST_PAUSE_SECONDS * 2 ** (watched.failures - 1)
        return min(_LONGEST_PAUSE_SECONDS, doubled)

    def _relaunch(self, name: str, watched: Watched, now: float) -> None:
        watched.due, watched.since = None, now
        watched.restarts += 1
        try:
            watched.relaunch()
        except OSError as error:  # no memory, no program: the next look finds it dead and waits longer
            self._announce(f"{name} could not be started: {error}")
