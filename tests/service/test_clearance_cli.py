"""`patuh clearance` as a user runs it, against the employer service on a real port and real tables."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner, Result

from patuh.cli.app import app
from patuh.embedded.postgres import PostgresNode
from patuh.embedded.state import write_state
from tests.service.clearance_stage import TODAY, in_order, served, settings
from tests.service.small_world import Services
from tests.unit import building as b


@dataclass
class Place:
    """A data folder on which the employer service runs."""

    data: Path
    url: str

    async def run(self, *arguments: str | Path) -> Result:
        """`patuh clearance` in a thread: the service answers in this one."""
        words = ["clearance", *map(str, arguments), "--data", str(self.data)]
        return await asyncio.to_thread(CliRunner().invoke, app, words)

    async def told(self, *arguments: str | Path) -> Any:
        result = await self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
async def place(
    services_on_postgres: Services, postgres: PostgresNode, tmp_path: Path
) -> AsyncIterator[Place]:
    await services_on_postgres.empty()
    services_on_postgres.day = TODAY
    await services_on_postgres.all(in_order())
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    write_state(tmp_path, {"health_urls": {"employer": f"{url}/health"}, "parts": {"dsns": {}}})
    async with served(settings(postgres.dsn("order_employer"))) as http:
        server = uvicorn.Server(uvicorn.Config(http, log_level="critical", lifespan="off"))
        running = asyncio.create_task(server.serve([listening]))
        yield Place(tmp_path, url)
        server.should_exit = True
        await running


async def test_tells_the_status_and_why(place: Place) -> None:
    clear, unknown = await place.run(b.FIRM), await place.run(b.OTHER)
    assert clear.stdout.startswith("CLEAR  CV Maju")
    assert f"{place.url}/v1/clearance/check?jws=" in clear.stdout
    assert unknown.stdout.startswith("UNKNOWN")
    assert "Belum ada data / Nothing is known" in unknown.stdout
    assert (await place.told(b.FIRM))["status"] == "clear"


async def test_writes_the_paper(place: Place, tmp_path: Path) -> None:
    result = await place.run(b.FIRM, "--pdf", tmp_path / "clearance.pdf")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "clearance.pdf").read_bytes().startswith(b"%PDF")


async def test_checks_what_was_said_in_any_form(place: Place, tmp_path: Path) -> None:
    told = await place.told(b.FIRM)
    file, bare = tmp_path / "clearance.json", tmp_path / "clearance.jws"
    file.write_text(json.dumps(told))
    bare.write_text(f"{told['jws']}\n")
    for what in (told["jws"], told["check_url"], file, bare):
        said = await place.told("--verify", what)
        assert (said["sub"], said["status"]) == (b.FIRM, "clear")
    result = await place.run("--verify", file)
    assert result.stdout.startswith(f"signature valid: CLEAR  {b.FIRM}")


async def test_checks_with_kept_keys_and_without_the_service(place: Place, tmp_path: Path) -> None:
    told = await place.told(b.FIRM)
    async with httpx.AsyncClient() as http:
        (tmp_path / "keys.json").write_text((await http.get(f"{place.url}/v1/clearance/keys")).text)
    (tmp_path / "stack.json").unlink()
    said = await place.told("--verify", told["jws"], "--keys", tmp_path / "keys.json")
    assert said["status"] == "clear"


async def test_a_bad_signature_ends_with_status_1(place: Place) -> None:
    token = (await place.told(b.FIRM))["jws"]
    for what in (token[:150] + token[151:], f"{place.url}/v1/clearance/check?jws=x"):
        result = await place.run("--verify", what)
        assert result.exit_code == 1
        assert "not valid" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name one subject"),
        ([b.FIRM, "--verify", "x"], "name one subject"),
        (["employer:1"], "well-formed"),
        (["--verify", "no-such-file"], "No such file"),
        (["--verify", "eyJ.a.b", "--keys", "/dev/null"], "--keys"),
    ],
)
async def test_says_plainly_what_is_wrong(place: Place, arguments: list[str], said: str) -> None:
    result = await place.run(*arguments)
    assert result.exit_code == 1
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
