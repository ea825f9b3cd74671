"""A value and the fact that says so; which of several facts wins.

The winner of a field is the fact with the greatest (time, source, id) that gives a value (design
5.2). As of a day, only facts said by then compete; what was first said later is taken to have been
so before, because a register tells what is, not when it became so.

Values are kept in the order of their rank, which is that of the days they were said on too: the winner is
the last one said by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, get_args

from msgspec.structs import fields

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

    @cached_property
    def said_on(self) -> date:
        return local_date(self.fact.time)


def evidence_of(name: str, known: Known[Any] | None) -> list[d.Evidence]:
    """The value as evidence, if there is one."""
    return [known.evidence(name)] if known else []


def rank(known: Known[Any]) -> Any:
    """What decides between two facts about one thing."""
    return known.fact.rank


def winner(found: Sequence[Known[T]], day: date) -> Known[T] | None:
    """The value in force on a day; `found` is in the order of rank."""
    if len(found) < 2:  # what was first said later was so before: it wins on every day
        return found[0] if found else None
    return next((known for known in reversed(found) if known.said_on <= day), found[0])


def given(facts: Iterable[Event], name: str, *kinds: type[d.Data]) -> list[Known[Any]]:
    """Every value that facts of these kinds give for a field, by rank; None and `unknown` are no values."""
    wanted = _with_heirs(kinds)
    values = [(getattr(f.data, name), f) for f in facts if type(f.data) in wanted]
    found = [Known(value, fact) for value, fact in values if value is not None and value != "unknown"]
    return sorted(found, key=rank) if len(found) > 1 else found


@cache
def _with_heirs(kinds: tuple[type[d.Data], ...]) -> frozenset[type[d.Data]]:
    """These kinds and those that extend them; `isinstance` takes ten times as long for such structs."""
    return frozenset(heir for kind in kinds for heir in (kind, *kind.__subclasses__()))


def effective(found: Sequence[Known[date]], day: date) -> Known[date] | None:
    """The winning date if it has come by `day`; `found` is in the order of rank."""
    return found[-1] if found and found[-1].value <= day else None


def days_said(facts: Iterable[Event]) -> frozenset[date]:
    """The day of every fact, and every day that a fact names."""
    return frozenset(day for f in facts for day in (local_date(f.time), *_dates(f.data)) if day)


def _dates(data: d.Data) -> list[date | None]:
    return [getattr(data, name) for name in _dated(type(data))]


@cache
def _dated(kind: type[d.Data]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if date in (f.type, *get_args(f.type)))
