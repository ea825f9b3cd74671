"""What the profiles of the services share: a PostgreSQL of their own, and batches taken without Kafka."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from patuh.embedded.postgres import PostgresNode
from shared import outbox
from shared.consuming import Handler, Received, Work
from shared.database import Database, Transaction
from shared.dead_letters import Record
from shared.events import decode
from shared.producer import Message


@contextmanager
def own_postgres(*databases: str) -> Iterator[PostgresNode]:
    """A PostgreSQL with these databases, for as long as the block runs. Raises PartFailedError."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        node = PostgresNode(Path(folder) / "data")
        node.start()
        try:
            node.create_databases(databases)
            yield node
        finally:
            node.stop()


@dataclass
class Spent:
    """Seconds of CPU over the batches, and how many messages they held."""

    received: int = 0
    decoding: float = 0.0
    handling: float = 0.0


async def take(
    database: Database,
    handler: Handler,
    records: list[Record],
    watching: Callable[[Transaction], Transaction],
    spent: Spent,
) -> list[Message]:
    """Handle a batch as a service does, its outbox row included, and add to `spent`; what it announces."""
    began = time.process_time()
    received = [Received(decode(record.value, record.headers), record) for record in records]
    decoded = time.process_time()
    async with database.transaction() as plain:
        work = Work(watching(plain), "profile")
        await handler(work, received)
        await outbox.store(work.transaction, work.messages)
    spent.received += len(records)
    spent.decoding += decoded - began
    spent.handling += time.process_time() - decoded
    return work.messages
