"""A drop and a pull into the real gateway: what it took is on its topic once, however often it was told."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from httpx import ASGITransport
from starlette.responses import Response
from typer.testing import CliRunner

from patuh.cli.app import app
from patuh.importing.feeds.configuration import Drop
from patuh.sending import Gateway, send_all
from tests.service.gateway_stage import LPSE, agency
from tests.service.gateway_stage import Agency as Door
from tests.service.parts import kafka
from tests.unit.building import award, sent
from tests.unit.feeding import Agency, Place, as_lines, feed, place_at

__all__ = ["agency", "kafka"]


@pytest.fixture
async def url(agency: Door) -> AsyncIterator[str]:
    """The real gateway on a port."""
    transport = agency.client._transport
    assert isinstance(transport, ASGITransport)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(transport.app, log_level="critical", lifespan="off"))
    running = asyncio.create_task(server.serve([listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
def place(agency: Door, url: str, tmp_path: Path) -> Place:
    """A place of feeds whose gateway is the real one."""
    return place_at(tmp_path, partial(send_all, gateway=Gateway(url, agency.key, batch_size=20)))


@pytest.fixture
def publisher() -> Iterator[Agency]:
    with Agency().listening() as found:
        yield found


def events(name: str, count: int) -> list[dict[str, Any]]:
    return [sent(award("2025-04-07", f"project:{name}-{n}"), source=LPSE) for n in range(count)]


async def test_a_dropped_file_is_taken_once(place: Place) -> None:
    foreign = sent(award("2025-04-07", "project:drop-x"), source=LPSE, subject="project:")
    for name in ("one.jsonl", "two.jsonl"):
        (place.drop / name).write_text(
            as_lines([*events("drop", 50), foreign]) + (name if "two" in name else "")
        )
        await asyncio.to_thread(_rest, place)
    accounts = [
        json.loads(path.read_text()) for path in sorted((place.drop / "done").rglob("*.account.json"))
    ]
    found = [(one["accepted"], one["duplicates"], one["rejected_by_gateway"]) for one in accounts]
    assert found == [(50, 0, 1), (0, 50, 1)]


def _rest(place: Place) -> None:
    folder = place.folder(Drop("cloudevents", LPSE))
    folder.scan()
    place.hands.sleep(5)
    folder.scan()


async def test_a_pull_is_taken_once(place: Place, publisher: Agency) -> None:
    publisher.answers["/feed"] = [Response(as_lines(events("pull", 50)))]
    pulls = [await asyncio.to_thread(_pull, place, f"{publisher.url}/feed") for _ in range(2)]
    assert pulls == [(50, 0), (0, 50)]


def _pull(place: Place, url: str) -> tuple[int, int]:
    told = place.puller().pull(feed(url, source=LPSE))
    assert told.error is None
    assert told.account is not None
    return told.account["accepted"], told.account["duplicates"]


async def test_both_commands_as_an_operator_runs_them(
    agency: Door, url: str, publisher: Agency, tmp_path: Path
) -> None:
    drop, config = tmp_path / "drop", tmp_path / "feeds.yaml"
    drop.mkdir()
    (drop / "one.jsonl").write_text(as_lines(events("cli-drop", 3)))
    publisher.answers["/feed"] = [Response(as_lines(events("cli-pull", 2)))]
    one = {"name": "one", "url": f"{publisher.url}/feed", "allow_private": True}
    told = {"format": "cloudevents", "source": LPSE, "key": "${FEED_KEY}"}
    config.write_text(json.dumps({"feeds": [one | told], "files": [told]}))
    shared = ["--config", str(config), "--once", "--data", str(tmp_path / "data"), "--gateway", url]
    environment = {"FEED_KEY": agency.key}
    run = partial(CliRunner().invoke, app, env=environment)
    watched = await asyncio.to_thread(run, ["watch", str(drop), "--quiet", "0", *shared])
    assert "one.jsonl: imported (3 events accepted, 0 rows rejected)" in watched.stdout, watched.output
    pulled = await asyncio.to_thread(run, ["pull", *shared])
    assert (pulled.exit_code, pulled.stdout.strip()) == (0, "one: 2 read, 2 events accepted"), pulled.output
