"""One row of an LKPP answer: what kind it is, told by its columns, and the little of it that is used.

Names, NIP, bank accounts and addresses are dropped here: only the columns read below are kept.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from patuh.importing.lkpp import traps
from patuh.importing.lkpp.amounts import read_amount
from patuh.importing.lkpp.dates import read_date
from patuh.importing.lkpp.regions import read_region
from patuh.importing.lkpp.rows import Row
from patuh.importing.lkpp.texts import read_text
from patuh.importing.outcomes import Unusable

_IDS = {
    "kd_tender": "tender",
    "kd_nontender": "nontender",
    "kd_nontender_pct": "nontender",
    "kd_swakelola": "swakelola",
    "kd_swakelola_pct": "swakelola",
}
# The first stage whose columns are all there; they are nested, so the order matters.
_STAGES = (
    ("hand-over", {"tgl_bap"}),
    ("start", {"tgl_spmk_spp"}),
    ("contract", {"tgl_kontrak", "status_kontrak"}),
    ("letter", {"no_sppbj"}),
    ("bidder", {"kd_peserta"}),
    ("realised", {"no_realisasi"}),
    ("recorded", {"total_realisasi"}),
    ("award", {"nama_penyedia"}),
    ("result", {"tgl_penetapan_pemenang"}),
    ("announced", {"nama_paket"}),
)
# Eleven digits today; one of sixteen could be a NIK in the wrong column.
_LONGEST_CODE = 15
_NPWP16 = ("npwp16_penyedia", "npwp_16_penyedia", "npwp_penyedia_16")
_NAMES = ("nama_penyedia", "nama_pelaksana")
_NPWP = ("npwp_penyedia", "npwp_pelaksana")
_VALUES = (
    "nilai_kontrak",
    "nilai_negosiasi",
    "nilai_terkoreksi",
    "nilai_penawaran",
    "harga_final",
    "total_realisasi",
)
_MEMBER = re.compile(r"NPWP Anggota KSO:\s*([\d .\-]{15,24})", re.IGNORECASE)
_FIRM = re.compile(
    r"\b(cv|pt|pd|ud|fa|pb|firma|koperasi|yayasan|perum|perkumpulan|bumd?es|tbk|lembaga|universitas)\b",
    re.IGNORECASE,
)
_UNUSED = re.compile(r"(?:kd_rup|kd_provinsi|kd_kabkota|kd_kabupaten|status_satker|kd_satker)")


def is_reference(raw: Mapping[str, Any]) -> bool:
    """A row of a plan or of a list of codes: LKPP's, but about no package."""
    return any(_UNUSED.fullmatch(name) for name in raw) and not raw.keys() & _IDS.keys()


def read_row(raw: Mapping[str, Any]) -> Row:
    """The row as it is used. Raises Unusable when it is about no package that can be named."""
    column = next((name for name in _IDS if raw.get(name) not in (None, "", 0, "0")), None)
    if column is None:
        raise Unusable("", "none of kd_tender, kd_nontender, kd_swakelola: no row of a package")
    met: dict[str, None] = {}
    row = _Reader(raw, met).read(column)
    return msgspec.structs.replace(row, notes=tuple(met))


class _Reader:
    """Reads the columns of one row, noting each kind of defect once."""

    def __init__(self, raw: Mapping[str, Any], met: dict[str, None]) -> None:
        self.raw, self.met = raw, met

    def note(self, defect: str) -> None:
        self.met[defect] = None

    def read(self, column: str) -> Row:
        lpse, code = self.code("kd_lpse", 6), self.code(column, _LONGEST_CODE)
        stage = next((name for name, columns in _STAGES if columns <= self.raw.keys()), "announced")
        self.numbering(code, lpse)
        row = Row(lpse, _IDS[column], code, stage, version=self.version(), day=self.snapshot_day())
        self.package(row)
        self.supplier(row)
        self.progress(row)
        return row

    def code(self, column: str, digits: int) -> str:
        text = (
            str(self.raw.get(column) if self.raw.get(column) is not None else "").strip().removesuffix(".0")
        )
        if not re.fullmatch(rf"[0-9]{{1,{digits}}}", text):
            raise Unusable(column, f"missing, or not 1 to {digits} digits")
        return text

    def numbering(self, code: str, lpse: str) -> None:
        if int(code) > 2**31 - 1:
            self.note(traps.WIDE_NUMBER)
        elif len(code) > len(lpse) and code.endswith(lpse.zfill(3)):
            self.note(traps.LOCAL_NUMBER)

    def version(self) -> int:
        text = str(self.raw.get("versi_addendum") or 0).removesuffix(".0")
        if not text.isdecimal() or int(text) > 1000:
            raise Unusable("versi_addendum", "not a number from 0 to 1000")
        if int(text):
            self.note(traps.ADDENDUM)
        return int(text)

    def snapshot_day(self) -> date | None:
        return self.date("_event_date") or self.date("tgl_penarikan")

    def date(self, *columns: str) -> date | None:
        for name in columns:
            if (value := self.raw.get(name)) and (day := read_date(value, self.note)):
                return day
        return None

    def text(self, *columns: str) -> str | None:
        for name in columns:
            if (value := self.raw.get(name)) and (text := read_text(value, self.note)):
                return text
        return None

    def package(self, row: Row) -> None:
        row.title = self.text("nama_paket")
        row.category = self.text("jenis_pengadaan", "kgr_nama", "kategori_pengadaan")
        row.method = self.text("mtd_pemilihan", "mtd_pengadaan")
        self.agency(row)
        row.funding = self.text("sumber_dana")
        row.region = read_region(*(self._plain(name) for name in ("kabkota", "provinsi", "lokasi_pekerjaan")))
        year = str(self.raw.get("tahun_anggaran") or "").removesuffix(".0")
        row.year = int(year) if re.fullmatch(r"[0-9]{4}", year) else None
        if ";" in str(self.raw.get("kd_rup") or self.raw.get("kd_rup_paket") or ""):
            self.note(traps.SEVERAL_PLANS)

    def _plain(self, column: str) -> str | None:
        value = self.raw.get(column)
        return value if isinstance(value, str) else None

    def agency(self, row: Row) -> None:
        """`kd_satker` where `kd_satker_str` stands beside it; alone (TenderSelesaiNilai) it is the latter."""
        code, text = self.text("kd_satker"), self.text("kd_satker_str")
        row.agency, row.agency_text = (code, text) if text else (None, code)
        row.agency_name = self.text("nama_satker")

    def supplier(self, row: Row) -> None:
        row.npwp16, row.npwp = self.npwp(*_NPWP16), self.npwp(*_NPWP)
        text = self.raw.get("anggota_kso")
        row.members = (
            tuple(" ".join(found.split()) for found in _MEMBER.findall(text)) if isinstance(text, str) else ()
        )
        if row.members:
            self.note(traps.KSO_TEXT)
        elif re.search(r"(?<!non )kso", str(self.raw.get("tipe_penyedia") or ""), re.IGNORECASE):
            self.note("a consortium whose members are not told")
        row.named = any(self.raw.get(name) not in (None, "", "0", 0) for name in _NAMES)
        row.form = self.form(row)
        if "kd_penyedia" in self.raw and str(self.raw["kd_penyedia"]).strip() in ("0", "0.0"):
            self.note(traps.ZERO)

    def npwp(self, *columns: str) -> str | None:
        for name in columns:
            written = str(self.raw.get(name) or "").strip()
            digits = re.sub(r"[ .\-]", "", written)
            if re.fullmatch(r"[0-9]{15,16}", digits) and digits.strip("0"):
                if name not in ("npwp16_penyedia", "npwp_penyedia") or (
                    name == "npwp_penyedia" and len(digits) == 16
                ):
                    self.note(traps.NPWP_COLUMN)
                if digits != written or len(digits) == 15:
                    self.note(traps.NPWP_FORM)
                return digits
            if name in self.raw and written != "0" and self.raw[name] is not None:
                self.note(traps.NPWP_BROKEN)
        return None

    def form(self, row: Row) -> str | None:
        told = str(self.raw.get("bentuk_usaha_penyedia") or "").lower()
        if told:
            return "person" if told.startswith(("orang perseor", "konsultan perseor")) else "firm"
        if _FIRM.search(str(self.raw.get("nama_penyedia") or self.raw.get("nama_pelaksana") or "")):
            return "firm"
        return "person" if "perorangan" in (row.category or "").lower() else None

    def progress(self, row: Row) -> None:
        for name in _VALUES:
            amount = read_amount(self.raw.get(name), self.note)
            if amount is not None:
                row.values[name] = amount
        row.status = self.text(
            "status_tender", "status_nontender", "status_nontender_pct_ket", "status_swakelola_pct_ket"
        )
        row.contract_status = self.text("status_kontrak")
        row.status_on = self.date("tgl_penetapan_status_kontrak")
        row.awarded_on = self.date("tgl_penetapan_pemenang", "tgl_selesai_nontender")
        row.contract_on = self.date("tgl_kontrak")
        self.span(row)
        self.hand_over(row)

    def span(self, row: Row) -> None:
        if row.stage == "start":
            row.start_on = self.date("tgl_mulai_pekerjaan", "tgl_spmk_spp")
            row.end_on = self.date("tgl_selesai_pekerjaan")
            row.duration = self.text("waktu_penyelesaian")
            if row.duration:
                self.note(traps.DURATION_TEXT)
        else:
            row.start_on = self.date("tgl_kontrak_awal", "tgl_mulai_paket")
            row.end_on = self.date("tgl_kontrak_akhir", "tgl_selesai_paket")

    def hand_over(self, row: Row) -> None:
        row.handed_over_on = self.date("tgl_bast")
        if row.stage == "hand-over":
            row.paid_idr = read_amount(self.raw.get("besar_pembayaran"), self.note)
            row.paid_on = self.date("tgl_bap")
            row.number = f"{row.paid_on} {self.raw.get('no_bap')}".strip()
            share = str(self.raw.get("progres_pekerjaan") or "").strip().replace(",", ".")
            row.progress = float(share) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", share) else None
