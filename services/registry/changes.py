"""What a batch changes about the coverage of its subjects. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from services.registry import coverage, incidents
from services.registry.coverage import EnrolmentFact, Terms, in_time
from services.registry.deltas import Deltas
from services.registry.incidents import IncidentFact, Unit
from services.registry.wages import Minimums
from shared.events.data import CoverageChanged, Incident, Posting, Removal
from shared.ledger import Identity

Standing = dict[Unit, list[EnrolmentFact]]
Said = tuple[Unit, EnrolmentFact]
T = TypeVar("T", Removal, Incident)


@dataclass
class Known:
    """What is known before a batch: all facts of some units; of the others what was said `last`, if anything.

    Of those others all that a batch adds is later than all before.
    """

    standing: Standing
    last: dict[Unit, Terms | None]


@dataclass
class Changes:
    """By subject: by how much counts change, and by worker the removals and incidents as they now are."""

    deltas: dict[str, Deltas] = field(default_factory=dict)
    removals: dict[str, dict[str, list[Removal]]] = field(default_factory=dict)
    incidents: dict[str, dict[str, list[Incident]]] = field(default_factory=dict)

    def of(self, subject: str) -> Deltas:
        """The deltas of a subject, to be added to."""
        found = self.deltas.get(subject)
        if found is None:
            found = self.deltas[subject] = Deltas()
        return found


def after(before: Standing, added: Iterable[Said], marked: Collection[Identity]) -> Standing:
    """What stands of these units after a batch: without the facts just retracted, with those just added."""
    left = {
        unit: [fact for fact in facts if (fact.source, fact.id) not in marked] if marked else list(facts)
        for unit, facts in before.items()
    }
    for unit, fact in added:
        if unit in left:
            left[unit].append(fact)
    return left


def earliest(said: list[Said]) -> dict[Unit, int]:
    """Which of a batch's facts is the earliest of its unit, where only one employer speaks: not at projects
    (KSO).
    """
    found: dict[Unit, int] = {}
    for number, (unit, fact) in enumerate(said):
        other = found.setdefault(unit, number)
        if other != number and in_time(fact) < in_time(said[other][1]):
            found[unit] = number
    return {unit: number for unit, number in found.items() if not unit[0].startswith("project:")}


def differences(known: Known, added: list[Said], marked: Collection[Identity], minimums: Minimums) -> Changes:
    """What the enrolments change: from what is `known` before, by the facts added and those marked."""
    found = Changes()
    rest: list[Said] = []
    later: dict[Unit, list[EnrolmentFact]] = {}
    for unit, fact in added:
        if unit in known.last:
            later.setdefault(unit, []).append(fact)
        else:
            rest.append((unit, fact))
    for unit, facts in later.items():
        _one_by_one(found, unit[0], known.last[unit], facts, minimums)
    _whole(found, known.standing, after(known.standing, rest, marked), minimums)
    return found


def _one_by_one(
    found: Changes, subject: str, last: Terms | None, facts: list[EnrolmentFact], minimums: Minimums
) -> None:
    """Each of these facts of a worker after the other, behind the `last` one before the batch."""
    if len(facts) > 1:
        facts.sort(key=in_time)
    before: Terms | EnrolmentFact | None = last
    for fact in facts:
        if before is None or not coverage.continues(before, fact, minimums):
            coverage.followed(before, fact, minimums, found.of(subject))
        before = fact


def _whole(found: Changes, old: Standing, new: Standing, minimums: Minimums) -> None:
    for (subject, worker), facts in new.items():
        lost, gained = coverage.spans(old[subject, worker], minimums), coverage.spans(facts, minimums)
        if lost != gained:
            delta = found.of(subject)
            delta.add(lost, -1)
            delta.add(gained, 1)
        if subject.startswith("project:"):
            found.removals.setdefault(subject, {})[worker] = coverage.removals(worker, facts)


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
        steps=old.steps if deltas is None else deltas.apply(old.steps),
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
