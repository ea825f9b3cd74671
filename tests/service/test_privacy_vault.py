"""The vault: who stands behind a reference is kept encrypted, and every look-up is written down."""

import json
from typing import Any

import pytest

from patuh.embedded.kafka import KafkaNode
from patuh.embedded.postgres import PostgresNode
from patuh.privacy.looking import look_up, masked
from patuh.privacy.reencrypting import reencrypt
from patuh.privacy.retention import RetentionSettings, of_topics, retain
from services.gateway.vault import VaultError
from shared import topics
from tests.service.gateway_stage import LPSE, about_worker, completed
from tests.service.parts import Stream, kafka, stream
from tests.service.privacy_stage import (
    BOSS,
    NEWER_VAULT_KEY,
    NIK,
    THIRD,
    VAULT_KEY,
    WOMAN,
    Secrets,
    custody,
    door,
    table,
)

STRANGER = "9972010304860004"
__all__ = ["kafka", "stream"]


def firm_of_a_person(name: str) -> dict[str, Any]:
    data = {"name": "Budi Santosa", "npwp": BOSS}
    kind = "id.patuh.employer.registered.v1"
    return completed(name, source=LPSE, type=kind, subject=f"employer:{BOSS}", data=data)


async def test_whom_the_door_met_is_kept_and_found_again(kafka: KafkaNode, postgres: PostgresNode) -> None:
    known = custody(kafka, postgres)
    async with door(kafka, postgres) as agency:
        events = [
            about_worker("v1", f"worker:{NIK}"),
            about_worker("v2", None, nik=WOMAN),
            firm_of_a_person("v3"),
        ]
        assert (await agency.batch(events)).json()["accepted"] == 3
        refused = about_worker("v4", f"worker:{STRANGER}") | {"source": "urn:of:others"}
        assert (await agency.batch([refused])).status_code == 403
    references = {nik: known.pseudonyms.references(nik)[1] for nik in (NIK, WOMAN, STRANGER, BOSS)}
    async with known.database() as database:
        await table(database, "DELETE FROM vault_audit RETURNING 1")
        found = await look_up(known, database, references.values(), "R. Dewi", "case 77")
        audit = await table(database, "SELECT who, purpose, reference, key_version FROM vault_audit")
        rows = await table(database, "SELECT nik, name, v::text FROM vault v")
    persons = {one.person.nik: one.person.name for one in found}
    assert persons == {NIK: None, WOMAN: None, BOSS: "Budi Santosa"}
    assert STRANGER not in persons, "of an event that was refused nobody is kept"
    assert sorted(audit) == sorted(
        ("R. Dewi", "case 77", references[nik], 0 if nik == STRANGER else 1) for nik in references
    )
    for nik, name, whole in rows:
        for text in (NIK, WOMAN, BOSS, "Budi"):
            assert text.encode() not in nik + (name or b"")
            assert text not in whole
            assert text.encode().hex() not in whole


async def test_a_row_that_was_moved_does_not_open(kafka: KafkaNode, postgres: PostgresNode) -> None:
    known = custody(kafka, postgres)
    async with door(kafka, postgres) as agency:
        await agency.batch([about_worker("m1", f"worker:{NIK}"), about_worker("m2", f"worker:{WOMAN}")])
    one, other = (known.pseudonyms.references(nik)[1] for nik in (NIK, WOMAN))
    async with known.database() as database:
        swap = "UPDATE vault SET nik = (SELECT nik FROM vault WHERE reference = $1) WHERE reference = $2"
        await table(database, swap + " RETURNING 1", one, other)
        with pytest.raises(VaultError, match="does not open"):
            await look_up(known, database, [other], "R. Dewi", "case 77")
        await table(database, "DELETE FROM vault WHERE reference = $1 RETURNING 1", other)


async def test_a_newer_key_opens_and_encrypts_anew(kafka: KafkaNode, postgres: PostgresNode) -> None:
    async with door(kafka, postgres) as agency:
        await agency.batch([about_worker("k1", f"worker:{NIK}"), firm_of_a_person("k2")])
    both = Secrets(vault_keys=json.dumps({"1": VAULT_KEY, "2": NEWER_VAULT_KEY}))
    newest = Secrets(vault_key=None, vault_keys=f"2:{NEWER_VAULT_KEY}")
    boss = custody(kafka, postgres).pseudonyms.references(BOSS)[1]
    with pytest.raises(VaultError, match="version 1 is not in"):
        await reencrypt(custody(kafka, postgres, newest), "op")
    count = await reencrypt(custody(kafka, postgres, both), "op")
    assert count >= 2
    assert await reencrypt(custody(kafka, postgres, both), "op") == 0
    known = custody(kafka, postgres, newest)
    async with known.database() as database:
        [found] = await look_up(known, database, [boss], "op", "test")
        [[who]] = await table(database, "SELECT DISTINCT who FROM vault_audit WHERE reference = '(all)'")
        await table(database, "DELETE FROM vault RETURNING 1")
    assert (found.person.nik, found.person.name, who) == (BOSS, "Budi Santosa", "op")


async def test_without_a_key_nothing_is_kept(kafka: KafkaNode, postgres: PostgresNode) -> None:
    none = Secrets(vault_key=None)
    async with door(kafka, postgres, none) as agency:
        await agency.batch([about_worker("n1", f"worker:{THIRD}")])
    known = custody(kafka, postgres, none)
    third = known.pseudonyms.references(THIRD)[1]
    async with known.database() as database:
        assert await table(database, "SELECT 1 FROM vault WHERE reference = $1", third) == []
        with pytest.raises(VaultError, match="PATUH_VAULT_KEY"):
            await look_up(known, database, [third], "R. Dewi", "case 77")


async def test_what_is_too_old_goes(kafka: KafkaNode, postgres: PostgresNode, stream: Stream) -> None:
    async with door(kafka, postgres) as agency:
        await agency.batch([about_worker("r1", f"worker:{NIK}"), about_worker("r2", f"worker:{WOMAN}")])
    known = custody(kafka, postgres)
    nik, woman = (known.pseudonyms.references(who)[1] for who in (NIK, WOMAN))
    settings = RetentionSettings(taken_days=10, audit_days=100_000, vault_days=100_000, vault_audit_days=10)
    async with known.database() as database:
        await table(
            database, "UPDATE vault SET last_seen = '1700-01-01' WHERE reference = $1 RETURNING 1", nik
        )
        await table(database, "UPDATE taken SET taken_at = '2001-01-01' WHERE id = 'r1' RETURNING 1")
        await look_up(known, database, [woman], "R. Dewi", "case 77")
        planned = await retain(known, settings, dry_run=True)
        assert {a.table: a.rows for a in planned} == {"taken": 1, "audit": 0, "vault": 1, "vault_audit": 0}
        assert await retain(known, settings, dry_run=False) == planned
        assert [a.rows for a in await retain(known, settings, dry_run=False)] == [0, 0, 0, 0]
        assert await table(database, "SELECT 1 FROM vault WHERE reference = $1", nik) == []
        assert await table(database, "SELECT 1 FROM vault WHERE reference = $1", woman) == [(1,)]
        assert await table(database, "SELECT id FROM taken WHERE id IN ('r1', 'r2')") == [("r2",)]
    kept = await of_topics(known.settings.kafka_bootstrap_servers)
    assert (kept[topics.WORKERS.name], kept[topics.COVERAGE.name]) == (
        "for good",
        "compacted: the newest of each key",
    )


def test_a_masked_nik_shows_six_digits_and_two() -> None:
    assert masked(NIK) == "997201********01"
