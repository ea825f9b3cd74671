"""Every event in, the read model out.

on_events: 1. flags by version  2. who is to be forgotten  3. leave out what was counted before
           4. counts  5. the recent events
"""

from collections import Counter, defaultdict
from datetime import datetime

from services.console import store, summaries
from services.console.positions import Partition, Position, advance
from services.console.store import EventRow
from shared import topics
from shared.consuming import Received, Work
from shared.events.data import FlagState, WorkerErased

# These topics carry thousands of events a second: of one batch only the last can ever be looked at.
_BUSY = {topics.WORKERS.name, topics.CONTRIBUTIONS.name, topics.COVERAGE.name}
_KEPT_OF_BUSY = 200


async def on_events(work: Work, received: list[Received]) -> None:
    """Take a batch of events of any topics, redelivered or not."""
    await store.put_flags(work.transaction, newest_flags(received))
    await store.erase(work.transaction, erased(received))
    fresh = await _not_counted(work, received)
    if fresh:
        await store.count(work.transaction, Counter(r.event.kind.name for r in fresh))
        await store.remember(work.transaction, [_row(r) for r in worth_keeping(fresh)])


def erased(received: list[Received]) -> dict[str, datetime]:
    """Until when each worker of the batch who is to be forgotten is forgotten."""
    found: dict[str, datetime] = {}
    for event in (r.event for r in received if isinstance(r.event.data, WorkerErased)):
        found[event.subject] = max(event.time, found.get(event.subject, event.time))
    return found


def newest_flags(received: list[Received]) -> list[FlagState]:
    """The highest version of each flag in the batch, in a fixed order so that no two batches deadlock."""
    newest: dict[str, FlagState] = {}
    for flag in (r.event.data for r in received if isinstance(r.event.data, FlagState)):
        if flag.flag_id not in newest or newest[flag.flag_id].version < flag.version:
            newest[flag.flag_id] = flag
    return [newest[flag_id] for flag_id in sorted(newest)]


async def _not_counted(work: Work, received: list[Received]) -> list[Received]:
    by_partition: dict[Partition, list[Received]] = defaultdict(list)
    for each in received:
        by_partition[each.record.topic, each.record.partition].append(each)
    known = await store.lock_positions(work.transaction, sorted(by_partition))
    fresh: list[Received] = []
    reached: dict[Partition, Position] = {}
    for partition, batch in by_partition.items():
        new, reached[partition] = advance(known[partition], batch)
        fresh += new
    await store.put_positions(work.transaction, reached)
    return fresh


def worth_keeping(fresh: list[Received]) -> list[Received]:
    """All events of quiet topics and the last few of busy ones, in their order."""
    left = Counter(dict.fromkeys(_BUSY, _KEPT_OF_BUSY))
    kept: list[Received] = []
    for each in reversed(fresh):
        topic = each.record.topic
        if topic not in _BUSY or left[topic] > 0:
            left[topic] -= 1
            kept.append(each)
    return kept[::-1]


def _row(received: Received) -> EventRow:
    event = received.event
    return EventRow(
        topic=received.record.topic,
        type=event.kind.name,
        time=event.time,
        source=event.source,
        subject=event.subject,
        event_id=event.id,
        summary=summaries.summary(event),
        about=summaries.about(event),
    )
