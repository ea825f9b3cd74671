"""A watched folder: what is complete is taken once, what is not is left, what is bad says why."""

import json
from pathlib import Path

import pytest

from patuh.importing.feeds.configuration import Drop
from tests.unit.answering import Remembering
from tests.unit.feeding import SOURCE, Place, account, as_lines, done, events, known, place_at, put, rested

NIK = "9972010101900001"
BAD = "<html><body>Sesi Anda telah berakhir</body></html>"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_at(tmp_path)


def left(place: Place) -> list[str]:
    return sorted(p.name for p in place.drop.iterdir() if p.is_file() and not p.name.startswith(".patuh"))


def test_a_file_is_taken_and_moved_with_its_account(place: Place) -> None:
    put(place, "april.jsonl", as_lines(events(1, 2)) + "no event\n")
    rested(place, place.folder())
    assert done(place) == ["april.jsonl", "april.jsonl.account.json", "april.jsonl.rejects.jsonl"]
    told = account(place, "april.jsonl")
    assert (told["result"], told["accepted"], told["rejected"]) == ("imported", 2, 1)
    rejects = (place.drop / "done" / "2025-06-10" / "april.jsonl.rejects.jsonl").read_text()
    assert json.loads(rejects)["rule"] == "not a JSON object"
    assert known(place) == 2
    assert not left(place)


def test_a_file_that_still_grows_waits(place: Place) -> None:
    path, folder = put(place, "april.jsonl", as_lines(events(1))), place.folder()
    folder.scan()
    place.hands.sleep(4)
    with path.open("a") as file:
        file.write(as_lines(events(2)))
    folder.scan()
    place.hands.sleep(4)
    assert folder.scan() == 1
    assert known(place) == 0
    place.hands.sleep(1)
    assert folder.scan() == 0
    assert known(place) == 2


@pytest.mark.parametrize(
    "name", ["a.csv.part", "~$a.xlsx", ".~lock.a.xlsx#", ".hidden", "a.tmp", "a.CRDOWNLOAD"]
)
def test_unfinished_names_are_left_alone(place: Place, name: str) -> None:
    put(place, name, as_lines(events(1)))
    rested(place, place.folder())
    assert left(place) == [name]
    assert known(place) == 0


def test_an_unfinished_file_is_taken_under_its_final_name(place: Place) -> None:
    folder, path = place.folder(), put(place, "a.jsonl.part", as_lines(events(1)))
    rested(place, folder)
    path.rename(place.drop / "a.jsonl")
    rested(place, folder)
    assert known(place) == 1


def test_a_link_is_not_followed(place: Place) -> None:
    secret = place.data / "secret.jsonl"
    secret.write_text(as_lines(events(1)))
    (place.drop / "a.jsonl").symlink_to(secret)
    rested(place, place.folder())
    assert known(place) == 0
    assert secret.exists()


def test_the_same_file_again_is_already_imported_after_a_restart_too(place: Place) -> None:
    put(place, "april.jsonl", as_lines(events(1)))
    rested(place, place.folder())
    put(place, "april again.jsonl", as_lines(events(1)))
    rested(place, place.folder())
    told = account(place, "april again.jsonl")
    assert (told["result"], told["imported_as"], told["accepted"]) == ("already imported", "april.jsonl", 1)


def test_a_name_in_use_is_not_overwritten(place: Place) -> None:
    for number in (1, 2):
        put(place, "april.jsonl", as_lines(events(number)))
        rested(place, place.folder())
    assert {"april.jsonl", "april-2.jsonl"} <= set(done(place))


@pytest.mark.parametrize(
    ("name", "text", "english"),
    [
        ("empty.jsonl", "", "The file is empty."),
        ("page.json", BAD, "Nothing in it could be used"),
        ("cut.json", json.dumps(events(1, 2))[:-40], "The file is damaged"),
        ("broken.jsonl.gz", "no gzip", "The file is damaged"),
    ],
)
def test_a_bad_file_says_why_in_both_languages_and_the_next_goes_on(
    place: Place, name: str, text: str, english: str
) -> None:
    put(place, name, text)
    put(place, "zz good.jsonl", as_lines(events(3)))
    rested(place, place.folder())
    reason = (place.drop / "failed" / f"{name}.reason.txt").read_text()
    assert english in reason
    assert len(reason.strip().split("\n\n")) == 2
    assert (place.drop / "failed" / name).read_text() == text
    assert "zz good.jsonl" in done(place)
    assert "Sesi" not in reason


def test_a_failed_file_is_tried_again_when_it_is_dropped_again(place: Place) -> None:
    for _ in range(2):
        put(place, "page.json", BAD)
        rested(place, place.folder())
    assert (place.drop / "failed" / "page-2.json").exists()


def test_files_are_read_by_the_rule_that_their_name_fits(place: Place) -> None:
    put(place, "APRIL.JSONL", as_lines(events(1)))
    put(place, "notes.docx", "hello")
    rested(place, place.folder(Drop("cloudevents", SOURCE, match="*.jsonl")))
    assert "APRIL.JSONL" in done(place)
    assert "fits none of the rules" in (place.drop / "failed" / "notes.docx.reason.txt").read_text()


def test_an_event_that_names_a_person_is_refused_without_her_number(place: Place) -> None:
    person = {**events(1)[0], "subject": f"worker:{NIK}", "id": f"enrolled-{NIK}"}
    place.gateway = Remembering(refused=person["subject"])
    put(place, "april.jsonl", as_lines([person, *events(2)]))
    rested(place, place.folder())
    rejects = (place.drop / "done" / "2025-06-10" / "april.jsonl.rejects.jsonl").read_text()
    assert json.loads(rejects)["rule"] == "another agency's"
    assert NIK not in rejects + str(place.said)
