"""Who won: employer subjects, without any name; a natural person by the NIK, which the gateway replaces."""

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from patuh.importing.lkpp import traps
from patuh.importing.lkpp.rows import Row
from patuh.importing.outcomes import Unusable
from shared.identifiers import InvalidIdentifier, check_nik, is_personal_npwp, normalise_npwp

Note = Callable[[str], None]
WITHHELD = "winner withheld: perhaps a natural person, told by no NIK"


class Withheld(Exception):
    """The only number may be the old one of a natural person, which goes nowhere and is nobody's NIK."""


def contractors(rows: Iterable[Row], field: str, note: Note) -> list[str]:
    """The subjects of the winner and all consortium members, from the first of `rows` that names one soundly.

    Raises Unusable with the rule the first number broke, and Withheld.
    """
    rows = list(rows)
    # The contract says whether its winner is a person, the row of the result does not.
    form = next((row.form for row in rows if row.form), None)
    broken: Unusable | None = None
    for row in rows:
        try:
            return _members(replace(row, form=row.form or form), note)
        except InvalidIdentifier as error:
            broken = broken or Unusable(field, error.rule)
    raise broken or Unusable(field, "no winner with an NPWP")


def _members(row: Row, note: Note) -> list[str]:
    subjects = dict.fromkeys(_firm(number, note) for number in row.members)
    try:
        lead = winner(row, note)
    except InvalidIdentifier:
        if not subjects:
            raise
        note("the lead of a consortium without a sound number")
        return list(subjects)
    return list(dict.fromkeys((lead, *subjects)))


def _firm(number: str, note: Note) -> str:
    if is_personal_npwp(number):
        note(traps.PERSON)
        return f"employer:{check_nik(_digits(number))}"
    return f"employer:{normalise_npwp(number)}"


def winner(row: Row, note: Note) -> str:
    """The subject of the one winner a row names. Raises InvalidIdentifier and Withheld.

    The 16-digit number goes first, but of a firm only a firm's: LKPP often has its director's NIK there.
    That 15 digits get a 0 before them holds for firms only (PMK 112/2022).
    """
    numbers = [number for number in (row.npwp16, row.npwp) if number]
    if not numbers:
        raise InvalidIdentifier("missing, or masked by the publisher")
    firms = [n for n in numbers if not is_personal_npwp(n)]
    persons = [n for n in numbers if is_personal_npwp(n)]
    if not persons and (row.form == "person" or (row.form is None and may_be_person(firms[0]))):
        raise Withheld
    if row.form != "firm":
        firms = [] if persons else firms
    found = _first(firms)
    if found:
        return f"employer:{found}"
    if persons:
        note(traps.PERSON)
        if row.form == "firm":
            note("a firm with a NIK for its NPWP, taken as a natural person")
        return f"employer:{check_nik(_digits(persons[0]))}"
    return f"employer:{normalise_npwp(firms[-1])}"


def may_be_person(number: str) -> bool:
    """Old numbers of persons begin with 9 [measured: all 109 known]; so do some of young firms."""
    return number.zfill(16).startswith("09")


def _first(numbers: list[str]) -> str | None:
    for number in numbers:
        try:
            return normalise_npwp(number)
        except InvalidIdentifier:
            continue
    return None


def _digits(number: str) -> str:
    return re.sub(r"[ .\-]", "", number)
