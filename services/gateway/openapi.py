"""What the OpenAPI document says of the door beyond what FastAPI finds out: bodies, answers, headers, key.

The bodies are read by `intake`, not by FastAPI, so nothing of them would be in the document.
"""

import copy
from typing import Any

from fastapi import FastAPI

from shared.events import EventType, types
from shared.events.schemas import Schema, components, urn

_REF = "#/components/schemas/"
_EXAMPLE = {
    "specversion": "1.0",
    "id": "5123409-completed-1",
    "source": "https://lpse.example.id/sukabumikota",
    "type": types.PROJECT_COMPLETED.name,
    "subject": "project:lkpp-405-tender-5123409",
    "time": "2025-09-12T15:00:00+07:00",
    "data": {"completed_on": "2025-09-12"},
}
_REJECTED = {
    "type": "object",
    "description": "One member that was not taken, and why.",
    "properties": {
        "index": {"type": "integer", "minimum": 0, "description": "Its place in the batch, from 0."},
        "id": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "As far as it can be read."},
        "field": {"type": "string", "examples": ["data.completed_on"]},
        "rule": {"type": "string", "description": "What the field must be; never the value itself."},
    },
    "required": ["index", "id", "field", "rule"],
}
_LIST = {"type": "array", "items": {"$ref": f"{_REF}Rejected"}}
_PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "rejected": _LIST,
    },
    "required": ["type", "title", "status", "detail", "rejected"],
}
_COUNT = {"type": "integer", "minimum": 0}
_OUTCOME = {
    "type": "object",
    "description": "What became of a request: the counts add up to its members.",
    "properties": {"accepted": _COUNT, "duplicates": _COUNT, "rejected": _LIST},
    "required": ["accepted", "duplicates", "rejected"],
}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 300}
# What an agency writes; the door makes a reference of a number that is a person's.
_KINDS = {
    "employer": r"employer:[0-9A-Za-z .-]{8,60}",
    "project": r"project:[0-9A-Za-z._:/-]{3,120}",
    "worker": r"worker:([0-9]{16}|[0-9a-f]{40})",
    "agency": r"agency:[0-9A-Za-z._-]{1,64}",
}
_AGAIN = {"Retry-After": {"description": "Seconds to wait before trying again.", "schema": _COUNT}}
_BEARER = {"WWW-Authenticate": {"description": "How to ask.", "schema": {"type": "string"}}}
_PROBLEMS: dict[int, tuple[str, dict[str, Any]]] = {
    400: ("None was taken, each with field and rule; or the body is no event and no batch.", {}),
    401: ("No key, or no such key.", _BEARER),
    403: ("Every event is outside the scope of this key.", {}),
    409: ("Every event is a conflict: the same `source` and `id` said something else before.", {}),
    413: ("Body or batch too large.", {}),
    415: ("A format that is not read here.", {}),
    429: ("More than this key may send now.", _AGAIN),
    503: ("Stream or database out of reach: the same again, later.", _AGAIN),
}


def _answer(status: int) -> dict[str, Any]:
    told, headers = _PROBLEMS[status]
    content = {"application/problem+json": {"schema": {"$ref": f"{_REF}Problem"}}}
    return {"description": told, "headers": headers, "content": content}


def _header(name: str, told: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": told, "schema": _TEXT}


_BINARY = [
    _header("ce-specversion", "binary mode: `1.0`."),
    _header("ce-id", "binary mode: the id; with the source it names the event for ever."),
    _header("ce-source", "binary mode: the source that the key may speak for."),
    _header("ce-type", "binary mode: the event type."),
    _header("ce-subject", "binary mode: whom or what it is about."),
    _header("ce-time", "binary mode: when the sender recorded it, RFC 3339 with zone."),
]
_TAKEN = {
    "description": "All, or some, were taken or known already; `rejected` names each other one.",
    "content": {"application/json": {"schema": {"$ref": f"{_REF}Outcome"}}},
}
_BODIES = {
    "application/cloudevents-batch+json": {
        "schema": {"type": "array", "items": {"$ref": f"{_REF}CloudEvent"}},
        "example": [_EXAMPLE],
    },
    "application/cloudevents+json": {"schema": {"$ref": f"{_REF}CloudEvent"}, "example": _EXAMPLE},
    "application/json": {
        "schema": {"anyOf": [{"$ref": _REF + name} for name in components(types.FACTS.values())[0].values()]},
        "example": _EXAMPLE["data"],
    },
}
POST_EVENTS: dict[str, Any] = {
    "responses": {202: _TAKEN} | {status: _answer(status) for status in _PROBLEMS},
    "openapi_extra": {
        "security": [{"key": []}],
        "parameters": _BINARY,
        "requestBody": {"required": True, "content": _BODIES},
    },
}
_MAY = {"WebHook-Allowed-Origin": {"schema": {"type": "string"}}, "WebHook-Allowed-Rate": {"schema": _COUNT}}
ASK_PERMISSION: dict[str, Any] = {
    "responses": {
        200: {"description": "This sender may deliver, so many requests a minute.", "headers": _MAY},
        400: _answer(400) | {"description": "No sender, or no rate, that can be read."},
        405: _answer(400) | {"description": "This sender may not deliver here."},
    },
    "openapi_extra": {
        "parameters": [
            _header("WebHook-Request-Origin", "the DNS name of the sender, required."),
            _header("WebHook-Request-Rate", "how many requests a minute, or `*`."),
        ]
    },
}
_KEY = {"type": "http", "scheme": "bearer", "description": "The key from `patuh keys create`."}


def _event(kind: EventType, data: str) -> Schema:
    """The CloudEvent of one type, as an agency sends it."""
    subject = "|".join(_KINDS[one] for one in kind.subjects)
    fields: dict[str, Schema] = {
        "specversion": {"const": "1.0"},
        "id": _TEXT,
        "source": _TEXT | {"format": "uri-reference"},
        "type": {"const": kind.name},
        "subject": {"type": "string", "pattern": f"^({subject})$"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "format": "uri", "examples": [urn(kind)]},
        "correlationid": _TEXT,
        "data": {"$ref": _REF + data},
    }
    optional = {"datacontenttype", "dataschema", "correlationid"}
    # A worker may be named by `nik` in the data alone.
    optional |= {"subject"} if kind.subjects == ("worker",) else set()
    required = [name for name in fields if name not in optional]
    return {"title": kind.name, "type": "object", "properties": fields, "required": required}


def _schemas() -> dict[str, Schema]:
    names, found = components(types.FACTS.values())
    events = {f"{name}Event": _event(types.FACTS[kind], name) for kind, name in names.items()}
    mapping = {kind: f"{_REF}{name}Event" for kind, name in names.items()}
    either: Schema = {
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    ours: dict[str, Schema] = {
        "Rejected": _REJECTED,
        "Problem": _PROBLEM,
        "Outcome": _OUTCOME,
        "CloudEvent": either,
    }
    return found | events | ours


def complete(app: FastAPI) -> None:
    """Put the events, the answers and the key into the document of the app."""
    found_out = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            # The answers are described once for all and must not be changed by who reads the document.
            app.openapi_schema = copy.deepcopy(_completed(found_out()))
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {}).update(_schemas())
    parts.setdefault("securitySchemes", {})["key"] = _KEY
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    return document
