"""`python -m bench.sustained`: registry and employer to flags over millions of events, all rules on.

A nation of profiles, worker lines and contributions (`patuh generate`) is put on the topics by several
processes, and then both services work it off. The rate is taken in windows, so that decay shows. Checked:
every worker event is stored, nothing went to the dead letters, the flags for missing workers are those of the
plan, and the coverage of sampled employers is what the pure functions say.
"""

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench import loading, machine, proof, several
from bench.loader import Order, load
from bench.measuring import LOOK_SECONDS, MIB, Watched, wait_until
from bench.measuring import Window as Meter
from bench.stage import Stage, set_stage
from bench.workload import MONTHS, WORKERS_PER_EMPLOYER, Workload
from patuh.nation import Arrival, NationPlan

_WRITERS = 2


class Window(Struct):
    """`events` that the registry worked off in `seconds`; at its end the memory (MiB) of each service, and
    how many messages the employer service had before it.
    """

    seconds: float
    events: int
    events_per_s: float
    rss_mb: dict[str, float]
    employer_lag: int


class Report(Struct):
    """`events_per_s`: worker events, from the first commit to the last flag. CPU seconds by process."""

    machine: machine.Machine
    events: int
    employers: int
    load_seconds: float
    seconds: float
    events_per_s: float
    lowest_window: float
    peak_rss_mb: dict[str, float]
    cpu_seconds: dict[str, float]
    others_share: float
    windows: list[Window]


def main(
    events: Annotated[int, typer.Option(min=1_000, help="Worker events")] = 5_000_000,
    employers: Annotated[int | None, typer.Option(min=1, help="Default: one for 40 workers")] = None,
    arrival: Annotated[Arrival, typer.Option(help="In which order a month's events come")] = "shuffled",
    window: Annotated[float, typer.Option(min=1, help="Seconds of a window")] = 10,
    registries: Annotated[int, typer.Option(min=1, help="Processes of the registry")] = 1,
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure whether the rate holds, and the memory."""
    workers = events // MONTHS
    plan = NationPlan(employers or max(1, workers // WORKERS_PER_EMPLOYER), workers, MONTHS)
    on, folder = os.getloadavg()[0], tempfile.TemporaryDirectory(prefix="patuh-bench-")
    # The stage describes its topics by a workload; here another hand fills them.
    nothing, databases = Workload(0), ["registry", "employer"]
    with folder as name, set_stage(Path(name), databases, nothing, _say, loaded=False) as stage:
        began = time.monotonic()
        order = Order(stage.parts.bootstrap, plan.employers, plan.workers, MONTHS, plan.seed, arrival)
        load(order, _WRITERS)
        loaded = time.monotonic() - began
        _say(f"{plan.events:,} events on the topics in {loaded:.0f} s")
        found = _measured(stage, plan, window, registries, machine.describe(stage.parts, on), loaded)
    _show(found, Console())
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _measured(
    stage: Stage, plan: NationPlan, window: float, registries: int, on: machine.Machine, load_seconds: float
) -> Report:
    with stage.service("employer", "employer") as employer, ExitStack() as running:
        wait_until("employer has read the profiles", employer.idle)
        services = running.enter_context(several.registries(stage, "registry", registries))
        by_name = several.named(services) | {employer.name: employer}
        meter = Meter({name: one.process for name, one in by_name.items()} | stage.parts_processes())
        before = several.left(stage, "registry")
        windows = _windows(by_name, before, window)
        span = meter.close()
    _check(stage, plan)
    return Report(
        machine=on,
        events=plan.workers * plan.months,
        employers=plan.employers,
        load_seconds=load_seconds,
        seconds=span.seconds,
        events_per_s=before / span.seconds * plan.workers * plan.months / _for_registry(plan),
        # The last one is the rest, and while it ran the registry may have been done.
        lowest_window=min(one.events_per_s for one in windows[:-1] or windows),
        peak_rss_mb={name: one.peak_rss / MIB for name, one in by_name.items()},
        cpu_seconds=span.cpu_seconds,
        others_share=span.others_share,
        windows=windows,
    )


def _left(registries: Sequence[Watched]) -> int:
    return sum(one.lag() or 0 for one in registries)


def _for_registry(plan: NationPlan) -> int:
    """Worker events and contributions."""
    return plan.months * (plan.workers + plan.employers)


def _windows(by_name: Mapping[str, Watched], left: int, seconds: float) -> list[Window]:
    """Until all are idle, in the order of the way; the employer service is the last."""
    services = list(by_name.values())
    found: list[Window] = []
    done = False
    while not done:
        began, until = time.monotonic(), time.monotonic() + seconds
        while not done and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            for service in services:
                service.look()
            done = all(service.idle() for service in services)
        now = _left(services[:-1])
        found.append(_window(by_name, left - now, time.monotonic() - began))
        _say(f"{found[-1].events_per_s:,.0f} events/s, {now:,} left, employer {found[-1].employer_lag:,}")
        left = now
    return found


def _window(by_name: Mapping[str, Watched], events: int, seconds: float) -> Window:
    memory = {name: one.process.memory_info().rss / MIB for name, one in by_name.items()}
    return Window(seconds, events, events / seconds, memory, by_name["employer"].lag() or 0)


def _check(stage: Stage, plan: NationPlan) -> None:
    loading.check_no_dead_letters(stage.settings)
    proof.check_stored(stage.parts.dsns["registry"], plan)
    proof.check_sample(stage.parts.dsns["registry"], plan)
    proof.check_flags(stage.parts.dsns["employer"], proof.short_by_plan(plan))


def _show(found: Report, console: Console) -> None:
    table = Table("window", "seconds", "events/s", *found.peak_rss_mb, "employer's lag")
    for number, one in enumerate(found.windows, 1):
        memory = (f"{mib:.0f} MiB" for mib in one.rss_mb.values())
        rate = f"{one.events_per_s:,.0f}"
        table.add_row(str(number), f"{one.seconds:.0f}", rate, *memory, f"{one.employer_lag:,}")
    console.print(table)
    peaks = ", ".join(f"{name} {mib:.0f} MiB" for name, mib in found.peak_rss_mb.items())
    total = f"{found.events:,} worker events of {found.employers:,} employers in {found.seconds:.0f} s"
    console.print(f"{total}: {found.events_per_s:,.0f} events/s, at most {peaks}", highlight=False)


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
