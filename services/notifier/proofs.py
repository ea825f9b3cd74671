"""Evidence as an officer reads it: names in words, dates and rupiah as they are written. Pure."""

from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from services.notifier.wording import Wording
from shared.events.data import Bilingual, Evidence

_FILE = Path(__file__).parent / "texts" / "evidence.yaml"
_UNSURE = {"id": "(perlu verifikasi)", "en": "(to be verified)"}
_WORDS = {
    "True": ("ya", "yes"),
    "False": ("tidak", "no"),
    "without-vat": ("tanpa PPN", "without VAT"),
    "construction": ("konstruksi", "construction"),
    "construction-consultancy": ("konsultansi konstruksi", "construction consultancy"),
    "community": ("swakelola kelompok masyarakat", "community work"),
    "micro": ("mikro", "micro"),
    "small": ("kecil", "small"),
    "medium": ("menengah", "medium"),
    "large": ("besar", "large"),
}
_RUPIAH = {"paid"}


@cache
def _names() -> dict[str, Bilingual]:
    return msgspec.yaml.decode(_FILE.read_bytes(), type=dict[str, Bilingual])


def proof(evidence: Evidence, wording: Wording) -> str:
    """`Tanggal SPK: 5 Januari 2026 (award-77)`; what is not sure yet says so."""
    known = _names().get(evidence.name)
    name = wording.text(known) if known else evidence.name
    value = _value(evidence, wording)
    origin = wording.article(evidence.article) if evidence.article else evidence.id
    parts = [
        f"{name}: {value}" if value else name,
        f"({origin})" if origin else "",
        _UNSURE[wording.code] if evidence.confidence in ("medium", "low") else "",
    ]
    return " ".join(part for part in parts if part)


def _value(evidence: Evidence, wording: Wording) -> str:
    value = evidence.value
    if value.startswith(("[[", "{")):
        return ""  # a whole table of the law says nothing in one line
    if value in _WORDS:
        return _WORDS[value][wording.code == "en"]
    if value.isdecimal() and (evidence.name.endswith("_idr") or evidence.name in _RUPIAH):
        return wording.rupiah(int(value))
    with suppress(ValueError):
        return wording.day(date.fromisoformat(value))
    return value.strip("[]").replace("'", "")
