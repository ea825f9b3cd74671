"""The sanction ladder over HTTP: where a case stands, and a step that was taken."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from services.notifier.ladder import Refusal, Step, Taken
from services.notifier.problems import ProblemRoute, problem
from services.notifier.sanctions import Sanctions
from shared.database import Database

_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"description": "A body that cannot be read at all"},
    404: {"description": "No such case", **_PROBLEM},
    409: {
        "description": "Not as the case stands: out of order, too early, taken already, no ladder, closed",
        **_PROBLEM,
    },
    422: {"description": "Malformed, or in the future", **_PROBLEM},
}


class StepTaken(BaseModel):
    """A step of the ladder and the local date on which the office took it."""

    model_config = ConfigDict(extra="forbid")

    step: Step
    taken_on: date


def sanction_routes(database: Database, sanctions: Sanctions) -> APIRouter:
    """`GET /v1/cases/{id}/ladder` and `POST /v1/cases/{id}/sanctions`."""
    router = APIRouter(prefix="/v1", tags=["sanctions"], route_class=ProblemRoute)

    @router.get(
        "/cases/{case_id}/ladder", response_model=None, responses={404: _PROBLEMS[404], 422: _PROBLEMS[422]}
    )
    async def show_ladder(case_id: UUID) -> dict[str, Any] | Response:
        """Where the case stands on the ladder of PP 86/2013, and what comes next."""
        async with database.transaction() as transaction:
            found = await sanctions.show(transaction, case_id)
        return msgspec.to_builtins(found) if found else _unknown()

    @router.post("/cases/{case_id}/sanctions", response_model=None, responses=_PROBLEMS)
    async def take_step(case_id: UUID, body: StepTaken) -> dict[str, Any] | Response:
        """Record that a step was taken; the ladder after it. The same step and day again change nothing."""
        async with database.transaction() as transaction:
            done = await sanctions.take(transaction, case_id, Taken(body.step, body.taken_on))
        if isinstance(done, Refusal):
            return problem(done.status, done.field, done.rule)
        return msgspec.to_builtins(done) if done else _unknown()

    return router


def _unknown() -> Response:
    return problem(404, "case_id", "no such case")
