"""`patuh keys` as an operator types it, on the gateway's real tables."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from patuh.agency_keys import create_key
from patuh.cli.app import app
from patuh.embedded.postgres import PostgresNode
from patuh.embedded.state import write_state
from tests.service.access_stage import LPSE, OSS, Desk, desk, new_database


@dataclass
class Terminal:
    """A data folder on which a gateway runs."""

    data: Path
    dsn: str
    office: Desk

    async def run(self, *words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["keys", *words, "--data", str(self.data)])

    async def told(self, *words: str) -> Any:
        result = await self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
async def terminal(postgres: PostgresNode, tmp_path: Path) -> AsyncIterator[Terminal]:
    dsn = new_database(postgres)
    write_state(
        tmp_path, {"health_urls": {"gateway": "http://nowhere/health"}, "parts": {"dsns": {"gateway": dsn}}}
    )
    async with desk(dsn) as office:
        yield Terminal(tmp_path, dsn, office)


async def test_the_key_is_printed_and_nothing_else(terminal: Terminal) -> None:
    result = await terminal.run("create", "--agency", "LPSE", "--source", LPSE)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    assert (await terminal.office.come(result.stdout.strip())).name == "LPSE"
    made = await asyncio.to_thread(create_key, terminal.dsn, "Kota Contoh", [OSS])
    assert (await terminal.office.come(made)).key.sources == [OSS]


async def test_a_key_with_every_limit_is_listed_without_its_secret(terminal: Terminal) -> None:
    words = ["--agency", "LPSE [x]", "--source", LPSE, "--source", OSS, "--type", "id.patuh.project.*"]
    words += [
        "--subject",
        "project:lkpp-405-*",
        "--expires",
        "365d",
        "--rate",
        "200/second",
        "--daily",
        "1000",
    ]
    made = await terminal.told("create", *words)
    terminal.office.access.admit(await terminal.office.come(made["key"]), 3)
    (listed,) = await terminal.told("list")
    assert listed["id"] == made["id"]
    assert listed["sources"] == [LPSE, OSS]
    assert (listed["types"], listed["subjects"]) == (["id.patuh.project.*"], ["project:lkpp-405-*"])
    assert (listed["rate"], listed["daily"], listed["state"]) == ("200/second", 1000, "active")
    assert listed["expires"] > listed["created"]
    table = (await terminal.run("list")).stdout
    assert made["id"] in table
    assert "[x]" in table
    for shown in (table, json.dumps(listed)):
        assert made["key"].split("_")[2] not in shown
        assert "argon2" not in shown


async def test_rotate_and_revoke_and_who_did_it(terminal: Terminal) -> None:
    made = await terminal.told("create", "--agency", "LPSE", "--source", LPSE)
    new = await terminal.told("rotate", made["id"], "--overlap", "7d", "--by", "Ibu Sari")
    states = {one["id"]: one["state"] for one in await terminal.told("list")}
    assert states == {made["id"]: "ending", new["id"]: "active"}
    refused = await terminal.run("rotate", new["id"])
    assert (refused.exit_code, "two keys at once are enough" in refused.stderr) == (1, True)
    assert (await terminal.run("revoke", made["id"])).exit_code == 0
    assert {one["id"]: one["state"] for one in await terminal.told("list")}[made["id"]] == "revoked"
    rows = await terminal.told("audit", "--agency", "LPSE")
    assert [row["rule"] for row in rows] == ["created", f"rotated into {new['id']}", "revoked"]
    assert rows[1]["actor"] == "Ibu Sari"
    assert all(row["actor"] for row in rows)
    assert len(await terminal.told("audit", "--since", "1h")) == 3
    assert await terminal.told("audit", "--since", "2100-01-01") == []
    assert await terminal.told("audit", "--agency", "OSS") == []
    assert "Ibu Sari" in (await terminal.run("audit")).stdout


async def test_a_client_of_the_issuer_gets_a_scope_and_no_key(terminal: Terminal) -> None:
    made = await terminal.told("create", "--agency", "LPSE", "--source", LPSE, "--oauth-client", "lpse-405")
    assert made["key"] is None
    assert (await terminal.told("list"))[0]["oauth_client"] == "lpse-405"
    refused = await terminal.run("rotate", made["id"])
    assert "has no secret" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source", ""], "source:"),
        (["--agency", " "], "agency:"),
        (["--type", "id.patuh.nothing.*"], "type:"),
        (["--subject", "405-*"], "subject:"),
        (["--rate", "fast"], "rate:"),
        (["--daily", "0"], "daily:"),
        (["--expires", "2020-01-01"], "expires:"),
        (["--expires", "soon"], "YYYY-MM-DD"),
    ],
)
async def test_a_wrong_limit_is_told_in_one_line(terminal: Terminal, words: list[str], said: str) -> None:
    result = await terminal.run("create", "--agency", "LPSE", "--source", LPSE, *words)
    assert result.exit_code != 0
    assert said in result.stderr
    assert await terminal.told("list") == []


async def test_where_no_stack_runs_the_database_is_named(terminal: Terminal, tmp_path: Path) -> None:
    words = ["keys", "list", "--json", "--data", str(tmp_path / "none"), "--database"]
    result = await asyncio.to_thread(CliRunner().invoke, app, [*words, terminal.dsn])
    assert json.loads(result.stdout) == []
