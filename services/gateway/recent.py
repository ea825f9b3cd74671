"""What the gateway remembers of the events it took lately, and which are being published just now.

It is kept in memory so that no request waits for the database, and it is bounded: an event that conflicts
with one forgotten is published, and becomes a conflict in the dead letters of whoever consumes it
(docs/decisions/0016).
"""

import asyncio
from collections.abc import Iterable
from itertools import islice

from shared.ledger import Identity


class Recent:
    """The digests of the latest `limit` events by a 64-bit hash of their identity, about 100 bytes each.

    The hash is Python's own, whose secret differs from process to process: nobody can aim at another's name.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._said: dict[int, int] = {}
        self._claimed: dict[int, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        return len(self._said)

    def said(self, identity: Identity) -> int | None:
        """The digest of what was taken under this identity; None when that is unknown or forgotten."""
        return self._said.get(hash(identity))

    def remember(self, taken: Iterable[tuple[Identity, int]]) -> None:
        """Remember these as taken, and forget the oldest for them."""
        for identity, said in taken:
            self._said.setdefault(hash(identity), said)
        too_many = len(self._said) - self.limit
        if too_many > 0:
            for oldest in list(islice(self._said, too_many)):
                del self._said[oldest]

    def claimed(self, identity: Identity) -> asyncio.Future[None] | None:
        """Done when the request that is publishing this identity knows how that ended; None when none is."""
        return self._claimed.get(hash(identity))

    def claim(self, identity: Identity, ended: "asyncio.Future[None]") -> None:
        """Say that this identity is being published."""
        self._claimed[hash(identity)] = ended

    def release(self, identities: Iterable[Identity], ended: "asyncio.Future[None]") -> None:
        """Say that the publishing is over, whichever way."""
        for identity in identities:
            self._claimed.pop(hash(identity), None)
        if not ended.done():
            ended.set_result(None)
