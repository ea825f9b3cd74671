"""The HTTP side of the gateway: `/v1/events` and its answers, fixed in the contract.

The key is taken from the Authorization header alone. The webhook profile of CloudEvents also knows
`?access_token=`: it is left out on purpose, because addresses end up in logs.
"""

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from services.gateway.access import Access
from services.gateway.formats import Member, NoBatchError, UnknownFormatError, read
from services.gateway.grants import Agency
from services.gateway.handlers import CONFLICT, Door, Outcome
from services.gateway.handshake import permission
from services.gateway.openapi import ASK_PERMISSION, POST_EVENTS
from services.gateway.refusals import ALLOW, Refusal, Rejected
from services.gateway.scopes import SCOPE
from services.gateway.settings import GatewaySettings
from shared.events import BadEvent
from shared.failure import is_infrastructure

_OTHERS = ["GET", "HEAD", "PUT", "PATCH", "DELETE"]


def routes(door: Door, access: Access, settings: GatewaySettings) -> APIRouter:
    """The router of the gateway."""
    router = APIRouter(prefix="/v1", tags=["events"])

    @router.post("/events", status_code=202, **POST_EVENTS)
    async def post_events(request: Request) -> Response:
        """Take CloudEvents: binary, structured or a batch. Answers 202 with the counts, or problem+json."""
        try:
            outcome = await _take(request, door, access, settings)
        except Refusal as refusal:
            return refusal.response()
        return Response(msgspec.json.encode(outcome), 202, media_type="application/json")

    @router.options("/events", **ASK_PERMISSION)
    async def ask_permission(request: Request) -> Response:
        """The abuse protection of CloudEvents' webhooks: whether a sender may deliver here."""
        try:
            return Response(None, 200, permission(request.headers, settings))
        except Refusal as refusal:
            return refusal.response()

    @router.api_route("/events", methods=_OTHERS, include_in_schema=False)
    async def refuse_others() -> Response:
        return Refusal(405, f"use one of {ALLOW}").response()

    return router


async def _take(request: Request, door: Door, access: Access, settings: GatewaySettings) -> Outcome:
    remote = request.client.host if request.client else ""
    try:
        agency = await access.agency(request.headers.get("authorization"), remote)
        outcome = await _let_in(request, agency, door, access, settings)
    except Exception as error:
        if not is_infrastructure(error):
            raise
        raise Refusal(503, "the stream or the database is not reachable; nothing of this is lost") from error
    access.refused(agency)
    if outcome.rejected and not outcome.accepted + outcome.duplicates:
        raise Refusal(
            _status(outcome.rejected), "see `rejected`: field and rule of each member", outcome.rejected
        )
    return outcome


async def _let_in(
    request: Request, agency: Agency, door: Door, access: Access, settings: GatewaySettings
) -> Outcome:
    """What comes with a good key. What is refused as a whole goes into the audit."""
    try:
        members = _read(request, await _body(request, settings.max_body_bytes), settings.max_batch_events)
        access.admit(agency, len(members))
        return await door.take(agency, members)
    except Refusal as refusal:
        access.turned_away(agency, refusal)
        raise


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise Refusal(413, f"body: at most {limit} bytes")
    except ClientDisconnect as error:
        raise Refusal(400, "body: cut off") from error
    return bytes(body)


def _read(request: Request, body: bytes, limit: int) -> list[Member]:
    try:
        members, _ = read(request.headers.get("content-type", ""), request.headers, body)
    except UnknownFormatError as error:
        raise Refusal(415, str(error)) from error
    except NoBatchError as error:
        raise Refusal(400, str(error), [Rejected(0, None, error.field, str(error))]) from error
    except BadEvent as error:
        raise Refusal(400, str(error), [Rejected(0, None, error.field, error.rule)]) from error
    if len(members) > limit:
        raise Refusal(413, f"batch: at most {limit} events")
    return members


def _status(rejected: list[Rejected]) -> int:
    rules = {one.rule for one in rejected}
    return 403 if rules == {SCOPE} else 409 if rules == {CONFLICT} else 400
