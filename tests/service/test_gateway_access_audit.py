"""What is seen afterwards: refusals, commands, floods; no secret, no person; and OAuth2 clients."""

from datetime import timedelta
from typing import Any

from patuh.embedded.postgres import PostgresNode
from services.gateway import keys
from shared.clock import FixedClock
from tests.service.access_stage import DAY, LPSE, OSS, REMOTE, Desk, desk, new_database, office
from tests.service.parts import until
from tests.unit.token_issuer import AUDIENCE, TokenServer, serving

__all__ = ["office"]
NIK = "9972010101900001"


async def test_the_audit_tells_refusals_and_commands(office: Desk) -> None:
    key, shown = await office.issue()
    secret = shown.split("_")[2]
    for _ in range(3):
        await office.status(f"patuh_{key.id}_{secret}0")
    await office.status(f"patuh_nobody_{secret}")
    await office.status(None)
    new_id, _ = await office.rotate(key.id)
    async with office.database.transaction() as transaction:
        await keys.revoke(transaction, new_id, office.clock.now(), "me")
    rows = await office.audited()
    found = {(row.agency, row.key_id, row.status, row.rule, row.actor, row.remote, row.count) for row in rows}
    assert found == {
        ("LPSE", key.id, None, "created", "an officer", None, 1),
        ("LPSE", key.id, 401, "wrong secret", None, REMOTE, 3),
        (None, None, 401, "no such key", None, REMOTE, 1),
        (None, None, 401, "no key", None, REMOTE, 1),
        ("LPSE", key.id, None, f"rotated into {new_id}", "me", None, 1),
        ("LPSE", new_id, None, "revoked", "me", None, 1),
    }
    assert secret not in str(rows)
    assert {row.agency for row in await office.audited("LPSE")} == {"LPSE"}
    assert await office.audited(since=office.clock.now() + timedelta(seconds=1)) == []


async def test_a_flood_is_a_bounded_number_of_lines(office: Desk) -> None:
    await office.issue()
    for number in range(3000):
        await office.status(None, f"2001:db8::{number:x}")
    rows = [row for row in await office.audited() if row.status]
    assert len(rows) == 101
    assert sum(row.count for row in rows) == 3000
    assert [row.count for row in rows if row.remote == "(many)"] == [2900]


async def test_a_flood_leaves_no_persons_number(office: Desk) -> None:
    await office.issue(agency=f"Toko {NIK}")
    await office.status(f"patuh_{NIK}_{NIK}")
    assert await office.status(NIK) == 401
    assert NIK not in str([row for row in await office.audited() if row.status])


async def test_a_client_of_the_issuer_has_the_scope_it_was_given(postgres: PostgresNode) -> None:
    server = TokenServer(0, FixedClock(DAY).now(), secrets={"lpse": "s3cret", "stranger": "s3cret"})
    server.turn_key()
    with serving(server):
        given: dict[str, Any] = {"jwt_issuer": server.url, "jwt_audience": AUDIENCE}
        async with desk(new_database(postgres), **given) as office:
            key, shown = await office.issue(oauth_client="lpse", sources=[OSS], subjects=["employer:*"])
            secret_key, by_secret = await office.issue(sources=[LPSE])
            assert shown == ""
            token = server.token("lpse")
            assert (await office.come(token)).key == key
            assert (await office.come(by_secret)).key == secret_key
            assert await office.status(server.token("stranger")) == 403
            assert await office.status(token[:-4] + "AAAA") == 401
            assert await office.status(f"patuh_{key.id}_") == 401
            async with office.database.transaction() as transaction:
                await keys.revoke(transaction, key.id, office.clock.now(), "me")
            await until(lambda: office.status(token), 10)
            rules = {row.rule for row in await office.audited() if row.status}
    assert rules == {
        "no scope for client stranger",
        "no scope for client lpse",
        "token: bad_signature",
        "wrong secret",
    }
