"""The monthly list of workers: who is on it, who left, what was paid; a changed copy says only the change."""

from pathlib import Path
from typing import Any

import pytest

from patuh.importing.memory import Memory
from patuh.importing.registers import read
from tests.unit.answering import Remembering, imported
from tests.unit.listing import (
    FIRM,
    NIK,
    THIRD,
    WOMAN,
    about,
    events,
    outcomes,
    rejects,
    screened,
    short,
    skipped,
    write_csv,
)

HEAD = "NPP;Kode Unit;NPWP;BLTH;KPJ;NIK;Nama;Tgl Lahir;Upah;Program"


def row(nik: str, month: str = "062025", wage: str = "3.500.000", firm: str = FIRM) -> str:
    return f"ZZ000017;000;{firm};{month};99000000017;{nik};Orang Contoh;01-01-1990;{wage};JKK JKM JHT"


def listed(path: Path, *rows: str, head: str = HEAD) -> Path:
    return write_csv(path, head, *rows)


def told(found: list[Any]) -> list[tuple[str, str, Any]]:
    return [(short(e), e["subject"], e["data"]["effective_on"]) for e in events(found)]


def test_a_worker_is_enrolled_from_the_first_of_the_month(tmp_path: Path) -> None:
    (event,) = events(outcomes(listed(tmp_path / "a.csv", row(NIK)), "sipp"))
    assert event["subject"] == f"worker:{NIK}"
    assert event["data"] == {
        "segment": "pu",
        "programmes": ["jkk", "jkm", "jht"],
        "employer": f"employer:{FIRM}",
        "effective_on": "2025-06-01",
        "wage_idr": 3_500_000,
    }
    assert "Orang" not in repr(event)
    screened(event)


def test_a_start_in_the_month_holds_and_one_before_it_is_told_beside_the_wage_of_the_month(
    tmp_path: Path,
) -> None:
    path = listed(
        tmp_path / "a.csv",
        f"{row(NIK)};17/06/2025",
        f"{row(WOMAN)};01/02/2020",
        head=f"{HEAD};Tgl Mulai",
    )
    found = outcomes(path, "sipp")
    assert told(found) == [
        ("worker.registered", f"worker:{NIK}", "2025-06-17"),
        ("worker.registered", f"worker:{WOMAN}", "2020-02-01"),
        ("worker.updated", f"worker:{WOMAN}", "2025-06-01"),
    ]
    assert [e["data"].get("wage_idr") for e in events(found)] == [3_500_000, None, 3_500_000]


def test_programmes_may_be_a_column_each(tmp_path: Path) -> None:
    head = "NPP,BLTH,NIK,JKK,JKM,JHT,JP"
    path = write_csv(
        tmp_path / "a.csv", head, f"ZZ000017,2025-06,{NIK},Ya,Ya,Tidak,", f"ZZ000017,2025-06,{WOMAN},,,,"
    )
    found = outcomes(path, "sipp")
    assert events(found)[0]["data"]["programmes"] == ["jkk", "jkm"]
    assert [line for line, _, _ in rejects(found)] == [3]


def test_a_unit_other_than_the_head_office_is_an_employer_of_its_own(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        "NPP,Unit,BLTH,NIK,Program",
        f"ZZ000017,1,2025-06,{NIK},JKK",
        f"zz 000017,000,2025-06,{WOMAN},JKK",
    )
    found = events(outcomes(path, "sipp"))
    assert [e["data"]["employer"] for e in found] == ["employer:npp-ZZ000017-001", "employer:npp-ZZ000017"]


def test_one_worker_twice_is_told_once_and_rejected_when_the_rows_differ(tmp_path: Path) -> None:
    path = listed(tmp_path / "a.csv", row(NIK), row(NIK), row(NIK, wage="9"))
    found = outcomes(path, "sipp")
    assert len(events(found)) == 1
    assert skipped(found) == [(3, "the same as an earlier row")]
    assert rejects(found) == [(4, "NIK", "says otherwise than line 2 of the same thing: one row for each")]


def test_who_is_no_longer_on_the_list_is_unregistered_from_the_first_of_the_month(tmp_path: Path) -> None:
    may = listed(tmp_path / "may.csv", *(row(nik, "2025-05") for nik in (NIK, WOMAN, THIRD)))
    june = listed(tmp_path / "june.csv", row(NIK), row(THIRD))
    found = outcomes(june, "sipp", previous=may)
    *_, gone = events(found)
    assert len(found) == 3
    assert (short(gone), gone["subject"], gone.place.line) == (
        "worker.unregistered",
        f"worker:{WOMAN}",
        3,
    )
    assert gone["data"]["effective_on"] == "2025-06-01"
    screened(gone)


def test_a_row_rejected_for_its_wage_does_not_unregister_its_worker(tmp_path: Path) -> None:
    may = listed(tmp_path / "may.csv", row(NIK, "2025-05"), row(WOMAN, "2025-05"))
    june = listed(tmp_path / "june.csv", row(NIK), row(WOMAN, wage="tiga juta"))
    found = outcomes(june, "sipp", previous=may)
    assert [kind for kind, _, _ in told(found)] == ["worker.registered"]
    assert [line for line, _, _ in rejects(found)] == [3]


@pytest.mark.parametrize(
    ("june", "rule"),
    [
        ([row(NIK), row("9.97201E+15")], "mend the rejected rows"),
        ([row(NIK), row(THIRD, firm="1")], "mend the rejected rows"),
        ([row(NIK), f"{row(THIRD)};;too;wide"], "mend the rejected rows"),
        ([row(NIK, firm="")], "no worker of this employer"),
    ],
)
def test_nobody_is_unregistered_where_the_new_list_is_not_whole(
    june: list[str], rule: str, tmp_path: Path
) -> None:
    may = listed(tmp_path / "may.csv", row(NIK, "2025-05"), row(WOMAN, "2025-05"))
    found = outcomes(listed(tmp_path / "june.csv", *june), "sipp", previous=may)
    assert "worker.unregistered" not in [kind for kind, _, _ in told(found)]
    assert any(rule in said for _, _, said in rejects(found))


@pytest.mark.parametrize("may", ["2025-06", "2025-07"])
def test_lists_given_the_wrong_way_round_unregister_nobody(may: str, tmp_path: Path) -> None:
    before = listed(tmp_path / "may.csv", row(WOMAN, may))
    found = outcomes(listed(tmp_path / "june.csv", row(NIK)), "sipp", previous=before)
    assert rejects(found) == [(2, "BLTH", "must be before the month of the new list")]


PAID = f"{HEAD};Iuran;Tgl Bayar"


def test_contributions_are_told_for_an_employer_when_every_row_says_them(tmp_path: Path) -> None:
    path = listed(
        tmp_path / "a.csv",
        f"{row(NIK)};200000;10/07/2025",
        f"{row(WOMAN)};Rp 150.000,00;11/07/2025",
        head=PAID,
    )
    *_, posted = events(outcomes(path, "sipp"))
    assert short(posted) == "contribution.posted"
    assert posted["data"] == {
        "period": "2025-06",
        "amount_idr": 350_000,
        "workers": 2,
        "posted_on": "2025-07-11",
    }
    screened(posted)


@pytest.mark.parametrize("second", [f"{row(WOMAN)};;", f"{row(WOMAN, wage='x')};1;11/07/2025"])
def test_no_contribution_is_told_of_a_list_that_says_only_part_of_it(second: str, tmp_path: Path) -> None:
    path = listed(tmp_path / "a.csv", f"{row(NIK)};200000;10/07/2025", second, head=PAID)
    found = outcomes(path, "sipp")
    assert "contribution.posted" not in [short(e) for e in events(found)]
    assert rejects(found)[-1][1] == "Iuran"


def test_a_list_without_contributions_says_nothing_of_them(tmp_path: Path) -> None:
    found = outcomes(listed(tmp_path / "a.csv", f"{row(NIK)};;", head=PAID), "sipp")
    assert [short(e) for e in events(found)] == ["worker.registered"]


def test_importing_again_says_nothing_and_a_changed_copy_says_exactly_the_change(tmp_path: Path) -> None:
    memory, gateway = Memory(tmp_path / "memory"), Remembering()
    path = tmp_path / "june.csv"
    listed(path, row(NIK), row(WOMAN))
    first = imported(read([path], about("sipp")), gateway, memory)
    assert (first.events, first.sent.accepted) == (2, 2)
    again = imported(read([path], about("sipp")), gateway, memory)
    assert (again.events, again.skipped.total(), again.balanced) == (0, 2, True)
    listed(path, row(NIK), row(WOMAN, wage="4.000.000"), row(THIRD))
    changed = imported(read([path], about("sipp")), gateway, memory)
    assert (changed.events, changed.sent.accepted, changed.sent.duplicates) == (2, 2, 0)
    latest = list(gateway.known.values())[-2:]
    assert [e["subject"] for e in latest] == [f"worker:{WOMAN}", f"worker:{THIRD}"]


def test_ids_hold_no_number_of_a_person_and_are_stable_for_a_secret(tmp_path: Path) -> None:
    path = listed(tmp_path / "a.csv", row(NIK))
    one, same, other = (
        events(outcomes(path, "sipp", secret=secret))[0].key for secret in (b"a" * 32, b"a" * 32, b"b" * 32)
    )
    assert one == same != other
    assert one is not None
    assert NIK not in one


def test_the_memory_and_the_rejects_hold_no_number_of_a_person(tmp_path: Path) -> None:
    path = listed(tmp_path / "a.csv", row(NIK), row(WOMAN, wage=NIK), row("9972019901900001"))
    memory, reject_path = tmp_path / "memory", tmp_path / "rejects.jsonl"
    with Memory(memory) as kept:
        imported(read([path], about("sipp")), Remembering(), kept, reject_path=reject_path)
    told = memory.read_bytes() + reject_path.read_bytes()
    for number in (NIK, WOMAN, "9972019901900001"):
        assert number.encode() not in told
    assert len(reject_path.read_text().splitlines()) == 2
