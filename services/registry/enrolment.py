"""From events to coverage, without a database: how one enrolment counts, and the coverage of all. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from services.registry import coverage
from services.registry.coverage import Deltas, EnrolmentFact
from shared.events import Event
from shared.events.data import (
    ContributionPosted,
    CoverageChanged,
    Posting,
    WorkerRegistered,
    WorkerUnregistered,
)

_Enrolments = dict[str, dict[str, list[EnrolmentFact]]]


def subject_of(event: Event) -> str:
    """Whose coverage an enrolment counts for: the project's, else the employer's, else the worker's own.

    A project's workers are not counted for their employer: permanent staff belong to the employer's
    own membership, and one firm can be compliant in one and not in the other.
    """
    data = event.data
    assert isinstance(data, WorkerRegistered | WorkerUnregistered)
    return data.project or data.employer or event.subject


def enrolment_fact(event: Event) -> EnrolmentFact:
    """The event as the coverage arithmetic sees it."""
    data = event.data
    assert isinstance(data, WorkerRegistered | WorkerUnregistered)
    programmes, until = -1, None
    if isinstance(data, WorkerRegistered):
        programmes, until = coverage.mask(data.programmes), data.covered_until
    return EnrolmentFact(
        data.effective_on, event.time, event.source, event.id, data.employer or "", programmes, until
    )


def snapshots(events: Iterable[Event]) -> dict[str, CoverageChanged]:
    """The coverage of every subject from all facts at once (none repeated, none retracted).

    What the registry keeps up to date batch by batch must equal this, in whatever order they came.
    """
    enrolments: _Enrolments = defaultdict(lambda: defaultdict(list))
    postings: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        if isinstance(event.data, WorkerRegistered | WorkerUnregistered):
            enrolments[subject_of(event)][event.subject].append(enrolment_fact(event))
        elif isinstance(event.data, ContributionPosted):
            by_period = postings[event.subject]
            standing = by_period.get(event.data.period, event)
            by_period[event.data.period] = max(standing, event, key=lambda e: e.rank)
    subjects = enrolments.keys() | postings.keys()
    return {s: _snapshot(s, enrolments.get(s, {}), postings.get(s, {})) for s in subjects}


def _snapshot(
    subject: str, workers: dict[str, list[EnrolmentFact]], postings: dict[str, Event]
) -> CoverageChanged:
    deltas = Deltas()
    for facts in workers.values():
        deltas.add(coverage.spans(facts), 1)
    removed = [r for w, facts in workers.items() for r in coverage.removals(w, facts)]
    return CoverageChanged(
        version=1,
        steps=deltas.apply([]),
        removals=coverage.in_order(removed) if subject.startswith("project:") else [],
        postings=[posting(postings[period]) for period in sorted(postings)],
    )


def posting(event: Event) -> Posting:
    """A contribution as the coverage shows it."""
    data = event.data
    assert isinstance(data, ContributionPosted)
    return Posting(
        period=data.period, amount_idr=data.amount_idr, workers=data.workers, posted_on=data.posted_on
    )
