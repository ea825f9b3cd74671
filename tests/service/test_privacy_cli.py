"""`patuh privacy`, as whoever runs the stack types it: the NIK never is an argument."""

import asyncio
import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from patuh.cli import app
from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from shared import topics
from tests.service.gateway_stage import DATABASE, KEY, about_worker
from tests.service.parts import Stream, kafka, stream
from tests.service.privacy_stage import FIRST, NEWER_KEY, NIK, VAULT_KEY, custody, door

__all__ = ["kafka", "stream"]
WHO = ["--who", "R. Dewi"]
ERASE = ["erase", *WHO, "--basis", "UU 27/2022 art. 43", "--nik-file", "-"]


@pytest.fixture
def environment(
    kafka: KafkaNode, postgres: PostgresNode, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """The environment of the gateway's container."""
    for name, value in {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
        "DATABASE_URL": postgres.dsn(DATABASE),
        "PATUH_WORKER_REF_KEY": KEY,
        "PATUH_VAULT_KEY": VAULT_KEY,
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def patuh(*argv: str, said: str | None = None) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["privacy", *argv], input=said))


@pytest.fixture
async def reference(kafka: KafkaNode, postgres: PostgresNode, stream: Stream) -> str:
    """The reference of somebody whom the door has met."""
    async with door(kafka, postgres) as agency:
        await agency.batch([about_worker("cli-1", f"worker:{NIK}")])
    return custody(kafka, postgres, FIRST).pseudonyms.references(NIK)[1]


async def test_a_look_up_masks_unless_told_otherwise(environment: object, reference: str) -> None:
    shown = await patuh("lookup", reference, *WHO, "--purpose", "case 77")
    assert (shown.exit_code, shown.stdout.strip()) == (0, "997201********01")
    assert NIK not in shown.output
    whole = await patuh("lookup", f"worker:{reference}", *WHO, "--purpose", "case 77", "--reveal")
    assert whole.stdout.strip() == NIK
    for wrong in (["lookup", "7", *WHO, "--purpose", "x"], ["lookup", "0" * 40, *WHO, "--purpose", "x"]):
        assert (await patuh(*wrong)).exit_code == 1
    assert (await patuh("lookup", reference, *WHO, "--purpose", " ")).exit_code == 1


async def test_without_a_vault_it_says_what_to_do(
    environment: pytest.MonkeyPatch, reference: str, capfd: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("PATUH_VAULT_KEY")
    refused = await patuh("lookup", reference, *WHO, "--purpose", "case 77")
    assert refused.exit_code == 1
    environment.setenv("PATUH_WORKER_REF_KEYS", f"2:{NEWER_KEY}")
    assert (await patuh("rekey", *WHO)).exit_code == 1


async def test_a_copy_is_for_one_reader(environment: object, reference: str, tmp_path: Path) -> None:
    file = tmp_path / "copy.json"
    argv = ("export", *WHO, "--nik-file", "-", "--output", str(file))
    told = await patuh(*argv, said=f"{NIK[:6]}-{NIK[6:]}\n")
    assert told.exit_code == 0, told.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    copy = json.loads(file.read_text())
    assert {one["id"] for one in copy["facts"]} >= {"cli-1"}
    for part in ("references", "vault", "look_ups", "facts", "states", "dead_letters"):
        assert copy["explanations"][part].keys() == {"id", "en"}
    assert NIK not in told.output
    wrong = await patuh(*argv, said="123")
    assert wrong.exit_code == 1


async def test_erasing_asks_first_and_says_what_stays(
    environment: object, reference: str, stream: Stream, tmp_path: Path
) -> None:
    file = tmp_path / "nik"
    file.write_text(NIK)
    before = await stream.count(topics.WORKERS)
    asked = await patuh("erase", *WHO, "--basis", "UU 27/2022 art. 43", "--nik-file", str(file), said="n\n")
    assert asked.exit_code == 1
    assert re.search(r"vault: 1 row.*\n?.*forget: [1-9]", asked.stdout)
    assert "What stays" in asked.stdout
    assert await stream.count(topics.WORKERS) == before
    done = await patuh(*ERASE, "--yes", said=NIK)
    assert (done.exit_code, "erased: 1 row" in done.stdout) == (0, True)
    assert await stream.count(topics.WORKERS) == before + 1
    assert (await patuh("lookup", reference, *WHO, "--purpose", "x")).exit_code == 1
    assert (await patuh("erase", *WHO, "--basis", " ", "--yes", said=NIK)).exit_code == 1
    assert (await patuh("erase", *WHO, "--nik-file", "-", "--yes", said=NIK)).exit_code == 2, "no basis"


async def test_re_keying_and_rotation_say_how_many(environment: pytest.MonkeyPatch, reference: str) -> None:
    environment.setenv("PATUH_WORKER_REF_KEYS", f"2:{NEWER_KEY}")
    told = await patuh("rekey", *WHO)
    assert told.exit_code == 0, told.output
    assert "re-keyed" in told.stdout
    environment.setenv("PATUH_VAULT_KEYS", f"2:{'c3' * 32}")
    again = await patuh("reencrypt", *WHO)
    assert re.search(r"[1-9]\d* row", again.stdout)


async def test_retention_tells_rows_and_topics(environment: object, reference: str) -> None:
    told = json.loads((await patuh("retention", "--dry-run", "--json")).stdout)
    assert told["rows"].keys() == {"taken", "audit", "vault", "vault_audit"}
    assert told["topics"][topics.WORKERS.name] == "for good"
    assert "would be deleted" in (await patuh("retention", "--dry-run")).stdout


async def test_no_command_takes_a_nik_as_an_argument() -> None:
    for command in ("export", "erase"):
        shown = (await patuh(command, "--help")).stdout
        assert "--nik-file" in shown
        assert "[ARGUMENT]" not in shown
        assert (await patuh(command, NIK)).exit_code == 2
