"""Rupiah as LKPP's services write them: int or float, text for people, and 0 for what is unknown."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from patuh.importing.lkpp import traps

LARGEST = 10**15
_UNITS = {"": 1, "rb": 10**3, "jt": 10**6, "m": 10**9, "t": 10**12}
_PEOPLES = re.compile(
    r"(?:Rp\.?\s*)?(\d{1,3}(?:\.\d{3})*|\d+)(,\d+)?\s*(Rb|Jt|M|T|)", re.IGNORECASE | re.ASCII
)


def read_amount(value: object, note: Callable[[str], None]) -> int | None:
    """Whole rupiah; None when unknown, which 0 is too (CSV writes it for JSON's null). Notes what it met."""
    amount = _decimal(value, note)
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        note(traps.AMOUNT_UNREADABLE)
        return None
    if not amount:
        note(traps.ZERO)
        return None
    if amount != amount.to_integral_value():
        note(traps.CENTS)
    return round(amount)


def _decimal(value: object, note: Callable[[str], None]) -> Decimal | None:
    if value is None or isinstance(value, bool) or value == "":
        return None
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return _peoples(str(value).strip(), note)


def _peoples(text: str, note: Callable[[str], None]) -> Decimal | None:
    found = _PEOPLES.fullmatch(text)
    if not found:
        note(traps.AMOUNT_UNREADABLE if text not in ("", "-") else traps.ZERO)
        return None
    note(traps.AMOUNT_TEXT)
    whole = Decimal(found[1].replace(".", "") + (found[2] or "").replace(",", "."))
    return whole * _UNITS[found[3].lower()]
