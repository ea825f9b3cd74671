"""One service of the application as a child process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from patuh.embedded.errors import PartFailedError
from patuh.embedded.lifetime import Child, last_lines, spawn

_STOP_GRACE_SECONDS = 20.0  # longer than the 15 s a service takes at most to finish its batch
_HOPELESS_RESTARTS = 3


@dataclass(frozen=True)
class ServiceSpec:
    """How to run a service; `env` is added to our own, `health_url` answers 200 when the service is well."""

    name: str
    argv: list[str]
    env: dict[str, str]
    health_url: str


class Service:
    """A service, launched as often as needed."""

    def __init__(self, spec: ServiceSpec, *, run: Path, logs: Path) -> None:
        self.spec = spec
        self.log = logs / f"{spec.name}.log"
        self.child: Child | None = None
        self._pid_file = run / f"{spec.name}.pid.json"

    def launch(self) -> None:
        self.child = spawn(self.spec.argv, env=self.spec.env, log=self.log, pid_file=self._pid_file)

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        """End in good order, or kill after 20 seconds."""
        if self.child is not None:
            self.child.stop(_STOP_GRACE_SECONDS)

    def wait_healthy(self, timeout_seconds: float, restarts: Callable[[], int]) -> None:
        """Return once the health URL answers 200.

        Raises:
            PartFailedError: not within the time, or the service ended three times meanwhile.
        """
        deadline, restarts_before = time.monotonic() + timeout_seconds, restarts()
        # One client for all questions: making one costs more than the answer.
        with httpx.Client(timeout=2.0) as client:
            while not _is_well(client, self.spec.health_url):
                hopeless = restarts() - restarts_before >= _HOPELESS_RESTARTS
                if hopeless or time.monotonic() > deadline:
                    raise PartFailedError(
                        f"{self.spec.name} is not well; end of {self.log}:\n{last_lines(self.log)}"
                    )
                time.sleep(0.1)


def _is_well(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
