"""One request of events: open, screen, sort out duplicates and conflicts, publish, remember, answer.

Published first, remembered after: a crash between the two makes the sender's retry publish again,
which consumers take as the duplicate it is. The other order would lose the event.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import Raw

from services.gateway import store
from services.gateway.intake import RawEvent, name_in, open_member
from services.gateway.keys import Agency
from services.gateway.privacy import Pseudonyms
from services.gateway.refusals import Rejected
from services.gateway.screening import screen
from services.gateway.store import Taken
from shared import metrics, topics
from shared.clock import Clock
from shared.database import Database
from shared.events import BadEvent, Event, digest
from shared.events.data import FactRetracted, WorkerIncidentReported, WorkerRegistered, WorkerUnregistered
from shared.ledger import Identity
from shared.producer import Message, Producer, message

CONFLICT = "conflict: the same source and id said something else before"
SCOPE = "outside the scope of this key"


@dataclass
class Outcome:
    """What became of a request: the counts add up to its members."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejected] = field(default_factory=list)


@dataclass
class Door:
    """What a request needs: where to remember, where to publish, under which key to pseudonymise.

    A request gives up after `publish_seconds` without all acknowledgements.
    """

    database: Database
    producer: Producer
    pseudonyms: Pseudonyms
    clock: Clock
    publish_seconds: float

    async def take(self, agency: Agency, members: Sequence[Raw | RawEvent]) -> Outcome:
        """Take the members of a request one by one; what is wrong with one does not touch the others.

        Raises KafkaError, DBAPIError, OSError: the sender must try again.
        """
        outcome = Outcome()
        screened = self._screen(agency, members, outcome)
        async with self.database.transaction() as transaction:
            known = await store.taken(transaction, _identities(screened.values()))
        fresh = _sort_out(screened, known, outcome)
        rows = [_row(event, said) for event, said in fresh]
        told = known | {row[:2]: row[2:] for row in rows}
        async with asyncio.timeout(self.publish_seconds):
            await self.producer.publish(m for event, _ in fresh for m in _messages(event, told))
        async with self.database.transaction() as transaction:
            await store.take(transaction, rows)
        outcome.accepted = len(fresh)
        _count(outcome)
        return outcome

    def _screen(
        self, agency: Agency, members: Sequence[Raw | RawEvent], outcome: Outcome
    ) -> dict[int, Event]:
        now = self.clock.now()
        screened = {}
        for index, member in enumerate(members):
            try:
                event = screen(open_member(member), self.pseudonyms, now)
                _check_scope(agency, event)
                screened[index] = event
            except BadEvent as error:
                outcome.rejected.append(Rejected(index, name_in(member), error.field, error.rule))
        return screened


def _check_scope(agency: Agency, event: Event) -> None:
    if not agency.may_speak_for(event.source):
        raise BadEvent("source", SCOPE)
    if isinstance(event.data, FactRetracted) and not agency.may_speak_for(event.data.source):
        raise BadEvent("data.source", SCOPE)


def _identities(events: Iterable[Event]) -> set[Identity]:
    found: set[Identity] = set()
    for event in events:
        found.add((event.source, event.id))
        if isinstance(event.data, FactRetracted):
            found.add((event.data.source, event.data.id))
    return found


def _sort_out(
    screened: dict[int, Event], known: dict[Identity, Taken], outcome: Outcome
) -> list[tuple[Event, int]]:
    """The events to publish, each with its digest; duplicates are counted and conflicts rejected."""
    digests = {identity: taken[0] for identity, taken in known.items()}
    fresh = []
    for index, event in screened.items():
        identity, said = (event.source, event.id), digest(event)
        if identity not in digests:
            digests[identity] = said
            fresh.append((event, said))
        elif digests[identity] == said:
            outcome.duplicates += 1
        else:
            outcome.rejected.append(Rejected(index, event.id, "id", CONFLICT))
    outcome.rejected.sort(key=lambda one: one.index)
    return fresh


def _messages(event: Event, known: dict[Identity, Taken]) -> list[Message]:
    return [message(event, key, topic) for topic, key in _places(event, known)]


def _places(event: Event, known: dict[Identity, Taken]) -> list[tuple[str, str]]:
    """Topic and key. A retraction goes where its fact went; if that is not remembered, wherever a
    fact of that subject may have gone: a retraction too many does no harm.
    """
    if isinstance(event.data, FactRetracted):
        fact = known.get((event.data.source, event.data.id))
        if fact:
            return [fact[1:]]
        entity = event.subject.partition(":")[0]
        first = {"project": topics.PROJECTS, "worker": topics.WORKERS}.get(entity, topics.EMPLOYERS)
        also = () if entity == "worker" else (topics.CONTRIBUTIONS,)
        return [(topic.name, event.subject) for topic in (first, *also)]
    return [(event.kind.topic.name, _key(event))]


def _key(event: Event) -> str:
    if isinstance(event.data, WorkerRegistered | WorkerUnregistered | WorkerIncidentReported):
        return event.data.employer or event.subject
    return event.subject


def _row(event: Event, said: int) -> tuple[str, str, int, str, str]:
    return (event.source, event.id, said, event.kind.topic.name, _key(event))


def _count(outcome: Outcome) -> None:
    metrics.GATEWAY_EVENTS.labels("accepted").inc(outcome.accepted)
    metrics.GATEWAY_EVENTS.labels("duplicate").inc(outcome.duplicates)
    metrics.GATEWAY_EVENTS.labels("rejected").inc(len(outcome.rejected))
