"""From references under an older key to those under the newest, fact by fact, through Kafka.

1. read which facts were taken back (their copies would stand again)
2. read the facts; for each that names older references, publish it under the newer ones, then take it back
3. remember how far it came: what was interrupted goes on there, and what is done twice is a duplicate
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from patuh.privacy.custody import Custody
from patuh.privacy.looking import look_up
from patuh.privacy.renaming import Renamed, rename, taken_back
from patuh.privacy.scanning import Tell, scan, silent
from services.gateway import rekey_store, vault_store
from services.gateway.rekey_store import TakenRow
from services.gateway.vault import VaultError, references_in
from shared import topics
from shared.database import Database
from shared.dead_letters import Record
from shared.events import BadEvent, Event, decode, digest
from shared.events.data import FactRetracted, WorkerErased
from shared.ledger import Identity
from shared.producer import Producer

PURPOSE = "re-keying of references"
_NAMES = (b"worker:", b"employer:person-")
Told = list[tuple[Event, Record]]


@dataclass
class Rekeyed:
    """What became of the facts that were read, and references whose person the vault does not hold."""

    read: int = 0
    current: int = 0
    rekeyed: int = 0
    retracted: int = 0
    not_in_vault: int = 0
    unknown: set[str] = field(default_factory=set)


async def rekey(custody: Custody, who: str, again: bool = False, tell: Tell = silent) -> Rekeyed:
    """Publish every fact that names an older reference under the newest; `again` begins from the beginning.

    Raises VaultError when there is no vault or no older key, KafkaError, DBAPIError.
    """
    custody.opened()
    if len(custody.pseudonyms.versions) < 2:
        raise VaultError("there is one key of references: add a newer one to PATUH_WORKER_REF_KEYS first")
    producer = Producer(custody.settings)
    await producer.start()
    try:
        async with custody.database() as database:
            return await _Rekeying(custody, database, producer, who).run(again, tell)
    finally:
        await producer.stop()


class _Rekeying:
    def __init__(self, custody: Custody, database: Database, producer: Producer, who: str) -> None:
        self._custody, self._database, self._producer, self._who = custody, database, producer, who
        self._version, self._bootstrap = custody.pseudonyms.version, custody.settings.kafka_bootstrap_servers
        self._told, self._gone = Rekeyed(), set[Identity]()

    async def run(self, again: bool, tell: Tell) -> Rekeyed:
        async for records in scan(self._bootstrap, topics.FACTS):
            self._gone |= _taken_back(records, self._version)
        async with self._database.transaction() as transaction:
            reached = {} if again else await rekey_store.reached(transaction, self._version)
        since = {TopicPartition(*place): offset for place, offset in reached.items()}
        async for records in scan(self._bootstrap, topics.FACTS, tell, since):
            await self._some(records)
        return self._told

    async def _some(self, records: list[Record]) -> None:
        self._told.read += len(records)
        facts = list(_facts(records))
        named = {reference for event, _ in facts for reference in references_in(event)}
        async with self._database.transaction() as transaction:
            versions = await rekey_store.versions(transaction, named)
        newer = await self._newer([r for r, version in versions.items() if version < self._version])
        renamed = [one for told in facts if (one := self._renamed(*told, versions.keys(), newer))]
        await self._producer.publish([one.copy for one in renamed])
        await self._producer.publish([one.retraction for one in renamed])
        self._told.rekeyed += len(renamed)
        await self._remember(renamed, records)

    async def _newer(self, older: list[str]) -> dict[str, str]:
        """The newest reference of each older one; whom it stands for is kept under both."""
        if not older:
            return {}
        found = await look_up(self._custody, self._database, older, self._who, PURPOSE)
        newer = {f.reference: self._custody.pseudonyms.references(f.person.nik)[self._version] for f in found}
        cipher = self._custody.opened()
        rows = [
            cipher.row(newer[f.reference], f.person, self._version, f.last_seen)._replace(
                first_seen=f.first_seen
            )
            for f in found
        ]
        async with self._database.transaction() as transaction:
            await vault_store.keep(transaction, rows)
        return newer

    def _renamed(
        self, event: Event, record: Record, known: Iterable[str], newer: dict[str, str]
    ) -> Renamed | None:
        named = set(references_in(event))
        if named - set(known):
            self._told.not_in_vault += 1
            self._told.unknown |= named - set(known)
        elif not named & newer.keys():
            self._told.current += 1
        elif (event.source, event.id) in self._gone:
            self._told.retracted += 1
        else:
            return rename(event, record, newer, self._version, self._custody.settings.clock.now())
        return None

    async def _remember(self, renamed: list[Renamed], records: list[Record]) -> None:
        ends = {(r.topic, r.partition): r.offset + 1 for r in records}
        rows = [row for one in renamed for row in _taken(one)]
        async with self._database.transaction() as transaction:
            await rekey_store.take(transaction, rows)
            await rekey_store.reach(transaction, self._version, ends)


def _taken(one: Renamed) -> list[TakenRow]:
    """What the gateway remembers: the copy, and that the fact sent once more says the same as before."""
    said, place = digest(one.fact), (one.copy.topic, (one.copy.key or b"").decode())
    return [(one.fact.source, name, said, *place) for name in {one.fact.id, one.old_id}]


def _taken_back(records: Iterable[Record], version: int) -> set[Identity]:
    found = (_decoded(r) for r in records if r.value and b"fact.retracted" in r.value)
    return {gone for event in found if event and (gone := taken_back(event, version))}


def _facts(records: Iterable[Record]) -> Iterable[tuple[Event, Record]]:
    for record in records:
        if record.value and any(name in record.value for name in _NAMES):
            event = _decoded(record)
            if (
                event
                and not isinstance(event.data, FactRetracted | WorkerErased)
                and any(references_in(event))
            ):
                yield event, record


def _decoded(record: Record) -> Event | None:
    """An event; None for what is none, which consumers have put into the dead letters."""
    try:
        return decode(record.value, record.headers)
    except BadEvent:
        return None
