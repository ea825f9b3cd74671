"""The fourteen traps measured in real LKPP answers, each in a synthetic row of the same shape."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from patuh.importing.lkpp import read, suppliers, traps
from patuh.importing.lkpp.amounts import read_amount
from patuh.importing.lkpp.dates import read_date, read_end
from patuh.importing.memory import Memory
from patuh.importing.outcomes import Mapped, Outcome
from tests.unit.answering import Remembering, imported
from tests.unit.fixtures.lkpp import snapshot as lkpp
from tests.unit.fixtures.lkpp.telling import ABOUT, account, by_what, events, of_rows

Read = Callable[..., list[Outcome]]


@pytest.fixture
def outcomes(tmp_path: Path) -> Read:
    """The outcomes of rows, as they would stand in one file."""
    return lambda *rows: of_rows(tmp_path, *rows)


@pytest.mark.parametrize(
    ("written", "day", "met"),
    [
        ("2025-04-11", date(2025, 4, 11), []),
        ("2025-03-07 15:00:00", date(2025, 3, 7), []),
        ("2025-03-21T00:00:00.000000Z", date(2025, 3, 21), [traps.Z_NOT_UTC]),
        ("2025-01-31 14:00:00.000000Z", date(2025, 1, 31), [traps.Z_NOT_UTC]),
        ("2025-02-11T20:00:00Z", date(2025, 2, 11), [traps.Z_NOT_UTC]),
        ("Aug 13, 2025, 12:00:00AM", date(2025, 8, 13), [traps.DATE_FORM]),
        ("31 Desember 2026", date(2026, 12, 31), [traps.DATE_FORM]),
        ("29-05-2026", date(2026, 5, 29), [traps.DATE_FORM]),
        ("14 hari", None, [traps.DATE_UNREADABLE]),
        ("2025-02-30", None, [traps.DATE_UNREADABLE]),
        ("", None, []),
        (None, None, []),
    ],
)
def test_trap_01_dates_in_eight_forms_are_local(written: object, day: date | None, met: list[str]) -> None:
    notes: list[str] = []
    assert read_date(written, notes.append) == day
    assert notes == met


@pytest.mark.parametrize(
    ("written", "amount", "met"),
    [
        (880000000, 880000000, []),
        (1269963504.15, 1269963504, [traps.CENTS]),
        ("1269963504.15", 1269963504, [traps.CENTS]),
        (0, None, [traps.ZERO]),
        ("0", None, [traps.ZERO]),
        (None, None, []),
        ("Rp 1.000.000,00", 1000000, [traps.AMOUNT_TEXT]),
        ("3,8 Jt", 3800000, [traps.AMOUNT_TEXT]),
        ("nihil", None, [traps.AMOUNT_UNREADABLE]),
        (-5, None, [traps.AMOUNT_UNREADABLE]),
        ("NaN", None, [traps.AMOUNT_UNREADABLE]),
        (10**16, None, [traps.AMOUNT_UNREADABLE]),
    ],
)
def test_trap_02_numbers_zero_is_unknown(written: object, amount: int | None, met: list[str]) -> None:
    notes: list[str] = []
    assert read_amount(written, notes.append) == amount
    assert notes == met


def test_trap_02_a_csv_says_what_the_json_said(tmp_path: Path) -> None:
    rows = [lkpp.direct(), lkpp.person()]
    memory, gateway = Memory(None), Remembering()
    first = imported(read(lkpp.write(tmp_path / "json", {"direct": rows}), ABOUT), gateway, memory)
    again = imported(read([lkpp.write_csv(tmp_path / "direct.csv", rows, ";")], ABOUT), gateway, memory)

    assert (first.events, again.events) == (2, 0)
    assert again.defects[traps.ZERO] == 2


@pytest.mark.parametrize(
    "written", [lkpp.FIRM, "01.000.001.6-429-000", "010000016429000", lkpp.FIRM16, f" {lkpp.FIRM} "]
)
def test_trap_03_npwp_in_every_form_is_one_employer(outcomes: Read, written: str) -> None:
    read = outcomes(lkpp.direct(npwp_penyedia=written, npwp16_penyedia=None))

    assert by_what(read)["award"]["contractors"] == [f"employer:{lkpp.FIRM16}"]
    assert (traps.NPWP_FORM in account(read).defects) == (written != lkpp.FIRM16)


@pytest.mark.parametrize("masked", ["", None, "00xxxxxxxxxx", "0010000017429000"])
def test_trap_03_a_masked_or_broken_npwp_gives_way_to_the_other(outcomes: Read, masked: str | None) -> None:
    read = outcomes(lkpp.direct(npwp16_penyedia=masked, npwp_penyedia=lkpp.FIRM))

    assert by_what(read)["award"]["contractors"] == [f"employer:{lkpp.FIRM16}"]


@pytest.mark.parametrize(
    "column",
    ["npwp16_penyedia", "npwp_16_penyedia", "npwp_penyedia_16", "npwp_penyedia", "npwp_pelaksana"],
)
def test_trap_04_one_number_has_five_column_names(outcomes: Read, column: str) -> None:
    row = lkpp.direct()
    del row["npwp_penyedia"], row["npwp16_penyedia"]
    read = outcomes({**row, column: lkpp.SECOND16})

    assert by_what(read)["award"]["contractors"] == [f"employer:{lkpp.SECOND16}"]
    assert account(read).defects[traps.NPWP_COLUMN] == (column != "npwp16_penyedia")


def test_trap_05_contracts_are_keyed_by_their_addendum(outcomes: Read) -> None:
    amended = lkpp.contract(versi_addendum=1, nilai_kontrak=950000000, apakah_addendum="Ya")
    read = outcomes(amended, *lkpp.chain())

    assert by_what(read)["award"]["value_idr"] == 900000000
    assert by_what(read)["amendment/1"] == {"amendment": 1, "value_idr": 950000000}
    assert account(read).defects[traps.ADDENDUM] == 1


def test_trap_05_a_hand_over_said_twice_is_one(outcomes: Read) -> None:
    twice = [lkpp.hand_over(_event_date=day) for day in ("2025-09-01", "2025-09-02")]
    read = outcomes(lkpp.direct(), *twice, lkpp.hand_over(no_bap="BAP/2"))

    summary = account(read)
    assert (summary.read, summary.defects[traps.SAID_TWICE]) == (4, 1)


def test_trap_06_a_stage_that_is_still_open_tells_nothing(outcomes: Read) -> None:
    unsigned = dict.fromkeys(("tgl_kontrak", "nilai_kontrak", "no_kontrak", "nama_penyedia", "npwp_penyedia"))
    nobody = dict.fromkeys(("nama_penyedia", "npwp_penyedia", "npwp_16_penyedia"))
    read = outcomes(lkpp.contract(**unsigned, versi_addendum=None), lkpp.valued(**nobody), lkpp.announced())

    summary = account(read)
    assert dict(summary.skipped) == {"no winner yet": 3}
    assert summary.defects[traps.STAGE_OPEN] == 2


def test_trap_07_the_contract_says_the_value_and_the_difference_is_told(outcomes: Read) -> None:
    read = outcomes(lkpp.announced(), lkpp.valued(), lkpp.contract(nilai_kontrak=912000000))

    assert by_what(read)["award"]["value_idr"] == 912000000
    assert account(read).defects[traps.VALUE_DIFFERS] == 1


def test_trap_08_every_member_of_a_consortium_is_a_contractor(outcomes: Read) -> None:
    members = (
        f"Nama Anggota KSO: PT. SATU, NPWP Anggota KSO: {lkpp.FIRM}, Nilai Anggota KSO: 1,00; "
        f"Nama Anggota KSO: PT. DUA, NPWP Anggota KSO: {lkpp.SECOND}, Nilai Anggota KSO: 2,00"
    )
    read = outcomes(
        lkpp.announced(), lkpp.contract(tipe_penyedia="Penyedia Kemitraan/KSO", anggota_kso=members)
    )

    assert by_what(read)["award"]["contractors"] == [f"employer:{lkpp.FIRM16}", f"employer:{lkpp.SECOND16}"]
    assert account(read).defects[traps.KSO_TEXT] == 1


def test_trap_09_a_natural_person_wins_by_the_nik_alone(outcomes: Read) -> None:
    read = outcomes(lkpp.person())

    assert by_what(read)["award"]["contractors"] == [f"employer:{lkpp.NIK}"]
    assert account(read).defects[traps.PERSON] == 1
    (event,) = events(read).values()
    assert lkpp.NIK not in f"{event.key} {event['subject']} {event['source']}"


def test_trap_09_the_old_number_of_a_person_goes_nowhere(outcomes: Read) -> None:
    read = outcomes(lkpp.person(npwp16_penyedia=None, npwp_penyedia=lkpp.FIRM))

    assert by_what(read)["award"]["contractors"] == []
    assert account(read).defects[suppliers.WITHHELD] == 1


def test_trap_09_a_number_perhaps_a_persons_is_kept_back_but_of_a_firm(outcomes: Read) -> None:
    old = {"nama_penyedia": "NAMA CONTOH", "npwp_penyedia": lkpp.YOUNG}
    told = by_what(outcomes(lkpp.direct(**old)))
    assert told["award"]["contractors"] == []

    firm = lkpp.contract(npwp_penyedia=lkpp.YOUNG, npwp_16_penyedia=None)
    told = by_what(outcomes(firm, lkpp.direct(**old)))
    assert told["award"]["contractors"] == [f"employer:{lkpp.YOUNG16}"]


def test_trap_09_a_firm_with_its_directors_nik_keeps_its_own_number(outcomes: Read) -> None:
    read = outcomes(lkpp.direct(npwp16_penyedia=lkpp.NIK))

    assert by_what(read)["award"]["contractors"] == [f"employer:{lkpp.SECOND16}"]


def test_trap_10_a_contract_of_another_year_is_kept_and_told(outcomes: Read) -> None:
    read = outcomes(lkpp.announced(), lkpp.contract(tgl_kontrak="2026-02-04T00:00:00.000000Z"))

    assert by_what(read)["award"]["contract_on"] == "2026-02-04"
    assert account(read).defects[traps.OTHER_YEAR] == 1


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        ("14 (empat belas) hari kalender", date(2025, 4, 7)),
        ("30 Hari", date(2025, 4, 23)),
        ("3 Bulan", None),
        ("14 hari kerja", None),
        ("", None),
    ],
)
def test_trap_10_a_duration_is_an_end_only_in_calendar_days(duration: str, end: date | None) -> None:
    assert read_end(date(2025, 3, 25), duration, lambda _: None) == end


def test_trap_11_texts_are_cleaned(outcomes: Read) -> None:
    read = outcomes(lkpp.direct(nama_paket=" <p>Rehabilitasi&nbsp;Gedung</p>_x000d_\r\nTahap  II "))

    assert by_what(read)["award"]["title"] == "Rehabilitasi Gedung Tahap II"
    assert (account(read).defects[traps.MARKUP], account(read).defects[traps.SEVERAL_PLANS]) == (1, 1)


def test_trap_12_numbers_of_both_kinds_name_packages(outcomes: Read) -> None:
    read = outcomes(lkpp.valued(kd_tender=4535093), lkpp.announced(kd_tender=4535093), *lkpp.chain())

    subjects = {event["subject"] for o in read if isinstance(o, Mapped) for event in o.events}
    assert subjects == {"project:lkpp-93-tender-4535093", "project:lkpp-93-tender-10002513000"}
    assert (account(read).defects[traps.LOCAL_NUMBER], account(read).defects[traps.WIDE_NUMBER]) == (2, 4)


def test_trap_13_a_week_later_only_the_changes_are_told(tmp_path: Path) -> None:
    memory, gateway = Memory(None), Remembering()
    imported(read(lkpp.write(tmp_path / "3-oct", lkpp.whole()), ABOUT), gateway, memory)
    files = lkpp.whole()
    finished = {
        "status_kontrak": "Kontrak Selesai",
        "tgl_penetapan_status_kontrak": "2025-10-06T15:14:50.9Z",
    }
    files["SPSE-TenderEkontrak-2Kontrak"] = [lkpp.contract(**finished)]
    files["SPSE-NonTenderSelesai"].append(lkpp.direct(kd_nontender=10033391000))
    week = imported(read(lkpp.write(tmp_path / "10-oct", files), ABOUT), gateway, memory)

    assert dict(week.types) == {"id.patuh.project.completed.v1": 1, "id.patuh.project.awarded.v1": 1}


def test_trap_14_zero_dates_and_ends_before_starts_are_unknown(outcomes: Read) -> None:
    odd = lkpp.order(tgl_mulai_pekerjaan="-0001-11-30T00:00:00+00:00", tgl_selesai_pekerjaan="2025-03-01")
    read = outcomes(lkpp.announced(), lkpp.valued(), lkpp.contract(), odd)

    assert by_what(read)["start"] == {"start_on": "2025-03-24"}
    assert (account(read).defects[traps.ZERO_DATE], account(read).defects[traps.ENDS_FIRST]) == (1, 1)
