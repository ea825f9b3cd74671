"""The matching report on real tables, over HTTP and as a user runs it; and a firm under several numbers."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from typer.testing import CliRunner, Result

from patuh.cli.app import app
from patuh.embedded.postgres import PostgresNode
from patuh.embedded.state import write_state
from services.employer.matching_routes import matching_routes
from shared.events import Event
from shared.service import Service
from tests.service.clearance_stage import HERE, settings
from tests.service.small_world import Services
from tests.unit import building as b

PERSON = f"employer:person-{'a' * 40}"
WRONG = b.updated("2025-02-03", "employer:0012345682000000", nib="1234567890123")


def world() -> list[Event]:
    """One of everything that cannot be matched, and a firm that can."""
    return [
        b.registered("2025-01-06", name="CV Maju", nib="1234567890123"),
        b.registered("2025-01-06", b.NPP, name="Maju, CV"),
        b.award("2025-02-03", contractors=[b.FIRM, PERSON]),
        b.award("2025-02-03", "project:p-2", contractors=["employer:nib-5555555555555"]),
        b.award("2025-02-03", "project:p-3", contractors=[]),
        b.enrolled(1, "2025-02-03", employer="employer:npp-ZZ999999"),
        b.enrolled(2, "2025-02-03", employer="employer:npp-YY999999"),
        b.unregistered(2, "2025-03-03", employer="employer:npp-YY999999"),
        WRONG,
    ]


@dataclass
class Place:
    """A data folder on which the employer service runs."""

    data: Path
    client: AsyncClient

    async def told(self, **query: Any) -> Any:
        return (await self.client.get("/v1/matching", params=query)).raise_for_status().json()

    async def run(self, *words: str) -> Result:
        words = ("matching", *words, "--data", str(self.data))
        return await asyncio.to_thread(CliRunner().invoke, app, list(words))


@pytest.fixture
async def place(
    services_on_postgres: Services, postgres: PostgresNode, tmp_path: Path
) -> AsyncIterator[Place]:
    await services_on_postgres.empty()
    await services_on_postgres.all(world())
    service, http = Service(settings(postgres.dsn("order_employer")), HERE), FastAPI()
    http.include_router(matching_routes(service))
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    write_state(tmp_path, {"health_urls": {"employer": f"{url}/health"}, "parts": {"dsns": {}}})
    server = uvicorn.Server(uvicorn.Config(http, log_level="critical", lifespan="off"))
    running = asyncio.create_task(server.serve([listening]))
    async with AsyncClient(transport=ASGITransport(http), base_url="http://service") as client:
        yield Place(tmp_path, client)
    server.should_exit = True
    await running
    await service.database.close()


async def test_everything_that_cannot_be_matched_is_told(place: Place) -> None:
    told = await place.told()
    assert [(line["code"], line["subject"]) for line in told["lines"]] == [
        ("numbers-conflict", b.FIRM),
        ("contractor-unknown", "employer:nib-5555555555555"),
        ("contractor-person", PERSON),
        ("award-without-contractor", "project:p-3"),
        ("workers-of-unknown-employer", "employer:npp-ZZ999999"),
        ("number-alone", b.NPP),
    ]
    assert told["total"] == sum(told["counts"].values()) == 6
    conflict, alone = told["lines"][0], told["lines"][-1]
    assert WRONG.id in {fact["id"] for fact in conflict["facts"]}
    assert [one["subject"] for one in alone["candidates"]] == [b.FIRM]
    assert all(line["reason"]["id"] and line["remedy"]["en"] for line in told["lines"])


async def test_a_fact_taken_back_ends_the_conflict(place: Place, services_on_postgres: Services) -> None:
    await services_on_postgres.employer([b.retracted(WRONG, "2025-03-03")])
    assert "numbers-conflict" not in (await place.told())["counts"]


async def test_pages_and_reasons_may_be_chosen(place: Place) -> None:
    pages = [await place.told(limit=4, offset=offset) for offset in (0, 4, 8)]
    assert [len(page["lines"]) for page in pages] == [4, 2, 0]
    subjects = [line["subject"] for page in pages for line in page["lines"]]
    assert len(set(subjects)) == 6
    chosen = await place.told(code="contractor-person")
    assert ([line["subject"] for line in chosen["lines"]], chosen["total"]) == ([PERSON], 1)
    assert (await place.client.get("/v1/matching", params={"code": "x"})).status_code == 422


async def test_the_command_shows_them_to_people_and_programs(place: Place) -> None:
    plain, as_json = await place.run(), await place.run("--json")
    assert plain.exit_code == 0, plain.output
    assert f"lihat/look at: {b.FIRM} CV Maju 32.72.02" in plain.stdout
    assert "6 not matched" in plain.stdout
    assert len(json.loads(as_json.stdout)) == 6
    only = await place.run("--code", "number-alone", "--json")
    assert [line["subject"] for line in json.loads(only.stdout)] == [b.NPP]


BUSINESS = b.registered("2025-01-06", b.NIB, workforce=2, obliged_since="2025-01-06")
LISTED = b.registered("2025-01-06", b.NIB, workforce=2, member_since="2025-01-06")
MEMBER = b.registered("2025-01-06", b.FIRM, member_since="2025-01-06", workforce=2)
SIPP = [b.enrolled(number, "2025-01-06", employer=b.FIRM) for number in (1, 2)]
# What is wrong of the NIB for as long as nothing says that it is the firm of that NPWP.
FEEDS = {
    "employer.not-registered": ([BUSINESS], [MEMBER, *SIPP]),
    "employer.workers-missing": ([LISTED], SIPP),
}
BOTH = {
    "of the NPWP": b.updated("2025-02-03", b.FIRM, nib="1234567890123"),
    "of the NIB": b.updated("2025-02-03", b.NIB, npwp="0012345674000000"),
    "of a third number": b.updated("2025-02-03", b.NPP, nib="1234567890123", npwp="0012345674000000"),
}


@pytest.mark.parametrize("code", FEEDS)
@pytest.mark.parametrize("both", BOTH.values(), ids=BOTH.keys())
async def test_two_feeds_of_one_firm_become_one_whenever_a_fact_names_both(
    services_on_postgres: Services, both: Event, code: str
) -> None:
    for order in permutations([*FEEDS[code], [both]]):
        await services_on_postgres.empty()
        for part in order:
            await services_on_postgres.all(part)
        flags = await services_on_postgres.open_flags()
        assert code not in {flag.code for flag in flags}
        assert not [flag for flag in flags if flag.subject == b.NIB]


@pytest.mark.parametrize("code", FEEDS)
async def test_without_such_a_fact_they_stay_two(services_on_postgres: Services, code: str) -> None:
    await services_on_postgres.empty()
    for part in FEEDS[code]:
        await services_on_postgres.all(part)
    flags = await services_on_postgres.open_flags()
    assert (b.NIB, code) in {(flag.subject, flag.code) for flag in flags}
