"""What the service still knows from its earlier batches, so that most snapshots need no reading.

It holds only while nobody else wrote and every batch was committed: each transaction leaves a mark in the
database, and the next must find that very mark (`store.take_turn`); else all is forgotten and read again
(docs/decisions/0022).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.employer.facts import EmployerFacts, ProjectFacts
from services.employer.rules.contractor import CODE
from services.employer.subjects import Subject
from shared.events.data import CoverageChanged, FlagState

MOST = 4_000  # names: an employer with 60 workers takes about 16 KiB
_BY_CONTRACTOR = {CODE}
Flags = dict[str, FlagState]
Codes = set[str] | None


@dataclass
class Touched:
    """What is to be done: `judge` subjects by these rules (None: all, for a new day), or only see when to
    look again where there are none; `gather` subjects from the database and judge them by all rules.
    """

    judge: dict[str, Codes] = field(default_factory=dict)
    gather: set[str] = field(default_factory=set)

    def add(self, name: str, rules: Codes) -> None:
        """One more subject, or more rules for it."""
        before = self.judge.get(name, set())
        self.judge[name] = None if rules is None or before is None else before | rules


class Memory:
    """Subjects with their flags and next looks, as of the last batch; for one day, and at most so many."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._mark: UUID | None = None
        self._day = date.min
        self._forget()

    def _forget(self) -> None:
        self._parties: dict[str, EmployerFacts] = {}  # by every name
        self._projects: dict[str, ProjectFacts] = {}
        self._works: dict[str, set[str]] = {}  # the projects of a party, where all of them are known
        self._judged: set[str] = set()
        self.flags: dict[str, Flags] = {}
        self.looks: dict[str, date | None] = {}

    def begin(self, found: UUID | None, left: UUID, today: date) -> None:
        """Begin a batch that found one mark in the database and leaves another."""
        full = len(self._parties) + len(self._projects) > self._most
        if full or found != self._mark or today != self._day:
            self._forget()
        self._mark, self._day = left, today

    def cover(self, covered: Mapping[str, CoverageChanged]) -> Touched:
        """Take newer coverage; what it touches."""
        touched = Touched()
        for name, snapshot in covered.items():
            holder = self._parties.get(name) or self._projects.get(name)
            rules = holder.cover(name, snapshot) if holder else None
            self._touch(name, touched, rules if holder and holder.facts else None)
        return touched

    def _touch(self, name: str, touched: Touched, rules: Codes) -> None:
        together = self._together(name)
        if together is None:
            touched.gather.add(name)
            return
        subject, *works = together
        rules = rules if subject in self._judged else None
        touched.add(subject, rules)
        for work in works:
            touched.add(work, rules and _BY_CONTRACTOR)

    def due(self, names: Iterable[str]) -> Touched:
        """What is touched when the day of these subjects has come."""
        touched = Touched()
        for name in names:
            self._touch(name, touched, None)
        touched.gather |= {name for name in names if name not in touched.judge}
        return touched

    def _together(self, name: str) -> list[str] | None:
        """A subject and the projects that depend on it, under any of its names."""
        if name in self._projects:
            return [name]
        party = self._parties.get(name)
        works = self._works.get(party.subject) if party else None
        return None if party is None or works is None else [party.subject, *works]

    def subject(self, name: str) -> Subject:
        """A subject that is known here; a project with its contractors as they now are."""
        project = self._projects.get(name)
        if project is None:
            return self._parties[name]
        project.contractors = {one: self._parties[one] for one in project.contractors}
        return project

    def keep(
        self, employers: Collection[str], parties: Mapping[str, EmployerFacts], found: Mapping[str, Subject]
    ) -> None:
        """Keep what was gathered about `employers`, under all their names, and about projects."""
        self._parties |= parties
        self._judged -= {party.subject for party in parties.values()}
        self._works |= {parties[name].subject: set() for name in employers}
        for name, project in found.items():
            if isinstance(project, ProjectFacts):
                self._keep_project(name, project)

    def _keep_project(self, name: str, project: ProjectFacts) -> None:
        self._projects[name] = project
        for contractor in project.contractors.values():
            # Of who is only named here, other projects may not be known: all of them are gathered some day.
            if contractor.subject in self._works:
                self._works[contractor.subject].add(name)

    def judged(self, names: Collection[str], changed: Iterable[FlagState]) -> None:
        """These subjects were judged as they now are, which changed these flags."""
        self._judged.update(names)
        for flag in changed:
            self.flags.setdefault(flag.subject, {})[flag.code] = flag

    def flagged(self, name: str) -> bool:
        """Whether a flag of the subject is open."""
        return any(flag.status == "open" for flag in self.flags[name].values())

    def news(self, looks: Mapping[str, date | None]) -> dict[str, date | None]:
        """Those of these next looks that are not as they were; None means never, unless something happens."""
        found = {
            name: day for name, day in looks.items() if name not in self.looks or self.looks[name] != day
        }
        self.looks |= found
        return found
