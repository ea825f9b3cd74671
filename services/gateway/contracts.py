"""The contracts, for anyone to read: the schema of every event version, and a whole OpenAPI document."""

import json
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel

from services.gateway import openapi
from shared.events import types
from shared.events.schemas import schema, urn, version

_MEDIA = "application/schema+json"
_SCHEMAS = {(kind.short, version(kind)): json.dumps(schema(kind), indent=2) for kind in types.ALL.values()}
# A version may only gain fields, and only with a new release of this service.
_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
_FOUND: dict[int | str, dict[str, Any]] = {
    200: {"description": "The JSON Schema (draft 2020-12).", "content": {_MEDIA: {"schema": {}}}},
    404: {
        "description": "No such type or version.",
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    },
}


class Told(BaseModel):
    """One version of an event type: its schema's name, and where it is served."""

    type: str
    dataschema: str
    path: str


def add_to(app: FastAPI) -> None:
    """`GET /v1/schemas`, `GET /v1/schemas/{type}/{version}`, and the document completed."""
    router = APIRouter(prefix="/v1/schemas", tags=["contracts"])

    @router.get("")
    async def list_schemas() -> list[Told]:
        """Every event type and version, by name."""
        return [
            Told(type=kind.name, dataschema=urn(kind), path=f"/v1/schemas/{kind.short}/{version(kind)}")
            for _, kind in sorted(types.ALL.items())
        ]

    @router.get("/{type}/{version}", response_class=Response, responses=_FOUND)
    async def show_schema(type: str, version: str) -> Response:
        """The schema of the data, such as `/v1/schemas/project.awarded/v1`.

        Its `$id`, `urn:patuh:schema:project.awarded:v1`, is what `dataschema` may say.
        """
        found = _SCHEMAS.get((type, version))
        if found is None:
            return _unknown()
        return Response(found, headers=_HEADERS, media_type=_MEDIA)

    app.include_router(router)
    openapi.complete(app)


def _unknown() -> Response:
    told = {"type": "about:blank", "title": "No such schema", "status": 404, "detail": "see /v1/schemas"}
    return Response(json.dumps(told), 404, media_type="application/problem+json")
