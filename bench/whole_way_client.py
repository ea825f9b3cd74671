"""`python -m bench.whole_way_client ORDER`: an agency that hands in a nation over HTTP, in batches.

It says `ready` once its bodies are made and begins when it reads a line, so that making them is not measured.
"""

import http.client
import sys
import threading
import time
from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from bench.measuring import BenchFailedError
from bench.workload import MONTHS, Workload
from patuh import nation
from patuh.nation import Arrival, NationPlan
from shared.events import Event, encode

_CONNECTIONS, _SIZE = 4, 500
_HEADERS = {"Content-Type": "application/cloudevents-batch+json"}


class Order(Struct):
    """To which gateway, and what: the employers of a workload, then its worker events."""

    url: str
    key: str
    events: int
    arrival: Arrival
    seed: int


class Sent(Struct):
    """What was accepted, and the seconds of the clock and of the CPU that sending took."""

    events: int
    seconds: float
    cpu_seconds: float


def bodies(events: Iterator[Event]) -> Iterator[bytes]:
    """Requests of 500 events."""
    while some := [encode(event) for event in islice(events, _SIZE)]:
        yield b"[" + b",".join(some) + b"]"


def worker_events(order: Order) -> Iterator[Event]:
    """Those of the workload, with a NIK (region 99) for each worker, as agencies send it."""
    own = Workload(order.events, order.arrival, order.seed)
    plan = NationPlan(own.employers, own.workers, MONTHS, order.seed, named="nik")
    months = (nation.worker_events(plan, month, order.arrival) for month in range(MONTHS))
    return islice(chain.from_iterable(months), order.events)


class _Sender:
    """Connections that take the next body in turn."""

    def __init__(self, order: Order) -> None:
        self.accepted = 0
        self.failures: list[str] = []
        self._order, self._lock = order, threading.Lock()

    def send(self, made: list[bytes], connections: int) -> None:
        """Send all. Raises BenchFailedError when one is refused."""
        waiting = iter(made)
        threads = [threading.Thread(target=self._run, args=(waiting,)) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise BenchFailedError(f"the gateway answered {self.failures[0]}")

    def _run(self, waiting: Iterator[bytes]) -> None:
        place = urlsplit(self._order.url)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
        headers = _HEADERS | {"Authorization": f"Bearer {self._order.key}"}
        while (body := self._next(waiting)) and not self.failures:
            connection.request("POST", "/v1/events", body, headers)
            answer = connection.getresponse()
            self._note(answer.status, answer.read())
        connection.close()

    def _next(self, waiting: Iterator[bytes]) -> bytes | None:
        with self._lock:
            return next(waiting, None)

    def _note(self, status: int, said: bytes) -> None:
        counts = msgspec.json.decode(said) if status == 202 else {}
        with self._lock:
            self.accepted += counts.get("accepted", 0)
            if status != 202 or counts.get("rejected"):
                self.failures.append(f"{status}: {said[:300].decode(errors='replace')}")


def main(order: Order) -> Sent:
    """Send the employers first, as it is in the field, then the workers over several connections."""
    own = Workload(order.events, order.arrival, order.seed)
    profiles, workers = list(bodies(own.profiles())), list(bodies(worker_events(order)))
    sender = _Sender(order)
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.monotonic(), time.process_time()
    sender.send(profiles, 1)
    sender.send(workers, _CONNECTIONS)
    return Sent(sender.accepted, time.monotonic() - began, time.process_time() - cpu)


if __name__ == "__main__":
    print(msgspec.json.encode(main(msgspec.json.decode(sys.argv[1], type=Order))).decode(), flush=True)
