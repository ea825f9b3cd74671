"""What a batch changes about the coverage of its subjects. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from services.registry import coverage, incidents
from services.registry.coverage import Deltas, EnrolmentFact
from services.registry.enrolment import enrolment_fact, subject_of
from services.registry.incidents import IncidentFact, Unit
from services.registry.wages import Minimums
from shared.events import Event
from shared.events.data import CoverageChanged, Incident, Posting, Removal
from shared.ledger import Identity

Standing = dict[Unit, list[EnrolmentFact]]
T = TypeVar("T", Removal, Incident)


@dataclass
class Changes:
    """By subject: by how much counts change, and by worker the removals and incidents as they now are."""

    deltas: dict[str, Deltas] = field(default_factory=dict)
    removals: dict[str, dict[str, list[Removal]]] = field(default_factory=dict)
    incidents: dict[str, dict[str, list[Incident]]] = field(default_factory=dict)


def after(before: Standing, added: list[Event], marked: set[Identity]) -> Standing:
    """What stands after a batch: without the facts just retracted, with those just added."""
    left = {
        unit: [fact for fact in facts if (fact.source, fact.id) not in marked] if marked else list(facts)
        for unit, facts in before.items()
    }
    for event in added:
        left[subject_of(event), event.subject].append(enrolment_fact(event))
    return left


def differences(old: Standing, new: Standing, minimums: Minimums) -> Changes:
    """What the enrolments change."""
    found = Changes()
    for (subject, worker), facts in new.items():
        lost, gained = coverage.spans(old[subject, worker], minimums), coverage.spans(facts, minimums)
        if lost != gained:
            delta = found.deltas.setdefault(subject, Deltas())
            delta.add(lost, -1)
            delta.add(gained, 1)
        if subject.startswith("project:"):
            found.removals.setdefault(subject, {})[worker] = coverage.removals(worker, facts)
    return found


def told_anew(
    before: Iterable[IncidentFact], standing: Iterable[IncidentFact], enrolments: Standing
) -> dict[str, dict[str, list[Incident]]]:
    """The incidents of each worker touched, by subject; of those taken back nothing is left."""
    found: dict[str, dict[str, list[Incident]]] = {}
    for fact in before:
        found.setdefault(fact.subject, {})[fact.worker] = []
    for fact in standing:
        found.setdefault(fact.subject, {}).setdefault(fact.worker, [])
        found[fact.subject][fact.worker] += incidents.told([fact], enrolments)
    return found


def fresh(
    known: Mapping[str, CoverageChanged], changes: Changes, postings: Mapping[str, list[Posting]]
) -> dict[str, CoverageChanged]:
    """The coverage of each known subject with the changes, of its next version."""
    return {subject: _changed(subject, old, changes, postings) for subject, old in known.items()}


def _changed(
    subject: str, old: CoverageChanged, changes: Changes, postings: Mapping[str, list[Posting]]
) -> CoverageChanged:
    deltas, removed = changes.deltas.get(subject), changes.removals.get(subject, {})
    told = changes.incidents.get(subject, {})
    return CoverageChanged(
        version=old.version + 1,
        steps=deltas.apply(old.steps) if deltas else old.steps,
        removals=coverage.in_order(_replaced(old.removals, removed)) if removed else old.removals,
        postings=postings.get(subject, old.postings),
        incidents=incidents.in_order(_replaced(old.incidents, told)) if told else old.incidents,
    )


def _replaced(old: list[T], by_worker: dict[str, list[T]]) -> list[T]:
    kept = [one for one in old if one.worker not in by_worker]
    return kept + [one for found in by_worker.values() for one in found]


def says_the_same(one: CoverageChanged, other: CoverageChanged) -> bool:
    """Whether two snapshots differ in nothing but their version."""
    return (one.steps, one.removals, one.postings, one.incidents) == (
        other.steps,
        other.removals,
        other.postings,
        other.incidents,
    )
