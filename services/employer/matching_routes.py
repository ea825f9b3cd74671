"""`GET /v1/matching`: what could not be matched, and why."""

import asyncio
from collections import Counter
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from services.employer import matching_store as store
from services.employer.matching import Code, Unmatched, unmatched
from services.employer.matching_words import REASONS, REMEDIES
from shared.events import parse
from shared.service import Service


def matching_routes(service: Service) -> APIRouter:
    """The route, on the facts of the service."""
    router = APIRouter(prefix="/v1", tags=["matching"])

    @router.get("/matching")
    async def matching(
        code: Annotated[Code | None, Query(description="Only lines with this reason.")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
        offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ) -> dict[str, Any]:
        """Lines by reason and subject, with what to do, who may be meant, and the facts that say so."""
        lines = await _lines(service)
        chosen = [line for line in lines if code in (None, line.code)]
        return {
            "counts": Counter(line.code for line in lines),
            "total": len(chosen),
            "lines": [_told(line) for line in chosen[offset : offset + limit]],
        }

    return router


async def _lines(service: Service) -> list[Unmatched]:
    async with service.database.transaction() as transaction:
        profiles, awards = await store.profiles(transaction), await store.awards(transaction)
        enrolled = await store.enrolled(transaction, service.settings.clock.today())
    # Some seconds with many employers: the stream of the service goes on meanwhile.
    return await asyncio.to_thread(_unmatched, profiles, awards, enrolled)


def _unmatched(profiles: list[str], awards: list[str], enrolled: dict[str, int]) -> list[Unmatched]:
    said, awarded = ([parse(event.encode()) for event in events] for events in (profiles, awards))
    return unmatched(said, awarded, enrolled)


def _told(line: Unmatched) -> dict[str, Any]:
    texts = {"reason": REASONS[line.code], "remedy": REMEDIES[line.code]}
    return msgspec.to_builtins(line) | msgspec.to_builtins(texts)  # type: ignore[no-any-return]
