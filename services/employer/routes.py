"""The HTTP side of the employer service: open flags, and the explanation of one subject."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from services.employer import store
from services.employer.assessment import assess
from services.employer.law import Law
from services.employer.reassessment import gather
from shared.service import Service


def routes(service: Service, law: Law) -> APIRouter:
    """`GET /v1/flags` and `GET /v1/subjects/{subject}/explanation`."""
    router = APIRouter(prefix="/v1", tags=["employer"])

    @router.get("/flags")
    async def flags(
        code: str | None = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> list[dict[str, Any]]:
        """Open flags with everything that proves them, by subject and code."""
        async with service.database.transaction() as transaction:
            found = await store.open_flags(transaction, code, limit, offset)
        return [msgspec.to_builtins(flag) for flag in found]

    @router.get("/subjects/{subject}/explanation")
    async def explanation(subject: str) -> dict[str, Any]:
        """Every finding about a subject as of today, those that cannot be decided too."""
        today = service.settings.clock.today()
        async with service.database.transaction() as transaction:
            known = await gather(transaction, [subject])
            flags = await store.flags(transaction, known)
        findings = [
            f for s in known.values() if subject in (s.subject, *_names(s)) for f in assess(s, law, today)
        ]
        return {
            "subject": subject,
            "on": today,
            "facts": sorted(
                {f"{e.kind.short} {e.id}" for s in known.values() if s.subject == subject for e in s.facts}
            ),
            "findings": [
                msgspec.to_builtins(f) | {"texts": _texts(f.texts(law) if not f.undecided else ())}
                for f in findings
            ],
            "flags": [msgspec.to_builtins(f) for by_code in flags.values() for f in by_code.values()],
        }

    return router


def _names(subject: Any) -> set[str]:
    return {fact.subject for fact in subject.facts}


def _texts(texts: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("title", "reason", "remedy"), map(msgspec.to_builtins, texts), strict=False))
