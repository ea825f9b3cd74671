"""For tests of feeds: a folder, a puller, a clock that is set by hand, and an agency's real HTTP server."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from patuh.importing.feeds.checkpoint import Checkpoint
from patuh.importing.feeds.configuration import Drop, Feed
from patuh.importing.feeds.folder import Folder
from patuh.importing.feeds.pulling import Puller
from patuh.importing.feeds.taking import Means
from patuh.importing.memory import Memory
from patuh.importing.running import Send
from shared.clock import local_date
from tests.unit.answering import Remembering
from tests.unit.building import award, sent

SOURCE = "urn:spse"


def events(*numbers: int) -> list[dict[str, Any]]:
    """So many awards, each with an id of its own."""
    return [sent(award("2025-04-07", f"project:p-{number}")) for number in numbers]


def as_lines(found: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in found)


@dataclass
class Hands:
    """A clock, the ticks, and a sleep that only moves them."""

    at: datetime = datetime(2025, 6, 10, 2, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return local_date(self.at)

    def ticks(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@dataclass
class Place:
    """A data folder, a gateway that remembers, and a folder for drops."""

    data: Path
    gateway: Send
    hands: Hands = field(default_factory=Hands)
    said: list[str] = field(default_factory=list)

    @property
    def drop(self) -> Path:
        path = self.data / "drop"
        path.mkdir(exist_ok=True)
        return path

    def means(self) -> Means:
        return Means(lambda key: self.gateway, Memory(self.data / "told.sqlite"), self.data / "lists.key")

    def folder(self, *drops: Drop, quiet: float = 5.0) -> Folder:
        """A new watcher, as after a restart."""
        rules = drops or (Drop("cloudevents", SOURCE),)
        checkpoint = Checkpoint(self.data / "feeds.sqlite")
        hands, means = self.hands, self.means()
        return Folder(self.drop, rules, means, checkpoint, hands, hands.ticks, self.said.append, quiet)

    def puller(self) -> Puller:
        """A new puller, as after a restart."""
        keep = self.data / "feeds"
        keep.mkdir(exist_ok=True)
        checkpoint = Checkpoint(self.data / "feeds.sqlite")
        return Puller(self.means(), checkpoint, self.hands, self.hands.sleep, self.said.append, keep)


def place_at(data: Path, gateway: Send | None = None) -> Place:
    return Place(data, gateway or Remembering())


def feed(url: str, **told: Any) -> Feed:
    usual: dict[str, Any] = {"name": "spse", "format": "cloudevents", "source": SOURCE, "allow_private": True}
    return Feed(url=url, **(usual | told))


Answers = list[Response | dict[str, Any] | list[Any]]


@dataclass
class Agency:
    """An HTTP server of an agency: answers by path, in turn, the last one for ever; keeps what was asked."""

    answers: dict[str, Answers] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        self.asked.append((f"{request.url.path}{query}", dict(request.headers)))
        waiting = self.answers.get(f"{request.url.path}{query}", [Response("no such page", 404)])
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(found, Response):
            if request.headers.get("if-none-match") == found.headers.get("etag", "none"):
                return Response(status_code=304)
            return found
        return Response(json.dumps(found), media_type="application/json")

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    @contextmanager
    def listening(self) -> Iterator["Agency"]:
        app = Starlette(routes=[Route("/{path:path}", self.answer)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            yield self
            server.should_exit = True
            thread.join(10)


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def put(place: Place, name: str, text: str) -> Path:
    path = place.drop / name
    path.write_text(text)
    return path


def rested(place: Place, folder: Folder) -> None:
    """Look twice, the quiet time apart."""
    folder.scan()
    place.hands.sleep(5)
    folder.scan()


def done(place: Place) -> list[str]:
    return sorted(p.name for p in (place.drop / "done").rglob("*") if p.is_file())


def account(place: Place, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (place.drop / "done" / "2025-06-10" / f"{name}.account.json").read_text()
    )
    return found


def known(place: Place) -> int:
    assert isinstance(place.gateway, Remembering)
    return len(place.gateway.known)


def page(number: int, following: str | None, *, more: bool | None = None) -> dict[str, Any]:
    """As INAPROC v1 answers."""
    meta = {"cursor": following, "has_more": bool(following) if more is None else more}
    return {"success": True, "data": events(number), "meta": meta}
