"""The pipeline of a service: reading, handling and committing offsets go on beside each other.

FastStream's loop reads and decodes ahead (`offer`) while batches are with the database (`run`), and offsets
are committed behind the transactions. A batch is what waits when one before is stored: one event where little
comes, the most that is allowed under a backlog. Several may be in hand at once, but a partition is in one of
them only: what a partition says stays in order.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

from aiokafka import AIOKafkaConsumer, TopicPartition
from tenacity import RetryError

from shared.consuming import Batch, BatchConsumer, commit, read
from shared.dead_letters import Record
from shared.health import Progress

MOST_IN_A_BATCH = 5_000
# Records read at a time: decoding them holds up whoever waits for the database.
_CHUNK = 1_000
_FEW, _PAUSE_SECONDS = 100, 0.01
# What waits, as it came; decoded it takes some times as much. Coverage of a large employer is large.
_BYTES_WAITING = 8 * 1024 * 1024


class Pipeline:
    """Hands what it is offered to whichever of `hands` is free, at most `most` events at once; about as many
    may wait for each.
    """

    def __init__(self, hands: Sequence[BatchConsumer], progress: Progress, most: int) -> None:
        self._hands, self._most = hands, most
        self._offsets = _Offsets(progress)
        self.chunk = min(most, _CHUNK)
        self._waiting: deque[Batch] = deque()  # each of one partition, in the order in which they came
        self._in_hand: set[TopicPartition] = set()
        self._free, self._room, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._stopping = False

    async def offer(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Take records, and return when there is room for more."""
        if self._stopping:
            return
        self._offsets.consumer = consumer
        self._waiting += [read(list(some)) for _, some in groupby(records, key=_partition)]
        self._free.set()
        self._room.clear()
        while self._is_full():
            await self._room.wait()
            self._room.clear()
        # Where little comes, a little more in a moment costs less than one fetch for each event; where much
        # lies ready nothing here waits: let those go on whom the database has answered.
        await asyncio.sleep(_PAUSE_SECONDS if len(records) < _FEW else 0)

    def _is_full(self) -> bool:
        many = sum(map(len, self._waiting)) >= self._most * len(self._hands)
        large = sum(batch.size for batch in self._waiting) >= _BYTES_WAITING
        return (many or large) and not self._stopping

    def forget(self) -> None:
        """The group has shared out its partitions anew, and reads them from the committed offsets again.

        All that waits is dropped, before anything new is read: nothing may be left out in the middle of a
        partition whose later offsets are committed.
        """
        self._waiting.clear()
        self._room.set()

    async def run(self) -> None:
        """Handle what is offered, until stopped."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._offsets.run())
                async with asyncio.TaskGroup() as hands:
                    for hand in self._hands:
                        hands.create_task(self._work(hand))
                self._offsets.close()
        finally:
            self._ended.set()

    async def _work(self, hand: BatchConsumer) -> None:
        while batch := await self._next():
            with suppress(RetryError):  # it was waiting, and the service stops
                await hand.store(batch)
                self._offsets.note(batch.ends)
            self._in_hand -= batch.ends.keys()
            self._free.set()

    async def _next(self) -> Batch | None:
        """All that waits for a free hand, as far as it may go into one batch; None when it is stopped."""
        while not self._stopping:
            self._free.clear()
            if batch := self._take():
                self._in_hand |= batch.ends.keys()
                self._room.set()
                return batch
            await self._free.wait()
        return None

    def _take(self) -> Batch | None:
        """What came first of the partitions that nobody has in hand; what is left keeps its order."""
        taken: Batch | None = None
        left: deque[Batch] = deque()
        full = False
        for batch in self._waiting:
            if not self._in_hand.isdisjoint(batch.ends):
                left.append(batch)
            elif taken is None:
                taken = batch
            elif full := full or len(taken) + len(batch) > self._most:
                left.append(batch)
            else:
                taken.add(batch)
        self._waiting = left
        return taken

    async def stop(self, seconds: float) -> None:
        """Take nothing more; wait until what is in hand is stored and its offsets are committed."""
        self._stopping = True
        for hand in self._hands:
            hand.stop()
        self._free.set()
        self._room.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)


def _partition(record: Record) -> tuple[str, int]:
    return (record.topic, record.partition)


class _Offsets:
    """Commits the offsets that were noted last, one commit at a time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.consumer: AIOKafkaConsumer | None = None
        self._ends: dict[TopicPartition, int] = {}
        self._changed, self._closed = asyncio.Event(), False

    def note(self, ends: dict[TopicPartition, int]) -> None:
        """These are stored."""
        self._ends |= ends
        self._changed.set()

    def close(self) -> None:
        """Nothing more will be noted."""
        self._closed = True
        self._changed.set()

    async def run(self) -> None:
        """Commit until closed."""
        while self._ends or not self._closed:
            await self._changed.wait()
            self._changed.clear()
            ends, self._ends = self._ends, {}
            if ends:
                self._progress.advanced(await commit(self.consumer, ends))
