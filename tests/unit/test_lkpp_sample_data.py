"""The importer on LKPP's real answers: the counts add up, again is no news, nobody's person leaks."""

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from patuh.importing.lkpp import About, read, suppliers, traps
from patuh.importing.memory import UNCHANGED, Memory
from patuh.importing.outcomes import Mapped, Outcome, Rejected
from shared.events import envelope
from shared.identifiers import NIK_ANYWHERE
from tests.unit.answering import Remembering, imported
from tests.unit.fixtures.lkpp.telling import account, events

SAMPLES = Path(os.environ.get("PATUH_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data")) / "lkpp"
if not SAMPLES.is_dir():
    pytest.skip("LKPP sample data not beside the project", allow_module_level=True)

ABOUT = About(datetime(2025, 10, 3, 11, tzinfo=UTC))
LATER = About(datetime(2025, 10, 10, 11, tzinfo=UTC))
BANDUNG = sorted((SAMPLES / "isb_kab_bandung_2025").glob("SPSE-*.json"))
CODES = sorted((SAMPLES / "isb_kab_bandung_2025").glob("RUP-*.json"))
INAPROC = sorted((SAMPLES / "inaproc_v1").glob("*.jsonl"))
PERSONAL = ("nip", "nama_ppk", "nama_pokja", "wakil_sah", "no_rek", "nama_pemilik_rek", "alamat_penyedia")
Rows = list[dict[str, Any]]
AWARDED, STARTED, AMENDED, PAID, COMPLETED, CANCELLED = (
    f"id.patuh.project.{what}.v1"
    for what in ("awarded", "started", "amended", "paid", "completed", "cancelled")
)


def rows_of(path: Path) -> Rows:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    loaded: Rows = json.loads(path.read_text())
    return loaded


def changed(folder: Path, changes: dict[str, Callable[[Rows], None]]) -> list[Path]:
    """A copy of the answers of Kab. Bandung with `changes` made to the rows of a service."""
    for path in BANDUNG:
        rows = rows_of(path)
        for name, change in changes.items():
            if path.name == f"SPSE-{name}.json":
                change(rows)
        (folder / path.name).write_text(json.dumps(rows))
    return sorted(folder.iterdir())


@cache
def outcomes_of(*paths: Path) -> tuple[Outcome, ...]:
    return tuple(read(paths, ABOUT))


def test_kab_bandung_adds_up() -> None:
    summary = account(outcomes_of(*BANDUNG))

    assert summary.read == sum(len(rows_of(path)) for path in BANDUNG) == 5077
    assert (summary.mapped, summary.skipped.total(), summary.rejected) == (3366, 1708, 3)
    assert dict(summary.types) == {AWARDED: 1936, STARTED: 1002, COMPLETED: 313, AMENDED: 7, PAID: 421}
    assert dict(summary.skipped) == {
        "told together with another row of its package": 1221,
        "said again by a newer row": 449,
        "no winner yet": 18,
        "failed or cancelled before an award": 15,
        "its package was rejected at another row": 5,
    }
    assert dict(summary.rules) == {
        "jenis_pengadaan: missing or unknown, and the title does not tell the kind of work": 3,
    }


def test_inaproc_adds_up() -> None:
    summary = account(outcomes_of(*INAPROC))

    assert summary.read == sum(len(rows_of(path)) for path in INAPROC) == 492
    assert (summary.mapped, summary.skipped.total(), summary.rejected) == (222, 264, 6)
    assert dict(summary.types) == {AWARDED: 190, AMENDED: 32, COMPLETED: 47, CANCELLED: 2}
    assert dict(summary.rules) == {
        "npwp_penyedia: missing, or masked by the publisher": 4,
        "jenis_pengadaan: missing or unknown, and the title does not tell the kind of work": 2,
    }


def test_each_trap_met_is_reported() -> None:
    bandung, inaproc = (account(outcomes_of(*paths)).defects for paths in (BANDUNG, INAPROC))

    assert [(defect, bandung[defect], inaproc[defect]) for defect in TRAPS] == [
        (defect, *counts) for defect, counts in TRAPS.items()
    ]


# By rows in which it was met: Kab. Bandung, INAPROC.
TRAPS = {
    traps.Z_NOT_UTC: (2924, 365),
    traps.DATE_FORM: (1010, 0),
    traps.CENTS: (989, 120),
    traps.NPWP_FORM: (3025, 300),
    traps.NPWP_BROKEN: (563, 58),
    traps.NPWP_COLUMN: (1858, 177),
    traps.SAID_TWICE: (449, 0),
    traps.ADDENDUM: (11, 32),
    traps.STAGE_OPEN: (9, 29),
    traps.VALUE_DIFFERS: (0, 16),
    traps.KSO_TEXT: (0, 2),
    traps.PERSON: (262, 0),
    suppliers.WITHHELD: (85, 7),
    traps.OTHER_YEAR: (0, 1),
    traps.DURATION_TEXT: (1010, 0),
    traps.MARKUP: (128, 42),
    traps.SEVERAL_PLANS: (6, 5),
    traps.WIDE_NUMBER: (5074, 75),
    traps.LOCAL_NUMBER: (0, 411),
    traps.ENDS_FIRST: (0, 1),
}


def test_863_hand_overs_are_423_said_twice_or_oftener() -> None:
    (path,) = [path for path in BANDUNG if "4BAPBAST" in path.name]
    summary = account(read([path], ABOUT))

    assert (summary.read, summary.defects[traps.SAID_TWICE]) == (863, 863 - 423)


def test_all_kinds_of_work_and_every_place_are_known() -> None:
    awards = [e["data"] for e in events(outcomes_of(*BANDUNG)).values() if e["type"] == AWARDED]

    kinds = Counter(award["kind"] for award in awards)
    assert kinds == {"construction": 804, "construction-consultancy": 491, "services": 438, "goods": 203}
    assert Counter(award["method"] for award in awards) == {"direct": 1868, "tender": 68}
    assert {award.get("region") for award in awards if award["method"] == "tender"} == {"32.04"}


def test_again_is_no_news_also_as_csv(tmp_path: Path) -> None:
    memory, gateway = Memory(None), Remembering()
    first = imported(read(BANDUNG, ABOUT), gateway, memory)
    again = imported(read(BANDUNG, LATER), gateway, memory)
    tables = imported(read([as_csv(path, tmp_path) for path in BANDUNG], LATER), gateway, memory)

    assert (first.events, first.balanced, len(gateway.known)) == (3679, True, 3679)
    for summary in (again, tables):
        assert (summary.read, summary.events, summary.balanced) == (5077, 0, True)
        assert summary.skipped[UNCHANGED] == first.mapped


def as_csv(path: Path, folder: Path) -> Path:
    """The portal's other form, in which null is 0."""
    rows, table = rows_of(path), folder / f"{path.stem}.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: 0 if value is None else value for name, value in row.items()} for row in rows)
    return table


def test_a_changed_copy_gives_exactly_its_changes(tmp_path: Path) -> None:
    memory, gateway = Memory(None), Remembering()
    imported(read(BANDUNG, ABOUT), gateway, memory)

    def finish(rows: Rows) -> None:
        for row in [row for row in rows if row["kd_tender"] % 2000][:5]:
            day = "2025-10-06T10:00:00.000000Z"
            row |= {"status_kontrak": "Kontrak Selesai", "tgl_penetapan_status_kontrak": day}
        rows.append(rows[-1] | {"versi_addendum": 1, "nilai_kontrak": rows[-1]["nilai_kontrak"] + 1000000})

    def add(rows: Rows) -> None:
        rows.extend(rows[number] | {"kd_nontender": 10900000000 + number} for number in range(3))

    changes: dict[str, Callable[[Rows], None]] = {"TenderEkontrak-2Kontrak": finish, "NonTenderSelesai": add}
    week = imported(read(changed(tmp_path, changes), LATER), gateway, memory)

    assert dict(week.types) == {COMPLETED: 5, AMENDED: 1, AWARDED: 3}
    assert week.balanced


def test_a_nik_is_a_contractor_and_nothing_else_of_a_person_is_anywhere() -> None:
    for paths in (BANDUNG, INAPROC):
        outcomes = outcomes_of(*paths)
        told = list(events(outcomes).values())
        beside = json.dumps([{**e, "data": {**e["data"], "contractors": []}} for e in told]).lower()
        beside += repr([o for o in outcomes if not isinstance(o, Mapped)]).lower() + repr(
            [e.key for e in told]
        )

        assert not [number for number in personal_values(paths) if number in beside]
        assert not NIK_ANYWHERE.search(beside)


def test_no_old_number_of_a_natural_person_is_told() -> None:
    rows = [row for path in BANDUNG for row in rows_of(path)]
    persons = [r for r in rows if str(r.get("bentuk_usaha_penyedia")).startswith(("Orang", "Konsultan"))]
    old = {re.sub("[^0-9]", "", row["npwp_penyedia"] or "").zfill(16) for row in persons}
    told = {c for e in events(outcomes_of(*BANDUNG)).values() for c in e["data"].get("contractors", [])}

    assert len(persons) == 146
    assert not told & {f"employer:{number}" for number in old if number.startswith("0")}


def personal_values(paths: list[Path]) -> set[str]:
    rows = chain.from_iterable(rows_of(path) for path in paths)
    cells = [
        str(value)
        for row in rows
        for name, value in row.items()
        if value and (name.startswith(PERSONAL) or ("npwp" in name and str(value)[:1] not in "0"))
    ]
    parts = {part.strip().lower() for cell in cells for part in cell.split(";")}
    # A single word may be a name and a place alike.
    return {part for part in parts if len(part) > 5 and (" " in part or part[-1].isdigit())}


def test_every_event_is_one_that_consumers_read() -> None:
    for key, event in events(read([*BANDUNG, *INAPROC], ABOUT)).items():
        taken = NIK_ANYWHERE.sub("person-" + 40 * "0", json.dumps({**event, "id": key}))
        envelope.parse(taken.encode())


def test_lists_of_codes_are_skipped_and_errors_of_the_service_rejected() -> None:
    codes = account(read(CODES, ABOUT))
    errors = list(read(sorted((SAMPLES / "isb_errors").iterdir()), ABOUT))

    assert dict(codes.skipped) == {"a plan or a list of codes, about no package": 519 + 38 + 165}
    assert [outcome.rule for outcome in errors if isinstance(outcome, Rejected)] == [
        "empty: the service gave no answer",
        "an error of the service in HTML or XML, not data",
    ]
