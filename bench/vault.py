"""What the vault costs an event at the door, in processor time and without a database.

`python -m bench.vault`
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import cast

from services.gateway.later import Later
from services.gateway.privacy import Pseudonyms
from services.gateway.vault import Cipher, Vault
from shared.clock import FixedClock
from shared.events import Event, types
from shared.events.data import WorkerRegistered

EVENTS, BATCH = 100_000, 500
_AT = datetime(2025, 6, 1, tzinfo=UTC)


class _Counting:
    """In place of Later: counts rows."""

    rows = 0

    def add(self, store: object, rows: list[object]) -> None:
        self.rows += len(rows)


def _niks() -> list[str]:
    return [f"9972{n // 9000 % 100:02}010190{n % 9000 + 1:04}" for n in range(EVENTS)]


def _event(reference: str) -> Event:
    data = WorkerRegistered(segment="pu", programmes=["jkk"], effective_on=_AT.date())
    return Event(types.WORKER_REGISTERED, "e", "s", f"worker:{reference}", _AT, data)


def _batches(niks: list[str], pseudonyms: Pseudonyms) -> Iterable[list[Event]]:
    for start in range(0, len(niks), BATCH):
        yield [_event(pseudonyms.reference(nik, "subject")) for nik in niks[start : start + BATCH]]


def _seconds(run: Callable[[], None]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def main() -> None:
    """Print microseconds for each event: without a vault, for somebody new, for somebody known today."""
    later, niks = _Counting(), _niks()
    pseudonyms = Pseudonyms("a key of the bench with 32 characters or more", remembers=True)
    vault = Vault(Cipher({1: "a1" * 32}), cast("Later", later), FixedClock(date(2025, 6, 1)), 1)

    def plain() -> None:
        for _ in _batches(niks, pseudonyms):
            pseudonyms.met()

    def kept() -> None:
        for events in _batches(niks, pseudonyms):
            vault.keep(pseudonyms.met(), events)

    without = min(_seconds(plain) for _ in range(3))
    new, known = _seconds(kept), min(_seconds(kept) for _ in range(3))
    for name, seconds in (("new person", new), ("known today", known)):
        print(f"{name:12} {(seconds - without) / EVENTS * 1e6:5.2f} us an event")
    print(f"rows written behind: {later.rows:,}")


if __name__ == "__main__":
    main()
