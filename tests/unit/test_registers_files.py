"""Files as offices make them: any encoding, separator and title line; damaged ones say what is wrong."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.listing import (
    NIK,
    WOMAN,
    events,
    outcomes,
    rejects,
    skipped,
    write_csv,
    write_xlsx,
)

HEAD = ["Kelompok", "NIK", "Terlindungi Sampai", "Mulai Terlindungi"]
ROW = ["Petani", NIK, "31/01/2026", "01/10/2025"]
GROUP = "group:petani"


def found_groups(path: Path, **given: Any) -> list[str]:
    found = outcomes(path, "vulnerable", **given)
    assert not rejects(found)
    return [e["data"]["employer"] for e in events(found)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_dialect_of_csv_is_read(separator: str, encoding: str, end: str, tmp_path: Path) -> None:
    rows = [separator.join(cells) for cells in (HEAD, ["Pétani", *ROW[1:]])]
    assert found_groups(write_csv(tmp_path / "a.csv", *rows, encoding=encoding, end=end)) == [GROUP]


def test_quotes_and_separators_within_values_are_read(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", ",".join(HEAD), f'"Buruh, harian\n""lepas""","{NIK}",2026-01-31,2025-10-01'
    )
    assert found_groups(path) == ["group:buruh-harian-lepas"]


def test_titles_above_numbering_blank_rows_totals_and_repeated_names_are_no_data(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        "DAFTAR PEKERJA RENTAN;;;;",
        "Kota Contoh, Oktober 2025;;;;",
        "",
        "No;" + ";".join(HEAD),
        "(1);(2);(3);(4);(5)",
        "1;" + ";".join(ROW),
        ";;;;",
        "No;" + ";".join(HEAD),
        f"2;Petani;{WOMAN};31/01/2026;01/10/2025",
        "Jumlah;;;;2",
    )
    found = outcomes(path, "vulnerable")
    assert [event.place.line for event in events(found)] == [6, 9]
    assert skipped(found) == [
        (5, "numbers of columns"),
        (8, "the column names again"),
        (10, "a row of totals"),
    ]


def test_a_firm_that_is_called_total_is_a_firm(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "Nama Perusahaan,NPP", "Total Karya,ZZ000017")
    assert len(events(outcomes(path, "employers"))) == 1


def test_a_signature_below_the_list_is_told_and_not_lost(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ";".join(HEAD), ";".join(ROW), "Kepala Dinas;;;")
    assert rejects(outcomes(path, "vulnerable")) == [(3, "NIK", "required")]


def test_a_value_with_an_unquoted_separator_is_rejected_with_its_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ",".join(HEAD), f"Petani, sawah,{NIK},2026-01-31,2025-10-01")
    ((line, _, rule),) = rejects(outcomes(path, "vulnerable"))
    assert (line, "separator" in rule) == (2, True)


def test_a_quotation_mark_that_nobody_closed_does_not_swallow_the_list(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ";".join(HEAD), ";".join(ROW), '"Tani;;;', *[";".join(ROW)] * 60)
    found = outcomes(path, "vulnerable")
    assert len(events(found)) == 1
    assert any("quotation mark" in rule for _, _, rule in rejects(found))


def test_an_xlsx_with_a_chosen_sheet_dates_numbers_and_escapes_is_read(tmp_path: Path) -> None:
    from datetime import datetime

    path = write_xlsx(
        tmp_path / "a.xlsx",
        [["Daftar"], [], HEAD, ["Petani_x000d_\n", NIK, 46053, datetime(2025, 10, 1)], [None, None]],
        sheet="Okt",
    )
    (event,) = events(outcomes(path, "vulnerable", sheet="Okt"))
    assert event.place.line == 4
    assert event["data"]["employer"] == GROUP
    assert (event["data"]["effective_on"], event["data"]["covered_until"]) == ("2025-10-01", "2026-01-31")
    assert "its sheets: Okt" in rejects(outcomes(path, "vulnerable", sheet="Nov"))[0][2]


@pytest.mark.parametrize("number", [float(NIK), 3272010101900000, 3.2e15, "3,27201E+15", "3.27201e15"])
def test_a_number_that_a_spreadsheet_damaged_is_refused(number: Any, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [HEAD, ["Petani", number, "2026-01-31", "2025-10-01"]])
    assert rejects(outcomes(path, "vulnerable")) == [
        (2, "NIK", "number was damaged by the spreadsheet: format the column as text")
    ]


@pytest.mark.parametrize(
    ("number", "whole"),
    [
        (12345674405000, "0012345674405000"),
        (12345674405000.0, "0012345674405000"),
        ("01.234.567.4-405.000", "0012345674405000"),
        ("'0012345674405000", "0012345674405000"),
        (1234567440500, None),
        ("12345674405000", None),
        ("0012345675405000", None),
    ],
)
def test_a_tax_number_that_lost_its_zero_as_a_number_is_mended_by_its_check_digit(
    number: Any, whole: str | None, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["Nama Perusahaan", "No. NPWP"], ["PT Contoh", number]])
    found = outcomes(path, "employers")
    assert [e["data"]["npwp"] for e in events(found)] == ([whole] if whole else [])
    assert len(rejects(found)) == (0 if whole else 1)


def test_a_business_number_that_lost_its_zero_is_refused_and_the_reason_told(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["Nama Perusahaan", "NIB"], ["PT Contoh", 220000000017]])
    assert "leading zero" in rejects(outcomes(path, "employers"))[0][2]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b"\n\n\n", "no row of column names"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "save it as .xlsx"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b"%PDF-1.7\n\x00\xff\n", "no row of column names"),
        (b'{"a": 1}\n', "no row of column names"),
        (b"NIK,Alamat\n1,2\n", "required, and no column says it"),
    ],
)
def test_what_is_no_such_list_is_one_clear_error(content: bytes, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    ((line, _, said),) = rejects(outcomes(path, "vulnerable"))
    assert line is None
    assert rule in said


def test_a_zip_that_is_no_workbook_is_an_error_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    assert len(rejects(outcomes(path, "vulnerable"))) == 1


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        outcomes(tmp_path / "none.csv", "vulnerable")


def test_a_number_of_a_person_in_any_cell_is_in_no_message(tmp_path: Path) -> None:
    rows = [
        [NIK, "1", "2026-01-31", "2025-10-01"],
        ["Petani", NIK[:15], "2026-01-31", "2025-10-01"],
        ["Petani", NIK, NIK, "2025-10-01"],
        ["Petani", NIK, "2026-01-31", NIK],
        ["Petani", f"{NIK}0", "2026-01-31", "2025-10-01"],
    ]
    found = outcomes(write_xlsx(tmp_path / "a.xlsx", [HEAD, *rows]), "vulnerable")
    assert len(rejects(found)) == len(found) == 5
    assert NIK[:15] not in repr(found)
