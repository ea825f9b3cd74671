"""One rule's look at one subject on one day: what it asked, in order, what it was told, how it ended.

A rule reads from top to bottom: `applies` (else it has nothing to say), `known` (else it cannot
decide), `wrong_if` (else all is well), and at the end the finding. Every step is kept, so that the
explanation of a decision is the decision itself and cannot drift from it.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Literal, NoReturn, TypeVar

from msgspec import Struct

from services.employer.finding import Finding
from services.employer.known import Known
from shared.events.data import Evidence, Sector
from shared.law import Law, Parameter, Rule

Outcome = Literal["wrong", "fine", "undecided", "not-applicable"]
Told = Evidence | Callable[[], Evidence]
T = TypeVar("T")


class Condition(Struct, gc=False):
    """One question of a rule. `name` finds its text in `law/conditions.yaml`; `holds` is None when what it
    asks for is not known; `value` is what was found, where the evidence does not say it; `evidence` names
    the facts and parameters behind it.
    """

    name: str
    holds: bool | None
    value: str | None = None
    evidence: list[Evidence] = []


class Examination(Struct, gc=False):
    """What one rule made of one subject: `finding` when wrong or undecided, `undecided` names what lacks."""

    code: str
    outcome: Outcome
    conditions: list[Condition]
    finding: Finding | None = None
    undecided: str | None = None


class About(Struct, gc=False):
    """Whom a finding is about: the name people know it by, where it is, what kind of body, until when."""

    subject: str
    name: str
    region: str | None = None
    sector: Sector | None = None
    ends_on: date | None = None


class Ended(Exception):
    """The rule needs to ask no further."""

    def __init__(self, outcome: Outcome, undecided: str | None = None) -> None:
        super().__init__(outcome)
        self.outcome, self.undecided = outcome, undecided


def counted(name: str, value: int) -> Evidence:
    """A count that comes from the coverage: the registry's sum over the workers."""
    return Evidence(name=name, value=str(value))


def counting(name: str, count: Callable[[date], int], day: date) -> Callable[[], Evidence]:
    """The same, counted only for who is told what was asked: the decision does not depend on how many."""
    return lambda: counted(name, count(day))


class Inquiry:
    """Keeps what a rule asks. `law` and `day` are what the subject, `about`, is judged by.

    Who only wants the finding lets it keep nothing: the rule asks and ends in the same way.
    """

    def __init__(self, code: str, law: Law, day: date, about: About, keeps: bool = True) -> None:
        self.code, self.law, self.day, self.about, self._keeps = code, law, day, about, keeps
        self.conditions: list[Condition] = []

    @property
    def rule(self) -> Rule:
        """The texts and articles of the rule."""
        return self.law.rules[self.code]

    def applies(self, name: str, holds: object, *evidence: Told) -> None:
        """Go on only if this holds; otherwise the rule does not apply to the subject."""
        self._keep(name, bool(holds), evidence)
        if not holds:
            raise Ended("not-applicable")

    def wrong_if(self, name: str, holds: object, *evidence: Told) -> None:
        """Go on only if this holds; otherwise all is well."""
        self._keep(name, bool(holds), evidence)
        if not holds:
            raise Ended("fine")

    def note(self, name: str, value: object, *evidence: Told) -> None:
        """Keep a value that the decision uses."""
        self._keep(name, True, evidence, value)

    def known(self, name: str, value: Known[T] | None, because: str = "") -> Known[T]:
        """A fact the rule cannot do without."""
        if value is None:
            self._keep(name, None)
            raise Ended("undecided", f"{name} is unknown{because}")
        self._keep_said(name, partial(value.evidence, name))
        return value

    def cannot_decide(self, name: str, why: str) -> NoReturn:
        """End: what the rule needs to know is not known."""
        self._keep(name, None)
        raise Ended("undecided", why)

    def parameter(self, name: str, on: date) -> Parameter:
        """The parameter of the law for an obligation that began on a day."""
        found = self.law.since(name, on)
        if found is None:
            self.cannot_decide(name, f"the law's {name} is not known for {on}")
        self._keep_said(name, found.evidence)
        return found

    def finding(self, evidence: list[Evidence], **found: Any) -> Finding:
        """What is wrong, with the rule's articles."""
        about = self.about
        return Finding(
            code=self.code,
            law=self.rule.law,
            evidence=evidence,
            subject=about.subject,
            name=about.name,
            region=about.region,
            sector=about.sector,
            ends_on=about.ends_on,
            **found,
        )

    def _keep(
        self, name: str, holds: bool | None, evidence: tuple[Told, ...] = (), value: object = None
    ) -> None:
        if self._keeps:
            told = None if value is None else str(value)
            said = [one() if callable(one) else one for one in evidence]
            self.conditions.append(Condition(name, holds, told, said))

    def _keep_said(self, name: str, evidence: Callable[[], Evidence]) -> None:
        if self._keeps:
            said = evidence()
            self.conditions.append(Condition(name, True, said.value, [said]))
