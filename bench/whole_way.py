"""The whole way: CloudEvents by HTTP to the gateway, over registry, employer and notifier to a webhook.

The clock runs from the first request until all four services have nothing left to do, alerts included. All
topics are made anew, and so these runs come after those that read the loaded topic.
"""

import asyncio
import base64
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import msgspec

from bench import loading, proof
from bench.measuring import BenchFailedError, Run, Span, Watched, Window, peaks, wait_until
from bench.stage import ROOT, Stage
from bench.webhook_sink import Sink, listening
from bench.whole_way_client import Order, Sent
from bench.workload import Workload
from patuh.agency_keys import create_key
from patuh.nation.facts import LPSE, OSS, SIPP
from shared import topics

NAME = "gateway to alert"
_SERVICES = ("gateway", "registry", "employer", "notifier")
_SETTLE_SECONDS = "1"


def databases(rounds: int) -> list[str]:
    """Every database that so many rounds need."""
    return [_named(service, number) for number in range(1, rounds + 1) for service in _SERVICES]


def _named(service: str, number: int) -> str:
    return f"whole_{service}_r{number}"


def whole_way(stage: Stage, workload: Workload, number: int) -> Run:
    """Send a workload the whole way. Raises BenchFailedError when the alerts are not those of the flags."""
    asyncio.run(loading.empty(stage.settings, topics.ALL))
    with listening() as sink, _services(stage, number, sink) as services:
        gateway = services[0]
        key = create_key(stage.parts.dsns[_named("gateway", number)], "Bench", [SIPP, OSS, LPSE])
        url = gateway.health_url.removesuffix("/health")
        order = Order(url, key, workload.events, workload.arrival, workload.seed)
        sent, span = _measured(stage, services, order)
    _check(stage, workload, number, sink)
    return Run(
        variant=NAME,
        round=number,
        events=workload.events,
        seconds=span.seconds,
        cpu_seconds=span.cpu_seconds | {"client": sent.cpu_seconds},
        others_share=span.others_share,
        peak_rss_mb=peaks(services),
        messages_out={"alerts": sink.received, "events taken": sent.events},
    )


@contextmanager
def _services(stage: Stage, number: int, sink: Sink) -> Iterator[list[Watched]]:
    with ExitStack() as running:
        yield [
            running.enter_context(
                stage.service(service, _named(service, number), more=_settings(service, sink))
            )
            for service in _SERVICES
        ]


def _settings(service: str, sink: Sink) -> Mapping[str, str]:
    if service == "gateway":
        return {"PATUH_WORKER_REF_KEY": secrets.token_hex(32)}
    if service == "notifier":
        return {
            "PATUH_ALERT_SETTLE_SECONDS": _SETTLE_SECONDS,
            "PATUH_WEBHOOK_URL": sink.url,
            "PATUH_WEBHOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "PATUH_WEBHOOK_ALLOW_PRIVATE": "true",
        }
    return {}


def _measured(stage: Stage, services: list[Watched], order: Order) -> tuple[Sent, Span]:
    processes = {s.name: s.process for s in services} | stage.parts_processes()
    with _client(order) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        if client.stdout.readline().strip() != b"ready":
            raise BenchFailedError("the client did not start")
        window = Window(processes)
        client.stdin.write(b"go\n")
        client.stdin.flush()
        wait_until("all is sent", lambda: _looked(services) and client.poll() is not None)
        said = client.stdout.read()
    if client.returncode != 0:
        raise BenchFailedError("the client gave up")
    # In the order of the way: what one has left to do is work for the next.
    wait_until("all services are idle", lambda: _looked(services) and all(s.idle() for s in services))
    return msgspec.json.decode(said, type=Sent), window.close()


def _client(order: Order) -> "subprocess.Popen[bytes]":
    argv = [sys.executable, "-m", "bench.whole_way_client", msgspec.json.encode(order).decode()]
    return subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _looked(services: list[Watched]) -> bool:
    for service in services:
        service.look()
    return True


def _check(stage: Stage, workload: Workload, number: int, sink: Sink) -> None:
    dsns = {service: stage.parts.dsns[_named(service, number)] for service in _SERVICES}
    loading.check_no_dead_letters(stage.settings)
    truth = proof.coverage_of(workload)
    proof.check_flags(dsns["employer"], proof.employers_short(workload, truth))
    proof.check_alerts(dsns["employer"], dsns["notifier"], sink.standing())
