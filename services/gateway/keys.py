"""Keys of agencies: shown once, stored as an argon2 hash, limited to sources."""

import asyncio
import secrets
from collections.abc import Callable
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from msgspec import Struct

from services.gateway import store
from shared.database import Transaction

_PREFIX = "patuh"
_hasher = PasswordHasher()


class Agency(Struct):
    """Who is speaking, and the sources it may speak for."""

    name: str
    sources: list[str]

    def may_speak_for(self, source: str) -> bool:
        """True for a source of its own and anything below it."""
        return any(source == own or source.startswith(own.rstrip("/") + "/") for own in self.sources)


async def create(
    transaction: Transaction, agency: str, sources: list[str], token: Callable[[int], str] = secrets.token_hex
) -> str:
    """Make a key for an agency and return it: it is not stored and cannot be shown again."""
    key_id, secret = token(6), token(24)
    hashed = await asyncio.to_thread(_hasher.hash, secret)
    await store.add_key(transaction, key_id, hashed, agency, sources)
    return f"{_PREFIX}_{key_id}_{secret}"


class Keys:
    """Checks keys. A secret that was verified once is remembered, because argon2 is slow on purpose;
    whether its key still exists is asked every time, so that revocation works at once.
    """

    def __init__(self) -> None:
        self._verified: dict[str, tuple[str, bytes]] = {}

    async def agency(self, transaction: Transaction, authorization: str | None) -> Agency | None:
        """The agency whose key the Authorization header carries; None when there is no such key."""
        scheme, _, token = (authorization or "").partition(" ")
        parts = token.strip().split("_")
        if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != _PREFIX:
            return None
        found = await store.key(transaction, parts[1])
        if found is None or not await self._matches(parts[1], found.hashed, parts[2]):
            return None
        return Agency(found.agency, list(found.sources))

    async def _matches(self, key_id: str, hashed: str, secret: str) -> bool:
        known = (hashed, sha256(secret.encode()).digest())
        if self._verified.get(key_id) == known:
            return True
        try:
            await asyncio.to_thread(_hasher.verify, hashed, secret)
        except VerifyMismatchError:
            return False
        self._verified[key_id] = known
        return True
