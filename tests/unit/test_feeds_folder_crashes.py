"""A watched folder when things go wrong or happen twice: nothing is lost, nothing has effect twice."""

import multiprocessing
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from patuh.importing.feeds.configuration import Drop
from patuh.importing.feeds.folder import Folder
from patuh.importing.feeds.watching import take_once, watch
from patuh.importing.running import Send
from patuh.sending import SendingFailed, Tally
from tests.unit.feeding import SOURCE, Place, account, as_lines, done, events, known, place_at, put, rested


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_at(tmp_path)


def test_a_file_stays_while_the_gateway_is_away(place: Place) -> None:
    taken, place.gateway = place.gateway, _away
    path, folder = put(place, "april.jsonl", as_lines(events(1))), place.folder()
    rested(place, folder)
    assert path.exists()
    assert "later: the gateway cannot be reached" in place.said[-1]
    place.gateway = taken
    rested(place, place.folder())
    assert known(place) == 1


def _away(*_: object, **__: object) -> Tally:
    raise SendingFailed("the gateway cannot be reached", Tally())


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_in_the_middle_of_a_file_has_no_effect_twice(place: Place) -> None:
    remembering = place.gateway
    put(place, "april.jsonl", as_lines(events(1, 2)))

    def dying(found: Any, **told: Any) -> Tally:
        remembering(found, **told)
        raise Crash

    place.gateway = cast(Send, dying)
    with pytest.raises(Crash):
        rested(place, place.folder())
    place.gateway = remembering
    rested(place, place.folder())
    told = account(place, "april.jsonl")
    assert (told["accepted"], told["duplicates"], known(place)) == (0, 2, 2)


def test_a_crash_between_checkpoint_and_move_only_moves(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place, "april.jsonl", as_lines(events(1)))
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "_move", _crash)
        with pytest.raises(Crash):
            rested(place, place.folder())
    rested(place, place.folder())
    assert account(place, "april.jsonl")["accepted"] == 1
    last = place.folder().checkpoint.last_file(Drop("cloudevents", SOURCE).series)
    assert last == place.drop / "done" / "2025-06-10" / "april.jsonl"


def _crash(*_: object) -> Path:
    raise Crash


def test_the_last_file_of_a_series_is_kept_for_the_next(place: Place) -> None:
    april, may = Drop("cloudevents", SOURCE, match="april*"), Drop("cloudevents", SOURCE, match="may*")
    put(place, "april.jsonl", as_lines(events(1)))
    folder = place.folder(april, may)
    rested(place, folder)
    kept = folder.checkpoint.last_file(april.series)
    assert kept is not None
    assert folder.checkpoint.last_file(may.series) is None
    kept.unlink()
    assert folder.checkpoint.last_file(april.series) is None


def _watcher(data: str, drop: str, ready: Any) -> None:
    place = place_at(Path(data))
    folder = place.folder(quiet=0)
    folder.path = Path(drop)
    ready.wait()
    for _ in range(40):
        folder.scan()
    (Path(data) / "count").write_text(str(known(place)))


def test_two_watchers_on_one_folder_take_each_file_once(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    for number in range(20):
        (drop / f"{number}.jsonl").write_text(as_lines(events(number)))
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(2)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    started = [
        spawn.Process(target=_watcher, args=(str(tmp_path / name), str(drop), ready))
        for name in ("one", "two")
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
        assert process.exitcode == 0
    assert sum(int((tmp_path / name / "count").read_text()) for name in ("one", "two")) == 20
    assert len(list((drop / "done").rglob("*.account.json"))) == 20


def test_keeping_watch_takes_what_is_dropped_meanwhile(place: Place) -> None:
    ended = threading.Event()

    def tell(_: str) -> None:
        ended.set()

    watching = threading.Thread(target=_watch, args=(place, tell, ended))
    watching.start()
    unfinished = put(place, "april.jsonl.part", as_lines(events(1)))
    unfinished.rename(place.drop / "april.jsonl")
    assert ended.wait(30)
    watching.join(30)
    assert "april.jsonl" in done(place)


def _watch(place: Place, tell: Any, ended: threading.Event) -> None:
    folder = place.folder(quiet=0)  # sqlite files belong to the thread that opened them
    folder.tell = tell
    watch(folder, ended)


def test_once_waits_for_what_is_there_to_rest(place: Place) -> None:
    put(place, "april.jsonl", as_lines(events(1)))
    take_once(place.folder(), place.hands.sleep)
    assert place.hands.slept == [5.0]
    assert known(place) == 1
