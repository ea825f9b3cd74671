"""Answers that refuse: problem+json (RFC 9457) with the `field` and the `rule` it broke."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute


def problem(status: int, field: str, rule: str) -> JSONResponse:
    """The answer of a request whose `field` broke `rule`."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": f"{field}: {rule}",
        "field": field,
        "rule": rule,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


class ProblemRoute(APIRoute):
    """A route that answers a malformed request the same way as one that is refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its validation errors as problems."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                return problem(422, str(first["loc"][-1]), first["msg"])

        return answer
