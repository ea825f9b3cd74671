"""What a run was measured on: without it a number says nothing."""

import os
import platform
import subprocess

import psutil
from msgspec import Struct

from bench.stage import ROOT
from patuh.embedded.parts import Parts


class Machine(Struct):
    """Memory in GiB; `load` is the load average of the last minute before the run."""

    processor: str
    cores: int
    memory_gib: float
    load: float
    system: str
    python: str
    kafka: str
    postgres: str
    revision: str


def describe(parts: Parts, load: float) -> Machine:
    """The machine and the versions of what runs on it."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        load=round(load, 2),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        kafka=parts.broker_version,
        postgres=parts.postgres_version,
        revision=_revision(),
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except FileNotFoundError:
        names = []
    return names[0] if names else platform.machine()


def _revision() -> str:
    """The commit, with `+` when files differ from it."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=12"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "not committed"
