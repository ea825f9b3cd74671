"""One request of events: open, screen, sort out duplicates and conflicts, publish, remember, answer.

Published first, remembered after: a crash between the two makes the sender's retry publish again,
which consumers take as the duplicate it is. The other order would lose the event.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from services.gateway import store
from services.gateway.formats import Member
from services.gateway.grants import Agency
from services.gateway.intake import name_in
from services.gateway.later import Later
from services.gateway.places import fact_of, key_of, messages
from services.gateway.privacy import Pseudonyms
from services.gateway.recent import Recent
from services.gateway.refusals import Refusal, Rejected
from services.gateway.screening import admit
from services.gateway.store import Place, Taken
from services.gateway.vault import Vault
from shared import metrics
from shared.clock import Clock
from shared.database import Database
from shared.events import BadEvent
from shared.events.envelope import Written
from shared.ledger import Identity
from shared.producer import Producer

CONFLICT = "conflict: the same source and id said something else before"
_FALLEN_BEHIND = "the database has fallen behind; nothing of this is lost"
Numbered = dict[int, Written]
Places = dict[Identity, Place]


@dataclass
class Outcome:
    """What became of a request: the counts add up to its members."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejected] = field(default_factory=list)


@dataclass
class Door:
    """What a request needs: what is remembered, where to publish, under which key to pseudonymise.

    A request gives up after `publish_seconds` without all acknowledgements.
    """

    database: Database
    later: Later
    recent: Recent
    producer: Producer
    pseudonyms: Pseudonyms
    clock: Clock
    publish_seconds: float
    vault: Vault | None = None

    async def recall(self) -> None:
        """Remember again what an earlier process took. Raises DBAPIError, OSError."""
        async with self.database.transaction() as transaction:
            async for identity, said in store.latest(transaction, self.recent.limit):
                self.recent.remember([(identity, said)])

    async def take(self, agency: Agency, members: Sequence[Member]) -> Outcome:
        """Take the members of a request one by one; what is wrong with one does not touch the others.

        Raises KafkaError, DBAPIError, OSError and Refusal (503): the sender must try again.
        """
        if self.later.full:
            raise Refusal(503, _FALLEN_BEHIND)
        outcome = Outcome()
        left = self._screen(agency, members, outcome)
        met = self.pseudonyms.met()  # before anything is waited for: others are screened meanwhile
        places = await self._places(left.values())
        _check_retractions(agency, left, places, outcome)
        if self.vault:
            self.vault.keep(met, (written.event for written in left.values()))
        while left:
            left = await self._take(left, places, outcome)
        outcome.rejected.sort(key=lambda one: one.index)
        _count(outcome)
        return outcome

    def _screen(self, agency: Agency, members: Sequence[Member], outcome: Outcome) -> Numbered:
        now = self.clock.now()
        screened = {}
        for index, member in enumerate(members):
            try:
                written = admit(member, self.pseudonyms, now)
                agency.check(written.event)
                screened[index] = written
            except BadEvent as error:
                outcome.rejected.append(Rejected(index, name_in(member), error.field, error.rule))
        return screened

    async def _take(self, screened: Numbered, places: Places, outcome: Outcome) -> Numbered:
        """Take what nobody else is taking just now; the rest, once the others know what became of it.

        Nothing is claimed while waiting, so that no two requests wait for each other.
        """
        ours: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        fresh, left, theirs = self._sort_out(screened, ours, outcome)
        try:
            await self._publish(fresh, places)
        finally:
            self.recent.release(fresh, ours)
        outcome.accepted += len(fresh)
        if theirs:
            await asyncio.wait(theirs)
        return left

    def _sort_out(
        self, screened: Numbered, ours: "asyncio.Future[None]", outcome: Outcome
    ) -> tuple[dict[Identity, Written], Numbered, set["asyncio.Future[None]"]]:
        """What to publish, claimed as ours; what others are publishing, and their claims.

        Duplicates are counted and conflicts rejected.
        """
        fresh: dict[Identity, Written] = {}
        left: Numbered = {}
        theirs = set()
        for index, written in screened.items():
            identity = (written.event.source, written.event.id)
            claimed = self.recent.claimed(identity)
            said = fresh[identity].digest if identity in fresh else self.recent.said(identity)
            if claimed and claimed is not ours:
                left[index] = written
                theirs.add(claimed)
            elif said is None:
                fresh[identity] = written
                self.recent.claim(identity, ours)
            elif said == written.digest:
                outcome.duplicates += 1
            else:
                outcome.rejected.append(Rejected(index, written.event.id, "id", CONFLICT))
        return fresh, left, theirs

    async def _publish(self, fresh: dict[Identity, Written], places: Places) -> None:
        """Publish, and once all is acknowledged remember."""
        if not fresh:
            return
        versions = self.pseudonyms.versions
        told = [m for written in fresh.values() for m in messages(written, places, versions)]
        async with asyncio.timeout(self.publish_seconds):
            await self.producer.publish(told)
        self.recent.remember((identity, written.digest) for identity, written in fresh.items())
        self.later.add(store.take, [_row(written) for written in fresh.values()])

    async def _places(self, screened: Collection[Written]) -> Places:
        """Where the facts went that are retracted here. Only for these the database is asked."""
        named = {fact for written in screened if (fact := fact_of(written.event))}
        if not named:
            return {}
        beside = {(row[0], row[1]): row[3:] for row in map(_row, screened)}
        await self.later.flush()
        async with self.database.transaction() as transaction:
            return beside | await store.taken(transaction, named)


def _check_retractions(agency: Agency, screened: Numbered, places: Places, outcome: Outcome) -> None:
    """Take out and reject the retractions of facts about somebody outside the scope."""
    for index, written in list(screened.items()):
        fact = fact_of(written.event)
        if fact is None:
            continue
        try:
            agency.check_taking_back(written.event, places[fact][1] if fact in places else None)
        except BadEvent as error:
            del screened[index]
            outcome.rejected.append(Rejected(index, written.event.id, error.field, error.rule))


def _row(written: Written) -> Taken:
    event = written.event
    return (event.source, event.id, written.digest, event.kind.topic.name, key_of(event))


def _count(outcome: Outcome) -> None:
    metrics.GATEWAY_EVENTS.labels("accepted").inc(outcome.accepted)
    metrics.GATEWAY_EVENTS.labels("duplicate").inc(outcome.duplicates)
    metrics.GATEWAY_EVENTS.labels("rejected").inc(len(outcome.rejected))
