"""What could not be matched, and why: employers, contractors and enrolments that no fact brings together.

Only numbers that a fact names together make two names one (services/employer/parties.py). A name in common is
shown as something to look at, and joins nothing (docs/decisions/0019). Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from msgspec import Struct

from services.employer.known import given, rank
from services.employer.matching_names import plain_name, same_city
from services.employer.parties import identifiers, parties
from shared.events import Event
from shared.events import data as d

Code = Literal[
    "numbers-conflict",
    "contractor-unknown",
    "contractor-person",
    "award-without-contractor",
    "workers-of-unknown-employer",
    "number-alone",
]
_AT_MOST = 5
_PERSON = "employer:person-"


class Candidate(Struct, frozen=True):
    """Somebody with the same name. `same_city` is None where a region is not known."""

    subject: str
    name: str
    region: str | None
    same_city: bool | None


class Fact(Struct, frozen=True, order=True):
    """A fact by its identity, and the subject it is about."""

    source: str
    id: str
    subject: str


class Unmatched(Struct, frozen=True):
    """One line of the report. `numbers`: all those the line is about; `workers`: how many are enrolled."""

    code: Code
    subject: str
    name: str | None = None
    region: str | None = None
    numbers: tuple[str, ...] = ()
    workers: int = 0
    candidates: tuple[Candidate, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass
class _Party:
    """One employer: the profiles that speak of it, and every subject that they name."""

    subject: str
    names: set[str] = field(default_factory=set)
    profiles: list[Event] = field(default_factory=list)

    @cached_property
    def name(self) -> str | None:
        return self._said("name")

    @cached_property
    def region(self) -> str | None:
        return self._said("region")

    @cached_property
    def plain(self) -> str | None:
        return plain_name(self.name) if self.name and not self.subject.startswith(_PERSON) else None

    def _said(self, what: str) -> str | None:
        """The value of the fact that wins."""
        won = max(given(self.profiles, what, d.EmployerUpdated), key=rank, default=None)
        return won.value if won else None


def unmatched(
    profiles: Sequence[Event], awards: Iterable[Event], enrolled: Mapping[str, int]
) -> list[Unmatched]:
    """Every line, by code and subject, from facts that stand.

    `profiles`: what registers say of employers; `awards`: of projects; `enrolled`: workers under each
    employer subject.
    """
    known = _parties(profiles)
    by_project = _by_project(awards)
    lines = [
        *_conflicts(known),
        *_contractors(by_project, known),
        *_without_contractor(by_project),
        *(
            Unmatched("workers-of-unknown-employer", subject, workers=workers)
            for subject, workers in enrolled.items()
            if workers and subject not in known
        ),
        *_alone(known),
    ]
    order = list(Code.__args__)  # type: ignore[attr-defined]
    return sorted(lines, key=lambda line: (order.index(line.code), line.subject))


def _parties(profiles: Sequence[Event]) -> dict[str, _Party]:
    """The party of every subject that a profile is about or names."""
    canonical = parties(profiles, ())
    found = {subject: _Party(subject) for subject in canonical.values()}
    for name, subject in canonical.items():
        found[subject].names.add(name)
    for profile in profiles:
        found[canonical[profile.subject]].profiles.append(profile)
    return {name: found[subject] for name, subject in canonical.items()}


def _each(known: Mapping[str, _Party]) -> Iterable[_Party]:
    return (party for name, party in known.items() if name == party.subject)


def _conflicts(known: Mapping[str, _Party]) -> Iterable[Unmatched]:
    """Of one employer there is one NPWP and one NIB; an NPP may be one of several (units)."""
    for party in _each(known):
        kinds = defaultdict(set)
        for name in party.names:
            kinds[_kind(name)].add(name)
        if len(kinds["npwp"]) > 1 or len(kinds["nib"]) > 1:
            facts = _facts(e for e in party.profiles if len(identifiers(e)) > 1)
            told = party.name, party.region
            yield Unmatched("numbers-conflict", party.subject, *told, tuple(sorted(party.names)), facts=facts)


def _by_project(awards: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for award in awards:
        found[award.subject].append(award)
    return found


def _contractors(by_project: Mapping[str, list[Event]], known: Mapping[str, _Party]) -> Iterable[Unmatched]:
    naming: dict[str, list[Event]] = defaultdict(list)
    for award in (award for awards in by_project.values() for award in awards):
        assert isinstance(award.data, d.ProjectAwarded)
        for contractor in award.data.contractors:
            if contractor not in known:
                naming[contractor].append(award)
    for contractor, awards in naming.items():
        code: Code = "contractor-person" if contractor.startswith(_PERSON) else "contractor-unknown"
        yield Unmatched(code, contractor, facts=_facts(awards))


def _without_contractor(by_project: Mapping[str, list[Event]]) -> Iterable[Unmatched]:
    """Community works have none: the neighbourhood does them itself."""
    for project, awards in by_project.items():
        told = [award.data for award in awards if isinstance(award.data, d.ProjectAwarded)]
        if not any(one.contractors or one.kind == "community" for one in told):
            last = max(awards, key=lambda award: award.rank).data
            assert isinstance(last, d.ProjectAwarded)
            named = (last.title, last.region)
            yield Unmatched("award-without-contractor", project, *named, facts=_facts(awards))


def _alone(known: Mapping[str, _Party]) -> Iterable[Unmatched]:
    """Employers of whom one NIB or one NPP is known and nothing else, with whom they may be one."""
    by_name: dict[str, list[_Party]] = defaultdict(list)
    for party in _each(known):
        if plain := party.plain:
            by_name[plain].append(party)
    for party in _each(known):
        if len(party.names) == 1 and _kind(party.subject) in ("nib", "npp"):
            others = [other for other in by_name[party.plain or ""] if _may_be(party, other)]
            told = party.name, party.region
            candidates, facts = _candidates(party, others), _facts(party.profiles)
            yield Unmatched("number-alone", party.subject, *told, candidates=candidates, facts=facts)


def _may_be(party: _Party, other: _Party) -> bool:
    """Two NIB are two businesses, whatever they are called; and so are two cities."""
    two_numbers = _kind(party.subject) == "nib" and any(_kind(name) == "nib" for name in other.names)
    apart = same_city(party.region, other.region) is False
    return other is not party and not two_numbers and not apart


def _candidates(party: _Party, others: Iterable[_Party]) -> tuple[Candidate, ...]:
    found = [
        Candidate(
            other.subject,
            str(other.name),
            other.region,
            same_city(party.region, other.region),
        )
        for other in others
    ]
    return tuple(sorted(found, key=lambda one: (not one.same_city, one.subject))[:_AT_MOST])


def _kind(subject: str) -> str:
    """`npwp`, `nib`, `npp` or `person`."""
    head, dash, _ = subject.removeprefix("employer:").partition("-")
    return head if dash else "npwp"


def _facts(events: Iterable[Event]) -> tuple[Fact, ...]:
    return tuple(sorted({Fact(e.source, e.id, e.subject) for e in events}))
