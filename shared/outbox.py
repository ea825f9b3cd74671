"""The transactional outbox: messages are written with the state that caused them, then relayed.

One row holds all messages of a batch, so that hundreds of messages cost one insert and one delete.
A row without its message (zombie record) is relayed by whoever looks next; a message without its
row (ghost message) cannot be, because nothing is published before the commit.
"""

import asyncio
from contextlib import suppress

import msgspec
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from shared import logging, metrics
from shared.database import Database, Transaction
from shared.producer import Message, Producer

DDL = "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, messages bytea NOT NULL)"
_TAKE = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1) RETURNING id, messages"
_LOCK = 7_264_003
_IDLE_SECONDS = 1.0
_log = logging.get(__name__)


_rows = msgspec.msgpack.Decoder(list[Message])


async def store(transaction: Transaction, messages: list[Message]) -> None:
    """Put the messages of a batch into the outbox, as one row."""
    if messages:
        await transaction.run("INSERT INTO outbox (messages) VALUES ($1)", msgspec.msgpack.encode(messages))


class Relay:
    """Publishes what the outbox holds, oldest first, beside the next batch.

    Of several processes one publishes at a time: two that shared the rows could put an older snapshot of a
    subject after a newer one, and the compacted topic would keep the older.
    """

    def __init__(self, database: Database, producer: Producer, service: str) -> None:
        self._database, self._producer, self._service = database, producer, service
        self._stored = asyncio.Event()

    def wake(self) -> None:
        """Say that a row was committed."""
        self._stored.set()

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
            await transaction.run("SELECT pg_advisory_xact_lock($1)", _LOCK)
            taken = sorted(await transaction.rows(_TAKE, rows))
            messages = [m for row in taken for m in _rows.decode(row.messages)]
            sent = await self._producer.publish(messages)
        metrics.MESSAGES_RELAYED.labels(self._service).inc(sent)
        return len(taken)
