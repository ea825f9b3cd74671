"""Forgetting a person: what there is, the event that makes the services forget, the vault's row.

The event goes first: when something fails after it, the same command again does the rest.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from patuh.privacy.custody import SOURCE, Custody
from patuh.privacy.scanning import Tell, scan, silent
from services.gateway import vault_store
from services.gateway.vault import references_in
from shared import topics
from shared.clock import local_date
from shared.database import Transaction
from shared.dead_letters import Record
from shared.events import BadEvent, Event, decode, types
from shared.events.checks import check
from shared.events.data import FactRetracted, WorkerErased
from shared.producer import Producer, message


@dataclass
class Held:
    """What is held about a person: her row in the vault, facts about her, facts that name her otherwise."""

    vault: int = 0
    as_worker: int = 0
    as_employer: int = 0


async def held(custody: Custody, references: Collection[str], tell: Tell = silent) -> Held:
    """What is held about the person with these references. Raises KafkaError, DBAPIError."""
    found = Held()
    async with custody.database() as database, database.transaction() as transaction:
        found.vault = await vault_store.holds(transaction, references)
    async for records in scan(custody.settings.kafka_bootstrap_servers, topics.FACTS, tell):
        for event in facts_naming(records, references):
            if event.subject.startswith("worker:") and event.subject[7:] in references:
                found.as_worker += 1
            else:
                found.as_employer += 1
    return found


def facts_naming(records: Iterable[Record], references: Collection[str]) -> Iterable[Event]:
    """The facts among these records that name one of the references; what is no event is passed over."""
    wanted = [reference.encode() for reference in references]
    for record in records:
        if record.value is None or not any(reference in record.value for reference in wanted):
            continue
        try:
            event = decode(record.value, record.headers)
        except BadEvent:
            continue
        if not isinstance(event.data, FactRetracted | WorkerErased) and set(references_in(event)) & set(
            references
        ):
            yield event


def erasure(custody: Custody, reference: str, basis: str) -> Event:
    """The event that makes the services forget a worker. Raises BadEvent when the basis is no text."""
    now = custody.settings.clock.now()
    data = WorkerErased(erased_on=local_date(now), basis=basis)
    check(data)
    name = f"erase:{now.isoformat()}:{reference}"
    return Event(types.WORKER_ERASED, name, SOURCE, f"worker:{reference}", now, data, None, now)


async def erase(custody: Custody, references: Collection[str], who: str, basis: str) -> int:
    """Forget the person with these references; how many rows of the vault there were.

    Raises BadEvent, KafkaError, DBAPIError.
    """
    events = [erasure(custody, reference, basis) for reference in sorted(references)]
    producer = Producer(custody.settings)
    await producer.start()
    try:
        await producer.publish([message(event) for event in events])
    finally:
        await producer.stop()
    async with custody.database() as database, database.transaction() as transaction:
        return await _forget(transaction, custody, references, who, basis)


async def _forget(
    transaction: Transaction, custody: Custody, references: Collection[str], who: str, basis: str
) -> int:
    gone = await vault_store.forget(transaction, references)
    workers = [f"worker:{reference}" for reference in references]
    await transaction.run("DELETE FROM taken WHERE key = ANY($1::text[])", workers)
    now = custody.settings.clock.now()
    await vault_store.write_down(transaction, now, who, f"erased: {basis}", references)
    return gone
