"""Everything that is held about one person, for her to read (UU 27/2022 art. 7: access and a copy)."""

from collections.abc import Collection
from typing import Any

import msgspec

from patuh.privacy.custody import Custody
from patuh.privacy.looking import look_up
from patuh.privacy.scanning import Tell, scan, silent
from services.gateway import vault_store
from shared import topics
from shared.dead_letters import Record
from shared.events import BadEvent, Event, decode

EXPLANATIONS = {
    "references": {
        "id": "Pengganti NIK Anda di dalam Patuh. Hanya gateway yang dapat membuatnya dari NIK.",
        "en": "What stands for your NIK inside Patuh. Only the gateway can make it from the NIK.",
    },
    "vault": {
        "id": "NIK (dan nama, bila Anda pemberi kerja perorangan), disimpan terenkripsi di gateway.",
        "en": "Your NIK (and name, if you employ as a natural person), kept encrypted at the gateway.",
    },
    "look_ups": {
        "id": "Siapa yang pernah membuka NIK Anda, kapan, dan untuk apa; termasuk untuk salinan ini.",
        "en": "Who looked your NIK up, when and what for; this copy included.",
    },
    "facts": {
        "id": "Yang dilaporkan instansi tentang Anda, termasuk upah, sebagaimana diterbitkan.",
        "en": "What agencies reported about you, wages included, as it was published.",
    },
    "states": {
        "id": "Yang disimpulkan Patuh (perlindungan, temuan, pemberitahuan) dan menyebut Anda.",
        "en": "What Patuh concluded (coverage, flags, alerts) and that names you.",
    },
    "dead_letters": {
        "id": "Pesan yang ditolak dan menyebut Anda: tempatnya dan alasannya, tanpa isinya.",
        "en": "Messages that were refused and name you: where they are and why, without their content.",
    },
}
_STATES = (topics.COVERAGE, topics.FLAGS, topics.ALERTS)


async def export(
    custody: Custody, references: dict[int, str], nik: str, who: str, tell: Tell = silent
) -> dict[str, Any]:
    """All that is held about the person with these references (by key version), with what each part means.

    Raises KafkaError, DBAPIError, VaultError.
    """
    report: dict[str, Any] = {"made_at": custody.settings.clock.now().isoformat()}
    report |= {"explanations": EXPLANATIONS, "references": references}
    report |= await _of_vault(custody, set(references.values()), who)
    report |= {"facts": [], "states": [], "dead_letters": []}
    wanted = [reference.encode() for reference in references.values()]
    every = (*topics.FACTS, *_STATES, topics.DEAD_LETTERS)
    async for records in scan(custody.settings.kafka_bootstrap_servers, every, tell):
        for record in records:
            _add(report, record, [*wanted, nik.encode()], set(references.values()))
    return report


async def _of_vault(custody: Custody, references: Collection[str], who: str) -> dict[str, Any]:
    purpose = "copy for the person herself"
    async with custody.database() as database:
        found = []
        if custody.cipher:
            found = await look_up(custody, database, references, who, purpose)
        async with database.transaction() as transaction:
            asked = await vault_store.look_ups(transaction, references)
    vault = [
        {"reference": f.reference, "nik": f.person.nik, "name": f.person.name}
        | {"first_seen": f.first_seen.isoformat(), "last_seen": f.last_seen.isoformat()}
        for f in found
    ]
    look_ups = [
        {"at": row.at.isoformat(), "who": row.who, "purpose": row.purpose, "reference": row.reference}
        for row in asked
    ]
    return {"vault": vault, "look_ups": look_ups}


def _add(report: dict[str, Any], record: Record, wanted: list[bytes], references: set[str]) -> None:
    whole = (record.key or b"") + b" " + (record.value or b"")
    if not any(text in whole for text in wanted):
        return
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    if record.topic == topics.DEAD_LETTERS.name:
        said = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
        reason = {name: said.get(f"patuh-{name}") for name in ("service", "field", "rule")}
        report["dead_letters"].append(place | reason)
        return
    try:
        event = decode(record.value, record.headers)
    except BadEvent:
        report["dead_letters"].append(place | {"rule": "no event: its content is not shown"})
        return
    if event.kind.topic in topics.FACTS:
        report["facts"].append(place | _fact(event, references))
    else:
        report["states"].append(place | _told(event) | {"mentions": _mentions(event, references)})


def _told(event: Event) -> dict[str, Any]:
    told = {"type": event.kind.name, "id": event.id, "source": event.source}
    return told | {"time": event.time.isoformat(), "subject": event.subject}


def _fact(event: Event, references: set[str]) -> dict[str, Any]:
    """A fact; of one about another worker, whose employer this person is, not what it says of that worker."""
    if event.subject.startswith("worker:") and event.subject[7:] not in references:
        return _told(event) | {"subject": "worker:(another person)", "data": None}
    return _told(event) | {"data": msgspec.to_builtins(event.data)}


def _mentions(event: Event, references: set[str]) -> list[Any]:
    """Of a state about many persons only the parts that name this one."""
    data, found = msgspec.to_builtins(event.data), list[Any]()
    if event.subject[-40:] in references:
        return [data]

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if any(isinstance(v, str) and any(r in v for r in references) for v in node.values()):
                found.append(node)
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    look(data)
    return found
