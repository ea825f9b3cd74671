"""The law as data: dated parameters and rule texts, read from `law/`."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shared.events.data import Bilingual, Evidence

LAW = Path(__file__).parents[2] / "law"


class Parameter(Struct, forbid_unknown_fields=True):
    """One value of the law from `valid_from` on, with where it stands and how sure we are."""

    name: str
    value: Any
    valid_from: date
    article: str
    source: str
    confidence: Literal["confirmed", "medium", "low"]

    def evidence(self) -> Evidence:
        """The parameter as evidence of a finding."""
        return Evidence(
            name=self.name, value=str(self.value), article=self.article, confidence=self.confidence
        )


class Rule(Struct, forbid_unknown_fields=True):
    """What a rule says to people, and the articles it rests on."""

    version: int
    law: list[str]
    title: Bilingual
    reason: Bilingual
    remedy: Bilingual


@dataclass(frozen=True)
class Law:
    """All parameters and rules; `parameter` answers for a day."""

    parameters: tuple[Parameter, ...]
    rules: dict[str, Rule]

    def parameter(self, name: str, on: date) -> Parameter:
        """The parameter in force on a day. Raises LookupError before its first day."""
        in_force = [p for p in self.parameters if p.name == name and p.valid_from <= on]
        if not in_force:
            raise LookupError(f"law: {name} has no value on {on}")
        return max(in_force, key=lambda p: p.valid_from)

    @property
    def first_day(self) -> date:
        """From this day on every parameter has a value."""
        names = {p.name for p in self.parameters}
        return max(min(p.valid_from for p in self.parameters if p.name == name) for name in names)


@cache
def load(folder: Path = LAW) -> Law:
    """Read and check the law. Raises msgspec.ValidationError naming the field, ValueError on overlap."""
    parameters = msgspec.yaml.decode((folder / "parameters.yaml").read_bytes(), type=list[Parameter])
    rules = msgspec.yaml.decode((folder / "rules.yaml").read_bytes(), type=dict[str, Rule])
    seen: set[tuple[str, date]] = set()
    for parameter in parameters:
        if (parameter.name, parameter.valid_from) in seen:
            raise ValueError(f"law: {parameter.name} has two values from {parameter.valid_from}")
        seen.add((parameter.name, parameter.valid_from))
    return Law(tuple(parameters), rules)
