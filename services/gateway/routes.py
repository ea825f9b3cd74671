"""The HTTP side of the gateway: `POST /v1/events` and its answers, fixed in the contract."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Raw

from services.gateway.handlers import CONFLICT, SCOPE, Door, Outcome, Rejected
from services.gateway.intake import NoBatchError, RawEvent, UnknownFormatError, read
from services.gateway.keys import Agency, Keys
from services.gateway.settings import GatewaySettings
from shared.events import BadEvent
from shared.failure import is_infrastructure

_TITLES = {
    400: "No event could be taken",
    401: "No key, or no such key",
    403: "Outside the scope of this key",
    409: "Conflict: the same source and id said something else before",
    413: "Too large",
    415: "Unknown format",
    503: "Not now: try again",
}


class Refusal(Exception):
    """The request is answered with `status` and a problem+json."""

    def __init__(self, status: int, detail: str, rejected: list[Rejected] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.rejected = status, detail, rejected or []

    def response(self) -> Response:
        headers = {503: {"Retry-After": "2"}, 401: {"WWW-Authenticate": "Bearer"}}.get(self.status, {})
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES[self.status],
            "status": self.status,
        }
        problem |= {"detail": self.detail, "rejected": self.rejected}
        body = msgspec.json.encode(problem)
        return Response(body, self.status, headers, media_type="application/problem+json")


def routes(door: Door, settings: GatewaySettings) -> APIRouter:
    """The router of the gateway."""
    router, keys = APIRouter(prefix="/v1", tags=["events"]), Keys()

    @router.post("/events", status_code=202)
    async def post_events(request: Request) -> Response:
        """Take CloudEvents: binary, structured or a batch. Answers 202 with the counts, or problem+json."""
        try:
            outcome = await _take(request, door, keys, settings)
        except Refusal as refusal:
            return refusal.response()
        return Response(msgspec.json.encode(outcome), 202, media_type="application/json")

    return router


async def _take(request: Request, door: Door, keys: Keys, settings: GatewaySettings) -> Outcome:
    try:
        agency = await _authenticate(request, door, keys)
        members = _read(request, await _body(request, settings.max_body_bytes), settings.max_batch_events)
        outcome = await door.take(agency, members)
    except Exception as error:
        if not is_infrastructure(error):
            raise
        raise Refusal(503, "the stream or the database is not reachable; nothing of this is lost") from error
    if outcome.rejected and not outcome.accepted + outcome.duplicates:
        raise Refusal(
            _status(outcome.rejected), "see `rejected`: field and rule of each member", outcome.rejected
        )
    return outcome


async def _authenticate(request: Request, door: Door, keys: Keys) -> Agency:
    async with door.database.transaction() as transaction:
        agency = await keys.agency(transaction, request.headers.get("authorization"))
    if agency is None:
        raise Refusal(401, "send `Authorization: Bearer <key>`")
    return agency


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refusal(413, f"body: at most {limit} bytes")
    return bytes(body)


def _read(request: Request, body: bytes, limit: int) -> list[Raw | RawEvent]:
    try:
        members, _ = read(request.headers.get("content-type", ""), request.headers, body)
    except UnknownFormatError as error:
        raise Refusal(415, str(error)) from error
    except NoBatchError as error:
        raise Refusal(400, str(error), [Rejected(0, None, "body", str(error))]) from error
    except BadEvent as error:
        raise Refusal(400, str(error), [Rejected(0, None, error.field, error.rule)]) from error
    if len(members) > limit:
        raise Refusal(413, f"batch: at most {limit} events")
    return members


def _status(rejected: list[Rejected]) -> int:
    rules = {one.rule for one in rejected}
    return 403 if rules == {SCOPE} else 409 if rules == {CONFLICT} else 400
