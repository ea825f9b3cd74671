"""The keys in memory, so that no request waits for the database and a revoked key still fails at once."""

import asyncio
from collections.abc import Awaitable, Callable

import limits

from services.gateway import key_store
from services.gateway.grants import Key
from services.gateway.quota import Quota, Windows
from services.gateway.refusals import Refusal
from shared.clock import Clock
from shared.database import Database, Transaction

# Keys that are not in memory are new ones or junk: a flood of junk must not become one of queries.
_LOOK_UPS = limits.parse("20/second")
_MOST_MISSING = 10_000
_ANSWER_SECONDS = 2.0
Find = Callable[[Transaction, str], Awaitable[Key | None]]


class KnownKeys:
    """Every key by id and by OAuth2 client, as of the last `refresh`.

    While the database does not answer they go on for `stale_seconds`; then nobody is let in, for a key
    may have been revoked.
    """

    def __init__(
        self, database: Database, clock: Clock, stale_seconds: float, seconds: Callable[[], float]
    ) -> None:
        self._database, self._clock, self._seconds = database, clock, seconds
        self._stale_seconds, self._fresh_at = stale_seconds, seconds()
        self._windows = Windows(seconds)
        self._version = 0
        self._by_id: dict[str, Key] = {}
        self._by_client: dict[str, Key] = {}
        self._missing: set[tuple[Find, str]] = set()
        self._looking: dict[tuple[Find, str], asyncio.Task[Key | None]] = {}

    async def refresh(self, quota: Quota) -> None:
        """Read what has changed, and what the keys have used today. Raises SQLAlchemyError, OSError."""
        day = self._clock.today()
        async with asyncio.timeout(_ANSWER_SECONDS), self._database.transaction() as transaction:
            version = await key_store.version(transaction)
            if version != self._version:
                self._replace(await key_store.all_keys(transaction), version)
            if any(key.daily for key in self._by_id.values()):
                quota.learn(day, await key_store.used(transaction, day))
        self._fresh_at = self._seconds()

    def _replace(self, keys: list[Key], version: int) -> None:
        self._by_id = {key.id: key for key in keys}
        self._by_client = {k.oauth_client: k for k in keys if k.oauth_client and not k.revoked_at}
        self._missing, self._version = set(), version

    async def by_id(self, key_id: str) -> Key | None:
        """The key of this id. Raises Refusal (503), SQLAlchemyError, OSError."""
        self._check_fresh()
        return self._by_id.get(key_id) or await self._look_up(key_store.by_id, key_id)

    async def by_client(self, client: str) -> Key | None:
        """The key of this OAuth2 client. Raises Refusal (503), SQLAlchemyError, OSError."""
        self._check_fresh()
        return self._by_client.get(client) or await self._look_up(key_store.by_client, client)

    def _check_fresh(self) -> None:
        if self._seconds() - self._fresh_at > self._stale_seconds:
            raise Refusal(503, "the database is not reachable: whether a key still holds cannot be told")

    async def _look_up(self, find: Find, name: str) -> Key | None:
        asked = (find, name)
        if asked not in self._looking:
            if asked in self._missing or self._windows.wait(_LOOK_UPS, "look up"):
                return None
            self._windows.count(_LOOK_UPS, "look up")
            self._looking[asked] = asyncio.ensure_future(self._found(find, name))
            self._looking[asked].add_done_callback(lambda _: self._looking.pop(asked))
        return await asyncio.shield(self._looking[asked])

    async def _found(self, find: Find, name: str) -> Key | None:
        before = self._version
        async with asyncio.timeout(_ANSWER_SECONDS), self._database.transaction() as transaction:
            key = await find(transaction, name)
        if before != self._version:
            return key  # all keys were read meanwhile: what was found may be older than they
        if key:
            (self._by_id if find is key_store.by_id else self._by_client)[name] = key
        elif len(self._missing) < _MOST_MISSING:
            self._missing.add((find, name))
        return key
