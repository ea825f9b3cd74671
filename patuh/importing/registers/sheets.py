"""Where the table begins: the row of column names among title lines, and what the columns say."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from patuh.importing.outcomes import Unusable
from patuh.importing.registers import columns
from patuh.importing.registers.cells import text_of
from patuh.importing.registers.columns import Column, Mapping, normalised
from patuh.importing.registers.kinds import Kind
from patuh.importing.registers.tables import Cell, Line, lines

_HEAD_LINES = 40
_FEWEST_NAMES = 2


@dataclass(frozen=True)
class Sheet:
    """A table whose columns are known; `lines` can be gone through once.

    In a `strict` one a line wider than the row of column names is wrong: a separator stands in a value.
    """

    path: Path
    head: int
    columns: list[Column]
    lines: Iterator[Line]
    strict: bool

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def open_sheet(path: Path, kind: Kind, sheet: str | None, mapping: Mapping | None) -> Sheet:
    """The table of a file; columns by the mapping, or as guessed. Raises Unusable and OSError."""
    found = lines(path, sheet, lambda sample: _best(sample, kind, mapping)[1])
    first, failure = _first(found)
    index, _ = _best(first, kind, mapping)
    if index is None:
        raise failure or Unusable(
            "", f"no row of column names of {kind.name}: see `patuh template {kind.name}`"
        )
    number, cells = first[index]
    names = _names(cells)
    said = columns.mapped(names, kind, mapping) if mapping else columns.guess(names, kind)
    strict = path.suffix.lower() != ".xlsx"
    rest = chain(first[index + 1 :], found if failure is None else _failing(failure))
    return Sheet(path, number, said, rest, strict)


def _first(found: Iterator[Line]) -> tuple[list[Line], Unusable | None]:
    """The first lines; what goes wrong among them is told when the rows before it have been."""
    first: list[Line] = []
    try:
        first.extend(islice(found, _HEAD_LINES))
    except Unusable as error:
        return first, error
    return first, None


def _failing(failure: Unusable) -> Iterator[Line]:
    yield from ()
    raise failure


def _names(cells: list[Cell]) -> list[str]:
    names = [text_of(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _best(sample: list[Line], kind: Kind, mapping: Mapping | None) -> tuple[int | None, float]:
    """The row with most names that are understood, the first of them; its index and how many."""
    scores = [_understood(_names(cells), kind, mapping) for _, cells in sample[:_HEAD_LINES]]
    most = max(scores, default=0)
    fewest = min(_FEWEST_NAMES, len(mapping.columns)) if mapping else _FEWEST_NAMES
    return (scores.index(most), most) if most >= fewest else (None, most)


def _understood(names: list[str], kind: Kind, mapping: Mapping | None) -> int:
    if mapping:
        return len({normalised(name) for name in names} & {normalised(name) for name in mapping.columns})
    return sum(column.field is not None for column in columns.guess(names, kind))
