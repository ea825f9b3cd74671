"""Words for the sample city. Company names are coined so that they meet no real company."""

from random import Random

# Offices with non-ASN staff, by a code that no satker has, their region and their head count at scale 1.
OFFICES = (
    ("990001", "Dinas Pendidikan dan Kebudayaan", "32.72.02", 410),
    ("990002", "Dinas Kesehatan", "32.72.01", 260),
    ("990003", "Dinas Pekerjaan Umum dan Tata Ruang", "32.72.03", 170),
    ("990004", "Dinas Lingkungan Hidup", "32.72.04", 140),
    ("990005", "Satuan Polisi Pamong Praja", "32.72.02", 110),
    ("990006", "Dinas Perhubungan", "32.72.05", 80),
    ("990007", "Kantor Kecamatan Cikole", "32.72.02", 30),
)
# The nine categories of vulnerable workers of DBHCHT 2025, together 3,382.
GROUPS = {
    "petani": 640,
    "ojek-online": 520,
    "ojek-pangkalan": 410,
    "becak": 230,
    "delman": 92,
    "pengemudi-angkot": 450,
    "pedagang-keliling": 380,
    "buruh-harian-lepas": 360,
    "pedagang-ultra-mikro": 300,
}

# The 33 kelurahan by the code of their kecamatan (Kepmendagri 300.2.2-2430/2025).
KELURAHAN: dict[str, tuple[str, ...]] = {
    "32.72.01": ("Gunungpuyuh", "Karamat", "Karangtengah", "Sriwidari"),
    "32.72.02": ("Cikole", "Cisarua", "Gunungparang", "Kebonjati", "Selabatu", "Subangjaya"),
    "32.72.03": ("Cikondang", "Citamiang", "Gedongpanjang", "Nanggeleng", "Tipar"),
    "32.72.04": ("Benteng", "Dayeuhluhur", "Nyomplong", "Sukakarya", "Warudoyong"),
    "32.72.05": ("Baros", "Jayamekar", "Jayaraksa", "Sudajayahilir"),
    "32.72.06": ("Cikundul", "Cipanengah", "Lembursitu", "Sindangsari", "Situmekar"),
    "32.72.07": ("Babakan", "Cibeureumhilir", "Limusnunggal", "Sindangpalay"),
}
PLACES = tuple((region, name) for region, names in KELURAHAN.items() for name in names)

OWNERS = (
    ("dputr", "Dinas Pekerjaan Umum dan Tata Ruang"),
    ("disdikbud", "Dinas Pendidikan dan Kebudayaan"),
    ("dinkes", "Dinas Kesehatan"),
    ("dishub", "Dinas Perhubungan"),
    ("dlh", "Dinas Lingkungan Hidup"),
    ("dkp3", "Dinas Ketahanan Pangan, Pertanian dan Perikanan"),
    ("kecamatan", "Kantor Kecamatan"),
)

_FIRST = (
    "Bara",
    "Brama",
    "Cita",
    "Dasa",
    "Gira",
    "Jala",
    "Kara",
    "Lawa",
    "Mana",
    "Nara",
    "Purwa",
    "Raga",
    "Sada",
    "Taru",
    "Wana",
    "Wira",
)
_SECOND = (
    "bumi",
    "cakra",
    "dana",
    "graha",
    "karsa",
    "kriya",
    "loka",
    "mukti",
    "nusa",
    "praja",
    "rasa",
    "sakti",
    "tala",
    "tama",
    "wangsa",
)
_LAST = (
    "Abadi",
    "Andalan",
    "Bahtera",
    "Berkah",
    "Gemilang",
    "Harapan",
    "Jaya",
    "Karya",
    "Lestari",
    "Makmur",
    "Mandala",
    "Mandiri",
    "Mitra",
    "Perkasa",
    "Persada",
    "Pratama",
    "Prima",
    "Sejahtera",
    "Sentosa",
    "Utama",
)
_TRADES = {
    "builder": ("Konstruksi", "Bangunan", "Kontraktor"),
    "consultant": ("Konsultan", "Rekayasa"),
    "factory": ("Garmen", "Tekstil", "Pangan"),
    "shop": ("Niaga", "Dagang"),
    "service": ("Boga", "Jasa", "Medika", "Logistik"),
}

_WORKS = (
    "Rehabilitasi Jalan Lingkungan",
    "Pembangunan Drainase",
    "Pemeliharaan Trotoar",
    "Rehabilitasi Ruang Kelas Sekolah Dasar",
    "Pembangunan Tembok Penahan Tanah",
    "Rehabilitasi Puskesmas Pembantu",
    "Penataan Taman Kota",
    "Pembangunan Jaringan Irigasi",
    "Rehabilitasi Kantor Kelurahan",
    "Pembangunan Sanitasi Komunal",
)
_CONSULTANCY = ("Perencanaan", "Pengawasan")
_COMMUNITY_WORKS = ("talud", "drainase", "jalan gang", "tempat sampah", "posyandu", "tempat ibadah")


def company_names(rng: Random) -> list[tuple[str, str]]:
    """Every coined pair of words, shuffled: 4,800 of them."""
    pairs = [(a + b, c) for a in _FIRST for b in _SECOND for c in _LAST]
    rng.shuffle(pairs)
    return pairs


def company_name(pairs: list[tuple[str, str]], number: int, trade: str, form: str) -> str:
    """The name of the `number`-th company; a numeral keeps names apart once the pairs are used up."""
    first, last = pairs[number % len(pairs)]
    words = _TRADES[trade]
    again = number // len(pairs)
    return f"{form} {first} {words[number % len(words)]} {last}" + (f" {again + 1}" if again else "")


def work_title(rng: Random, kind: str, place: str) -> str:
    """The title of a package of works, or of a consultancy for one."""
    works = f"{rng.choice(_WORKS)} Kelurahan {place}"
    return works if kind == "construction" else f"{rng.choice(_CONSULTANCY)} {works}"


def community_title(rng: Random, place: str, rw: int) -> str:
    """The title of a P2RW grant."""
    return f"P2RW RW {rw:02d} Kelurahan {place}: {rng.choice(_COMMUNITY_WORKS)}"
