"""Whether a secret is that of a key. Argon2 is slow on purpose: once for each secret, one at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import compare_digest

import limits
from argon2.exceptions import InvalidHashError, VerificationError

from services.gateway.grants import Key
from services.gateway.keys import hasher
from services.gateway.quota import Windows
from services.gateway.refusals import Refusal

_WRONG = limits.parse("10/minute")
_WAITING = 64


class Secrets:
    """Remembers which secrets proved right, in this process, so that each is worked out once.

    A flood of wrong ones gets one thread, and few tries a minute for one key from one address.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._proved: dict[str, bytes] = {}
        self._thread = ThreadPoolExecutor(1, "argon2")
        self._windows = Windows(seconds)
        self._lock = asyncio.Lock()
        self._waiting = 0

    async def prove(self, key: Key, secret: str, remote: str) -> bool:
        """True when it is the secret of this key. Raises Refusal (429) when too many are tried."""
        if key.hashed is None:
            return False
        said = _said(key.hashed, secret)
        if self._is_proved(key, said):
            return True
        if self._waiting >= _WAITING:
            raise Refusal(429, "too many new secrets at once", retry_after=1)
        self._waiting += 1
        try:
            async with self._lock:
                return self._is_proved(key, said) or await self._verify(key, key.hashed, secret, remote)
        finally:
            self._waiting -= 1

    async def _verify(self, key: Key, hashed: str, secret: str, remote: str) -> bool:
        if wait := self._windows.wait(_WRONG, f"{key.id} {remote}"):
            raise Refusal(429, "too many wrong secrets for this key", retry_after=wait)
        # A thread of our own: one whose request was cut off works on, and the next one waits for it.
        running = asyncio.get_running_loop().run_in_executor(self._thread, _matches, hashed, secret)
        if not await running:
            self._windows.count(_WRONG, f"{key.id} {remote}")
            return False
        self._proved[key.id] = _said(hashed, secret)
        return True

    def _is_proved(self, key: Key, said: bytes) -> bool:
        return compare_digest(self._proved.get(key.id, b""), said)


def _said(hashed: str, secret: str) -> bytes:
    return sha256(hashed.encode() + secret.encode()).digest()


def _matches(hashed: str, secret: str) -> bool:
    try:
        return hasher.verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False
