"""LKPP's answers become project events: joined by package, told once, and without anyone's person."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from patuh.importing.lkpp import About, read
from patuh.importing.memory import UNCHANGED, Memory
from patuh.importing.outcomes import Mapped, Rejected
from shared.events import envelope
from tests.unit.answering import Remembering, imported
from tests.unit.fixtures.lkpp import snapshot as lkpp
from tests.unit.fixtures.lkpp.telling import ABOUT, account, by_what, events, of_rows


def test_a_chain_is_told_once_from_all_its_files(tmp_path: Path) -> None:
    told = events(read(lkpp.write(tmp_path, lkpp.whole()), ABOUT))

    award = told["93-tender-10002513000/award"]
    assert (award["subject"], award["source"]) == ("project:lkpp-93-tender-10002513000", "urn:lkpp:93")
    assert "id" not in award
    assert award["data"] == {
        "title": "Pembangunan Jembatan Contoh",
        "kind": "construction",
        "method": "tender",
        "owner": {"agency": "12335093", "name": "DINAS PEKERJAAN UMUM DAN TATA RUANG"},
        "contractors": [f"employer:{lkpp.FIRM16}"],
        "value_idr": 900000000,
        "funding": "APBD",
        "contract_on": "2025-03-21",
        "region": "32.72",
    }
    assert told["93-tender-10002513000/start"]["data"] == {"start_on": "2025-03-25", "end_on": "2025-08-13"}


def test_every_row_has_one_outcome(tmp_path: Path) -> None:
    summary = account(read(lkpp.write(tmp_path, lkpp.whole()), ABOUT))

    assert summary.read == sum(len(rows) for rows in lkpp.whole().values()) == 12
    assert summary.read == summary.mapped + summary.skipped.total() + summary.rejected
    assert dict(summary.skipped) == {
        "told together with another row of its package": 3,
        "said again by a newer row": 1,
        "failed or cancelled before an award": 1,
        "no winner yet": 1,
    }


def test_the_order_of_files_and_their_names_do_not_matter(tmp_path: Path) -> None:
    paths = lkpp.write(tmp_path, lkpp.whole())
    renamed = [path.rename(tmp_path / f"{number}.dat") for number, path in enumerate(paths)]

    assert events(read(renamed, ABOUT)) == events(read(reversed(renamed), ABOUT))


def test_the_same_again_is_no_news_and_a_change_is_one(tmp_path: Path) -> None:
    memory, gateway = Memory(None), Remembering()
    first = imported(read(lkpp.write(tmp_path, lkpp.whole()), ABOUT), gateway, memory)
    later = About(datetime(2025, 10, 10, tzinfo=UTC))
    again = imported(read(lkpp.write(tmp_path, lkpp.whole()), later), gateway, memory)
    files = lkpp.whole() | {
        "SPSE-TenderEkontrak-2Kontrak": [lkpp.contract(), lkpp.contract(versi_addendum=1)]
    }
    change = imported(read(lkpp.write(tmp_path, files), later), gateway, memory)

    assert first.events == len(gateway.known) - change.events == 6
    assert (again.events, again.skipped[UNCHANGED], again.balanced) == (0, 6, True)
    assert dict(change.types) == {"id.patuh.project.amended.v1": 1}


def test_a_newer_snapshot_of_two_wins_in_any_order(tmp_path: Path) -> None:
    newer = lkpp.direct(tgl_penarikan="2025-10-10", nilai_negosiasi=97000000)
    for rows in ([lkpp.direct(), newer], [newer, lkpp.direct()]):
        assert by_what(of_rows(tmp_path, *rows))["award"]["value_idr"] == 97000000


def test_time_is_the_day_of_the_snapshot_else_the_instant_given(tmp_path: Path) -> None:
    def time(about: About, **changes: Any) -> str:
        path = lkpp.write_lines(tmp_path / "rows.jsonl", [lkpp.direct(**changes)])
        (event,) = events(read([path], about)).values()
        return str(event["time"])

    late = About(datetime(2025, 12, 1, tzinfo=UTC), "urn:lkpp:kab-contoh")
    assert time(late) == "2025-10-03T00:00:00+07:00"
    assert time(ABOUT) == "2025-10-03T11:00:00+00:00"
    assert time(late, tgl_penarikan=None) == "2025-12-01T00:00:00+00:00"


def test_nobodys_person_is_in_an_event_beyond_the_nik_of_a_winner(tmp_path: Path) -> None:
    outcomes = list(read(lkpp.write(tmp_path, lkpp.whole()), ABOUT))
    text = json.dumps(list(events(outcomes).values()))
    told = repr([o for o in outcomes if not isinstance(o, Mapped)]) + repr(list(events(outcomes)))

    personal = (lkpp.OFFICIAL, lkpp.OFFICIAL_NIP, lkpp.DIRECTOR, lkpp.ACCOUNT, "WARGA CONTOH")
    assert not [value for value in personal if value in text + told]
    assert (text.count(lkpp.NIK), lkpp.NIK in told) == (1, False)


def test_a_person_s_number_in_a_title_or_a_code_goes_nowhere(tmp_path: Path) -> None:
    path = lkpp.write_lines(
        tmp_path / "rows.jsonl",
        [lkpp.direct(nama_paket=f"Honor {lkpp.NIK}"), lkpp.direct(kd_nontender=int(lkpp.NIK))],
    )
    outcomes = list(read([path], ABOUT))

    assert [e["data"]["title"] for e in events(outcomes).values()] == ["Honor …"]
    assert [type(o) for o in outcomes] == [Rejected, Mapped]
    assert lkpp.NIK not in repr(outcomes[0]) + json.dumps(events(outcomes))


def test_every_event_is_one_that_consumers_read(tmp_path: Path) -> None:
    for event in events(read(lkpp.write(tmp_path, lkpp.whole()), ABOUT)).values():
        taken = json.dumps({**event, "id": event.key}).replace(lkpp.NIK, "person-" + 40 * "0")
        assert envelope.parse(taken.encode()).kind.name == event["type"]
