"""`python -m bench.gateway_client`: a lean sender, in a process of its own so that its time is told apart.

Bodies are made before the clock starts. In each request only the number in its members' ids is new, so that
making a body costs one `bytes.replace`.
"""

import http.client
import sys
import threading
import time
from datetime import date
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from bench.measuring import BenchFailedError
from patuh.city import numbers

SOURCE = "https://bench.example.id"
_DAY = date(2025, 6, 2)
_TOKEN = b"@@@@@@@@@@@@@@@@"
_BODIES = 8
_WORKERS_EACH = 60
_OTHERS_EVERY = 10


class Order(Struct):
    """What to send: for `seconds`, over `connections` at once, `size` events a request; `run` makes ids new.

    `worker`: `nik` or `reference`. `repeated`: every request says the same again.
    """

    url: str
    key: str
    run: str
    seconds: float
    connections: int
    size: int
    worker: str = "nik"
    repeated: bool = False


class Sent(Struct):
    """Events that were accepted or known, in how many seconds, and the CPU seconds of the client."""

    events: int
    requests: int
    seconds: float
    cpu_seconds: float


def event(order: Order, number: int) -> dict[str, Any]:
    """Nine in ten are about workers, the others about their firms."""
    firm = f"employer:{numbers.npwp(1, number // _WORKERS_EACH)}"
    told = {
        "specversion": "1.0",
        "id": f"{order.run}-{_TOKEN.decode()}-{number}",
        "source": SOURCE,
        "time": "2025-06-02T09:00:00+07:00",
        "datacontenttype": "application/json",
    }
    if number % _OTHERS_EVERY == 0:
        posted = {"period": "2025-05", "amount_idr": 11_160_000, "workers": 60, "posted_on": "2025-06-02"}
        return told | {"type": "id.patuh.contribution.posted.v1", "subject": firm, "data": posted}
    worker = numbers.nik(1, number, _DAY) if order.worker == "nik" else f"{number:040x}"
    data = {
        "segment": "pu",
        "programmes": ["jkk", "jkm", "jht"],
        "effective_on": "2025-06-01",
        "employer": firm,
        "wage_idr": 3_100_000 + number % 900 * 1000,
        "region": "32.72.02",
    }
    return told | {"type": "id.patuh.worker.registered.v1", "subject": f"worker:{worker}", "data": data}


class _Sender:
    def __init__(self, order: Order, place: int) -> None:
        self.events = self.requests = 0
        self.failure: str | None = None
        self._order = order
        self._numbers = count(place, order.connections)
        self._bodies = [self._body(place * _BODIES + index) for index in range(_BODIES)]
        self._headers = {
            "Authorization": f"Bearer {order.key}",
            "Content-Type": "application/cloudevents-batch+json",
        }

    def _body(self, index: int) -> bytes:
        first = index * self._order.size
        return msgspec.json.encode([event(self._order, first + i) for i in range(self._order.size)])

    def run(self, until: float) -> None:
        place = urlsplit(self._order.url)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
        while time.monotonic() < until and not self.failure:
            number = 0 if self._order.repeated else next(self._numbers)
            body = self._bodies[number // self._order.connections % _BODIES]
            connection.request("POST", "/v1/events", body.replace(_TOKEN, b"%016d" % number), self._headers)
            answer = connection.getresponse()
            self._count(answer.status, answer.read())
        connection.close()

    def _count(self, status: int, said: bytes) -> None:
        counts = msgspec.json.decode(said) if status == 202 else {}
        if counts.get("accepted", 0) + counts.get("duplicates", 0) != self._order.size:
            self.failure = f"{status}: {said[:300].decode(errors='replace')}"
        self.events += self._order.size
        self.requests += 1


def send(order: Order) -> Sent:
    """Send until the time is over. Raises BenchFailedError when an event is not taken."""
    senders = [_Sender(order, place) for place in range(order.connections)]
    began, cpu = time.monotonic(), time.process_time()
    threads = [threading.Thread(target=s.run, args=(began + order.seconds,)) for s in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed := [sender.failure for sender in senders if sender.failure]:
        raise BenchFailedError(f"the gateway answered {failed[0]}")
    events, requests = sum(s.events for s in senders), sum(s.requests for s in senders)
    return Sent(events, requests, time.monotonic() - began, time.process_time() - cpu)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(send(msgspec.json.decode(sys.argv[1], type=Order))))
