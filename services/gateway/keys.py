"""Keys of agencies: shown once, stored as an argon2 hash, limited, rotated, revoked.

A key for an OAuth2 client has no secret: the issuer's tokens stand for it.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher

from services.gateway import key_store
from services.gateway.grants import Grant, Key
from services.gateway.scopes import BadGrant
from shared.database import Transaction

PREFIX = "patuh"
# One lane: whoever floods the door with wrong secrets gets one core of it at most.
hasher = PasswordHasher(parallelism=1)
Token = Callable[[int], str]


async def issue(
    transaction: Transaction, grant: Grant, now: datetime, by: str, token: Token = secrets.token_hex
) -> tuple[Key, str | None]:
    """Make a key, and what the agency sends: not stored, never to be shown again. Raises BadGrant."""
    grant.check()
    if grant.expires_at is not None and grant.expires_at <= now:
        raise BadGrant("expires: must be in the future")
    if grant.oauth_client and await key_store.by_client(transaction, grant.oauth_client):
        raise BadGrant(f"oauth-client: {grant.oauth_client} has a scope already; revoke that first")
    key_id = token(6)
    key, shown = await _make(grant, key_id, key_id, now, token)
    await key_store.add(transaction, key)
    await key_store.add_command(transaction, now, key, "created", by)
    return key, shown


async def _make(grant: Grant, key_id: str, line: str, now: datetime, token: Token) -> tuple[Key, str | None]:
    secret = None if grant.oauth_client else token(24)
    hashed = await asyncio.to_thread(hasher.hash, secret) if secret else None
    granted = {name: getattr(grant, name) for name in Grant.__dataclass_fields__}
    key = Key(**granted, id=key_id, line=line, hashed=hashed, created_at=now)
    return key, f"{PREFIX}_{key_id}_{secret}" if secret else None


async def rotate(
    transaction: Transaction,
    key_id: str,
    overlap: timedelta,
    now: datetime,
    by: str,
    token: Token = secrets.token_hex,
) -> tuple[Key, str | None]:
    """Make a key with the same scope, and end the old one after `overlap`. Raises BadGrant.

    A key that was to live for a year is followed by one that lives for a year from now.
    """
    old = await _living(transaction, key_id, now)
    if old.oauth_client:
        raise BadGrant("this key has no secret: its tokens are renewed by their issuer")
    others = [key for key in await key_store.line(transaction, old.line) if key.id != old.id]
    if alive := [key.id for key in others if not key.ended(now)]:
        raise BadGrant(f"two keys at once are enough: revoke {alive[0]} first")
    life = old.expires_at and now + (old.expires_at - old.created_at)
    new, shown = await _make(replace(old, expires_at=life), token(6), old.line, now, token)
    await key_store.add(transaction, new)
    await key_store.end(transaction, old.id, min(now + overlap, old.expires_at or now + overlap))
    await key_store.add_command(transaction, now, old, f"rotated into {new.id}", by)
    return new, shown


async def revoke(transaction: Transaction, key_id: str, now: datetime, by: str) -> Key:
    """Take a key away at once. Raises BadGrant."""
    key = await _living(transaction, key_id, now)
    await key_store.revoke(transaction, key_id, now)
    await key_store.add_command(transaction, now, key, "revoked", by)
    return key


async def _living(transaction: Transaction, key_id: str, now: datetime) -> Key:
    key = await key_store.locked(transaction, key_id)
    if key is None:
        raise BadGrant("no such key: `patuh keys list` shows their ids")
    if key.revoked_at is not None:
        raise BadGrant("this key was revoked already")
    return key
