"""What a package says: its value, its kind, its place, its end."""

from pathlib import Path
from typing import Any

import pytest

from patuh.importing.lkpp import read
from patuh.importing.lkpp.kinds import read_kind, read_method
from patuh.importing.lkpp.regions import read_region
from tests.unit.fixtures.lkpp import snapshot as lkpp
from tests.unit.fixtures.lkpp.telling import ABOUT, account, by_what, events, of_rows


def test_the_value_falls_back_and_says_from_where(tmp_path: Path) -> None:
    amounts = ("nilai_kontrak", "nilai_negosiasi", "nilai_terkoreksi", "nilai_penawaran")
    missing: dict[str, Any] = {}
    for column, value in zip(amounts, (900000000, 901000000, 905000000, 910000000), strict=True):
        path = lkpp.write_lines(tmp_path / "rows.jsonl", [lkpp.announced(), lkpp.valued(**missing)])
        outcomes = list(read([path], ABOUT))
        (award,) = events(outcomes).values()
        assert award["data"]["value_idr"] == value
        note = f"value from {column} of the award row: no contract value"
        assert account(outcomes).defects[note] == 1
        missing[column] = 0
    assert "value_idr" not in by_what(of_rows(tmp_path, lkpp.announced(), lkpp.valued(**missing)))["award"]


@pytest.mark.parametrize(
    ("changes", "what", "data"),
    [
        (
            {"status_kontrak": "Kontrak Selesai", "tgl_penetapan_status_kontrak": "2025-09-01T09:00:00Z"},
            "completion",
            {"completed_on": "2025-09-01"},
        ),
        (
            {"status_kontrak": "Pemutusan Kontrak", "tgl_penetapan_status_kontrak": "2025-05-27T13:59:49Z"},
            "cancellation",
            {"cancelled_on": "2025-05-27"},
        ),
        ({"status_kontrak": "Pemutusan Kontrak"}, "cancellation", {"cancelled_on": "2025-03-21"}),
    ],
)
def test_a_contract_ends(tmp_path: Path, changes: dict[str, str], what: str, data: dict[str, str]) -> None:
    told = by_what(of_rows(tmp_path, lkpp.announced(), lkpp.valued(), lkpp.contract(**changes)))

    assert told.keys() == {"award", what}
    assert told[what] == data


def test_a_hand_over_dates_the_end_better_than_the_status_set_years_later(tmp_path: Path) -> None:
    done = {
        "status_kontrak": "Kontrak Selesai",
        "tgl_penetapan_status_kontrak": "2027-04-27T16:07:40Z",
    }
    last = lkpp.hand_over(no_bap="BAP/2", tgl_bast="2025-02-28", progres_pekerjaan=100, **done)
    told = by_what(of_rows(tmp_path, lkpp.direct(), lkpp.hand_over(), last))

    assert told["completion"] == {"completed_on": "2025-02-28"}


def test_what_an_owner_pays_is_told_once_however_often_an_answer_repeats_it(tmp_path: Path) -> None:
    again = lkpp.hand_over(_event_date="2025-09-02")
    second = lkpp.hand_over(no_bap="BAP/2", tgl_bap="2025-04-01", besar_pembayaran=1000)
    told = by_what(of_rows(tmp_path, lkpp.direct(), lkpp.hand_over(), again, second))

    assert sorted(data["amount_idr"] for what, data in told.items() if what.startswith("payment/")) == [
        1000,
        49250000,
    ]
    assert {data["paid_on"] for what, data in told.items() if "/" in what} == {"2025-02-03", "2025-04-01"}


def test_a_tender_that_fails_after_its_award_is_cancelled_on_a_day_that_stays(tmp_path: Path) -> None:
    for pulled in ("2025-10-02", "2025-10-09"):
        lost = lkpp.announced(status_tender="Gagal/Batal", tanggal_status=pulled)
        told = by_what(of_rows(tmp_path, lost, lkpp.valued()))
        assert told["cancellation"] == {"cancelled_on": "2025-03-07"}


def test_an_amendment_takes_its_end_from_the_order_of_its_version(tmp_path: Path) -> None:
    later = lkpp.order(versi_addendum=1, tgl_selesai_pekerjaan="Sep 30, 2025, 12:00:00AM")
    told = by_what(of_rows(tmp_path, *lkpp.chain(), lkpp.contract(versi_addendum=1, nilai_kontrak=0), later))

    assert told["amendment/1"] == {"amendment": 1, "end_on": "2025-09-30"}
    assert told["start"]["end_on"] == "2025-08-13"


def test_self_managed_work_is_a_community_project_with_its_implementer(tmp_path: Path) -> None:
    told = by_what(of_rows(tmp_path, lkpp.recorded(), lkpp.realised(), lkpp.realised(npwp_pelaksana=None)))
    award = told["award"]

    assert (award["kind"], award["method"], award["value_idr"]) == ("community", "self-managed", 25000000)
    assert (award["start_on"], award["end_on"]) == ("2026-05-29", "2026-12-31")
    assert award["contractors"] == [f"employer:{lkpp.FIRM16}"]


@pytest.mark.parametrize(
    ("status", "what", "data"),
    [
        ("Paket Selesai", "completion", {"completed_on": "2026-12-31"}),
        ("Paket Dibatalkan", "cancellation", {"cancelled_on": "2026-05-29"}),
    ],
)
def test_self_managed_work_ends(tmp_path: Path, status: str, what: str, data: dict[str, str]) -> None:
    assert by_what(of_rows(tmp_path, lkpp.recorded(status_swakelola_pct_ket=status)))[what] == data


@pytest.mark.parametrize(
    ("category", "title", "kind", "labour"),
    [
        ("Pekerjaan Konstruksi", "Jalan", "construction", False),
        ("Jasa Konsultansi Badan Usaha Konstruksi", "DED", "construction-consultancy", False),
        ("Jasa Konsultansi Perorangan Konstruksi", "Pengawas", "construction-consultancy", False),
        ("Jasa Konsultansi Badan Usaha Non Konstruksi", "Aplikasi Perjanjian Alih Daya", "services", False),
        ("Jasa Lainnya", "Tenaga Alih Daya Kantor", "services", True),
        ("Jasa Lainnya", "Belanja SATPAM", "services", True),
        ("Jasa Lainnya", "Petugas Kebersihan RSUD", "services", True),
        ("Pengadaan Barang", "Belanja Alat Kebersihan", "goods", False),
        (None, "Pengawasan Pembangunan Gedung", "construction-consultancy", False),
        (None, "Rehabilitasi Saluran", "construction", False),
        (None, "Outsourcing Pengemudi", "services", True),
        (None, "Penambahan Fitur", None, False),
    ],
)
def test_the_kind_of_work(category: str | None, title: str, kind: str | None, labour: bool) -> None:
    found, note = read_kind(category, title)
    assert (found, note.startswith("labour")) == (kind, labour)


def test_the_method() -> None:
    assert read_method("tender", "Seleksi") == "tender"
    assert read_method("tender", "Penunjukan Langsung") == "direct"
    assert read_method("nontender", None) == "direct"


@pytest.mark.parametrize(
    ("places", "provinces", "written", "region"),
    [
        ("Sukabumi (Kota)", "Jawa Barat", None, "32.72"),
        ("Sukabumi (Kab.)", "Jawa Barat", "Jl. Contoh", "32.02"),
        ("Cirebon (Kab.),Cirebon (Kota)", "Jawa Barat", None, "32"),
        ("Ambon (Kota)", "Maluku", None, "81"),
        ("Ambon (Kota),Medan (Kota)", "Maluku,Sumatera Utara", None, None),
        (None, None, "Desa A - Bandung Barat (Kab.) - Jawa Barat", "32.17"),
        (None, None, "Jakarta", None),
    ],
)
def test_the_region(
    places: str | None, provinces: str | None, written: str | None, region: str | None
) -> None:
    assert read_region(places, provinces, written) == region
