"""The rule about accidents and deaths of workers without cover."""

from services.employer.covered import Covered
from services.employer.finding import Finding
from services.employer.rules.inquiry import Inquiry, counted
from shared.events.data import Evidence


def unprotected_incident(x: Inquiry, subject: Covered) -> Finding:
    """An accident or death of a worker who was not covered on that day: the employer owes the benefits.

    Legal source: PP 44/2015 art. 27(2), 34(2).
    """
    incidents = subject.incidents(x.day)
    x.applies("incidents", incidents, counted("incidents", len(incidents)))
    bare = [i for i in incidents if not i.covered]
    said = [
        Evidence(name=f"{i.kind} of {i.worker}", value=i.on.isoformat(), source=i.source, id=i.id)
        for i in sorted(bare, key=lambda i: (i.on, i.source, i.id))
    ]
    x.wrong_if("uncovered-that-day", bare, *said)
    return x.finding(said, since=min(i.on for i in bare), workers=len({i.worker for i in bare}))
