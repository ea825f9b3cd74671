"""`python -m bench.gateway`: how many events a second the door takes, on real Kafka and PostgreSQL.

A real uvicorn process, a lean client in a process of its own, and everything acknowledged by Kafka before it
counts. Variants alternate within a round, so that they meet the same noise. Nothing is asserted about speed;
an event that is not taken fails.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import psutil
import typer
from msgspec import Struct
from rich.console import Console

from bench import machine
from bench.gateway_client import SOURCE, Order, Sent
from bench.measuring import LOOK_SECONDS, MIB, BenchFailedError, Run, Window
from bench.report import Summary, show_variants, summary
from bench.stage import ROOT
from patuh.agency_keys import create_key
from patuh.embedded.parts import Parts
from patuh.embedded.ports import free_port
from patuh.embedded.stack import ServiceSpec, Stack

_HOST = "127.0.0.1"
# What is sent: events a request, how a worker is named, and whether all was said before.
_VARIANTS: dict[str, tuple[int, str, bool]] = {
    "batches of 500": (500, "nik", False),
    "batches of 50": (50, "nik", False),
    "references for NIK": (500, "reference", False),
    "said before": (500, "nik", True),
    "one a request": (1, "nik", False),
}


class Report(Struct):
    """Everything a run has to say."""

    machine: machine.Machine
    workers: int
    connections: int
    seconds: float
    vault: bool
    variants: list[Summary]
    runs: list[Run]


class Told(Struct):
    """What was asked for on the command line."""

    seconds: float
    workers: int
    connections: int
    rounds: int
    vault: bool


def main(
    json: Annotated[Path | None, typer.Option(help="Write everything to this file")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long each variant runs")] = 10.0,
    workers: Annotated[int, typer.Option(min=1, help="Gateway processes behind one port")] = 1,
    connections: Annotated[int, typer.Option(min=1, help="Requests at once")] = 4,
    rounds: Annotated[int, typer.Option(min=1, help="How often each variant runs")] = 3,
    vault: Annotated[bool, typer.Option(help="Keep an encrypted vault of who was met")] = False,
) -> None:
    """Send CloudEvents over HTTP as fast as they are taken."""
    told, load, console = Told(seconds, workers, connections, rounds, vault), os.getloadavg()[0], Console()
    with (
        tempfile.TemporaryDirectory(prefix="patuh-bench-", ignore_cleanup_errors=True) as folder,
        Stack(Path(folder), announce=_say, databases=["gateway"], environ={}) as stack,
    ):
        parts = stack.start_parts()
        if parts.broker_kind != "apache-kafka":
            raise BenchFailedError(f"measured on Apache Kafka only, and this is {parts.broker_kind}")
        url = _start(stack, parts, told)
        key = create_key(parts.dsns["gateway"], "Bench", [SOURCE])
        runs = list(_runs(stack, url, key, told))
        found = _report(machine.describe(parts, load), told, runs)
    show_variants(found.variants, found.machine, console)
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _start(stack: Stack, parts: Parts, told: Told) -> str:
    """Start the gateway as `patuh up` does; its address."""
    url = f"http://{_HOST}:{free_port()}"
    argv = [sys.executable, "-m", "uvicorn", "services.gateway.app:app", "--host", _HOST]
    argv += ["--port", url.rpartition(":")[2], "--no-access-log", "--log-level", "warning"]
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": parts.bootstrap,
        "DATABASE_URL": parts.dsns["gateway"],
        "PATUH_SERVICE": "gateway",
        "PATUH_WORKER_REF_KEY": secrets.token_hex(32),
        "PYTHONPATH": str(ROOT),
    } | ({"PATUH_VAULT_KEY": secrets.token_hex(32)} if told.vault else {})
    several = ["--workers", str(told.workers)] if told.workers > 1 else []
    stack.start_service(ServiceSpec("gateway", argv + several, env, f"{url}/health"))
    stack.wait_healthy("gateway")
    return url


def _runs(stack: Stack, url: str, key: str, told: Told) -> Iterator[Run]:
    warm = Order(url, key, "warm", 2.0, told.connections, 500)
    _send(warm)
    for number in range(1, told.rounds + 1):
        for variant, (size, worker, repeated) in _VARIANTS.items():
            name = "said-before" if repeated else f"{number}-{variant.replace(' ', '-')}"
            order = Order(url, key, name, told.seconds, told.connections, size, worker, repeated)
            run = _measured(stack, variant, number, order)
            _say(f"round {number}: {variant} {run.rate:,.0f} events/s")
            yield run


def _measured(stack: Stack, variant: str, number: int, order: Order) -> Run:
    processes = {name: psutil.Process(stack.pid(name)) for name in ("gateway", "kafka", "postgres")}
    window, peak = Window(processes), 0
    with _client(order) as client:
        while client.poll() is None:
            peak = max(peak, _memory(processes["gateway"]))
            psutil.wait_procs([psutil.Process(client.pid)], timeout=LOOK_SECONDS)
        sent = _answer(client)
    span = window.close()
    if stack.restarts("gateway"):
        raise BenchFailedError("the gateway ended while it was measured")
    cpu = span.cpu_seconds | {"client": sent.cpu_seconds}
    memory = {"gateway": peak / MIB}
    # The client's own seconds: starting it and making its bodies is no part of the gateway's work.
    return Run(
        variant=variant,
        round=number,
        events=sent.events,
        seconds=sent.seconds,
        cpu_seconds=cpu,
        peak_rss_mb=memory,
        others_share=span.others_share,
    )


def _memory(process: psutil.Process) -> int:
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def _client(order: Order) -> "subprocess.Popen[bytes]":
    argv = [sys.executable, "-m", "bench.gateway_client", msgspec.json.encode(order).decode()]
    return subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE)


def _send(order: Order) -> Sent:
    with _client(order) as client:
        client.wait()
        return _answer(client)


def _answer(client: "subprocess.Popen[bytes]") -> Sent:
    said = client.stdout.read() if client.stdout else b""
    if client.returncode != 0:
        raise BenchFailedError("the client gave up")
    return msgspec.json.decode(said, type=Sent)


def _report(found: machine.Machine, told: Told, runs: list[Run]) -> Report:
    variants = [summary(name, [run for run in runs if run.variant == name]) for name in _VARIANTS]
    return Report(found, told.workers, told.connections, told.seconds, told.vault, variants, runs)


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    typer.run(main)
