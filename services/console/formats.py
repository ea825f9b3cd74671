"""How dates, money and numbers are written in the two languages. Pure."""

from datetime import date, datetime
from typing import Literal

from shared.clock import JAKARTA

Language = Literal["id", "en"]
_MONTHS: dict[Language, list[str]] = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}


def day(value: date | None, lang: Language) -> str:
    """`05 Agu 2025`; a dash when the date is not known."""
    return f"{value.day:02} {_MONTHS[lang][value.month - 1]} {value.year}" if value else "–"


def instant(value: datetime, lang: Language) -> str:
    """`05 Agu 2025 14:03:22`, in the time of Jakarta (WIB)."""
    try:
        local = value.astimezone(JAKARTA)
    except OverflowError:  # the last hours of the year 9999: a sender may say anything
        local = value
    return f"{day(local, lang)} {local:%H:%M:%S}"


def number(value: int | None, lang: Language) -> str:
    """`1.300.000` in Indonesian, `1,300,000` in English; a dash when not known."""
    if value is None:
        return "–"
    return f"{value:,}" if lang == "en" else _dotted(value)


def rupiah(value: int | None) -> str:
    """`Rp 1.300.000`, the way it is written in both languages; a dash when not known."""
    return f"Rp\u00a0{_dotted(value)}" if value is not None else "–"


def _dotted(value: int) -> str:
    return f"{value:,}".replace(",", ".")
