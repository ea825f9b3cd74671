"""Each kind of list to events that the gateway takes; templates come back as they went out."""

import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from patuh.importing.registers.columns import guess
from patuh.importing.registers.kinds import kinds
from patuh.importing.registers.templates import write_template
from shared.identifiers import NIK_ANYWHERE
from tests.unit.listing import (
    FIRM,
    NIK,
    WOMAN,
    day,
    events,
    outcomes,
    rejects,
    screened,
    short,
    skipped,
    write_csv,
)

TOLD = {
    "employers": ["employer.registered", "employer.workforce-declared"],
    "sipp": ["worker.registered"],
    "ejakon-projects": ["project.registered"],
    "ejakon-payments": ["contribution.posted"],
    "p2rw": ["project.awarded"],
    "non-asn": ["employer.registered", "employer.workforce-declared", "worker.registered"],
    "vulnerable": ["worker.registered"],
}


@pytest.mark.parametrize("how", ["xlsx", "csv"])
@pytest.mark.parametrize("name", sorted(kinds()))
def test_a_template_read_back_gives_events_that_the_gateway_takes(
    name: str, how: Any, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.{how}"
    write_template(kinds()[name], path, how)
    found = outcomes(path, name)
    assert not rejects(found)
    assert [short(event) for event in events(found)] == TOLD[name]
    for event in events(found):
        screened(event)
        assert event.key is not None
        assert not NIK_ANYWHERE.search(event.key)


@pytest.mark.parametrize("name", sorted(kinds()))
def test_no_name_of_a_column_is_for_two_fields(name: str) -> None:
    kind = kinds()[name]
    for field in kind.fields:
        for header in (field.label, *field.headers):
            (column,) = guess([header], kind)
            assert column.field == field, header


@pytest.mark.parametrize("name", sorted(kinds()))
def test_examples_are_of_no_real_person_and_every_field_is_explained_in_both_languages(name: str) -> None:
    for field in kinds()[name].fields:
        assert field.note.id
        assert field.note.en
        assert not NIK_ANYWHERE.search(str(field.example)) or str(field.example).startswith("99")


def test_a_template_keeps_numbers_as_text_and_offers_choices(tmp_path: Path) -> None:
    path = tmp_path / "employers.xlsx"
    write_template(kinds()["employers"], path, "xlsx")
    book = load_workbook(path)
    assert book.sheetnames == ["Data", "Petunjuk"]
    sheet = book["Data"]
    letters = {cell.value: get_column_letter(number) for number, cell in enumerate(sheet[1], start=1)}
    for name in ("NPWP Perusahaan", "NIB", "KBLI"):
        assert sheet.column_dimensions[letters[name]].number_format == "@"
    lists = {str(v.sqref).split(":")[0]: v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists[f"{letters['Skala Usaha']}2"] == '"mikro,kecil,menengah,besar,tidak diketahui"'
    assert any("NPWP" in str(row[0]) for row in book["Petunjuk"].iter_rows(values_only=True))


def test_employers_are_told_by_npwp_then_nib_then_npp_and_closed_ones_are_closed(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        "Nama Perusahaan;NPWP;NIB;NPP;Skala;Jumlah TK;Tgl Tutup",
        "PT Satu;01.234.567.4-405.000;;;Usaha Kecil;1.200;",
        "CV Dua;;9900000000017;ZZ000017;;;31/05/2025",
        ";;;ZZ000018;besar;7;",
    )
    found = events(outcomes(path, "employers"))
    assert [(short(e), e["subject"], e["data"]) for e in found] == [
        (
            "employer.registered",
            f"employer:{FIRM}",
            {"name": "PT Satu", "npwp": FIRM, "size": "small", "workforce": 1200},
        ),
        (
            "employer.registered",
            "employer:nib-9900000000017",
            {"name": "CV Dua", "nib": "9900000000017", "npp": "ZZ000017"},
        ),
        ("employer.closed", "employer:nib-9900000000017", {"closed_on": "2025-05-31"}),
        ("employer.updated", "employer:npp-ZZ000018", {"npp": "ZZ000018", "size": "large", "workforce": 7}),
    ]


def test_a_person_as_employer_leaves_no_number_in_the_key_and_no_name_beyond_the_gateway(
    tmp_path: Path,
) -> None:
    path = write_csv(tmp_path / "a.csv", "Nama Perusahaan,NPWP", f"Toko Contoh,{NIK}")
    (event,) = events(outcomes(path, "employers"))
    assert event.key is not None
    assert re.fullmatch(r"employer:person-[a-p]{24}/profile", event.key)
    passed = screened(event)
    assert passed.subject.startswith("employer:person-")
    assert "Toko" not in repr(passed)


def test_a_worker_of_a_person_as_employer_passes_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "NPWP Perusahaan,NIK,BLTH,Program", f"{WOMAN},{NIK},2025-06,JKK JKM")
    (event,) = events(outcomes(path, "sipp"))
    assert NIK not in repr(screened(event))


def test_an_office_is_told_once_and_who_is_not_enrolled_is_not_said_to_be(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        "Kode Satker;Nama Instansi;NIK;Jumlah Non-ASN;Terdaftar BPJS",
        f"990003;Dinas Contoh;{NIK};3;ya",
        f"990003;Dinas Contoh;{WOMAN};3;belum",
        "990004;Dinas Lain;;5;",
    )
    found = outcomes(path, "non-asn", as_of=day("2025-06-01"))
    assert [(short(e), e["subject"].partition(":")[0]) for e in events(found)] == [
        ("employer.registered", "agency"),
        ("employer.workforce-declared", "agency"),
        ("worker.registered", "worker"),
        ("employer.registered", "agency"),
        ("employer.workforce-declared", "agency"),
    ]
    assert skipped(found) == [(3, "not enrolled, as the list says")]
    assert events(found)[2]["data"]["effective_on"] == "2025-06-01"


def test_head_counts_of_an_office_that_differ_are_rejected(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "Kode Satker,Jumlah Non-ASN", "990003,3", "990003,4")
    found = outcomes(path, "non-asn", as_of=day("2025-06-01"))
    assert len(events(found)) == 1
    assert rejects(found) == [
        (3, "Jumlah Non-ASN", "says otherwise than line 2 of the same thing: one row for each")
    ]


def test_without_any_day_the_cover_of_staff_is_not_guessed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "Kode Satker,NIK", f"990003,{NIK}")
    (reject,) = rejects(outcomes(path, "non-asn"))
    assert "--as-of" in reject[2]


def test_cover_of_vulnerable_workers_ends_on_a_day_and_may_be_renewed_in_the_same_list(
    tmp_path: Path,
) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        "Kategori,NIK,Mulai,Berlaku Sampai",
        f"Ojek Online,{NIK},23/09/2025,31/01/2026",
        f"Ojek Online,{NIK},01/02/2026,30/06/2026",
        f"Ojek Online,{WOMAN},01/02/2026,31/01/2026",
    )
    found = outcomes(path, "vulnerable")
    told = [e["data"] for e in events(found)]
    assert [t["covered_until"] for t in told] == ["2026-01-31", "2026-06-30"]
    assert {t["employer"] for t in told} == {"group:ojek-online"}
    assert told[0]["programmes"] == ["jkk", "jkm"]
    assert rejects(found) == [(4, "Berlaku Sampai", "must not be before effective_on")]
