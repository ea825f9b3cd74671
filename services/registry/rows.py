"""Events as rows of the ledgers, in the order of `store`'s columns."""

from services.registry.enrolment import enrolment_fact, incident_fact, subject_of
from services.registry.store import EnrolmentRow, IncidentRow, PostingRow
from shared.events import Event, digest
from shared.events.data import ContributionPosted
from shared.ledger import recorded


def enrolment_row(event: Event) -> EnrolmentRow:
    """A row of `enrolment`."""
    fact = enrolment_fact(event)
    return (
        fact.source,
        fact.id,
        digest(event),
        subject_of(event),
        event.subject,
        fact.employer,
        fact.programmes,
        fact.effective_on,
        fact.covered_until,
        fact.time,
        fact.wage_idr,
        fact.region,
        recorded(event),
    )


def posting_row(event: Event) -> PostingRow:
    """A row of `posting`."""
    data = event.data
    assert isinstance(data, ContributionPosted)
    said = (event.subject, data.period, data.amount_idr, data.workers, data.posted_on, event.time)
    return (event.source, event.id, digest(event), *said, recorded(event))


def incident_row(event: Event) -> IncidentRow:
    """A row of `incident`."""
    fact = incident_fact(event)
    said = (fact.subject, fact.worker, fact.employer, fact.kind, fact.occurred_on, event.time)
    return (event.source, event.id, digest(event), *said, recorded(event))
