"""The sending client against a real HTTP server whose answers each test writes."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from patuh.sending import Event, Gateway, Refusal, SendingFailed, Tally, send, send_all

Answer = Callable[[list[Event], int], Response]
NEVER = 3600.0


def event(number: int) -> Event:
    return {"specversion": "1.0", "id": str(number), "source": "urn:test", "data": {"n": number}}


def took_all(batch: list[Event], _: int) -> Response:
    return JSONResponse({"accepted": len(batch), "duplicates": 0, "rejected": []}, 202)


@dataclass
class Scripted:
    """Answers the n-th request (from 0) by `answer`, and remembers what it saw."""

    answer: Answer = took_all
    url: str = ""
    batches: list[list[Event]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    hold: float = 0.0

    async def events(self, request: Request) -> Response:
        batch: list[Event] = json.loads(await request.body())
        number = len(self.batches)
        self.batches.append(batch)
        self.headers.append(dict(request.headers))
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await asyncio.sleep(self.hold)
        self.open -= 1
        return self.answer(batch, number)

    def to(self, **changes: Any) -> Gateway:
        return replace(Gateway(self.url, "secret-key", first_pause=0.0, tries=4), **changes)


@pytest.fixture
def gateway() -> Iterator[Scripted]:
    scripted = Scripted()
    app = FastAPI()
    app.add_api_route("/v1/events", scripted.events, methods=["POST"])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    scripted.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield scripted
    server.should_exit = True
    thread.join()


def test_sends_batches_of_cloudevents_with_the_key(gateway: Scripted) -> None:
    tally = send_all((event(n) for n in range(7)), gateway=gateway.to(batch_size=3))

    assert tally == Tally(accepted=7)
    assert sorted(len(batch) for batch in gateway.batches) == [1, 3, 3]
    assert sorted(int(e["id"]) for batch in gateway.batches for e in batch) == list(range(7))
    assert {h["content-type"] for h in gateway.headers} == {"application/cloudevents-batch+json"}
    assert {h["authorization"] for h in gateway.headers} == {"Bearer secret-key"}


def test_no_events_need_no_request(gateway: Scripted) -> None:
    assert (send_all([], gateway=gateway.to()), gateway.batches) == (Tally(), [])


def test_each_refusal_comes_with_its_event(gateway: Scripted) -> None:
    def answer(batch: list[Event], _: int) -> Response:
        odd = [i for i, e in enumerate(batch) if e["data"]["n"] % 2]
        rejected = [{"index": i, "id": batch[i]["id"], "field": "data.n", "rule": "even"} for i in odd]
        return JSONResponse(
            {"accepted": 1, "duplicates": len(batch) - 1 - len(odd), "rejected": rejected}, 202
        )

    gateway.answer = answer
    heard: list[tuple[Event, Refusal]] = []
    progress: list[Tally] = []
    tally = send_all(
        (event(n) for n in range(20)),
        gateway=gateway.to(batch_size=10),
        on_reject=lambda e, refusal: heard.append((e, refusal)),
        on_progress=progress.append,
    )

    assert tally == Tally(accepted=2, duplicates=8, rejected=10)
    assert tally.read == 20
    assert sorted(e["data"]["n"] for e, _ in heard) == list(range(1, 20, 2))
    assert all(refusal.id == e["id"] and refusal.field == "data.n" for e, refusal in heard)
    assert [t.read for t in progress] == [10, 20]


def test_a_batch_of_which_none_was_taken_is_counted(gateway: Scripted) -> None:
    def answer(batch: list[Event], _: int) -> Response:
        rejected = [{"index": i, "field": "type", "rule": "unknown event type"} for i in range(len(batch))]
        problem = {"title": "Bad Request", "status": 400, "rejected": rejected}
        return JSONResponse(problem, 400, media_type="application/problem+json")

    gateway.answer = answer
    assert send_all(map(event, range(5)), gateway=gateway.to()) == Tally(rejected=5)


def test_a_lone_conflict_is_a_rejection(gateway: Scripted) -> None:
    gateway.answer = lambda batch, n: JSONResponse({"title": "Conflict", "detail": "other content"}, 409)
    heard: list[Refusal] = []

    tally = send_all([event(1)], gateway=gateway.to(), on_reject=lambda _, refusal: heard.append(refusal))

    assert tally == Tally(rejected=1)
    assert heard == [Refusal(0, "id", "other content")]


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "key is missing or not known"), (403, "may not send"), (413, "smaller batches"), (302, "302")],
)
def test_a_refused_request_fails_at_once_and_says_why(gateway: Scripted, status: int, words: str) -> None:
    gateway.answer = lambda batch, n: took_all(batch, n) if n == 0 else Response(status_code=status)

    with pytest.raises(SendingFailed, match=words) as failed:
        send_all(map(event, range(6)), gateway=gateway.to(batch_size=2, concurrency=1))

    assert failed.value.tally == Tally(accepted=2)
    assert "2 events were answered" in str(failed.value)
    assert "secret-key" not in str(failed.value)
    assert len(gateway.batches) == 2


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, b'{"title": "Bad Request", "detail": "no batch at all"}', "400: no batch at all"),
        (202, b"", "answered 202"),
        (202, b'{"accepted": 1, "rejected": null}', "answered 202"),
        (202, b'{"accepted": 0, "rejected": []}', "account for the 1 events"),
        (202, b'{"accepted": 2, "rejected": []}', "account for the 1 events"),
        (
            202,
            b'{"rejected": [{"index": 1, "field": "id", "rule": "x"}]}',
            "account for the 1 events",
        ),
    ],
)
def test_an_answer_that_is_none_is_a_failure(gateway: Scripted, status: int, body: bytes, words: str) -> None:
    gateway.answer = lambda batch, n: Response(body, status)

    with pytest.raises(SendingFailed, match=words):
        send_all([event(1)], gateway=gateway.to())


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_trouble_is_tried_again_with_the_same_batch(gateway: Scripted, status: int) -> None:
    gateway.answer = lambda batch, n: took_all(batch, n) if n == 2 else Response(status_code=status)

    assert send_all(map(event, range(3)), gateway=gateway.to()) == Tally(accepted=3)
    assert gateway.batches[0] == gateway.batches[1] == gateway.batches[2]


@pytest.mark.parametrize("asked", ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_retry_after_is_honoured_instead_of_the_own_pause(gateway: Scripted, asked: str) -> None:
    gateway.answer = lambda batch, n: (
        Response(status_code=429, headers={"Retry-After": asked}) if n == 0 else took_all(batch, n)
    )

    # With its own pause it would wait for an hour.
    patient = gateway.to(first_pause=NEVER, longest_pause=NEVER)
    assert send_all([event(1)], gateway=patient) == Tally(accepted=1)


def test_gives_up_after_so_many_tries_and_tells_what_was_sent(gateway: Scripted) -> None:
    gateway.answer = lambda batch, n: took_all(batch, n) if n == 0 else Response(status_code=503)

    with pytest.raises(SendingFailed, match=r"gave up after 4 tries: the gateway answered 503") as failed:
        send_all(map(event, range(4)), gateway=gateway.to(batch_size=2, concurrency=1))

    assert failed.value.tally == Tally(accepted=2)
    assert len(gateway.batches) == 5


def test_a_gateway_that_is_not_there_is_an_error_that_says_so(gateway: Scripted) -> None:
    with pytest.raises(SendingFailed, match="gave up after 2 tries: the gateway cannot be reached"):
        send_all([event(1)], gateway=gateway.to(url="http://127.0.0.1:1", tries=2))


def test_an_address_without_a_scheme_is_not_tried_again(gateway: Scripted) -> None:
    with pytest.raises(SendingFailed, match="starts with http"):
        send_all([event(1)], gateway=gateway.to(url="localhost:1", first_pause=NEVER))


def test_a_failure_of_the_source_of_events_comes_through(gateway: Scripted) -> None:
    def broken() -> Iterator[Event]:
        yield event(1)
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        send_all(broken(), gateway=gateway.to(batch_size=1))


def test_never_more_requests_at_once_than_asked_for(gateway: Scripted) -> None:
    gateway.hold = 0.05

    send_all(map(event, range(12)), gateway=gateway.to(batch_size=1, concurrency=3))
    assert gateway.most_open == 3


def test_reads_no_further_ahead_than_the_batches_under_way(gateway: Scripted) -> None:
    drawn, answered, ahead = 0, 0, 0

    def source() -> Iterator[Event]:
        nonlocal drawn, ahead
        for n in range(2000):
            drawn += 1
            ahead = max(ahead, drawn - answered)
            yield event(n)

    def on_progress(tally: Tally) -> None:
        nonlocal answered
        answered = tally.read

    send_all(source(), gateway=gateway.to(batch_size=10, concurrency=2), on_progress=on_progress)
    assert answered == 2000
    assert ahead <= 2 * 10


async def test_takes_an_asynchronous_source_too(gateway: Scripted) -> None:
    async def source() -> AsyncIterator[Event]:
        for n in range(3):
            yield event(n)

    assert await send(source(), gateway=gateway.to(batch_size=2)) == Tally(accepted=3)
