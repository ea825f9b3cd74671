"""The HTTP side of clearances: given, printed, checked.

`check` and `keys` are matched before the subject, and no subject is called so.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response

from services.employer.clearance.certificate import certificate
from services.employer.clearance.check_page import page
from services.employer.clearance.checking import INVALID, check
from services.employer.clearance.clearing import clearance_of
from services.employer.clearance.decision import Clearance
from services.employer.clearance.signing import (
    ISSUER,
    KEY_SETTING,
    InvalidClearanceError,
    Keyring,
    NoKeyError,
    statement,
)
from services.employer.reassessment import gather
from services.employer.settings import EmployerSettings
from shared.identifiers import InvalidIdentifier, check_subject
from shared.law import Law
from shared.service import Service

_KINDS = ("employer", "project", "agency", "group")
_PDF, _JSON, _HTML = "application/pdf", "application/json", "text/html"
# A clearance is about one moment; a check page says what holds now. Neither may come from a cache.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept"}
_PAGE_HEADERS = _HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
Accept = Annotated[str, Header()]
_PROBLEM: dict[str, Any] = {"application/problem+json": {"schema": {"type": "object"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    422: {"description": "No such subject is known to the field.", "content": _PROBLEM},
    503: {"description": "No key is set to sign with.", "content": _PROBLEM},
}


def _given_as(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route, as the document tells them."""
    content: dict[str, Any] = {name: {"schema": {}} for name in media_types}
    return {200: {"description": "As asked for by Accept.", "content": content}} | _ANSWERS


def clearance_routes(service: Service, law: Law, settings: EmployerSettings) -> APIRouter:
    """`GET /v1/clearance/...`. Raises ValueError naming the setting when a key cannot be read."""
    router = APIRouter(prefix="/v1/clearance", tags=["clearance"], default_response_class=Response)
    desk = Desk(service, law, settings)

    @router.get("/keys")
    async def keys() -> Response:
        """The public keys (JWKS) under which clearances are taken, the one that signs now first."""
        return _json(desk.keys.public(), media_type="application/jwk-set+json")

    @router.get("/check", responses=_given_as(_HTML, _JSON))
    async def check_one(
        jws: Annotated[str, Query(max_length=20_000)] = "", accept: Accept = "*/*"
    ) -> Response:
        """Whether a clearance is genuine and still holds: a page for people, JSON when asked for."""
        return await desk.check(jws, accept)

    @router.get("/{subject:path}/certificate.pdf", responses=_given_as(_PDF))
    async def printed(subject: str, request: Request) -> Response:
        """The clearance of a subject as PDF."""
        return await desk.give(subject, request, _PDF)

    @router.get("/{subject:path}", responses=_given_as(_JSON, _PDF))
    async def given(subject: str, request: Request, accept: Accept = "*/*") -> Response:
        """The clearance of a subject, signed: JSON, or PDF when asked for."""
        return await desk.give(subject, request, prefers(accept, _JSON, _PDF))

    return router


class Desk:
    """Gives clearances out and checks those that come back."""

    def __init__(self, service: Service, law: Law, settings: EmployerSettings) -> None:
        self._service, self._law, self._settings = service, law, settings
        self.keys = Keyring.read(settings.clearance_key, settings.clearance_old_keys)

    async def give(self, subject: str, request: Request, media_type: str) -> Response:
        """The signed clearance of a subject; 422 when it is none, 503 without a key."""
        try:
            check_subject(subject, *_KINDS)
            kid = self.keys.kid
        except InvalidIdentifier as error:
            return problem(422, "Not a subject", str(error), field="subject", rule=error.rule)
        except NoKeyError:
            return _no_key()
        told = await self._clearance(subject)
        jws = self.keys.sign(statement(told, self._settings.clearance_url or ISSUER))
        url = f"{self._base(request)}/v1/clearance/check?jws={jws}"
        if media_type == _JSON:
            extra = {"jws": jws, "check_url": url, "certificate_url": self._certificate_url(request, told)}
            return _json(msgspec.to_builtins(told) | extra)
        pdf = await asyncio.to_thread(certificate, told, url, kid)
        return Response(pdf, headers=_HEADERS | _attached(told), media_type=_PDF)

    async def check(self, jws: str, accept: str) -> Response:
        """What became of a clearance; 503 when no key is known at all."""
        if not self.keys.public()["keys"]:
            return _no_key()
        found = INVALID
        try:
            said = self.keys.verify(jws)
            clock = self._service.settings.clock
            found = check(said, await self._clearance(said.sub), clock.today())
        except InvalidClearanceError:
            pass
        if prefers(accept, _HTML, _JSON) == _JSON:
            return _json(msgspec.to_builtins(found))
        return Response(page(found), headers=_PAGE_HEADERS, media_type=_HTML)

    async def _clearance(self, subject: str) -> Clearance:
        clock = self._service.settings.clock
        async with self._service.database.transaction() as transaction:
            gathered = await gather(transaction, [subject])
        # Neither the typesetting nor a long history may hold up the stream.
        return await asyncio.to_thread(clearance_of, gathered, subject, self._law, clock.today(), clock.now())

    def _base(self, request: Request) -> str:
        return (self._settings.clearance_url or str(request.base_url)).rstrip("/")

    def _certificate_url(self, request: Request, told: Clearance) -> str:
        return f"{self._base(request)}/v1/clearance/{quote(told.subject, safe=':')}/certificate.pdf"


def prefers(accept: str, *offered: str) -> str:
    """Which of the media types the client would rather have; the first when it does not say (RFC 9110)."""
    wanted = [_range(part) for part in accept.split(",")]

    def quality(media_type: str) -> float:
        fitting = {
            name: q for name, q in wanted if name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        }
        return next((q for _, q in sorted(fitting.items(), key=lambda one: one[0].count("*"))), 0.0)

    return max(offered, key=quality)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (one.strip().lower() for one in part.split(";"))
    weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0


def problem(status: int, title: str, detail: str, **more: str) -> Response:
    """A problem document (RFC 9457)."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return _json(told, status, "application/problem+json")


def _no_key() -> Response:
    detail = f"{KEY_SETTING} is not set: an Ed25519 private key, as JWK or PEM"
    return problem(503, "Clearances cannot be signed here", detail, setting=KEY_SETTING)


def _attached(told: Clearance) -> dict[str, str]:
    name = "".join(char if char.isalnum() else "-" for char in told.subject)
    return {"Content-Disposition": f'inline; filename="patuh-{name}-{told.as_of.date()}.pdf"'}


def _json(told: Mapping[str, Any], status: int = 200, media_type: str = _JSON) -> Response:
    return Response(msgspec.json.encode(told), status, _HEADERS, media_type=media_type)
