"""The live stream of the console, from a real PostgreSQL through a real server."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import AsyncClient

from patuh.embedded.postgres import PostgresNode
from services.console import stream
from shared.database import Database
from tests.browser.console_stage import (
    EMPLOYER,
    flag,
    fresh_database,
    postgres,
    raised,
    received,
    served,
    take,
)

Messages = AsyncIterator[dict[str, Any]]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    with postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture
async def database(node: PostgresNode) -> AsyncIterator[Database]:
    async with fresh_database(node) as empty:
        yield empty


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    async with served(database) as address, AsyncClient(base_url=address, timeout=20) as client:
        yield client


@asynccontextmanager
async def following(client: AsyncClient, last: str = "", **query: str) -> AsyncIterator[Messages]:
    headers = {"Last-Event-ID": last} if last else {}
    async with client.stream("GET", "/v1/stream", params=query, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _messages(answer.aiter_lines())


async def _messages(lines: AsyncIterator[str]) -> Messages:
    message: dict[str, Any] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            message[name] = json.loads(value) if name == "data" else value
        elif "data" in message:
            yield message
            message = {}


async def put(database: Database, first: int, last: int, subject: str = EMPLOYER) -> None:
    names = [flag(flag_id=f"f-{n}", name=f"PT {n}", subject=subject) for n in range(first, last)]
    await take(database, received([raised(each) for each in names], first))


async def _names(messages: Messages, count: int) -> list[str]:
    async with asyncio.timeout(20):
        return [(await anext(messages))["data"]["summary"]["name"] for _ in range(count)]


async def test_new_events_arrive_and_old_ones_do_not(client: AsyncClient, database: Database) -> None:
    await put(database, 0, 3)
    async with following(client) as messages, following(client, lang="en") as others:
        await put(database, 3, 5)
        assert await _names(messages, 2) == ["PT 3", "PT 4"]
        await put(database, 5, 6)
        assert await _names(messages, 1) == ["PT 5"]
        assert await _names(others, 3) == ["PT 3", "PT 4", "PT 5"]


async def test_who_comes_back_gets_what_was_missed(client: AsyncClient, database: Database) -> None:
    async with following(client) as messages:
        await put(database, 0, 2)
        await anext(messages)
        last = (await anext(messages))["id"]
    await put(database, 2, 4)
    async with following(client, last) as messages:
        await put(database, 4, 5)
        assert await _names(messages, 3) == ["PT 2", "PT 3", "PT 4"]
    async with following(client, after=last) as messages:
        assert await _names(messages, 3) == ["PT 2", "PT 3", "PT 4"]


async def test_who_was_away_too_long_is_told_what_is_missing(
    client: AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "REPLAY", 10)
    await put(database, 0, 25)
    async with following(client, after="0") as messages:
        first = await anext(messages)
        assert (first["event"], first["data"]) == ("dropped", {"count": 15})
        assert await _names(messages, 10) == [f"PT {n}" for n in range(15, 25)]


async def test_an_id_of_another_life_begins_now(client: AsyncClient, database: Database) -> None:
    async with following(client, last="999999999") as messages:
        await put(database, 0, 1)
        assert await _names(messages, 1) == ["PT 0"]


async def test_only_what_was_asked_for_arrives(client: AsyncClient, database: Database) -> None:
    await put(database, 0, 1, "project:ocds-1")
    async with following(client, q="OCDS-1", topic="patuh.flags", after="0") as messages:
        await put(database, 1, 3)
        await put(database, 3, 4, "project:ocds-1")
        assert await _names(messages, 2) == ["PT 0", "PT 3"]
