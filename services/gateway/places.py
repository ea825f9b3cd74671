"""Where an event goes: its topic and its key. Pure."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from services.gateway.privacy import copy_id
from services.gateway.store import Place
from shared import topics
from shared.events import Event
from shared.events.data import FactRetracted, WorkerIncidentReported, WorkerRegistered, WorkerUnregistered
from shared.events.envelope import HEADERS, Written, write
from shared.ledger import Identity
from shared.producer import Message


def messages(
    written: Written, known: Mapping[Identity, Place], versions: Sequence[int] = ()
) -> list[Message]:
    """The messages of an event. `known`: where retracted facts went; `versions`: of reference keys."""
    places = _places(written.event, known)
    told = [written, *_of_copies(written.event, versions)]
    return [Message(topic, key.encode(), one.encode(), HEADERS) for one in told for topic, key in places]


def _of_copies(event: Event, versions: Sequence[int]) -> list[Written]:
    """A fact that was re-keyed is told again under another id: what takes it back takes that back too."""
    data = event.data
    if not isinstance(data, FactRetracted):
        return []
    copies = [(copy_id(event.id, v), copy_id(data.id, v)) for v in versions[1:]]
    return [write(replace(event, id=own, data=replace(data, id=fact))) for own, fact in copies]


def fact_of(event: Event) -> Identity | None:
    """The fact that a retraction takes back."""
    return (event.data.source, event.data.id) if isinstance(event.data, FactRetracted) else None


def key_of(event: Event) -> str:
    """The key of a fact: all about one employer's workers goes to one partition."""
    if isinstance(event.data, WorkerRegistered | WorkerUnregistered | WorkerIncidentReported):
        return event.data.employer or event.subject
    return event.subject


def _places(event: Event, known: Mapping[Identity, Place]) -> list[Place]:
    """Topic and key. A retraction goes where its fact went; if that is not known, wherever a
    fact of that subject may have gone: a retraction too many does no harm.
    """
    fact = fact_of(event)
    if fact is None:
        return [(event.kind.topic.name, key_of(event))]
    if fact in known:
        return [known[fact]]
    entity = event.subject.partition(":")[0]
    first = {"project": topics.PROJECTS, "worker": topics.WORKERS}.get(entity, topics.EMPLOYERS)
    also = () if entity == "worker" else (topics.CONTRIBUTIONS,)
    return [(topic.name, event.subject) for topic in (first, *also)]
