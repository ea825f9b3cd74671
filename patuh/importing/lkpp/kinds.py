"""What kind of work a package is and how it was bought, from LKPP's own words, else from its title."""

import re

from shared.events.data import Method, ProjectKind

LABOUR = "labour outsourcing: workers of another employer (by its title)"
FROM_TITLE = "kind told from the title: no jenis_pengadaan"
_OUTSOURCING = re.compile(
    r"\b((?:tenaga|jasa|pekerja) alih\s?daya|out\s?sourc\w*"
    r"|(?:petugas|tenaga|jasa) (?:kebersihan|keamanan|pengaman\w*)|cleaning service|satpam|pramubakti)\b",
    re.IGNORECASE,
)
_CONSULTING = re.compile(
    r"konsultan|pengawasan|supervisi|perencanaan|\bDED\b|manajemen konstruksi", re.IGNORECASE
)
_WORKS = re.compile(
    r"konstruksi|pembangunan|rehab\w*|renovasi|peningkatan jalan|bangunan"
    r"|gedung|jembatan|drainase|irigasi|saluran|talud|\bTPT\b|jalan\b",
    re.IGNORECASE,
)
_GOODS = re.compile(
    r"^\W*(?:pengadaan|pembelian|belanja)\b.*\b(?:alat|bahan|barang|kendaraan|meubel\w*|mebel\w*|buku)",
    re.IGNORECASE,
)
_DIRECT = ("langsung", "darurat", "dikecualikan", "pembelian")


def read_kind(category: str | None, title: str) -> tuple[ProjectKind | None, str]:
    """The kind and what is to be noted of it ("" for nothing); None when category and title are silent."""
    if category:
        kind = _from_category(" ".join(category.lower().split()))
        return kind, LABOUR if kind == "services" and _OUTSOURCING.search(title) else ""
    if _OUTSOURCING.search(title):
        return "services", LABOUR
    return _from_title(title), FROM_TITLE


def _from_category(category: str) -> ProjectKind | None:
    if "konsultan" in category:
        of_works = "konstruksi" in category and "non konstruksi" not in category
        return "construction-consultancy" if of_works else "services"
    if "konstruksi" in category:
        return "construction"
    if "barang" in category:
        return "goods"
    return "services" if "jasa" in category else None


def _from_title(title: str) -> ProjectKind | None:
    if _CONSULTING.search(title):
        return "construction-consultancy" if _WORKS.search(title) else "services"
    if _WORKS.search(title):
        return "construction"
    return "goods" if _GOODS.search(title) else None


def read_method(family: str, method: str | None) -> Method:
    """Direct when LKPP's word for the method says so, or nothing else is known of a non-tender."""
    if family == "swakelola":
        return "self-managed"
    if any(word in (method or "").lower() for word in _DIRECT):
        return "direct"
    return "tender" if family == "tender" else "direct"
