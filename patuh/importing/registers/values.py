"""What cells of each type of field may be, and what they say. The rule broken is told, never the value."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

from patuh.importing.registers.cells import DAMAGED, Unreadable, digits_of, is_numeric, text_of
from patuh.importing.registers.columns import normalised
from patuh.importing.registers.days import read_date, read_month
from patuh.importing.registers.kinds import Field
from patuh.importing.registers.tables import Cell
from shared.events.data import Programme
from shared.identifiers import (
    NIK_ANYWHERE,
    InvalidIdentifier,
    check_nib,
    check_nik,
    check_npp,
    is_personal_npwp,
    normalise_npwp,
)

_YES, _NO = (
    {"ya", "y", "yes", "true", "1", "v", "x", "aktif", "sudah"},
    {"tidak", "t", "no", "n", "false", "0", "belum"},
)
_PROGRAMMES = get_args(Programme)
_UNITS = re.compile(r"^(rp\.?|idr)\s*|\s*(rp|idr|orang|pekerja|tk)$|,-$", re.IGNORECASE)
_LONGEST = 500
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*(?:[.,]0{1,2})?")
_PLAIN = re.compile(r"\d+(?:[.,]0{1,2})?")
_POWER_OF_TEN = re.compile(r"[0-9.,]+[eE]\+?[0-9]+")
_ZEROS = re.compile(r"[.,]0{1,2}$")


def value_of(cell: Cell, field: Field, dates: str) -> Any:
    """What the cell says for the field; None when it is empty. Raises Unreadable with the rule."""
    if field.type == "ignored" or not text_of(cell):
        return None
    if field.type == "date":
        return read_date(cell, dates)
    if field.type == "month":
        return read_month(cell, dates)
    if field.type == "choice":
        return _choice(cell, field)
    try:
        return _READERS[field.type](cell)
    except InvalidIdentifier as error:
        raise Unreadable(error.rule.partition(": ")[2]) from error


def _text(cell: Cell) -> str:
    text = text_of(cell)
    if "\x00" in text or len(text) > _LONGEST:
        raise Unreadable(f"at most {_LONGEST} characters, no NUL")
    if NIK_ANYWHERE.search(text):
        raise Unreadable("must not contain a NIK or another 16-digit personal number")
    return text


def _code(cell: Cell) -> str:
    if is_numeric(cell) and not text_of(cell).isdecimal():
        raise Unreadable(DAMAGED)
    return _text(cell).removeprefix("'")


def _npwp(cell: Cell) -> str:
    """A firm's in 16 digits; a person's as it is, to be replaced at the gateway."""
    digits = digits_of(cell)
    if is_personal_npwp(digits):
        return check_nik(digits)
    # A number loses its leading zeros; the check digit tells whether they were zeros.
    return normalise_npwp(digits.zfill(15) if is_numeric(cell) and len(digits) >= 13 else digits)


def _nib(cell: Cell) -> str:
    digits = digits_of(cell)
    if is_numeric(cell) and len(digits) < 13:
        raise Unreadable("13 digits; a leading zero may be lost: format the column as text")
    return check_nib(digits)


def _npp(cell: Cell) -> str:
    return check_npp(re.sub(r"[ .]", "", _code(cell)).upper())


def _unit(cell: Cell) -> str:
    unit = _code(cell).zfill(3)
    if not re.fullmatch(r"[0-9]{3}", unit):
        raise Unreadable("3 digits")
    return unit


def _kbli(cell: Cell) -> str:
    code = digits_of(cell)[:6]
    # Divisions 01 to 09 lose their zero as numbers.
    code = code.zfill(5) if is_numeric(cell) and len(code) == 4 else code
    if not re.fullmatch(r"[0-9]{5}", code):
        raise Unreadable("5 digits")
    return code


def _region(cell: Cell) -> str:
    text = f"{cell:.2f}" if isinstance(cell, float) and not cell.is_integer() else text_of(cell)
    digits = re.sub(r"[.\s]", "", text)
    if not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}", digits):
        raise Unreadable("a Kemendagri code such as 32.72 or 32.72.02")
    parts = [digits[:2], digits[2:4], digits[4:6], digits[6:]]
    return ".".join(part for part in parts if part)


def _year(cell: Cell) -> str:
    if not re.fullmatch(r"(19|20|21)[0-9]{2}", text := text_of(cell)):
        raise Unreadable("a year of 4 digits")
    return text


def _whole(cell: Cell) -> int:
    if isinstance(cell, float) and not cell.is_integer():
        raise Unreadable("a whole number")
    text = _UNITS.sub("", _UNITS.sub("", text_of(cell))).strip()
    if _POWER_OF_TEN.fullmatch(text):
        raise Unreadable(DAMAGED)
    if _THOUSANDS.fullmatch(text) or _PLAIN.fullmatch(text):
        whole = _ZEROS.sub("", text)
        return int(re.sub(r"[.,' ]", "", whole)[:18])
    raise Unreadable("a whole number that is not negative, such as 3500000 or 3.500.000")


def _programmes(cell: Cell) -> list[str]:
    words = [word for word in re.split(r"[^a-z]+", text_of(cell).casefold()) if word]
    found = ["jkm" if word == "jk" else word for word in words if word not in ("dan", "and", "program")]
    if not found or not set(found) <= set(_PROGRAMMES):
        raise Unreadable("programmes among JKK, JKM, JHT, JP, JKP")
    return [programme for programme in _PROGRAMMES if programme in found]


def _flag(cell: Cell) -> bool:
    word = text_of(cell).casefold()
    if word in _YES or word in ("✓", "√"):
        return True
    if word in _NO:
        return False
    raise Unreadable("ya or tidak (yes or no)")


def _choice(cell: Cell, field: Field) -> str:
    found = _words(field).get(normalised(text_of(cell)))
    if found is None:
        raise Unreadable(f"one of {', '.join(words[0] for words in field.choices.values())}")
    return found


@cache
def _all_words(name: str, choices: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {normalised(word): value for value, words in choices for word in (value, *words)}


def _words(field: Field) -> dict[str, str]:
    return _all_words(field.name, tuple(field.choices.items()))


_READERS: dict[str, Callable[[Cell], Any]] = {
    "text": _text,
    "code": _code,
    "nik": lambda cell: check_nik(digits_of(cell)),
    "npwp": _npwp,
    "nib": _nib,
    "npp": _npp,
    "unit": _unit,
    "kbli": _kbli,
    "region": _region,
    "year": _year,
    "rupiah": _whole,
    "count": _whole,
    "programmes": _programmes,
    "flag": _flag,
}
