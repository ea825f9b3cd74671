"""The HTTP side of the gateway: `POST /v1/events` and its answers, fixed in the contract."""

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Raw

from services.gateway.access import Access
from services.gateway.handlers import CONFLICT, SCOPE, Door, Outcome
from services.gateway.intake import NoBatchError, RawEvent, UnknownFormatError, read
from services.gateway.refusals import Refusal, Rejected
from services.gateway.settings import GatewaySettings
from shared.events import BadEvent
from shared.failure import is_infrastructure


def routes(door: Door, access: Access, settings: GatewaySettings) -> APIRouter:
    """The router of the gateway."""
    router = APIRouter(prefix="/v1", tags=["events"])

    @router.post("/events", status_code=202)
    async def post_events(request: Request) -> Response:
        """Take CloudEvents: binary, structured or a batch. Answers 202 with the counts, or problem+json."""
        try:
            outcome = await _take(request, door, access, settings)
        except Refusal as refusal:
            return refusal.response()
        return Response(msgspec.json.encode(outcome), 202, media_type="application/json")

    return router


async def _take(request: Request, door: Door, access: Access, settings: GatewaySettings) -> Outcome:
    remote = request.client.host if request.client else ""
    try:
        agency = await access.agency(request.headers.get("authorization"), remote)
        members = _read(request, await _body(request, settings.max_body_bytes), settings.max_batch_events)
        access.admit(agency, len(members), remote)
        outcome = await door.take(agency, members)
    except Exception as error:
        if not is_infrastructure(error):
            raise
        raise Refusal(503, "the stream or the database is not reachable; nothing of this is lost") from error
    access.refused(agency, [one for one in outcome.rejected if one.rule == SCOPE], remote)
    if outcome.rejected and not outcome.accepted + outcome.duplicates:
        raise Refusal(
            _status(outcome.rejected), "see `rejected`: field and rule of each member", outcome.rejected
        )
    return outcome


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
