"""A pull over HTTP: what is new is taken once; a failure is told, kept, and gone on from."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import Response

from patuh.importing.feeds.checkpoint import Checkpoint
from patuh.importing.feeds.configuration import Paging
from patuh.importing.feeds.pulling import what
from patuh.importing.feeds.schedule import due, pull_all
from patuh.sending import SendingFailed, Tally
from tests.unit.feeding import Agency, Place, as_lines, events, feed, known, page, place_at

INAPROC = Paging()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_at(tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[Agency]:
    with Agency().listening() as agency:
        yield agency


@pytest.fixture
def agency(server: Agency) -> Agency:
    server.answers, server.asked = {}, []
    return server


def test_what_did_not_change_is_not_sent_again(place: Place, agency: Agency) -> None:
    agency.answers["/feed"] = [Response(as_lines(events(1, 2)), headers={"etag": '"a"'})]
    first = place.puller().pull(feed(f"{agency.url}/feed"))
    assert (first.error, first.account and first.account["accepted"]) == (None, 2)
    again = place.puller().pull(feed(f"{agency.url}/feed"))
    assert agency.asked[1][1]["if-none-match"] == '"a"'
    assert again.account == dict.fromkeys(again.account or {}, 0)
    assert known(place) == 2
    changed = feed(f"{agency.url}/feed", source="urn:other")
    place.puller().pull(changed)
    assert "if-none-match" not in agency.asked[2][1]


def test_last_modified_is_enough(place: Place, agency: Agency) -> None:
    said = {"last-modified": "Tue, 10 Jun 2025 01:00:00 GMT"}
    agency.answers["/feed"] = [Response(as_lines(events(1)), headers=said), Response(status_code=304)]
    for _ in range(2):
        assert place.puller().pull(feed(f"{agency.url}/feed")).error is None
    assert agency.asked[1][1]["if-modified-since"] == said["last-modified"]


def test_pages_are_followed_by_their_cursor(place: Place, agency: Agency) -> None:
    agency.answers |= {
        "/feed": [page(1, "b")],
        "/feed?cursor=b": [page(2, "c")],
        "/feed?cursor=c": [page(3, None)],
    }
    told = place.puller().pull(feed(f"{agency.url}/feed", paging=INAPROC, items="/data"))
    assert told.error is None
    assert (known(place), told.cursor, told.etag) == (3, None, None)
    place.puller().pull(feed(f"{agency.url}/feed", paging=INAPROC, items="/data"))
    assert agency.paths[3:] == ["/feed", "/feed?cursor=b", "/feed?cursor=c"]
    assert known(place) == 3


def test_a_failure_in_the_middle_is_gone_on_from(place: Place, agency: Agency) -> None:
    broken = Response("maintenance", 500)
    agency.answers |= {"/feed": [page(1, "b")], "/feed?cursor=b": [*[broken] * 5, page(2, None)]}
    pulled = feed(f"{agency.url}/feed", paging=INAPROC, items="/data")
    failed = place.puller().pull(pulled)
    assert (failed.cursor, failed.failures, failed.error) == ("b", 1, "the server answered 500")
    assert place.hands.slept == [1.0, 2.0, 4.0, 8.0]
    assert place.puller().pull(pulled).error is None
    assert agency.paths.count("/feed") == 1
    assert known(place) == 2


def test_a_cursor_that_stays_broken_is_given_up(place: Place, agency: Agency) -> None:
    agency.answers |= {"/feed": [page(1, "b")], "/feed?cursor=b": [Response("expired", 410)]}
    pulled = feed(f"{agency.url}/feed", paging=INAPROC, items="/data")
    assert [place.puller().pull(pulled).cursor for _ in range(3)] == ["b", "b", None]


def test_a_feed_that_only_adds_is_followed(place: Place, agency: Agency) -> None:
    agency.answers |= {"/feed": [page(1, "b")], "/feed?cursor=b": [page(2, "c", more=False)]}
    agency.answers["/feed?cursor=c"] = [page(3, None)]
    pulled = feed(f"{agency.url}/feed", paging=Paging(follow=True), items="/data")
    assert place.puller().pull(pulled).cursor == "c"
    assert place.puller().pull(pulled).cursor == "c"
    assert agency.paths == ["/feed", "/feed?cursor=b", "/feed?cursor=c"]


def test_pages_are_followed_by_link_headers(place: Place, agency: Agency) -> None:
    link = {"link": '</feed?page=2>; rel="next"'}
    agency.answers |= {
        "/feed": [Response(as_lines(events(1)), headers=link)],
        "/feed?page=2": [Response(as_lines(events(2)))],
    }
    assert place.puller().pull(feed(f"{agency.url}/feed")).error is None
    assert known(place) == 2


def test_a_crash_between_import_and_checkpoint_has_no_effect_twice(
    place: Place, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency.answers["/feed"] = [Response(as_lines(events(1, 2)), headers={"etag": '"a"'})]
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "put_progress", _crash)
        with pytest.raises(Crash):
            place.puller().pull(feed(f"{agency.url}/feed"))
    told = place.puller().pull(feed(f"{agency.url}/feed"))
    assert told.account is not None
    assert (told.account["accepted"], told.account["duplicates"], known(place)) == (0, 2, 2)


class Crash(BaseException):
    """The process ends here."""


def _crash(*_: object) -> None:
    raise Crash


def test_a_repeated_import_says_the_same_time(place: Place) -> None:
    checkpoint = place.puller().checkpoint
    first = checkpoint.begin("spse", "digest", place.hands.now())
    place.hands.sleep(3600)
    assert checkpoint.begin("spse", "digest", place.hands.now()) == first
    assert checkpoint.begin("spse", "other", place.hands.now()) > first
    checkpoint.end("spse")
    assert checkpoint.begin("spse", "digest", place.hands.now()) > first


def test_nothing_is_forgotten_while_the_gateway_is_away(place: Place, agency: Agency) -> None:
    agency.answers["/feed"] = [Response(as_lines(events(1)), headers={"etag": '"a"'})]
    taken, place.gateway = place.gateway, _away
    failed = place.puller().pull(feed(f"{agency.url}/feed"))
    assert (failed.etag, failed.last_success) == (None, None)
    place.gateway = taken
    assert place.puller().pull(feed(f"{agency.url}/feed")).error is None
    assert known(place) == 1


def _away(*_: object, **__: object) -> Tally:
    raise SendingFailed("the gateway cannot be reached", Tally())


def test_one_feed_that_fails_does_not_hold_up_the_next(place: Place, agency: Agency) -> None:
    agency.answers["/good"] = [Response(as_lines(events(1)))]
    feeds = [feed(f"{agency.url}/gone", name="bad"), feed(f"{agency.url}/good", name="good")]
    assert not pull_all(place.puller(), feeds)
    assert known(place) == 1


def test_feeds_are_due_when_their_time_has_come(place: Place, agency: Agency) -> None:
    agency.answers["/good"] = [Response(as_lines(events(1)))]
    good = feed(f"{agency.url}/good", name="good", every="24h")
    bad = feed(f"{agency.url}/gone", name="bad", every="24h")
    puller = place.puller()
    now = place.hands.now()
    assert due(puller, [good, bad], now) == [good, bad]
    pull_all(puller, [good, bad])
    assert due(puller, [good, bad], now + timedelta(seconds=59)) == []
    assert due(puller, [good, bad], now + timedelta(minutes=1)) == [bad]
    assert due(puller, [good, bad], now + timedelta(hours=24)) == [good, bad]
    puller.pull(bad)
    assert puller.checkpoint.progress("bad", what(bad)).next_try == now + timedelta(minutes=2)


def test_rejects_of_all_pages_are_kept_in_one_file(place: Place, agency: Agency) -> None:
    first, second = page(1, "b"), page(2, None)
    for one in (first, second):
        one["data"].append({"id": "no source"})
    agency.answers |= {"/feed": [first], "/feed?cursor=b": [second]}
    place.puller().pull(feed(f"{agency.url}/feed", paging=INAPROC, items="/data"))
    lines = (place.data / "feeds" / "spse.rejects.jsonl").read_text().splitlines()
    assert [json.loads(line)["field"] for line in lines] == ["source", "source"]
    assert list((place.data / "feeds").iterdir()) == [place.data / "feeds" / "spse.rejects.jsonl"]
