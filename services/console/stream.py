"""The live stream: what is committed to the recent events, handed to every open page.

One reader asks the database while anybody listens, so that several console processes show the same
stream, and nothing is shown that was rolled back. Each listener has a bounded queue; who reads too
slowly loses the oldest and is told how many.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.console import reading
from services.console.reading import EventQuery, RecentEvent
from shared import logging
from shared.database import Database
from shared.failure import is_infrastructure

QUEUE = 500
REPLAY = 500
_POLL_SECONDS = 0.25
_PATIENCE_SECONDS = 2.0
_log = logging.get(__name__)


@dataclass(frozen=True)
class Portion:
    """What one look at the queue gave: events, oldest first, and how many were dropped before them."""

    events: Sequence[RecentEvent]
    dropped: int = 0


@dataclass(eq=False)
class Listener:
    """One open page and what it wants to see."""

    query: EventQuery
    _waiting: deque[RecentEvent] = field(default_factory=deque)
    _dropped: int = 0
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, events: Sequence[RecentEvent]) -> None:
        """Queue what matches; the oldest fall out when there are more than QUEUE."""
        self._waiting.extend(event for event in events if self.query.matches(event))
        while len(self._waiting) > QUEUE:
            self._waiting.popleft()
            self._dropped += 1
        if self._waiting:
            self._ready.set()

    async def take(self) -> Portion:
        """Everything that is queued, as soon as there is something."""
        await self._ready.wait()
        self._ready.clear()
        portion = Portion(list(self._waiting), self._dropped)
        self._waiting.clear()
        self._dropped = 0
        return portion


class Stream:
    """Hands new events to its listeners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self._anybody = asyncio.Event()
        self._seen = 0

    async def run(self) -> None:
        """Read new events while anybody listens, until cancelled; a failing database is waited out."""
        while True:
            await self._anybody.wait()
            try:
                pause = _POLL_SECONDS if not await self._hand_out() else 0
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                _log.warning("the live stream is waiting", error=repr(error))
                pause = _PATIENCE_SECONDS
            await asyncio.sleep(pause)

    async def _hand_out(self) -> int:
        events = await reading.next_events(self._database, self._seen, QUEUE)
        if events:
            self._seen = events[-1].id
            for listener in self._listeners:
                listener.offer(events)
        return len(events)

    async def begin(self, said: int | None) -> int:
        """The id after which to follow: the one a client says it has seen, else the newest.

        An id that was never given out (the database was made anew) counts as none.
        """
        newest = await reading.newest_event(self._database)
        return newest if said is None else min(said, newest)

    async def follow(self, query: EventQuery, seen: int) -> AsyncGenerator[Portion, None]:
        """Portions of matching events: the stored ones with an id above `seen`, then those that come."""
        newest = await reading.newest_event(self._database)
        if not self._listeners:
            self._seen = newest
        with self._listening(query) as listener:
            total, missed = await reading.events(self._database, query, REPLAY, after=seen)
            if missed:
                yield Portion(missed[::-1], total - len(missed))
                seen = missed[0].id
            while True:
                portion = await listener.take()
                fresh = [event for event in portion.events if event.id > seen]
                if fresh:
                    yield Portion(fresh, portion.dropped)

    @contextmanager
    def _listening(self, query: EventQuery) -> Iterator[Listener]:
        listener = Listener(query)
        self._listeners.add(listener)
        self._anybody.set()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._anybody.clear()
