"""Events as rows of the ledgers, in the order of `store`'s columns."""

from services.registry.coverage import EnrolmentFact
from services.registry.enrolment import incident_fact
from services.registry.incidents import Unit
from services.registry.store import EnrolmentRow, IncidentRow, PostingRow
from shared.events import Event, digest
from shared.events.data import ContributionPosted
from shared.ledger import recorded


def enrolment_row(event: Event, unit: Unit, fact: EnrolmentFact, alone: bool) -> EnrolmentRow:
    """A row of `enrolment`, staged: with whether the batch holds no other fact of its unit."""
    return (
        fact.source,
        fact.id,
        digest(event),
        *unit,
        fact.employer,
        fact.programmes,
        fact.effective_on,
        fact.covered_until,
        fact.time,
        fact.wage_idr,
        fact.region,
        recorded(event),
        alone,
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
