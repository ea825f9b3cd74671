"""What is known about one employer or one project, as of a day.

The winner of a field is the fact with the greatest (time, source, id) that gives a value (design
5.2). As of a day, only facts said by then compete; what was first said later is taken to have been
so before, because a register tells what is, not when it became so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from shared.clock import local_date
from shared.events import Event
from shared.events import data as d

T = TypeVar("T")


@dataclass(frozen=True)
class Known(Generic[T]):
    """A value and the fact that says so."""

    value: T
    fact: Event

    def evidence(self, name: str) -> d.Evidence:
        """The value as evidence of a finding."""
        value = ", ".join(self.value) if isinstance(self.value, list) else str(self.value)
        return d.Evidence(name=name, value=value, source=self.fact.source, id=self.fact.id)

    @property
    def said_on(self) -> date:
        return local_date(self.fact.time)


def _winner(found: Sequence[Known[T]], day: date) -> Known[T] | None:
    said = [known for known in found if known.said_on <= day]
    if said:
        return max(said, key=lambda known: known.fact.rank)
    return min(found, key=lambda known: known.fact.rank, default=None)


def _given(facts: Iterable[Event], name: str, *kinds: type[d.Data]) -> list[Known[Any]]:
    """Every value that facts of these kinds give for a field; None and `unknown` are no values."""
    values = ((getattr(f.data, name), f) for f in facts if isinstance(f.data, kinds))
    return [Known(value, fact) for value, fact in values if value is not None and value != "unknown"]


def _effective(found: Iterable[Known[date]], day: date) -> Known[date] | None:
    """The winning date if it has come by `day`."""
    won = max(found, key=lambda known: known.fact.rank, default=None)
    return won if won and won.value <= day else None


@dataclass
class EmployerFacts:
    """The facts about one employer under all its subjects, and its coverage under each of them."""

    subject: str
    facts: list[Event] = field(default_factory=list)
    coverage: list[d.CoverageChanged] = field(default_factory=list)

    def known(self, name: str, day: date) -> Known[Any] | None:
        """A field of the profile."""
        return _winner(_given(self.facts, name, d.EmployerUpdated), day)

    def workforce(self, day: date) -> Known[int] | None:
        """The declared head count; one declared `as_of` a later day does not count yet."""
        declared = [k for k in _given(self.facts, "headcount", d.WorkforceDeclared) if _as_of(k.fact) <= day]
        profile = _given(self.facts, "workforce", d.EmployerUpdated)
        said = [k for k in profile if k.said_on <= day] + declared
        if said:
            return max(said, key=lambda known: known.fact.rank)
        return min(profile, key=lambda known: known.fact.rank, default=None)

    def declared_first(self, day: date) -> date:
        """The first day for which a head count was said, at the latest `day`."""
        declared = [_as_of(k.fact) for k in _given(self.facts, "headcount", d.WorkforceDeclared)]
        profile = [k.said_on for k in _given(self.facts, "workforce", d.EmployerUpdated)]
        return min([*declared, *profile, day])

    def member_since(self, day: date) -> Known[date] | None:
        """Since when the employer is a member, if it is one by `day`.

        A number (NPP) that comes without a date counts from the day it was said, unless nobody
        said before that there was none.
        """
        dated = _given(self.facts, "member_since", d.EmployerUpdated)
        if dated:
            return _effective(dated, day)
        numbered = min(_given(self.facts, "npp", d.EmployerUpdated), key=lambda k: k.fact.rank, default=None)
        if numbered is None:
            return None
        profiles = [f for f in self.facts if isinstance(f.data, d.EmployerUpdated)]
        first_of_all = numbered.fact == min(profiles, key=lambda f: f.rank)
        if first_of_all or numbered.said_on <= day:
            return Known(min(numbered.said_on, day), numbered.fact)
        return None

    def closed(self, day: date) -> bool:
        return _effective(_given(self.facts, "closed_on", d.EmployerClosed), day) is not None

    def enrolled(self, day: date) -> int:
        """Workers enrolled on a day, over all subjects of this employer."""
        return sum(_enrolled(one, day) for one in self.coverage)

    def days(self) -> set[date]:
        """Every day on which something known changes."""
        return _days(self.facts) | _steps(self.coverage)


@dataclass
class ProjectFacts:
    """The facts about one project, its coverage, and its contractors (by the subject it names)."""

    subject: str
    facts: list[Event] = field(default_factory=list)
    coverage: list[d.CoverageChanged] = field(default_factory=list)
    contractors: dict[str, EmployerFacts] = field(default_factory=dict)

    def known(self, name: str, day: date) -> Known[Any] | None:
        """A field of the award, or of the facts that follow it."""
        return _winner(_given(self.facts, name, d.ProjectAwarded), day)

    def award(self) -> Known[date] | None:
        """The day the award was first said: saying it again does not set the deadline back."""
        awards = [f for f in self.facts if isinstance(f.data, d.ProjectAwarded)]
        first = min(awards, key=lambda f: f.rank, default=None)
        return Known(local_date(first.time), first) if first else None

    def started(self, day: date) -> Known[date] | None:
        """The date of the work order (SPMK)."""
        return _winner(_given(self.facts, "start_on", d.ProjectAwarded, d.ProjectStarted), day)

    def value(self, day: date) -> Known[int] | None:
        """The contract value, as amended by then."""
        return self._amended("value_idr", day) or self.known("value_idr", day)

    def end(self, day: date) -> Known[date] | None:
        """The planned last day, as amended by then."""
        return self._amended("end_on", day) or _winner(
            _given(self.facts, "end_on", d.ProjectAwarded, d.ProjectStarted), day
        )

    def _amended(self, name: str, day: date) -> Known[Any] | None:
        said = [k for k in _given(self.facts, name, d.ProjectAmended) if k.said_on <= day]
        return max(said, key=lambda known: (known.fact.data.amendment, known.fact.rank), default=None)  # type: ignore[attr-defined]

    def registered(self, day: date) -> Known[date] | None:
        return _effective(_given(self.facts, "registered_on", d.ProjectRegistered), day)

    def completed(self, day: date) -> Known[date] | None:
        return _effective(_given(self.facts, "completed_on", d.ProjectCompleted), day)

    def cancelled(self, day: date) -> bool:
        return _effective(_given(self.facts, "cancelled_on", d.ProjectCancelled), day) is not None

    def removed(self, day: date, first: date, last: date) -> list[d.Removal]:
        """Workers unregistered in first..last who are without cover on `day`."""
        found = [r for one in self.coverage for r in one.removals if first <= r.on <= min(last, day)]
        return [r for r in found if r.until is None or r.until > day]

    def days(self) -> set[date]:
        """Every day on which something known changes, contractors included."""
        removals = {day for one in self.coverage for r in one.removals for day in (r.on, r.until) if day}
        own = _days(self.facts) | _steps(self.coverage) | removals
        return own.union(*(contractor.days() for contractor in self.contractors.values()))


def _as_of(fact: Event) -> date:
    assert isinstance(fact.data, d.WorkforceDeclared)
    return fact.data.as_of


def _enrolled(coverage: d.CoverageChanged, day: date) -> int:
    return next((step.enrolled for step in reversed(coverage.steps) if step.on <= day), 0)


def _steps(coverage: Iterable[d.CoverageChanged]) -> set[date]:
    return {step.on for one in coverage for step in one.steps}


def _days(facts: Iterable[Event]) -> set[date]:
    return {day for f in facts for day in (local_date(f.time), *_dates(f.data))}


def _dates(data: d.Data) -> list[date]:
    values = [getattr(data, name) for name in data.__struct_fields__]
    return [value for value in values if isinstance(value, date)]


def shortage_since(employer: EmployerFacts, start: date, day: date) -> date:
    """The first day of the unbroken stretch up to `day`, not before `start`, on which fewer workers were
    enrolled than declared: declaring the same head count again begins no new stretch.
    """
    since = day
    for on in sorted({start, *(one for one in employer.days() if start < one <= day)}, reverse=True):
        declared = employer.workforce(on)
        if declared is None or employer.enrolled(on) >= declared.value:
            break
        since = on
    return since
