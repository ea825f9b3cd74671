"""A cell as text, and what spreadsheets do to numbers: long ones lose digits, leading zeros go."""

import re
from datetime import date, datetime

from patuh.importing.registers.tables import Cell

DAMAGED = "number was damaged by the spreadsheet: format the column as text"
# A spreadsheet keeps 15 digits of a number and writes zeros for the rest.
_SAFE_DIGITS = 15
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EMPTY = {"", "-", "--", "n/a", "null", "#n/a", "none", "nihil"}


class Unreadable(ValueError):
    """A cell breaks `rule`; the value is never part of it."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def text_of(cell: Cell) -> str:
    """The cell as text on one line, without the escapes of XLSX; empty when it says nothing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 10**_SAFE_DIGITS else repr(cell)
    plain = _ESCAPE.sub(_unescaped, str(cell)).replace("\ufeff", "").replace("\u200b", "")
    text = " ".join(plain.split())
    return "" if text.casefold() in _EMPTY else text


def _unescaped(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return " " if char.isspace() or not char.isprintable() else char


def digits_of(cell: Cell) -> str:
    """The cell as a number that is a name (NIK, NPWP, NIB), without dots, dashes and spaces.

    Raises Unreadable when a spreadsheet kept it as a number and digits are lost.
    """
    text = text_of(cell).removeprefix("'").strip()
    if _POWER.fullmatch(text) or (isinstance(cell, float) and "." in text):
        raise Unreadable(DAMAGED)
    digits = re.sub(r"[ .\-/]", "", text)
    if isinstance(cell, int | float) and len(digits) > _SAFE_DIGITS and digits.endswith("0"):
        raise Unreadable(DAMAGED)
    return digits


def is_numeric(cell: Cell) -> bool:
    """Whether the file holds it as a number, so that leading zeros may be gone."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)
