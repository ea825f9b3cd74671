"""Keys at the door, on real PostgreSQL: made, used, ended, and what is remembered of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.counting import CountingTransaction
from patuh.embedded.postgres import PostgresNode
from services.gateway import key_store, keys
from services.gateway.refusals import Refusal
from services.gateway.scopes import BadGrant
from shared.database import Transaction
from tests.service.access_stage import DAY, REMOTE, Desk, desk, new_database, office
from tests.service.parts import until

__all__ = ["office"]


async def test_a_key_opens_and_is_stored_as_a_hash(office: Desk) -> None:
    key, shown = await office.issue(types=["id.patuh.project.*"], subjects=["project:lkpp-405-*"])
    agency = await office.come(shown)
    assert (agency.name, agency.key) == ("LPSE", key)
    secret = shown.split("_")[2]
    async with office.database.transaction() as transaction:
        rows = await transaction.rows("SELECT * FROM agency_key")
    assert str(rows[0].hashed).startswith("$argon2id$")
    assert secret not in str(rows)


async def test_what_is_no_key_opens_nothing(office: Desk) -> None:
    key, shown = await office.issue()
    secret = shown.split("_")[2]
    others = (
        None,
        "",
        "x",
        "patuh_x",
        f"patuh_{key.id}_{secret}x",
        f"patuh_{key.id}_",
        f"other_{key.id}_{secret}",
    )
    assert [await office.status(one) for one in others] == [401] * len(others)
    with pytest.raises(Refusal):
        await office.access.agency(f"Basic {shown}", REMOTE)
    assert await office.status(shown) == 0


async def test_a_new_key_opens_at_once_and_a_revoked_one_fails_soon(office: Desk) -> None:
    key, shown = await office.issue()
    assert await office.status(shown) == 0
    async with office.database.transaction() as transaction:
        await keys.revoke(transaction, key.id, office.clock.now(), "an officer")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await until(lambda: office.status(shown), 10)
    assert loop.time() - began < 1
    assert await office.status(shown) == 401


async def test_a_key_ends_by_the_clock(office: Desk) -> None:
    key, shown = await office.issue(expires_at=office.clock.now() + timedelta(days=1))
    assert await office.status(shown) == 0
    office.clock.day = DAY + timedelta(days=1)
    with pytest.raises(Refusal, match="this key is expired"):
        await office.come(shown)
    assert [row.rule for row in await office.audited("LPSE")] == ["created", "expired"]
    assert key.ended(office.clock.now()) == "expired"


async def test_rotated_keys_are_good_together_for_a_while(office: Desk) -> None:
    scope: dict[str, Any] = {"types": ["id.patuh.project.*"], "subjects": ["project:*"], "rate": "5/second"}
    key, old = await office.issue(**scope, daily=9, expires_at=office.clock.now() + timedelta(days=365))
    new_id, new = await office.rotate(key.id)
    office.clock.day = DAY + timedelta(days=6)
    assert (await office.come(new)).key.subjects == ["project:*"]
    await until(lambda: _ends(office, old, DAY + timedelta(days=7)), 10)
    office.clock.day = DAY + timedelta(days=7)
    assert [await office.status(one) for one in (old, new)] == [401, 0]
    fresh = (await office.come(new)).key
    assert (fresh.types, fresh.rate, fresh.daily, fresh.line) == (scope["types"], "5/second", 9, key.id)
    assert fresh.expires_at == key.created_at + timedelta(days=365)
    assert (await office.rotate(new_id))[0] != new_id  # the first has ended: again there are two


async def _ends(office: Desk, shown: str, day: date) -> bool:
    expires_at = (await office.come(shown)).key.expires_at
    return expires_at is not None and expires_at.date() == day


async def test_what_cannot_be_rotated_or_revoked_is_said(office: Desk) -> None:
    key, _ = await office.issue()
    client, _ = await office.issue(oauth_client="lpse")
    new_id, _ = await office.rotate(key.id)
    for key_id, why in (
        (key.id, f"revoke {new_id} first"),
        (new_id, f"revoke {key.id} first"),
        (client.id, "has no secret"),
        ("nobody", "no such key"),
    ):
        with pytest.raises(BadGrant, match=why):
            await office.rotate(key_id)
    with pytest.raises(BadGrant, match="has a scope already"):
        await office.issue(oauth_client="lpse")
    async with office.database.transaction() as transaction:
        await keys.revoke(transaction, client.id, office.clock.now(), "me")
        with pytest.raises(BadGrant, match="revoked already"):
            await keys.revoke(transaction, client.id, office.clock.now(), "me")
    await office.issue(oauth_client="lpse")


async def test_a_restart_keeps_the_count_of_the_day(postgres: PostgresNode) -> None:
    dsn = new_database(postgres)
    async with desk(dsn) as first:
        key, shown = await first.issue(daily=10)
        agency = await first.come(shown)
        for _ in range(3):
            first.access.admit(agency, 2)
        _, new = await first.rotate(key.id)
    async with desk(dsn) as second:
        assert await _full(second, shown, 5)
        second.access.admit(await second.come(new), 4)
        assert await _full(second, shown, 1)
        second.clock.day = DAY + timedelta(days=1)
        second.access.admit(await second.come(new), 10)
        await second.later.flush()
        async with second.database.transaction() as transaction:
            listed = await key_store.listed(transaction, second.clock.today())
    assert sorted((one.used_today, one.last_used) for one in listed) == [
        (0, first.clock.now()),
        (10, second.clock.now()),
    ]


async def _full(office: Desk, shown: str, events: int) -> bool:
    """Whether so many more are refused; none of them is counted."""
    agency = await office.come(shown)
    with pytest.raises(Refusal) as told:
        office.access.admit(agency, events)
    return (told.value.status, told.value.retry_after) == (429, 12 * 3600)


async def test_without_the_database_known_keys_go_on_for_a_while(tmp_path: Path) -> None:
    node = PostgresNode(tmp_path / "postgres")
    node.start()
    async with desk(new_database(node), keys_stale_seconds=60) as office:
        _, shown = await office.issue()
        _, unused = await office.issue()
        assert await office.status(shown) == 0
        await until(lambda: _known(office, 2), 10)
        node.stop()
        office.passed[0] = 59
        assert [await office.status(one) for one in (shown, unused)] == [0, 0]
        office.passed[0] = 61
        assert [await office.status(one) for one in (shown, unused)] == [503, 503]
        node.start()
        await until(lambda: _good(office, shown), 20)
    node.stop()


async def _known(office: Desk, keys: int) -> bool:
    return len(office.access._known._by_id) == keys


async def _good(office: Desk, shown: str) -> bool:
    return await office.status(shown) == 0


async def test_junk_is_looked_up_in_the_database_only_so_often(
    postgres: PostgresNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(new_database(postgres), running=False) as office:
        _, shown = await office.issue()
        asked: list[str] = []
        transaction = office.database.transaction

        @asynccontextmanager
        async def noted() -> AsyncIterator[Transaction]:
            async with transaction() as plain:
                yield CountingTransaction(plain, asked)

        monkeypatch.setattr(office.database, "transaction", noted)
        for number in range(200):
            assert await office.status(f"patuh_junk{number}_x") == 401
            assert await office.status("patuh_same_x") == 401
        assert len([sql for sql in asked if "FROM agency_key" in sql]) == 20
        office.passed[0] = 1
        assert await office.status(shown) == 0


async def test_wrong_secrets_are_tried_only_so_often(office: Desk) -> None:
    key, shown = await office.issue()
    _, other = await office.issue()
    assert await office.status(shown) == 0
    wrong = [f"patuh_{key.id}_{number}" for number in range(15)]
    found = await asyncio.gather(*map(office.status, wrong))
    assert set(found) == {401, 429}
    assert await office.status(wrong[0]) == 429
    assert await office.status(wrong[0], "192.0.2.8") == 401  # another address is another's fault
    assert [await office.status(one) for one in (shown, other)] == [0, 0]
    office.passed[0] = 60
    assert await office.status(wrong[0]) == 401


async def test_argon2_is_worked_out_once_for_a_secret(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, shown = await office.issue()
    tried = []
    real = keys.hasher.verify

    class Counting:
        def verify(self, hashed: str, secret: str) -> bool:
            tried.append(secret)
            return real(hashed, secret)

    monkeypatch.setattr("services.gateway.proving.hasher", Counting())
    assert await asyncio.gather(*(office.status(shown) for _ in range(30))) == [0] * 30
    assert tried == [shown.split("_")[2]]
