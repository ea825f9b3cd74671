"""What a pull refuses: web pages, other hosts, private addresses, too much; and how it waits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import RedirectResponse, Response

from patuh.importing.feeds.configuration import Paging
from tests.unit.feeding import Agency, Place, as_lines, events, feed, page, place_at, zipped

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


def test_a_web_page_instead_of_data_is_told_and_never_remembered(place: Place, agency: Agency) -> None:
    html = "<!DOCTYPE html><title>Sesi berakhir</title>"
    agency.answers["/feed"] = [
        Response(html, media_type="text/html", headers={"etag": '"a"'}),
        Response(html, media_type="application/json", headers={"etag": '"a"'}),
        Response(as_lines(events(1))),
    ]
    for _ in range(2):
        told = place.puller().pull(feed(f"{agency.url}/feed"))
        assert told.error == "the server answered with a web page instead of data"
    assert place.puller().pull(feed(f"{agency.url}/feed")).error is None


def test_too_many_requests_are_waited_out(place: Place, agency: Agency) -> None:
    slow = Response("slowly", 429, headers={"retry-after": "17"})
    agency.answers["/feed"] = [
        slow,
        Response("later", 503, headers={"retry-after": "0"}),
        Response(as_lines(events(1))),
    ]
    assert place.puller().pull(feed(f"{agency.url}/feed")).error is None
    assert place.hands.slept == [17.0, 0.0]


def test_a_wait_that_is_too_long_is_left_to_the_next_run(place: Place, agency: Agency) -> None:
    agency.answers["/feed"] = [Response("slowly", 429, headers={"retry-after": "86400"})]
    told = place.puller().pull(feed(f"{agency.url}/feed"))
    assert told.error == "the server answered 429 and asks to wait 86400 s"
    assert not place.hands.slept


@pytest.mark.parametrize("to", ["http://192.0.2.7/feed", "https://127.0.0.1:1/feed", "//localhost/feed"])
def test_a_redirect_to_another_host_is_refused(place: Place, agency: Agency, to: str) -> None:
    agency.answers["/feed"] = [RedirectResponse(to)]
    told = place.puller().pull(feed(f"{agency.url}/feed"))
    assert told.error is not None
    assert told.error.startswith("refused: it leads to another host or port")
    link = {"link": f'<{to}>; rel="next"'}
    agency.answers["/feed"] = [Response(as_lines(events(1)), headers=link)]
    assert "another host" in str(place.puller().pull(feed(f"{agency.url}/feed")).error)


def test_a_redirect_on_the_same_host_is_followed(place: Place, agency: Agency) -> None:
    agency.answers |= {"/feed": [RedirectResponse("/there")], "/there": [Response(as_lines(events(1)))]}
    assert place.puller().pull(feed(f"{agency.url}/feed")).error is None
    agency.answers["/feed"] = [RedirectResponse("/feed")]
    assert place.puller().pull(feed(f"{agency.url}/feed")).error == "more than 5 redirects"


def test_private_addresses_are_refused_unless_allowed(place: Place, agency: Agency) -> None:
    told = place.puller().pull(feed(f"{agency.url}/feed", allow_private=False))
    assert told.error is not None
    assert told.error.startswith("refused: the host has an address that is not public")
    assert not agency.asked


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_large_is_refused(place: Place, agency: Agency, packed: bool) -> None:
    text = "x" * (1 << 20) + "x"
    body = zipped(text) if packed else text.encode()
    headers = {"content-encoding": "gzip"} if packed else {}
    agency.answers["/feed"] = [Response(body, headers=headers)]
    told = place.puller().pull(feed(f"{agency.url}/feed", max_mb=1))
    assert told.error == "the answer is larger than 1 MB (max_mb)"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"data": []}, "the page has no /meta/cursor: is `paging` right for this feed?"),
        (page(1, None, more=True), "the page says that there is more, but /meta/cursor names no cursor"),
        ({"meta": {"cursor": None, "has_more": False}}, "the page has no list at /data: is `items` right"),
        (Response("{", media_type="application/json"), "the page is not JSON"),
        (Response("gone", 404), "the server answered 404: there is nothing at this address"),
        (Response("who", 401), "the server answered 401: the key or token of the feed"),
    ],
)
def test_an_answer_of_another_shape_is_a_failure(
    place: Place, agency: Agency, answer: Any, error: str
) -> None:
    agency.answers["/feed"] = [answer]
    told = place.puller().pull(feed(f"{agency.url}/feed", paging=INAPROC, items="/data"))
    assert str(told.error).startswith(error)


def test_a_cursor_that_stands_still_ends_the_pull(place: Place, agency: Agency) -> None:
    agency.answers |= {"/feed": [page(1, "b")], "/feed?cursor=b": [page(2, "b")]}
    told = place.puller().pull(feed(f"{agency.url}/feed", paging=INAPROC, items="/data"))
    assert str(told.error).startswith("the cursor does not move on")
    assert len(agency.asked) == 2


def test_secrets_come_from_the_environment_and_are_told_nowhere(
    place: Place, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISB_KEY", "s3cret")
    agency.answers["/isb/s3cret"] = [Response("no", 403)]
    pulled = feed(f"{agency.url}/isb/${{ISB_KEY}}", headers={"Authorization": "Bearer ${ISB_KEY}"})
    told = place.puller().pull(pulled)
    assert agency.asked[0][1]["authorization"] == "Bearer s3cret"
    assert "s3cret" not in str(place.said) + str(told)
    monkeypatch.delenv("ISB_KEY")
    assert place.puller().pull(pulled).error == "the environment variable ISB_KEY is not set"
