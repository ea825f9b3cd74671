"""The transactional outbox: messages are written with the state that caused them, then relayed.

One row holds all messages of a batch, so that hundreds of messages cost one insert and one delete.
A row without its message (zombie record) is relayed by whoever looks next; a message without its
row (ghost message) cannot be, because nothing is published before the commit. Who wrote a row still has
its messages at hand: they are read back from the database only after a crash, or when many are waiting.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import cramjam
import msgspec
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from shared import logging, metrics
from shared.database import Database, Transaction
from shared.producer import Message, Producer

DDL = "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, messages bytea NOT NULL)"
# A deletion that a crash forgets publishes its rows again, and with them all later ones, in their order:
# that is why nobody waits for the disk here.
_LOCK = "SELECT pg_advisory_xact_lock(7264003), set_config('synchronous_commit', 'off', true)"
_TAKE = """
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1)
RETURNING id, CASE WHEN id <> ALL($2::bigint[]) THEN messages END AS messages
"""
_IDLE_SECONDS = 1.0
_MOST_AT_HAND = 16 * 1024 * 1024
_COMPRESSED = b"\x04\x22\x4d\x18"  # how a frame of lz4 begins, and no row of an earlier version
_log = logging.get(__name__)


_rows = msgspec.msgpack.Decoder(list[Message])


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was written: `size` in bytes of what the messages say."""

    id: int
    messages: list[Message]
    size: int


async def store(transaction: Transaction, messages: list[Message]) -> Row | None:
    """Put the messages of a batch into the outbox, as one row; None when there are none."""
    if not messages:
        return None
    plain = msgspec.msgpack.encode(messages)
    # Else PostgreSQL compresses it, at ten times the cost.
    packed = bytes(cramjam.lz4.compress(plain, level=1))
    [row] = await transaction.rows("INSERT INTO outbox (messages) VALUES ($1) RETURNING id", packed)
    return Row(row.id, messages, len(plain))


def unpacked(packed: bytes) -> list[Message]:
    """The messages of a row, of those too that an earlier version stored without compressing them."""
    return _rows.decode(bytes(cramjam.lz4.decompress(packed)) if packed.startswith(_COMPRESSED) else packed)


class Relay:
    """Publishes what the outbox holds, oldest first, beside the next batch.

    Of several processes one publishes at a time, and always the oldest rows, whoever wrote them: two that
    shared the rows could put an older snapshot of a subject after a newer one, and the compacted topic would
    keep the older.
    """

    def __init__(self, database: Database, producer: Producer, service: str) -> None:
        self._database, self._producer, self._service = database, producer, service
        self._stored = asyncio.Event()
        self._at_hand: dict[int, Row] = {}

    def wake(self) -> None:
        """Say that there may be rows."""
        self._stored.set()

    def committed(self, row: Row | None) -> None:
        """Say that this row was committed; None does nothing."""
        if row is not None:
            if row.size + sum(other.size for other in self._at_hand.values()) <= _MOST_AT_HAND:
                self._at_hand[row.id] = row
            self.wake()

    async def run(self) -> None:
        """Relay until cancelled. A failure of broker or database is waited out."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stored.wait(), _IDLE_SECONDS)
            self._stored.clear()
            try:
                while await self.relay_some():
                    continue
            except (KafkaError, SQLAlchemyError, OSError) as error:
                _log.warning("relay is waiting", error=str(error))

    async def relay_some(self, rows: int = 16) -> int:
        """Publish up to `rows` rows and delete them in one transaction; how many there were."""
        async with self._database.transaction() as transaction:
            await transaction.run(_LOCK)
            at_hand = dict(self._at_hand)
            taken = sorted(await transaction.rows(_TAKE, rows, list(at_hand)))
            messages = [
                m for id_, packed in taken for m in (unpacked(packed) if packed else at_hand[id_].messages)
            ]
            sent = await self._producer.publish(messages)
        # With room for more, a row at hand that was not among them has been relayed by another process.
        for id_ in at_hand if len(taken) < rows else [row.id for row in taken]:
            self._at_hand.pop(id_, None)
        metrics.MESSAGES_RELAYED.labels(self._service).inc(sent)
        return len(taken)
