"""Lists and LKPP's answers by a folder and by a pull: compared with the month before, or joined."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.responses import Response

from patuh.importing.feeds.configuration import Drop, Paging
from patuh.importing.registers import kinds as registers
from patuh.importing.registers.templates import write_template
from patuh.importing.running import Send
from patuh.sending import Tally
from tests.unit.answering import Remembering
from tests.unit.feeding import Agency, Place, feed, place_at
from tests.unit.fixtures.lkpp import snapshot as lkpp
from tests.unit.listing import NIK, WOMAN

SIPP = Drop("list:sipp", "https://sipp.example.id")
HEAD = "NPP;NPWP Perusahaan;BLTH;NIK;Nama;Upah;Program"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_at(tmp_path)


@pytest.fixture
def agency() -> Iterator[Agency]:
    with Agency().listening() as agency:
        yield agency


def month(name: str, *people: str, head: str = HEAD) -> str:
    rows = (f"ZZ000017;0012345674405000;{name};{nik};Orang;3500000;JKK JKM" for nik in people)
    return "\n".join((head, *rows)) + "\n"


def dropped(place: Place, name: str, text: str, drop: Drop = SIPP) -> None:
    (place.drop / name).write_text(text)
    folder = place.folder(drop)
    folder.scan()
    place.hands.sleep(5)
    folder.scan()


def kinds(place: Place) -> list[str]:
    assert isinstance(place.gateway, Remembering)
    return [event["type"].split(".", 2)[2].removesuffix(".v1") for event in place.gateway.known.values()]


def test_a_month_is_compared_with_the_month_before(place: Place) -> None:
    dropped(place, "juni.csv", month("2025-06", NIK, WOMAN))
    assert kinds(place) == ["worker.registered"] * 2
    dropped(place, "juli.csv", month("2025-07", NIK))
    assert kinds(place).count("worker.unregistered") == 1
    assert isinstance(place.gateway, Remembering)
    left = next(e for e in place.gateway.known.values() if "unregistered" in e["type"])
    assert left["subject"] == f"worker:{WOMAN}"


@pytest.mark.parametrize("name", ["Upah Pokok Bulan Ini", "Upahh"])
def test_names_that_are_guessed_or_not_known_are_not_taken_unseen(place: Place, name: str) -> None:
    guessed = HEAD.replace("Upah", name)
    dropped(place, "juni.csv", month("2025-06", NIK, head=guessed))
    reason = (place.drop / "failed" / "juni.csv.reason.txt").read_text()
    assert "--save-mapping" in reason
    assert not kinds(place)


def test_a_confirmed_mapping_is_used(place: Place) -> None:
    names = dict(
        zip(
            HEAD.split(";"),
            ("npp", "npwp", "period", "nik", "", "wage_idr", "programmes"),
            strict=True,
        )
    )
    columns = {"Gaji" if name == "Upah" else name: field for name, field in names.items() if field}
    mapping = place.data / "sipp.yaml"
    mapping.write_text(json.dumps({"kind": "sipp", "columns": columns}))
    drop = Drop("list:sipp", "https://sipp.example.id", options={"mapping": str(mapping)})
    dropped(place, "juni.csv", month("2025-06", NIK, head=HEAD.replace("Upah", "Gaji")), drop)
    assert kinds(place) == ["worker.registered"]


def test_nothing_kept_beside_the_file_holds_a_number_of_a_person(place: Place) -> None:
    dropped(place, "juni.csv", month("2025-06", NIK, "9972019901900001"))
    kept = [p for p in place.data.rglob("*") if p.is_file() and p.name != "juni.csv"]
    assert {p.name for p in kept} >= {"juni.csv.account.json", "juni.csv.rejects.jsonl", "feeds.sqlite"}
    assert not [p for p in kept if NIK.encode() in p.read_bytes() or b"9972019901900001" in p.read_bytes()]


def pulled_month(place: Place, agency: Agency, **told: Any) -> str | None:
    made = feed(
        f"{agency.url}/sipp.csv", name="sipp", format="list:sipp", source="https://sipp.example.id", **told
    )
    return place.puller().pull(made).error


def test_a_pulled_list_is_compared_with_the_one_pulled_before(place: Place, agency: Agency) -> None:
    answers = [month("2025-06", NIK, WOMAN), month("2025-07", NIK)]
    agency.answers["/sipp.csv"] = [Response(text, media_type="text/csv") for text in answers]
    assert [pulled_month(place, agency) for _ in answers] == [None, None]
    assert kinds(place).count("worker.unregistered") == 1


def test_a_pulled_list_that_broke_off_is_told_again_as_of_the_same_time(place: Place, agency: Agency) -> None:
    agency.answers["/sipp.csv"] = [Response(month("2025-06", NIK, WOMAN), media_type="text/csv")]
    remembering = place.gateway

    def dying(found: Any, *, on_taken: Any, **told: Any) -> Tally:
        remembering(found, on_taken=lambda _: None, **told)
        raise Crash  # the gateway has everything, and nobody was told

    place.gateway = cast(Send, dying)
    with pytest.raises(Crash):
        pulled_month(place, agency)
    place.gateway = remembering
    place.hands.sleep(86_400)
    assert pulled_month(place, agency) is None
    assert kinds(place) == ["worker.registered"] * 2


class Crash(BaseException):
    """The process ends here."""


def test_a_part_of_a_list_is_refused(place: Place, agency: Agency) -> None:
    link = {"link": '</sipp.csv?page=2>; rel="next"'}
    agency.answers["/sipp.csv"] = [Response(month("2025-06", NIK), media_type="text/csv", headers=link)]
    assert pulled_month(place, agency) == "a list must come whole, on one page"
    assert not kinds(place)


def inaproc(rows: list[dict[str, Any]], cursor: str | None = None) -> dict[str, Any]:
    return {"success": True, "data": rows, "meta": {"cursor": cursor, "has_more": cursor is not None}}


def test_lkpp_answers_of_several_addresses_and_pages_are_joined(place: Place, agency: Agency) -> None:
    agency.answers |= {
        "/announced": [inaproc([lkpp.announced()])],
        "/valued": [inaproc([], "b")],
        "/valued?cursor=b": [inaproc([lkpp.valued()])],
    }
    made = feed(
        f"{agency.url}/announced",
        also=[f"{agency.url}/valued"],
        format="lkpp",
        source="urn:lkpp:93",
        paging=Paging(),
    )
    first = place.puller().pull(made)
    assert first.error is None
    assert kinds(place) == ["project.awarded"]
    assert isinstance(place.gateway, Remembering)
    (award,) = place.gateway.known.values()
    assert award["data"]["title"] == "Pembangunan Jembatan Contoh"
    place.hands.sleep(86_400)
    again = place.puller().pull(made)
    assert (again.error, again.account and again.account["events"], len(kinds(place))) == (None, 0, 1)


def test_joined_answers_say_nothing_when_one_of_them_fails(place: Place, agency: Agency) -> None:
    agency.answers |= {"/announced": [inaproc([lkpp.announced()])], "/valued": [Response("no", 404)]}
    made = feed(
        f"{agency.url}/announced",
        also=[f"{agency.url}/valued"],
        format="lkpp",
        source="urn:lkpp:93",
        paging=Paging(),
    )
    assert "404" in str(place.puller().pull(made).error)
    assert not kinds(place)


@pytest.mark.parametrize("name", sorted(registers.kinds()))
def test_the_template_of_every_list_is_taken_as_it_is(place: Place, name: str) -> None:
    write_template(registers.kinds()[name], place.drop / "list.csv", "csv")
    text = (place.drop / "list.csv").read_text()
    dropped(place, "list.csv", text, Drop(f"list:{name}", "https://x.example.id"))
    assert kinds(place), (place.drop / "failed" / "list.csv.reason.txt").read_text()
