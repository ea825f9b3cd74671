"""`python -m bench.loader ORDER`: one of several writers that put a nation on the topics, as it is made.

A process of its own, because making an event costs more than sending it, and no list of them is ever kept.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import msgspec
from msgspec import Struct
from pydantic import SecretStr

from bench import loading
from bench.measuring import BenchFailedError
from bench.stage import ROOT
from patuh.nation import Arrival, NationPlan, Share, nation_events
from shared import bus
from shared.events import Event
from shared.settings import Settings


class Order(Struct):
    """Share `number` of `of` of a nation, for the Kafka at `bootstrap`."""

    bootstrap: str
    employers: int
    workers: int
    months: int
    seed: int
    arrival: Arrival
    number: int = 0
    of: int = 1


def load(order: Order, writers: int) -> None:
    """Put the whole nation on the topics with so many processes. Raises BenchFailedError."""
    asyncio.run(bus.ensure_topics(_settings(order.bootstrap)))
    started = [_start(msgspec.structs.replace(order, number=n, of=writers)) for n in range(writers)]
    ended = [writer.wait() for writer in started]
    if any(ended):
        raise BenchFailedError("a writer gave up")


def _start(order: Order) -> "subprocess.Popen[bytes]":
    argv = [sys.executable, "-m", "bench.loader", msgspec.json.encode(order).decode()]
    return subprocess.Popen(argv, cwd=ROOT)


def _events(order: Order) -> Iterator[Event]:
    plan = NationPlan(order.employers, order.workers, order.months, order.seed)
    return nation_events(plan, order.arrival, Share(order.number, order.of))


def _settings(bootstrap: str) -> Settings:
    return Settings(kafka_bootstrap_servers=bootstrap, database_url=SecretStr("unused"))


if __name__ == "__main__":
    _order = msgspec.json.decode(sys.argv[1], type=Order)
    asyncio.run(loading.publish(_settings(_order.bootstrap), _events(_order)))
