"""Answers that take nothing: a status and a problem document (RFC 9457)."""

from typing import Any

import msgspec
from fastapi import Response
from msgspec import Struct

_TITLES = {
    400: "No event could be taken",
    401: "No key, or no such key",
    403: "Outside the scope of this key",
    405: "Not allowed here",
    409: "Conflict: the same source and id said something else before",
    413: "Too large",
    415: "Unknown format",
    429: "Too many",
    503: "Not now: try again",
}
_TRY_AGAIN_SECONDS = 2
ALLOW = "POST, OPTIONS"


class Rejected(Struct):
    """One member that was not taken, and why."""

    index: int
    id: str | None
    field: str
    rule: str


class Refusal(Exception):
    """The request is answered with `status` and a problem+json; `retry_after` in whole seconds."""

    def __init__(
        self,
        status: int,
        detail: str,
        rejected: list[Rejected] | None = None,
        retry_after: int = _TRY_AGAIN_SECONDS,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.rejected = status, detail, rejected or []
        self.retry_after = retry_after

    def response(self) -> Response:
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            "rejected": self.rejected,
        }
        body = msgspec.json.encode(problem)
        return Response(body, self.status, self._headers(), media_type="application/problem+json")

    def _headers(self) -> dict[str, str]:
        if self.status == 401:
            return {"WWW-Authenticate": "Bearer"}
        if self.status == 405:
            return {"Allow": ALLOW}
        return {"Retry-After": str(self.retry_after)} if self.status in (429, 503) else {}
