"""Lists about projects: how a project is named, what was paid for it, grants that no feed knows."""

from pathlib import Path

import pytest

from tests.unit.listing import NIK, events, outcomes, rejects, screened, skipped, write_csv


@pytest.mark.parametrize(
    ("cells", "subject"),
    [
        ("lkpp-405-tender-5123406,,,,", "project:lkpp-405-tender-5123406"),
        ("ocds-abc123-1,,,,", "project:ocds-abc123-1"),
        (",405,Pengadaan Langsung,10060496000,", "project:lkpp-405-nontender-10060496000"),
        (",,,,JK 25/000.17", "project:ejakon-jk-25-000-17"),
    ],
)
def test_a_project_is_named_by_its_code_its_package_or_its_own_number(
    cells: str, subject: str, tmp_path: Path
) -> None:
    head = "Kode Proyek,Kode LPSE,Jenis Paket,Kode Paket,Nomor Proyek BPJS,Tgl Daftar"
    path = write_csv(tmp_path / "a.csv", head, f"{cells},24-03-2025")
    (event,) = events(outcomes(path, "ejakon-projects"))
    assert event["subject"] == subject == screened(event).subject
    assert event["data"] == {"registered_on": "2025-03-24"}


@pytest.mark.parametrize("cells", [",,,,", ",405,,1,", "lkpp-x,,,,", f",,,,{NIK}"])
def test_a_project_that_is_not_named_is_rejected(cells: str, tmp_path: Path) -> None:
    head = "Kode Proyek,Kode LPSE,Jenis Paket,Kode Paket,Nomor Proyek BPJS,Tgl Daftar"
    path = write_csv(tmp_path / "a.csv", head, f"{cells},24-03-2025")
    found = outcomes(path, "ejakon-projects")
    assert len(rejects(found)) == 1
    assert NIK not in repr(found)


PAYMENTS = "Kode Proyek,Tanggal Bayar,Iuran Dibayar,Jumlah TK"


def test_payments_of_a_project_in_a_month_are_one_total(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        PAYMENTS,
        "ocds-abc123-1,2025-03-05,100000,10",
        "ocds-abc123-1,2025-03-25,50000,12",
        "ocds-abc123-1,2025-04-02,7000,12",
    )
    found = outcomes(path, "ejakon-payments")
    assert [e["data"] for e in events(found)] == [
        {"period": "2025-03", "amount_idr": 150000, "workers": 12, "posted_on": "2025-03-25"},
        {"period": "2025-04", "amount_idr": 7000, "workers": 12, "posted_on": "2025-04-02"},
    ]
    assert [line for line, _ in skipped(found)] == [2]
    assert len(found) == 3


def test_a_total_is_not_told_where_a_payment_of_the_project_could_not_be_read(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        PAYMENTS,
        "ocds-abc123-1,2025-03-05,100000,10",
        "ocds-abc123-1,2025-03-25,lima juta,12",
        "ocds-abc123-2,2025-03-25,9,12",
    )
    found = outcomes(path, "ejakon-payments")
    assert [e["subject"] for e in events(found)] == ["project:ocds-abc123-2"]
    assert [line for line, _, _ in rejects(found)] == [3, 2]


def test_a_grant_to_a_neighbourhood_has_a_stable_code_and_no_contractor(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        "HIBAH P2RW,,,,",
        "Tahun,Kelurahan,RW,Nilai Hibah,Tgl Mulai",
        "2025,Gunung Puyuh,RW 7,Rp 25.000.000,6 Oktober 2025",
        "2025,GUNUNG  PUYUH,08,,",
    )
    found = events(outcomes(path, "p2rw"))
    assert [e["subject"] for e in found] == [
        "project:p2rw-2025-gunung-puyuh-rw07",
        "project:p2rw-2025-gunung-puyuh-rw08",
    ]
    assert found[0]["data"]["start_on"] == "2025-10-06"
    assert found[0]["data"]["value_idr"] == 25_000_000
    assert found[0]["data"]["contractors"] == []
    for event in found:
        screened(event)
