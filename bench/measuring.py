"""Watches service processes from outside until their work is done: time, CPU, memory."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
from msgspec import Struct

LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 3600.0
MIB = 2**20


class Run(Struct, kw_only=True):
    """One variant in one round: `events` handled in `seconds`, CPU seconds and peak memory (MiB) by process,
    what was put on the topics it writes, and the share of the machine's CPU time that others took.
    """

    variant: str
    round: int
    events: int
    seconds: float
    cpu_seconds: dict[str, float]
    peak_rss_mb: dict[str, float]
    messages_out: dict[str, int] = {}
    others_share: float | None = None

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


class BenchFailedError(Exception):
    """A variant did not do its job, so its speed means nothing."""


@dataclass
class Watched:
    """A service process, asked at `health_url` and looked at through the operating system."""

    name: str
    process: psutil.Process
    health_url: str
    client: httpx.Client
    peak_rss: int = 0

    def lag(self) -> int | None:
        """Messages not committed yet; None while the group gathers. Raises BenchFailedError when unwell."""
        return self._health()["lag"]

    def idle(self) -> bool:
        """Everything read, stored, committed and published. Raises BenchFailedError when unwell."""
        health = self._health()
        return health["lag"] == 0 and health["pending"] == 0

    def look(self) -> None:
        """Note the memory in use."""
        self.peak_rss = max(self.peak_rss, self.process.memory_info().rss)

    def _health(self) -> dict[str, int | None]:
        answer = self.client.get(self.health_url)
        if not answer.is_success:
            raise BenchFailedError(f"{self.name} is not well: {answer.text}")
        found: dict[str, int | None] = answer.json()
        return found


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a process and of all it started, those that ended included."""
    times = process.cpu_times()
    ended = times.children_user + times.children_system
    living = sum(_own_cpu(child) for child in process.children(recursive=True))
    return float(times.user + times.system + ended + living)


def _own_cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


class Span(Struct):
    """Wall-clock seconds, CPU seconds by process, and the share of all CPU time that others took."""

    seconds: float
    cpu_seconds: dict[str, float]
    others_share: float


class Window:
    """Measures `processes` from its making on. Our own process counts as one of them."""

    def __init__(self, processes: Mapping[str, psutil.Process]) -> None:
        self._processes = processes
        self._bench = psutil.Process()
        self._cpu, self._ours, self._machine = self._now()
        self._began = time.monotonic()

    def close(self) -> Span:
        """What was measured so far."""
        seconds = time.monotonic() - self._began
        cpu, ours, machine = self._now()
        idle = machine.idle - self._machine.idle + _waiting(machine) - _waiting(self._machine)
        whole = sum(machine) - sum(self._machine)
        others = max(0.0, whole - idle - (ours - self._ours)) / whole
        return Span(seconds, {name: used - self._cpu[name] for name, used in cpu.items()}, others)

    def _now(self) -> tuple[dict[str, float], float, Any]:
        cpu = {name: cpu_seconds(process) for name, process in self._processes.items()}
        own = self._bench.cpu_times()
        return cpu, sum(cpu.values()) + own.user + own.system, psutil.cpu_times()


def _waiting(times: Any) -> float:
    return float(getattr(times, "iowait", 0.0))


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Ask ten times a second. Raises BenchFailedError after an hour."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise BenchFailedError(f"{what}: not within {_PATIENCE_SECONDS:.0f} s")
        time.sleep(LOOK_SECONDS)


def measure(
    services: Sequence[Watched], parts: Mapping[str, psutil.Process], total: int, to_flags: bool
) -> tuple[int, Span]:
    """From when the first service has fewer than `total` events before it to its lag 0, or, `to_flags`, until
    each service in turn has lag 0 and an empty outbox: events committed in between, and what was measured.

    Raises BenchFailedError.
    """
    first, left = services[0], [total]

    def begun() -> bool:
        lag = first.lag()
        left[0] = total if lag is None else lag
        return left[0] < total

    def done() -> bool:
        for service in services:
            service.look()
        return all(service.idle() for service in services) if to_flags else first.lag() == 0

    wait_until(f"first commit of {first.name}", begun)
    if not left[0]:
        raise BenchFailedError(f"{first.name} committed everything at once: take more events")
    window = Window({s.name: s.process for s in services} | dict(parts))
    wait_until(f"{first.name} at lag 0", done)
    return left[0], window.close()


def peaks(services: Sequence[Watched]) -> dict[str, float]:
    """The most memory each was seen with, in MiB."""
    return {service.name: service.peak_rss / MIB for service in services}
