"""From events to coverage, without a database: how one fact counts, and the coverage of all. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.registry import coverage, incidents, wages
from services.registry.coverage import EnrolmentFact
from services.registry.deltas import Deltas
from services.registry.incidents import IncidentFact, Unit
from services.registry.wages import Minimums
from shared.events import Event
from shared.events.data import (
    ContributionPosted,
    CoverageChanged,
    Posting,
    WorkerIncidentReported,
    WorkerRegistered,
    WorkerUnregistered,
)

Enrolment = WorkerRegistered | WorkerUnregistered


def subject_of(event: Event) -> str:
    """Whose coverage a worker's fact counts for: the project's, else the employer's, else the worker's own.

    A project's workers are not counted for their employer: permanent staff belong to the employer's
    own membership, and one firm can be compliant in one and not in the other. An employer may also
    be an office (`agency:`) or a list of vulnerable workers (`group:`).
    """
    data: Any = event.data
    return data.project or data.employer or event.subject


def unit_of(event: Event) -> Unit:
    """Where and of whom an enrolment speaks."""
    data: Any = event.data
    return (data.project or data.employer or event.subject, event.subject)


def enrolment_fact(event: Event) -> EnrolmentFact:
    """The event as the coverage arithmetic sees it."""
    data: Any = event.data
    employer = data.employer or ""
    if type(data) is WorkerUnregistered:
        return EnrolmentFact(data.effective_on, event.time, event.source, event.id, employer, -1)
    return EnrolmentFact(
        data.effective_on,
        event.time,
        event.source,
        event.id,
        employer,
        coverage.mask(tuple(data.programmes)),
        data.covered_until,
        data.wage_idr,
        data.region,
    )


def incident_fact(event: Event) -> IncidentFact:
    """The event as an incident that is to be looked up in the enrolments."""
    data = event.data
    assert isinstance(data, WorkerIncidentReported)
    where = (subject_of(event), event.subject, data.employer or "")
    return IncidentFact(*where, data.kind, data.occurred_on, event.source, event.id)


@dataclass
class Facts:
    """All that is told about some subjects: enrolments by worker, the postings that stand, incidents.

    `enrolments` also hold what is told of a subject's injured workers elsewhere.
    """

    enrolments: dict[Unit, list[EnrolmentFact]] = field(default_factory=lambda: defaultdict(list))
    postings: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    incidents: dict[str, list[IncidentFact]] = field(default_factory=lambda: defaultdict(list))

    def snapshots(self, subjects: Iterable[str], minimums: Minimums) -> dict[str, CoverageChanged]:
        """The coverage of these subjects, made from nothing but the facts; its version is always 1."""
        workers: dict[str, dict[str, list[EnrolmentFact]]] = {subject: {} for subject in subjects}
        for (subject, worker), facts in self.enrolments.items():
            if subject in workers:
                workers[subject][worker] = facts
        return {subject: self._of(subject, of, minimums) for subject, of in workers.items()}

    def _of(
        self, subject: str, workers: dict[str, list[EnrolmentFact]], minimums: Minimums
    ) -> CoverageChanged:
        deltas = Deltas()
        for facts in workers.values():
            deltas.add(coverage.spans(facts, minimums), 1)
        removed = [r for w, facts in workers.items() for r in coverage.removals(w, facts)]
        return CoverageChanged(
            version=1,
            steps=deltas.apply([]),
            removals=coverage.in_order(removed) if subject.startswith("project:") else [],
            postings=sorted(self.postings.get(subject, ()), key=lambda p: p.period),
            incidents=incidents.told(self.incidents.get(subject, ()), self.enrolments),
        )


def snapshots(events: Iterable[Event], minimums: Minimums | None = None) -> dict[str, CoverageChanged]:
    """The coverage of every subject from all facts at once (none repeated, none retracted).

    What the registry keeps up to date batch by batch must equal this, in whatever order they came.
    Wages are held against `minimums`, which are those of the law that Patuh comes with unless given.
    """
    facts, postings = Facts(), dict[tuple[str, str], Event]()
    for event in events:
        data = event.data
        if isinstance(data, Enrolment):
            facts.enrolments[subject_of(event), event.subject].append(enrolment_fact(event))
        elif isinstance(data, WorkerIncidentReported):
            facts.incidents[subject_of(event)].append(incident_fact(event))
        elif isinstance(data, ContributionPosted):
            standing = postings.get((event.subject, data.period), event)
            postings[event.subject, data.period] = max(standing, event, key=lambda e: e.rank)
    for (subject, _), event in postings.items():
        facts.postings[subject].append(posting(event))
    subjects = {s for s, _ in facts.enrolments} | facts.postings.keys() | facts.incidents.keys()
    return facts.snapshots(subjects, minimums or wages.in_force())


def posting(event: Event) -> Posting:
    """A contribution as the coverage shows it."""
    data = event.data
    assert isinstance(data, ContributionPosted)
    return Posting(
        period=data.period, amount_idr=data.amount_idr, workers=data.workers, posted_on=data.posted_on
    )
