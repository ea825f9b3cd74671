"""Column names matched loosely, never twice and never by chance; a confirmed mapping is kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patuh.importing.outcomes import Unusable
from patuh.importing.registers.columns import (
    Mapping,
    as_mapping,
    check_mapping,
    guess,
    normalised,
    read_mapping,
    write_mapping,
)
from patuh.importing.registers.kinds import kinds
from tests.unit.listing import NIK, day, events, outcomes, rejects, write_csv

EMPLOYERS, SIPP = kinds()["employers"], kinds()["sipp"]


def names(columns: list[str], kind: str = "sipp") -> list[str | None]:
    return [c.field.name if c.field else None for c in guess(columns, kinds()[kind])]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("No. NPWP", "npwp"),
        ("NPWP (16 digit)", "npwp"),
        ("  TGL.  Lahir ", "tanggal lahir"),
        ("Nömor_Induk\nKependudukan", "induk kependudukan"),
        ("Upah (Rp.)", "upah"),
        ("No.", ""),
        ("職", ""),
    ],
)
def test_names_are_compared_without_case_accents_signs_and_filler(written: str, plain: str) -> None:
    assert normalised(written) == plain


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("NPWP Perusahaan (16 digit)", "npwp"),
        ("N P P", None),
        ("Nomor Induk Kependudukan (NIK)", "nik"),
        ("UPAH (Rp)", "wage_idr"),
        ("Upah dilaporkn", "wage_idr"),
        ("Tgl. Lahir", "birth_date"),
        ("Tanggal Akhir", None),
        ("Keterangan", None),
        ("No", None),
        ("", None),
    ],
)
def test_a_name_is_taken_for_a_field_only_when_it_is_very_like(written: str, field: str | None) -> None:
    assert names([written]) == [field]


def test_two_columns_for_one_field_are_both_left_open() -> None:
    assert names(["NIK", "No. KTP", "Upah"]) == [None, None, "wage_idr"]


@given(st.lists(st.text(max_size=30), max_size=12))
def test_a_guess_never_gives_one_field_to_two_columns(columns: list[str]) -> None:
    for kind in kinds().values():
        found = [c.field.name for c in guess(columns, kind) if c.field]
        assert len(found) == len(set(found))


def test_a_name_that_may_be_a_number_of_a_person_is_not_shown() -> None:
    (column,) = guess([f"NIK {NIK}"], SIPP)
    assert NIK not in column.shown


def test_a_mapping_comes_back_as_it_was_kept_and_reads_the_file(tmp_path: Path) -> None:
    mapping = Mapping(
        "sipp",
        {"Identitas": "nik", "Honor / bulan": "wage_idr", "Mulai": "start_on"},
        {"npp": "ZZ000017", "programmes": "JKK JKM", "period": "2025-06"},
        "MDY",
    )
    write_mapping(tmp_path / "m.yaml", mapping)
    assert read_mapping(tmp_path / "m.yaml") == mapping
    path = write_csv(
        tmp_path / "a.csv", "identitas;Honor  per bulan;HONOR bulan;mulai", f"{NIK};9;3000000;06/17/2025"
    )
    (event,) = events(outcomes(path, "sipp", mapping=mapping))
    assert event["data"]["employer"] == "employer:npp-ZZ000017"
    assert event["data"]["wage_idr"] == 3_000_000
    assert event["data"]["effective_on"] == "2025-06-17"


def test_a_cell_says_more_than_a_constant(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", "Kelompok,NIK,Sampai dengan,Program,Mulai", f"a,{NIK},2026-01-31,JHT,"
    )
    (event,) = events(outcomes(path, "vulnerable", mapping=None, as_of=day("2025-01-01")))
    assert event["data"]["programmes"] == ["jht"]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        (Mapping("none", {}), "kind"),
        (Mapping("sipp", {"a": "nik", "b": "nik"}), "nik"),
        (Mapping("sipp", {"a": "nik"}, {"nik": "1"}), "nik"),
        (Mapping("sipp", {"a": "name_of_mother"}), "name_of_mother"),
        (Mapping("sipp", {"a": "nik", "A.": "wage_idr"}), "columns"),
    ],
)
def test_a_mapping_that_says_a_field_twice_or_none_is_refused(mapping: Mapping, field: str) -> None:
    with pytest.raises(Unusable) as refused:
        check_mapping(mapping)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "text", ["[]", "kind: sipp", "kind: sipp\ncolumns: {a: nik}\nmore: 1", "\xff: [", "- ]"]
)
def test_a_mapping_file_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Unusable):
        read_mapping(path)


def test_columns_of_a_mapping_that_the_file_lacks_or_has_twice_are_named(tmp_path: Path) -> None:
    mapping = Mapping("employers", {"Nama": "name", "Nomor A": "npp", "B": "nib"})
    lacking = write_csv(tmp_path / "a.csv", "Nama,Nomor A", "PT,ZZ000017")
    assert rejects(outcomes(lacking, "employers", mapping=mapping))[0][1] == "B"
    twice = write_csv(tmp_path / "b.csv", "Nama,A,a.,B", "PT,ZZ000017,1,1")
    assert rejects(outcomes(twice, "employers", mapping=mapping))[0][1:] == (
        "Nomor A",
        "two columns of this name",
    )


def test_a_constant_that_cannot_be_read_is_an_error_of_the_whole(tmp_path: Path) -> None:
    mapping = Mapping("sipp", {"NIK": "nik", "NPP": "npp"}, {"period": "bulan lalu"})
    path = write_csv(tmp_path / "a.csv", "NIK,NPP", f"{NIK},ZZ000017")
    assert rejects(outcomes(path, "sipp", mapping=mapping))[0][1] == "constants: period"


def test_a_guess_is_kept_as_a_mapping() -> None:
    columns = guess(["Nama Perusahaan", "NIB", "Catatan"], EMPLOYERS)
    assert as_mapping(columns, EMPLOYERS).columns == {"Nama Perusahaan": "name", "NIB": "nib"}
