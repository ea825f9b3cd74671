"""How far each partition was counted, so that a redelivered batch is not counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.consuming import Received

Partition = tuple[str, int]


@dataclass(frozen=True)
class Position:
    """The next offset to count, and the newest record time counted (milliseconds since the epoch)."""

    next_offset: int = 0
    newest_ms: int = -1


def advance(position: Position, batch: Sequence[Received]) -> tuple[list[Received], Position]:
    """The records of one partition not counted yet, and the position after them.

    An offset below ours belongs to a redelivered record, which is no newer than what we counted, or
    to a topic that was made anew: then its records are newer, and we follow the new offsets.
    """
    fresh = [r for r in batch if _is_new(position, r)]
    if not fresh:
        return fresh, position
    made_anew = any(r.record.offset < position.next_offset for r in fresh)
    end = max(r.record.offset for r in fresh) + 1
    newest = max(r.record.timestamp for r in fresh)
    return fresh, Position(
        end if made_anew else max(end, position.next_offset), max(newest, position.newest_ms)
    )


def _is_new(position: Position, received: Received) -> bool:
    record = received.record
    return bool(record.offset >= position.next_offset or record.timestamp > position.newest_ms)
