"""`python -m bench.envelope`: what one event costs to decode and encode, structured beside binary mode.

Modes alternate within a round, so that both meet the same noise. The cycle collector is left on.
"""

import time
from collections.abc import Callable, Sequence
from itertools import islice
from statistics import median
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.table import Table

from bench.workload import Workload
from shared.events import Event, decode, encode
from shared.events.envelope import HEADERS

_EVENTS, _ROUNDS = 20_000, 7
_MICROSECONDS = 1_000_000
T = TypeVar("T")
Headers = list[tuple[str, bytes | None]]
Wire = tuple[bytes, Headers]
Timed = dict[str, Callable[[], int]]


def structured(event: Event) -> Wire:
    """The event as it travels on our topics: everything in the value, one header."""
    return encode(event), list(HEADERS)


def binary(event: Event) -> Wire:
    """The event with its attributes as `ce_` headers and its data as the value."""
    said = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.kind.name,
        "subject": event.subject,
        "time": event.time.isoformat(),
    }
    headers: Headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", value.encode()) for name, value in said.items()]
    return msgspec.json.encode(event.data), headers


def timed(events: Sequence[Event]) -> Timed:
    """What is timed, by name; each returns how many events it handled."""
    wires = {mode.__name__: [mode(event) for event in events] for mode in (structured, binary)}
    assert [decode(*wire) for wire in wires["structured"]] == [decode(*wire) for wire in wires["binary"]]
    decoding = {f"decode {name}": _over(_decode, sent) for name, sent in wires.items()}
    encoding = {f"encode {mode.__name__}": _over(mode, events) for mode in (structured, binary)}
    return decoding | encoding


def _decode(wire: Wire) -> Event:
    return decode(*wire)


def _over(work: Callable[[T], object], items: Sequence[T]) -> Callable[[], int]:
    def run() -> int:
        for item in items:
            work(item)
        return len(items)

    return run


def main() -> None:
    """Print microseconds an event: the median and the range over the rounds."""
    cases = timed(list(islice(Workload(_EVENTS).worker_events(), _EVENTS)))
    costs: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(_ROUNDS):
        for name, run in cases.items():
            began = time.perf_counter()
            handled = run()
            costs[name].append((time.perf_counter() - began) / handled * _MICROSECONDS)
    table = Table("case", "µs an event", "range")
    for name, found in costs.items():
        table.add_row(name, f"{median(found):.2f}", f"{min(found):.2f} to {max(found):.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
