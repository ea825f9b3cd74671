"""The law as data: dated parameters and rule texts, read from `law/`.

A question about the law always names a day, and an answer always names its article. Nothing is stale: a
value that was only decided for a time ends with `valid_to`, and after it there is no answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shared.events.data import Bilingual, Evidence

LAW = Path(__file__).parents[1] / "law"
_ONE_DAY = timedelta(days=1)
REGENCY = 5  # characters of `32.72`


class Parameter(Struct, forbid_unknown_fields=True):
    """One value of the law from `valid_from` on, with where it stands and how sure we are.

    `valid_to` is the last day in force of a value with an end of its own; without it the next row ends it.
    `optional`: there may be days without a value (discounts, figures that are fixed anew every year).
    """

    name: str
    value: Any
    valid_from: date
    article: str
    source: str
    confidence: Literal["confirmed", "medium", "low"]
    valid_to: date | None = None
    optional: bool = False
    note: str | None = None

    def evidence(self) -> Evidence:
        """The parameter as evidence of a finding."""
        return Evidence(
            name=self.name, value=str(self.value), article=self.article, confidence=self.confidence
        )


def cited(citation: str) -> Bilingual:
    """How each language cites an article: `PP 44/2015 Pasal 3`; `aturan Patuh` for a rule of the house."""
    indonesian = citation.replace("art.", "Pasal").replace("house rule", "aturan Patuh")
    return Bilingual(id=indonesian, en=citation)


class Rule(Struct, forbid_unknown_fields=True):
    """What a rule says to people, the articles it rests on, the parameters it needs from `valid_from` on."""

    version: int
    law: list[str]
    title: Bilingual
    reason: Bilingual
    remedy: Bilingual
    valid_from: date = date(2015, 7, 1)
    parameters: list[str] = []


@dataclass(frozen=True, eq=False)
class Law:
    """All parameters and rules; `parameter` answers for a day. What follows from one may be cached by it."""

    parameters: tuple[Parameter, ...]
    rules: dict[str, Rule]

    @cached_property
    def _rows(self) -> dict[str, list[Parameter]]:
        """The rows of each parameter, newest first."""
        rows: dict[str, list[Parameter]] = {}
        for parameter in sorted(self.parameters, key=lambda p: p.valid_from, reverse=True):
            rows.setdefault(parameter.name, []).append(parameter)
        return rows

    @property
    def names(self) -> list[str]:
        """The names of all parameters, sorted."""
        return sorted(self._rows)

    def rows(self, name: str) -> list[Parameter]:
        """All rows of a parameter, oldest first; none when there is no such parameter."""
        return self._rows.get(name, [])[::-1]

    def find(self, name: str, on: date) -> Parameter | None:
        """The parameter in force on a day, or None."""
        newest = next((row for row in self._rows.get(name, ()) if row.valid_from <= on), None)
        return None if newest is None or (newest.valid_to and newest.valid_to < on) else newest

    def parameter(self, name: str, on: date) -> Parameter:
        """The parameter in force on a day. Raises LookupError when there is none."""
        found = self.find(name, on)
        if found is None:
            raise LookupError(f"law: {name} has no value on {on}")
        return found

    def since(self, name: str, on: date) -> Parameter | None:
        """The parameter for an obligation that began on a day.

        What began before the first row is owed by that row: the law is older than our knowledge of it.
        """
        rows = self._rows.get(name)
        if not rows:
            return None
        return self.find(name, on if rows[-1].optional else max(on, rows[-1].valid_from))

    def owed_by(self, name: str, on: date) -> Parameter:
        """The same; raises LookupError when there is none."""
        found = self.since(name, on)
        if found is None:
            raise LookupError(f"law: {name} has no value on {on}")
        return found

    def minimum_wage(self, region: str | None, on: date) -> Parameter | None:
        """The monthly minimum wage in rupiah of a regency or city (`32.72`, or longer), or None.

        Only the figure of that very regency counts: no province's figure stands in for it.
        """
        year = self.find("wage.minimum", on)
        if year is None or region is None or region[:REGENCY] not in year.value:
            return None
        return msgspec.structs.replace(year, value=int(year.value[region[:REGENCY]]))

    @cached_property
    def change_days(self) -> frozenset[date]:
        """Every day on which any parameter begins or has ended: asked for each subject that is looked at."""
        return frozenset(self.changes())

    def changes(self, names: Iterable[str] | None = None) -> list[date]:
        """Every day on which one of these parameters (or any) begins or has ended, sorted."""
        rows = [row for name in (self._rows if names is None else names) for row in self._rows.get(name, ())]
        ended = {row.valid_to + _ONE_DAY for row in rows if row.valid_to}
        return sorted(ended | {row.valid_from for row in rows})

    @cached_property
    def first_day(self) -> date:
        """From this day on every rule has its parameters."""
        return max((rule.valid_from for rule in self.rules.values()), default=date.min)


@cache
def load(folder: Path = LAW, base: Path | None = None) -> Law:
    """Read and check the law of a folder: `parameters.yaml`, `parameters/*.yaml` and `rules.yaml`.

    With a `base`, the folder holds only what differs: its rows replace those of the same name and day,
    and its rules those of the same code; all others are the base's. Raises msgspec.ValidationError naming
    the field, ValueError naming the parameter and the day.
    """
    rows = _read_parameters(folder)
    rules = _read_rules(folder) if base is None or (folder / "rules.yaml").exists() else {}
    if base is not None:
        below = load(base)
        said = {(row.name, row.valid_from) for row in rows}
        rows = [row for row in below.parameters if (row.name, row.valid_from) not in said] + rows
        rules = below.rules | rules
    law = Law(tuple(rows), rules)
    _check(law)
    return law


def _read_parameters(folder: Path) -> list[Parameter]:
    files = [*folder.glob("parameters.yaml"), *sorted(folder.glob("parameters/*.yaml"))]
    if not files:
        raise FileNotFoundError(f"law: no parameters.yaml and no parameters/*.yaml in {folder}")
    return [row for file in files for row in msgspec.yaml.decode(file.read_bytes(), type=list[Parameter])]


def _read_rules(folder: Path) -> dict[str, Rule]:
    return msgspec.yaml.decode((folder / "rules.yaml").read_bytes(), type=dict[str, Rule])


def _check(law: Law) -> None:
    for name in law.names:
        rows = law.rows(name)
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            _check_end(row, following)
    for code, rule in law.rules.items():
        for name in rule.parameters:
            _check_beginning(code, rule, law.rows(name), name)


def _check_end(row: Parameter, following: Parameter | None) -> None:
    """No overlap with the row that follows, and no unsaid gap before it."""
    if following and following.valid_from == row.valid_from:
        raise ValueError(f"law: {row.name} has two values from {row.valid_from}")
    if row.valid_to is None:
        return
    if row.valid_to < row.valid_from:
        raise ValueError(f"law: {row.name} ends on {row.valid_to}, before it begins on {row.valid_from}")
    if following and row.valid_to >= following.valid_from:
        raise ValueError(f"law: {row.name} has two values on {following.valid_from}")
    gap = following is None or row.valid_to + _ONE_DAY < following.valid_from
    if gap and not row.optional:
        raise ValueError(f"law: {row.name} has no value on {row.valid_to + _ONE_DAY}")


def _check_beginning(code: str, rule: Rule, rows: list[Parameter], name: str) -> None:
    """A rule has each of its parameters from its first day on."""
    if not rows:
        raise ValueError(f"law: {code} needs {name}, which has no value on any day")
    if rows[0].valid_from > rule.valid_from and not rows[0].optional:
        raise ValueError(f"law: {code} needs {name}, which has no value on {rule.valid_from}")
