"""What is known about one employer, office or group, about one project, and about one feed, as of a day."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from operator import gt
from typing import Any

from services.employer.covered import ENROLLED, Covered, Wrong, covered_days
from services.employer.finding import Finding
from services.employer.known import Known, effective, rank, winner
from shared.clock import local_date
from shared.events import Event
from shared.events import data as d
from shared.law import Law


@dataclass
class EmployerFacts(Covered):
    """The facts about one employer under all its subjects, and its coverage under each of them.

    Offices (`agency:`) and groups of vulnerable workers (`group:`) are known in the same way.
    `judged` keeps what is wrong with it as a contractor under a law on a day, by rule.
    """

    judged: dict[tuple[Law, date], dict[str, Finding | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def known(self, name: str, day: date) -> Known[Any] | None:
        """A field of the profile."""
        return winner(self.given(name, d.EmployerUpdated), day)

    def workforce(self, day: date) -> Known[int] | None:
        """The declared head count; one declared `as_of` a later day does not count yet."""
        declared = self.given("headcount", d.WorkforceDeclared)
        profile = self.given("workforce", d.EmployerUpdated)
        if not declared:
            return winner(profile, day)
        said = [k for k in profile if k.said_on <= day] + [k for k in declared if _as_of(k.fact) <= day]
        return max(said, key=rank) if said else next(iter(profile), None)

    def declared_first(self, day: date) -> date:
        """The first day for which a head count was said, at the latest `day`."""
        declared = [_as_of(k.fact) for k in self.given("headcount", d.WorkforceDeclared)]
        profile = [k.said_on for k in self.given("workforce", d.EmployerUpdated)]
        return min([*declared, *profile, day])

    def short_since(self, start: date, day: date) -> date:
        """Since when fewer workers have been enrolled than declared, without a break up to `day`.

        Declaring the same head count again begins no new stretch.
        """
        return self.stretch(ENROLLED, self._short, start, day)

    def _short(self, day: date) -> Wrong:
        declared = self.workforce(day)
        return partial(gt, declared.value if declared else 0)

    def member_since(self, day: date) -> Known[date] | None:
        """Since when the employer is a member, if it is one by `day`.

        A number (NPP) that comes without a date counts from the day it was said, unless nobody
        said before that there was none.
        """
        dated = self.given("member_since", d.EmployerUpdated)
        if dated:
            return effective(dated, day)
        numbered = next(iter(self.given("npp", d.EmployerUpdated)), None)
        if numbered is None:
            return None
        profiles = [f for f in self.facts if isinstance(f.data, d.EmployerUpdated)]
        first_of_all = numbered.fact == min(profiles, key=lambda f: f.rank)
        if first_of_all or numbered.said_on <= day:
            return Known(min(numbered.said_on, day), numbered.fact)
        return None

    def closed(self, day: date) -> Known[date] | None:
        return effective(self.given("closed_on", d.EmployerClosed), day)

    def cover(self, name: str, snapshot: d.CoverageChanged) -> set[str]:
        """Take newer coverage under one of the names; the rules that asked something with another answer."""
        touched = super().cover(name, snapshot)
        for by_rule in self.judged.values():
            for rule in touched & by_rule.keys():
                del by_rule[rule]
        return touched

    def days(self) -> set[date]:
        """Every day on which something known changes."""
        return covered_days(self.coverage) | self.days_told()


@dataclass
class ProjectFacts(Covered):
    """The facts about one project, its coverage, and its contractors (by the subject it names)."""

    contractors: dict[str, EmployerFacts] = field(default_factory=dict)

    def known(self, name: str, day: date) -> Known[Any] | None:
        """A field of the award, or of the facts that follow it."""
        return winner(self.given(name, d.ProjectAwarded), day)

    def award(self) -> Known[date] | None:
        """The day the award was first said: saying it again does not set the deadline back."""
        awards = [f for f in self.facts if isinstance(f.data, d.ProjectAwarded)]
        first = min(awards, key=lambda f: f.rank, default=None)
        return Known(local_date(first.time), first) if first else None

    def started(self, day: date) -> Known[date] | None:
        """The date of the work order (SPMK)."""
        return winner(self.given("start_on", d.ProjectAwarded, d.ProjectStarted), day)

    def value(self, day: date) -> Known[int] | None:
        """The contract value, as amended by then."""
        return self._amended("value_idr", day) or self.known("value_idr", day)

    def end(self, day: date) -> Known[date] | None:
        """The planned last day, as amended by then."""
        return self._amended("end_on", day) or winner(
            self.given("end_on", d.ProjectAwarded, d.ProjectStarted), day
        )

    def _amended(self, name: str, day: date) -> Known[Any] | None:
        said = [k for k in self.given(name, d.ProjectAmended) if k.said_on <= day]
        return max(said, key=_amendment, default=None)

    def registered(self, day: date) -> Known[date] | None:
        return effective(self.given("registered_on", d.ProjectRegistered), day)

    def listed(self, day: date) -> Known[int] | None:
        """How many workers the registration listed."""
        return winner(self.given("workers_listed", d.ProjectRegistered), day)

    def completed(self, day: date) -> Known[date] | None:
        return effective(self.given("completed_on", d.ProjectCompleted), day)

    def cancelled(self, day: date) -> Known[date] | None:
        return effective(self.given("cancelled_on", d.ProjectCancelled), day)

    def days(self) -> set[date]:
        """Every day on which something known changes, contractors included."""
        own = covered_days(self.coverage) | self.days_told()
        return own.union(*(contractor.days() for contractor in self.contractors.values()))


@dataclass
class FeedFacts:
    """The days on which one source spoke of employers or projects: `feed:<source>`."""

    subject: str
    spoke: list[date] = field(default_factory=list)
    asking: str = field(default="", init=False, repr=False, compare=False)

    def until(self, day: date) -> list[date]:
        """The days up to `day`, in order, each once."""
        return sorted({one for one in self.spoke if one <= day})

    def days(self) -> set[date]:
        """Every day on which something known changes."""
        return set(self.spoke)


def _as_of(fact: Event) -> date:
    assert isinstance(fact.data, d.WorkforceDeclared)
    return fact.data.as_of


def _amendment(known: Known[Any]) -> tuple[int, Any]:
    assert isinstance(known.fact.data, d.ProjectAmended)
    return (known.fact.data.amendment, known.fact.rank)
