"""The console as JSON, and the live stream as server-sent events."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Response
from pydantic import AfterValidator
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.console import reading
from services.console.formats import Language
from services.console.reading import EventQuery, FlagQuery, Status
from services.console.store import storable
from services.console.stream import Portion, Stream
from services.console.view import View
from shared.clock import Clock
from shared.database import Database

Term = Annotated[str, Query(max_length=200), AfterValidator(storable)]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


class _Json(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return msgspec.json.encode(content)


def router(database: Database, stream: Stream, clock: Clock) -> APIRouter:
    """`/v1/...`: flags, events, dead letters, stream."""
    routes = APIRouter(prefix="/v1", tags=["console"])
    _flags(routes, database)
    _events(routes, database)
    _live(routes, stream, clock)
    return routes


def _flags(routes: APIRouter, database: Database) -> None:
    @routes.get("/flags")
    async def flags(
        code: Term = "",
        region: Term = "",
        subject: Term = "",
        q: Term = "",
        status: Status = "open",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        """Flags with all they carry: most workers first, then the soonest due. `region` is a prefix."""
        query = FlagQuery(code, region, subject, q, status, limit, offset)
        total, items = await reading.flags(database, query)
        return _Json({"total": total, "limit": limit, "offset": offset, "items": items})

    @routes.get("/flags/summary")
    async def summary() -> Response:
        """Open flags in numbers."""
        return _Json(await reading.overview(database))


def _events(routes: APIRouter, database: Database) -> None:
    @routes.get("/events")
    async def events(subject: Term = "", topic: Term = "", type: Term = "", limit: Limit = 50) -> Response:
        """Recent events, newest first; `subject` finds every event that names it."""
        query = EventQuery(topic=topic, type=type, about=subject)
        _, items = await reading.events(database, query, limit)
        return _Json({"items": items})

    @routes.get("/events/counts")
    async def counts() -> Response:
        """How many events of each type were ever read; a redelivered one counts once."""
        return _Json(await reading.counts(database))

    @routes.get("/dead-letters")
    async def dead_letters(limit: Limit = 200) -> Response:
        """Dead letters by service, field and rule."""
        groups = await reading.letter_groups(database, limit)
        return _Json({"items": [dict(group) for group in groups]})


def _live(routes: APIRouter, stream: Stream, clock: Clock) -> None:
    @routes.get("/stream")
    async def live(
        topic: Term = "",
        type: Term = "",
        q: Term = "",
        lang: Language = "id",
        after: Term = "",
        last_event_id: Annotated[str, Header()] = "",
    ) -> EventSourceResponse:
        """Events as they come; `after`, or the header Last-Event-ID, says from which id on."""
        # Found out before the answer begins: who has the headers misses nothing that comes after them.
        seen = await stream.begin(known_id(last_event_id or after))
        portions = stream.follow(EventQuery(topic, type, q), seen)
        return EventSourceResponse(messages(portions, View(lang, clock.today())), ping=15)


def known_id(said: str) -> int | None:
    """The event id a client says it has seen; None when it says none, or nothing sensible."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None


async def messages(portions: AsyncGenerator[Portion, None], view: View) -> AsyncIterator[ServerSentEvent]:
    """The portions as server-sent events; a loss is told as an event `dropped` with its `count`."""
    async with aclosing(portions) as open_portions:
        async for portion in open_portions:
            if portion.dropped:
                yield ServerSentEvent(f'{{"count":{portion.dropped}}}', event="dropped")
            for event in portion.events:
                yield ServerSentEvent(msgspec.json.encode(view.event(event)).decode(), id=str(event.id))
