"""The public keys of the OAuth2 issuer: found by its metadata, kept, fetched again when one is missing."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.gateway.refusals import Refusal
from shared import logging

REFETCH_SECONDS = 10.0
REFRESH_SECONDS = 600.0
_ANSWER_SECONDS = 5.0
_MOST_BYTES = 1_000_000
_ASYMMETRIC = ("RSA", "EC", "OKP")
_log = logging.get(__name__)


class IssuerError(RuntimeError):
    """The issuer does not say its keys; the message says why."""


def check_url(url: str) -> str:
    """The address, if it is https, or http on this machine. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return url
    raise ValueError("must be https, or http on a loopback address")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Issuer:
    """Its keys. When it is down those that are known go on.

    An unknown key is asked for at most every `REFETCH_SECONDS`; all are read anew every `REFRESH_SECONDS`,
    so that a key which the issuer has withdrawn stops working.
    """

    def __init__(self, url: str, jwks_url: str | None, seconds: Callable[[], float]) -> None:
        self.url, self._jwks_url, self._seconds = url, jwks_url, seconds
        self._lock = asyncio.Lock()
        self._tls = ssl.create_default_context()  # here, because it takes long
        self._keys: KeySet | None = None
        self._asked_at = self._read_at = float("-inf")

    async def keys(self) -> KeySet:
        """The keys as they are known. Raises Refusal (503) when none ever were."""
        if self._keys is None:
            await self.refetch()
        if self._keys is None:
            raise Refusal(503, "the token issuer is not reachable")
        return self._keys

    async def refetch(self) -> None:
        """Read the keys anew, unless they were asked for just now. A failure leaves them as they are."""
        async with self._lock:
            if self._seconds() - self._asked_at < REFETCH_SECONDS:
                return
            self._asked_at = self._seconds()
            try:
                self._keys = await self._fetched()
                self._read_at = self._seconds()
            except IssuerError as error:
                _log.warning("the token issuer does not answer", error=str(error))

    async def refresh(self) -> None:
        """Read the keys anew when they have become old."""
        if self._keys is not None and self._seconds() - self._read_at >= REFRESH_SECONDS:
            await self.refetch()

    async def _fetched(self) -> KeySet:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), httpx.AsyncClient(verify=self._tls) as client:
                url = self._jwks_url or await self._discovered(client)
                return _key_set(await _json(client, url))
        except (httpx.HTTPError, TimeoutError, msgspec.DecodeError, JoseError, ValueError) as error:
            raise IssuerError(f"{type(error).__name__}: {error}") from error

    async def _discovered(self, client: httpx.AsyncClient) -> str:
        for url in _metadata_urls(self.url):
            try:
                told = await _json(client, url)
            except httpx.HTTPStatusError:
                continue
            if told.get("issuer") != self.url:
                raise IssuerError("its metadata name another issuer")
            return check_url(str(told.get("jwks_uri")))
        raise IssuerError("no metadata found")


def _metadata_urls(issuer: str) -> Iterator[str]:
    """Where OpenID Connect Discovery 1.0 and RFC 8414 place them."""
    parts = urlsplit(issuer)
    yield f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    yield f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path.rstrip('/')}"


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    body = bytearray()
    async with client.stream("GET", url) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise IssuerError("its answer is too long")
    return msgspec.json.decode(body, type=dict[str, Any])


def _key_set(told: dict[str, Any]) -> KeySet:
    """Only public keys that sign: a shared secret among them would let anybody sign who reads them."""
    listed = told.get("keys")
    keys = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    usable = [one for one in keys if one.get("kty") in _ASYMMETRIC and one.get("use", "sig") == "sig"]
    if not usable:
        raise IssuerError("it has no key that signs")
    return KeySet.import_key_set({"keys": usable})
