"""From the lines of a sheet to rows of values; lines that are no data are told apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from patuh.importing.outcomes import Place, Rejected, Skipped, Unusable
from patuh.importing.registers.about import About
from patuh.importing.registers.cells import Unreadable, text_of
from patuh.importing.registers.columns import Column, Mapping
from patuh.importing.registers.kinds import Field, Kind
from patuh.importing.registers.sheets import Sheet
from patuh.importing.registers.tables import Cell
from patuh.importing.registers.values import value_of

TOTAL, HEADER_AGAIN, NUMBERING = "a row of totals", "the column names again", "numbers of columns"
_TOTAL = re.compile(r"(grand |sub ?)?(total|jumlah)\b", re.IGNORECASE)
_IDENTIFYING = {"nik", "npwp", "nib", "npp", "code"}
Values = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """The values of a row by field, None where empty, and the rules that cells broke by field."""

    place: Place
    values: Values
    broken: dict[str, str]
    names: dict[str, str]

    def __getitem__(self, field: str) -> Any:
        return self.values.get(field)

    def check(self, kind: Kind) -> None:
        """Raise Unusable with the first field that is broken, or required and empty."""
        for field in kind.fields:
            if field.name in self.broken:
                raise Unusable(field.name, self.broken[field.name])
            if field.required and self.values.get(field.name) is None:
                raise Unusable(field.name, "required")

    def rejected(self, error: Unusable, key: str | None = None) -> Rejected:
        """The error told with the name of the column as it is in the file."""
        return Rejected(self.place, key, self.names.get(error.field, error.field), error.rule)


class Rows:
    """The rows of one sheet. Raises Unusable at once when a required field is said by nothing."""

    def __init__(self, sheet: Sheet, about: About) -> None:
        self.sheet, self.kind = sheet, about.kind
        mapping = about.mapping or Mapping(about.kind.name, {})
        self.dates = mapping.dates
        self.head = [name for name in sheet.names if name]
        self.said = [(c, c.field) for c in sheet.columns if c.field and c.field.type != "ignored"]
        self.constants = {f.name: v for f in self.kind.fields if (v := _constant(f, mapping)) is not None}
        self.names = {f.name: f.label for f in self.kind.fields} | {f.name: c.name for c, f in self.said}
        for field in self.kind.fields:
            if field.required and field.name not in self.constants and not self._says(field):
                raise Unusable(field.label, "required, and no column says it")

    def _says(self, field: Field) -> bool:
        return any(said.name == field.name for _, said in self.said)

    def __iter__(self) -> Iterator[Row | Skipped | Rejected]:
        for number, cells in self.sheet.lines:
            place = Place(str(self.sheet.path), line=number)
            reason = self._no_data(cells)
            if reason:
                yield Skipped(place, None, reason)
            elif self.sheet.strict and any(text_of(cell) for cell in cells[len(self.sheet.columns) :]):
                yield Rejected(
                    place, None, "", "more cells than the row of column names: is a separator in a value?"
                )
            else:
                yield self._row(place, cells)

    def _row(self, place: Place, cells: list[Cell]) -> Row:
        values, broken = dict(self.constants), dict[str, str]()
        for column, field in self.said:
            try:
                value = value_of(_cell(cells, column), field, self.dates)
            except Unreadable as error:
                broken[field.name] = error.rule
            else:
                if value is not None:
                    values[field.name] = value
        return Row(place, values, broken, self.names)

    def _no_data(self, cells: list[Cell]) -> str | None:
        texts = [text_of(cell) for cell in cells]
        filled = [text for text in texts if text]
        if filled == self.head:
            return HEADER_AGAIN
        numbers = [text.strip("()") for text in filled]
        if len(numbers) > 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]:
            return NUMBERING
        named = any(f.type in _IDENTIFYING and text_of(_cell(cells, c)) for c, f in self.said)
        return TOTAL if filled and _TOTAL.match(filled[0]) and not named else None


def _cell(cells: list[Cell], column: Column) -> Cell:
    return cells[column.index] if column.index < len(cells) else None


def _constant(field: Field, mapping: Mapping) -> Any:
    """What every row says of the field unless its own cell says otherwise."""
    told = mapping.constants.get(field.name, field.default)
    try:
        return None if told is None else value_of(told, field, mapping.dates)
    except Unreadable as error:
        raise Unusable(f"constants: {field.name}", error.rule) from error
