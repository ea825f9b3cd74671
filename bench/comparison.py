"""How the programs that the services are compared with are run."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
import psutil

from bench.measuring import LOOK_SECONDS, MIB, BenchFailedError, Run, Window
from bench.stage import ROOT, Stage
from bench.stopwatch import Report


def compare(variant: str, number: int, stage: Stage, database: str, events: int) -> Run:
    """Run `python -m bench.<variant>` on the first `events` messages. Raises BenchFailedError."""
    env = stage.environment(database) | {"BENCH_EVENTS": str(events)}
    argv = [sys.executable, "-m", f"bench.{variant}"]
    return run_program(variant, number, argv, env, stage.parts_processes())[0]


def run_program(
    variant: str,
    number: int,
    argv: Sequence[str],
    env: Mapping[str, str],
    parts: Mapping[str, psutil.Process],
) -> tuple[Run, Report]:
    """Run a program that prints a Report as its last line. What `parts` use counts from its start to its end,
    since Kafka also works for the state that a framework keeps there. Raises BenchFailedError.
    """
    window = Window(parts)
    with subprocess.Popen(argv, env={**os.environ, **env}, cwd=ROOT, stdout=subprocess.PIPE) as child:
        peak = _peak_until_ended(child)
        said = child.stdout.read() if child.stdout else b""
    if child.returncode != 0:
        raise BenchFailedError(f"{variant} ended with {child.returncode}")
    report = msgspec.json.decode(said.splitlines()[-1], type=Report)
    run = Run(
        variant=variant,
        round=number,
        events=report.events,
        seconds=report.seconds,
        cpu_seconds={variant: report.cpu_seconds} | window.close().cpu_seconds,
        peak_rss_mb={variant: peak / MIB},
    )
    return run, report


def _peak_until_ended(child: subprocess.Popen[bytes]) -> int:
    process, peak = psutil.Process(child.pid), 0
    while child.poll() is None:
        with suppress(psutil.NoSuchProcess):
            peak = max(peak, process.memory_info().rss)
        time.sleep(LOOK_SECONDS)
    return peak
