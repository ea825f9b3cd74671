"""`python -m bench.latency`: from a worker event to the flag it changes, on real parts.

Each probe crosses the threshold of a firm of its own, which declares one worker: the firm's flag for missing
workers must be cleared (she is enrolled) or raised (she is unregistered). Ordinary events about other firms
fill up to the rate. The sender keeps to its timetable and waits for no answer, and a latency counts from the
time at which the probe was due until the flag is read from `patuh.flags`: what queues is not left out. A flag
that does not come fails.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from bench import loading, machine
from bench.measuring import MIB, BenchFailedError, Watched, Window, wait_until
from bench.probes import FIRMS_FROM, Background, Probe, enrolments, profiles
from bench.stage import Stage, set_stage
from bench.timetable import Seen, send_and_see

_BATCH = "patuh_batch_seconds"
_SERVICES = ("registry", "employer")
_HISTORY = 60_000
_PROBES_SHARE, _WARM_UP_SECONDS = 0.1, 10.0


class Latency(Struct):
    """Milliseconds from the time at which an event was due until its flag was read, of so many probes.

    `sent_per_s` is the rate that was kept; `late_ms` how far the sender itself was behind at worst.
    """

    p50: float
    p99: float
    p999: float
    worst: float
    samples: int
    sent_per_s: float
    late_ms: float


class Report(Struct):
    """Everything a run has to say, by events a second; `batch_ms`: the mean batch of each service, `cores`:
    how many of them each process kept busy.
    """

    machine: machine.Machine
    seconds: float
    latency_ms: dict[str, Latency]
    batch_ms: dict[str, dict[str, float]]
    cores: dict[str, dict[str, float]]
    others_share: dict[str, float]
    peak_rss_mb: dict[str, float]


@dataclass(frozen=True)
class Plan:
    """What is sent at each rate: a share of it are probes, each with a firm of its own."""

    rates: Sequence[int]
    seconds: float
    background: Background

    def probes(self, rate: int) -> int:
        return max(1, round(rate * _PROBES_SHARE * self.seconds))

    @property
    def all_probes(self) -> int:
        return sum(map(self.probes, self.rates))


def main(
    rates: Annotated[str, typer.Option(help="Events a second, one after another")] = "500,1000,2000",
    seconds: Annotated[float, typer.Option(min=1, help="How long each rate is kept")] = 20,
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
) -> None:
    """Measure how long an event takes to its flag under a steady load."""
    found = measure_rates([int(rate) for rate in rates.split(",")], seconds)
    _show(found, Console())
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def measure_rates(wanted: Sequence[int], seconds: float) -> Report:
    """Keep each rate so long, on a stage of its own. Raises BenchFailedError, EmbeddedError."""
    ordinary = sum(round(rate * (seconds + _WARM_UP_SECONDS)) for rate in wanted)
    plan = Plan(wanted, seconds, Background(_HISTORY + ordinary, held_back=ordinary))
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        set_stage(Path(folder), list(_SERVICES), plan.background, _say) as stage,
    ):
        return _measured(stage, plan, machine.describe(stage.parts, load))


def _measured(stage: Stage, plan: Plan, on: machine.Machine) -> Report:
    report = Report(on, plan.seconds, {}, {}, {}, {}, {})
    with stage.service("employer", "employer") as employer, stage.service("registry", "registry") as registry:
        probes = _prepared(stage, plan)
        services = (registry, employer)
        ordinary = plan.background.rest()
        for rate in plan.rates:
            wait_until("the services are idle", lambda: all(service.idle() for service in services))
            before = {service.name: _batches(service) for service in services}
            window = Window({s.name: s.process for s in services} | stage.parts_processes())
            mine = [next(probes) for _ in range(plan.probes(rate))]
            seen = asyncio.run(
                send_and_see(stage.settings, rate, _WARM_UP_SECONDS, plan.seconds, mine, ordinary)
            )
            span = window.close()
            report.others_share[str(rate)] = span.others_share
            report.cores[str(rate)] = {n: used / span.seconds for n, used in span.cpu_seconds.items()}
            report.latency_ms[str(rate)] = _latency(seen)
            _say(f"{rate} events/s: {report.latency_ms[str(rate)]}")
            report.batch_ms[str(rate)] = {s.name: _mean_ms(before[s.name], _batches(s)) for s in services}
            _say(f"mean batch: {report.batch_ms[str(rate)]}, cores: {report.cores[str(rate)]}")
            for service in services:
                service.look()
        report.peak_rss_mb = {service.name: service.peak_rss / MIB for service in services}
    return report


def _batches(service: Watched) -> tuple[float, float]:
    """Seconds in batches so far, and how many."""
    text = service.client.get(service.health_url.replace("/health", "/metrics")).text
    found = {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples}
    return found.get(f"{_BATCH}_sum", 0.0), found.get(f"{_BATCH}_count", 0.0)


def _mean_ms(before: tuple[float, float], after: tuple[float, float]) -> float:
    return (after[0] - before[0]) / max(1.0, after[1] - before[1]) * 1000


def _prepared(stage: Stage, plan: Plan) -> Iterator[Probe]:
    """Put the probes' firms on the topics, and the worker of each second one; the probes."""
    numbers = range(FIRMS_FROM, FIRMS_FROM + plan.all_probes)
    asyncio.run(loading.publish(stage.settings, profiles(numbers)))
    asyncio.run(loading.publish(stage.settings, enrolments(numbers)))
    return map(Probe, numbers)


def _latency(seen: Seen) -> Latency:
    if seen.missing:
        raise BenchFailedError(f"{len(seen.missing)} probes changed no flag, such as {seen.missing[0]}")
    found = sorted(seen.milliseconds)
    return Latency(
        p50=_percentile(found, 0.5),
        p99=_percentile(found, 0.99),
        p999=_percentile(found, 0.999),
        worst=found[-1],
        samples=len(found),
        sent_per_s=seen.sent_per_s,
        late_ms=seen.late_ms,
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest rank: a value that was measured, none in between."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _show(found: Report, console: Console) -> None:
    table = Table("events/s", "p50 ms", "p99 ms", "p99.9 ms", "worst ms", "probes", "kept", "sender late ms")
    for rate, one in found.latency_ms.items():
        times = (f"{value:,.0f}" for value in (one.p50, one.p99, one.p999, one.worst))
        table.add_row(rate, *times, f"{one.samples:,}", f"{one.sent_per_s:,.0f}", f"{one.late_ms:.0f}")
    console.print(table)


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
