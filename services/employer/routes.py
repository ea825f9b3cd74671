"""The HTTP side of the employer service: open flags, explanations, assessments as of a day."""

from collections.abc import Awaitable, Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, HTTPException, Query
from pydantic import AfterValidator, AwareDatetime, WithJsonSchema

from services.employer import store
from services.employer.as_of import CoverageKnown, RegistryUnavailable, gather_known
from services.employer.assessment import assess, examine
from services.employer.explanation import explain
from services.employer.facts import FeedFacts
from services.employer.finding import Finding
from services.employer.reassessment import gather
from services.employer.rules.inquiry import Examination
from services.employer.subjects import Subject
from shared.identifiers import InvalidIdentifier, check_subject, subject_pattern
from shared.law import Law
from shared.service import Service

On = Annotated[date | None, Query(description="The day asked about; by default today (Asia/Jakarta).")]
_KINDS = ("employer", "project", "agency", "group", "worker")


def _checked(subject: str) -> str:
    try:
        return subject if subject.startswith("feed:") else check_subject(subject, *_KINDS)
    except InvalidIdentifier as error:
        raise ValueError(error.rule) from error


_FORM = WithJsonSchema({"type": "string", "pattern": subject_pattern(*_KINDS) + "|^feed:"})
Subjected = Annotated[str, AfterValidator(_checked), _FORM]
KnownBy = Annotated[
    AwareDatetime | None, Query(description="Only what was known at this instant (RFC 3339, with zone).")
]


def routes(service: Service, law: Law, coverage_known: CoverageKnown) -> APIRouter:
    """`GET /v1/flags`, `GET /v1/subjects/{subject}/explanation` and `.../assessment`."""
    router = APIRouter(prefix="/v1", tags=["employer"])
    _add_flags(router, service)

    async def subjects(name: str, known: AwareDatetime | None) -> list[Subject]:
        async with service.database.transaction() as transaction:
            if known is None:
                found = await gather(transaction, [name])
            else:
                found = await _known(gather_known(transaction, name, known, coverage_known))
        return [one for one in found.values() if name == one.subject or name in _names(one)]

    @router.get("/subjects/{subject:path}/explanation")
    async def explanation(subject: Subjected, on: On = None, known: KnownBy = None) -> dict[str, Any]:
        """Every rule with what it asked and how it ended, down to events and articles; and the flags."""
        day, found = on or service.settings.clock.today(), await subjects(subject, known)
        async with service.database.transaction() as transaction:
            flags = await store.flags(transaction, {one.subject for one in found} | {subject})
        seen = [one for each in found for one in examine(each, law, day)]
        return {
            "subject": subject,
            "on": day,
            "facts": sorted({f"{e.kind.short} {e.id}" for one in found for e in _facts(one)}),
            "rules": explain(seen, law),
            "findings": [_told(one, law) for one in seen if one.finding],
            "flags": [msgspec.to_builtins(f) for by_code in flags.values() for f in by_code.values()],
        }

    @router.get("/subjects/{subject:path}/assessment")
    async def assessment(subject: Subjected, on: On = None, known: KnownBy = None) -> dict[str, Any]:
        """The findings about a subject on a day, by what was known at an instant: the two times."""
        day, found = on or service.settings.clock.today(), await subjects(subject, known)
        findings = [msgspec.to_builtins(f) for one in found for f in assess(one, law, day)]
        return {"subject": subject, "on": day, "known": known, "findings": findings}

    return router


def _add_flags(router: APIRouter, service: Service) -> None:
    @router.get("/flags")
    async def flags(
        code: Annotated[str | None, Query(pattern=r"^[a-z.-]{1,100}$")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> list[dict[str, Any]]:
        """Open flags with everything that proves them, by subject and code."""
        async with service.database.transaction() as transaction:
            found = await store.open_flags(transaction, code, limit, offset)
        return [msgspec.to_builtins(flag) for flag in found]


async def _known(gathering: Awaitable[dict[str, Subject]]) -> dict[str, Subject]:
    try:
        return await gathering
    except RegistryUnavailable as error:
        raise HTTPException(503, f"known: {error}") from error


def _facts(subject: Subject) -> Iterable[Any]:
    return () if isinstance(subject, FeedFacts) else subject.facts


def _names(subject: Subject) -> set[str]:
    return {fact.subject for fact in _facts(subject)}


def _told(one: Examination, law: Law) -> dict[str, Any]:
    found = one.finding
    assert isinstance(found, Finding)
    texts = () if found.undecided else found.texts(law)
    told = dict(zip(("title", "reason", "remedy"), map(msgspec.to_builtins, texts), strict=False))
    return msgspec.to_builtins(found) | {"texts": told}  # type: ignore[no-any-return]
