"""Where the work is, as a Kemendagri code, from the names LKPP writes: SiRUP numbers places in its own way.

Codes after Kepmendagri 300.2.2-2430/2025: all provinces, and the regencies and cities of Jawa Barat, where
this began. A place elsewhere is told by its province; a package in several provinces has no region.
"""

import re

_PROVINCES = {
    "aceh": "11", "sumatera utara": "12", "sumatera barat": "13", "riau": "14", "jambi": "15",
    "sumatera selatan": "16", "bengkulu": "17", "lampung": "18", "kepulauan bangka belitung": "19",
    "kepulauan riau": "21", "dki jakarta": "31", "jawa barat": "32", "jawa tengah": "33",
    "di yogyakarta": "34", "daerah istimewa yogyakarta": "34", "jawa timur": "35", "banten": "36",
    "bali": "51", "nusa tenggara barat": "52", "nusa tenggara timur": "53", "kalimantan barat": "61",
    "kalimantan tengah": "62", "kalimantan selatan": "63", "kalimantan timur": "64", "kalimantan utara": "65",
    "sulawesi utara": "71", "sulawesi tengah": "72", "sulawesi selatan": "73", "sulawesi tenggara": "74",
    "gorontalo": "75", "sulawesi barat": "76", "maluku": "81", "maluku utara": "82", "papua": "91",
    "papua barat": "92", "papua selatan": "93", "papua tengah": "94", "papua pegunungan": "95",
    "papua barat daya": "96",
}  # fmt: skip
_REGENCIES = (
    "bogor", "sukabumi", "cianjur", "bandung", "garut", "tasikmalaya", "ciamis", "kuningan", "cirebon",
    "majalengka", "sumedang", "indramayu", "subang", "purwakarta", "karawang", "bekasi", "bandung barat",
    "pangandaran",
)  # fmt: skip
_CITIES = ("bogor", "sukabumi", "bandung", "cirebon", "bekasi", "depok", "cimahi", "tasikmalaya", "banjar")
_JABAR = "32"
_PLACES = {f"{name} (kab.)": f"{_JABAR}.{n:02}" for n, name in enumerate(_REGENCIES, 1)} | {
    f"{name} (kota)": f"{_JABAR}.{n}" for n, name in enumerate(_CITIES, 71)
}
# "Desa Bojongmalaka - Bandung (Kab.) - Jawa Barat", several after a comma, a semicolon or a line's end.
_WRITTEN = re.compile(r"([^-,;\n]+\((?:Kab\.|Kota)\))\s*-\s*([^-,;\n(]+)")


def read_region(places: str | None, provinces: str | None, written: str | None) -> str | None:
    """The code of the one regency or city, else of the one province, that the row names; else None.

    `places` and `provinces` are INAPROC's `kabkota` and `provinsi`, `written` is SPSE's `lokasi_pekerjaan`.
    """
    found = {(_clean(place), "") for place in re.split(r"[,;]", places or "") if place.strip()}
    named = {_clean(province) for province in re.split(r"[,;]", provinces or "") if province.strip()}
    if not named:
        found = {(_clean(place), _clean(province)) for place, province in _WRITTEN.findall(written or "")}
        named = {province for _, province in found}
    codes = {_PROVINCES.get(province) for province in named}
    province = codes.pop() if len(codes) == 1 else None
    if province == _JABAR and len(found) == 1:
        return _PLACES.get(found.pop()[0], province)
    return province


def _clean(text: str) -> str:
    return " ".join(text.lower().split())
