"""Subjects put together from facts and coverage: one employer under all its names, a project with its
contractors. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from services.employer.facts import EmployerFacts, FeedFacts, ProjectFacts
from services.employer.parties import parties
from shared.events import Event
from shared.events.data import CoverageChanged, ProjectAwarded

Subject = EmployerFacts | ProjectFacts | FeedFacts
Facts = Mapping[str, list[Event]]
Coverage = Mapping[str, CoverageChanged]
Feeds = Mapping[str, Sequence[date]]


def compose(
    employers: Collection[str],
    everyone: Collection[str],
    projects: Collection[str],
    facts: Facts,
    coverage: Coverage,
    feeds: Feeds = MappingProxyType({}),
) -> dict[str, Subject]:
    """The subjects to look at: these employers and projects; `everyone` adds the projects' contractors.

    `feeds` are the days on which each `feed:<source>` spoke.

    A subject that is only another name of an employer comes out empty: what is open under it ends.
    """
    by_name = join(everyone, facts, coverage)
    found = among(employers, by_name)
    found |= {p: project_of(p, facts.get(p, []), coverage, by_name) for p in projects}
    return found | {name: FeedFacts(name, list(spoke)) for name, spoke in feeds.items()}


def among(employers: Collection[str], by_name: Mapping[str, EmployerFacts]) -> dict[str, Subject]:
    """These employers, each once under its own name; their other names come out empty."""
    found: dict[str, Subject] = {name: EmployerFacts(name) for name in employers}
    return found | {party.subject: party for party in (by_name[name] for name in employers)}


def project_of(
    subject: str, facts: list[Event], coverage: Coverage, employers: Mapping[str, EmployerFacts]
) -> ProjectFacts:
    """A project with those of its contractors that are known."""
    named = {c for f in facts if isinstance(f.data, ProjectAwarded) for c in f.data.contractors}
    contractors = {name: employers[name] for name in sorted(named) if name in employers}
    return ProjectFacts(subject, facts, _of(subject, coverage), contractors)


def join(names: Collection[str], facts: Facts, coverage: Coverage) -> dict[str, EmployerFacts]:
    """The employer behind each of these names: the same one behind those that facts name together."""
    canonical = parties((f for name in names for f in facts.get(name, ())), names)
    found: dict[str, EmployerFacts] = {}
    for name in sorted(names):
        party = found.setdefault(canonical[name], EmployerFacts(canonical[name]))
        party.facts.extend(facts.get(name, ()))
        party.coverage |= _of(name, coverage)
    return {name: found[canonical[name]] for name in names}


def _of(name: str, coverage: Coverage) -> dict[str, CoverageChanged]:
    return {name: coverage[name]} if name in coverage else {}
