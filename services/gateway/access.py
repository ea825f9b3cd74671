"""Who is asking, and whether it may: the answer before any event is looked at."""

import asyncio
import time
from collections.abc import Callable

from services.gateway.audit import Audit, Refused
from services.gateway.grants import Agency, Key
from services.gateway.issuer import Issuer
from services.gateway.keys import PREFIX
from services.gateway.known import KnownKeys
from services.gateway.later import Later
from services.gateway.proving import Secrets
from services.gateway.quota import Quota
from services.gateway.refusals import Refusal
from services.gateway.scopes import SCOPE
from services.gateway.settings import GatewaySettings
from services.gateway.tokens import BadToken, Tokens
from shared import logging
from shared.database import Database
from shared.failure import is_infrastructure

PAUSE = 0.3
_SEND_A_KEY = "send `Authorization: Bearer <key>`"
_log = logging.get(__name__)


class Denied(Exception):
    """Nobody is let in with this. `rule` is for the audit; the sender is told `detail`."""

    def __init__(self, status: int, rule: str, detail: str, key: Key | None = None) -> None:
        super().__init__(rule)
        self.status, self.rule, self.detail, self.key = status, rule, detail, key


class Access:
    """The keys, what each may still send, and the audit of what was refused.

    `seconds`: the machine's monotonic clock, by which rates and the age of what is known are told.
    """

    def __init__(
        self,
        database: Database,
        later: Later,
        settings: GatewaySettings,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock = settings.clock
        self._known = KnownKeys(database, clock, settings.keys_stale_seconds, seconds)
        self._secrets = Secrets(seconds)
        self._quota = Quota(later, clock, seconds)
        self._audit = Audit(later, clock, seconds)
        self._tokens: Tokens | None = None
        if settings.jwt_issuer and settings.jwt_audience:
            issuer = Issuer(settings.jwt_issuer, settings.jwt_jwks_url, seconds)
            self._tokens = Tokens(issuer, settings.jwt_audience, clock)

    async def agency(self, authorization: str | None, remote: str) -> Agency:
        """The agency that an Authorization header speaks for. Raises Refusal (401, 403, 429, 503)."""
        try:
            key = await self._key(authorization, remote)
        except Denied as denied:
            self._note(denied.key, remote, denied.status, denied.rule)
            raise Refusal(denied.status, denied.detail) from denied
        except Refusal as refusal:
            if refusal.status == 429:
                self._note(None, remote, refusal.status, refusal.detail)
            raise
        return Agency(key, remote)

    async def _key(self, authorization: str | None, remote: str) -> Key:
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Denied(401, "no key", _SEND_A_KEY)
        if self._tokens and token.count(".") == 2:
            key = await self._of_token(self._tokens, token)
        else:
            key = await self._of_secret(token, remote)
        if ended := key.ended(self._clock.now()):
            raise Denied(401, ended, f"this key is {ended}", key)
        return key

    async def _of_secret(self, token: str, remote: str) -> Key:
        parts = token.split("_")
        if len(parts) != 3 or parts[0] != PREFIX:
            raise Denied(401, "no key of ours", _SEND_A_KEY)
        key = await self._known.by_id(parts[1])
        if key is None:
            raise Denied(401, "no such key", _SEND_A_KEY)
        if not await self._secrets.prove(key, parts[2], remote):
            raise Denied(401, "wrong secret", _SEND_A_KEY, key)
        return key

    async def _of_token(self, tokens: Tokens, token: str) -> Key:
        try:
            client = await tokens.client(token)
        except BadToken as error:
            raise Denied(401, error.rule, error.rule) from error
        key = await self._known.by_client(client)
        if key is None:
            raise Denied(403, f"no scope for client {client}", "this client was given no scope here")
        return key

    def admit(self, agency: Agency, events: int) -> None:
        """Count `events` against the limits of the key. Raises Refusal (413, 429)."""
        self._quota.admit(agency.key, events)

    def turned_away(self, agency: Agency, refusal: Refusal) -> None:
        """Keep a record of a request that was too much as a whole."""
        if refusal.status in (413, 429):
            self._note(agency.key, agency.remote, refusal.status, refusal.detail)

    def refused(self, agency: Agency) -> None:
        """Keep a record of the members that were outside the scope of the key."""
        who = (agency.key.id, agency.name, agency.remote)
        for one in agency.refused:
            self._audit.add(Refused(*who, 403, SCOPE, one.field, one.source, one.type, one.subject))

    def _note(self, key: Key | None, remote: str, status: int, rule: str) -> None:
        key_id, agency = (key.id, key.agency) if key else (None, None)
        self._audit.add(Refused(key_id, agency, remote, status, rule))

    async def recall(self) -> None:
        """Read the keys and what they have used today: before the first request."""
        await self._known.refresh(self._quota)

    async def run(self) -> None:
        """Keep what is known fresh and what was refused stored, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow_keys())
                tasks.create_task(self._follow_issuer())
        finally:
            self.close()

    def close(self) -> None:
        """Have stored what was refused just now."""
        self._audit.flush()

    async def _follow_keys(self) -> None:
        while True:
            try:
                await self._known.refresh(self._quota)
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                _log.warning("keys cannot be read: those that are known go on", error=str(error))
            self._audit.turn()
            await asyncio.sleep(PAUSE)

    async def _follow_issuer(self) -> None:
        while self._tokens:
            await self._tokens.issuer.refresh()
            await asyncio.sleep(PAUSE)
