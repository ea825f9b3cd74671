"""Events as rows of the ledgers, in the order of `store`'s columns; instants in microseconds since 1970."""

from datetime import UTC, datetime

from services.registry.coverage import EnrolmentFact
from services.registry.enrolment import incident_fact
from services.registry.incidents import Unit
from services.registry.store import EnrolmentRow, IncidentRow, PostingRow
from shared.events import Event, digest
from shared.events.data import ContributionPosted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(instant: datetime) -> int:
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _instants(event: Event) -> tuple[int, int]:
    """When its sender said it, and when it was recorded: by the gateway, else then."""
    said, recorded = _micros(event.time), event.recordedtime
    return said, said if recorded is None else _micros(recorded)


def enrolment_row(event: Event, unit: Unit, fact: EnrolmentFact, earliest: int | None) -> EnrolmentRow:
    """A row of `enrolment`, staged: with its number in the batch when it is the earliest of its unit."""
    subject, worker = unit
    said, recorded = _instants(event)
    return (
        fact.source,
        fact.id,
        digest(event),
        subject,
        worker,
        fact.employer,
        fact.programmes,
        fact.effective_on,
        fact.covered_until,
        said,
        fact.wage_idr,
        fact.region,
        recorded,
        earliest,
    )


def posting_row(event: Event) -> PostingRow:
    """A row of `posting`."""
    data = event.data
    assert isinstance(data, ContributionPosted)
    said = (event.subject, data.period, data.amount_idr, data.workers, data.posted_on)
    return (event.source, event.id, digest(event), *said, *_instants(event))


def incident_row(event: Event) -> IncidentRow:
    """A row of `incident`."""
    fact = incident_fact(event)
    said = (fact.subject, fact.worker, fact.employer, fact.kind, fact.occurred_on)
    return (event.source, event.id, digest(event), *said, *_instants(event))
