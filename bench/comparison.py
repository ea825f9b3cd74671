"""What the two programs the services are compared with say about themselves, and how they are run."""

import os
import subprocess
import sys
import time
from contextlib import suppress

import msgspec
import psutil
from msgspec import Struct

from bench.measuring import LOOK_SECONDS, MIB, BenchFailedError, Run
from bench.stage import ROOT, Stage


class Report(Struct):
    """Events handled in `seconds` of wall-clock and `cpu_seconds`."""

    events: int
    seconds: float
    cpu_seconds: float

    def say(self) -> None:
        """Print as one line of JSON."""
        print(msgspec.json.encode(self).decode())


class Stopwatch:
    """Measures this process from the moment it has handled its first events."""

    def __init__(self) -> None:
        self.events = 0
        self._began: tuple[int, float, float] | None = None

    def handled(self, events: int = 1) -> None:
        """Count events; the first of them, which waited for the group to gather, start the watch."""
        self.events += events
        self._began = self._began or (self.events, time.perf_counter(), time.process_time())

    def report(self) -> Report:
        """What was handled since. Raises ValueError when nothing was."""
        if self._began is None:
            raise ValueError("nothing was handled")
        before, began, cpu = self._began
        return Report(self.events - before, time.perf_counter() - began, time.process_time() - cpu)


def compare(variant: str, number: int, stage: Stage, database: str, events: int) -> Run:
    """Run `python -m bench.<variant>` on the first `events` messages. Raises BenchFailedError."""
    env = {**os.environ, **stage.environment(database), "BENCH_EVENTS": str(events)}
    argv = [sys.executable, "-m", f"bench.{variant}"]
    with subprocess.Popen(argv, env=env, cwd=ROOT, stdout=subprocess.PIPE) as child:
        peak = _peak_until_ended(child)
        said = child.stdout.read() if child.stdout else b""
    if child.returncode != 0:
        raise BenchFailedError(f"{variant} ended with {child.returncode}")
    report = msgspec.json.decode(said.splitlines()[-1], type=Report)
    return Run(
        variant=variant,
        round=number,
        events=report.events,
        seconds=report.seconds,
        cpu_seconds={variant: report.cpu_seconds},
        peak_rss_mb={variant: peak / MIB},
    )


def _peak_until_ended(child: subprocess.Popen[bytes]) -> int:
    process, peak = psutil.Process(child.pid), 0
    while child.poll() is None:
        with suppress(psutil.NoSuchProcess):
            peak = max(peak, process.memory_info().rss)
        time.sleep(LOOK_SECONDS)
    return peak
