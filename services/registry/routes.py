"""The HTTP side of the registry: the coverage of subjects, now or as it was known at an instant."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, WithJsonSchema

from services.registry.past import facts_of
from services.registry.wages import Minimums
from shared.database import Database
from shared.events.data import CoverageChanged
from shared.events.types import COVERAGE_CHANGED
from shared.identifiers import InvalidIdentifier, check_subject, subject_pattern

_MOST_SUBJECTS = 200
# The answers to several questions belong together: no batch is stored between them.
_ONE_PICTURE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def _subject(text: str) -> str:
    try:
        return check_subject(text, *COVERAGE_CHANGED.subjects)
    except InvalidIdentifier as error:
        raise ValueError(error.rule) from error


_FORM = WithJsonSchema({"type": "string", "pattern": subject_pattern(*COVERAGE_CHANGED.subjects)})
Subject = Annotated[str, AfterValidator(_subject), _FORM]


def routes(database: Database, minimums: Minimums) -> APIRouter:
    """`GET /v1/subjects/coverage`."""
    router = APIRouter(prefix="/v1", tags=["registry"])

    @router.get("/subjects/coverage")
    async def coverage(
        subject: Annotated[list[Subject], Query(min_length=1, max_length=_MOST_SUBJECTS)],
        known: Annotated[AwareDatetime | None, Query()] = None,
    ) -> dict[str, Any]:
        """The coverage of each subject from what was recorded by `known` and not retracted by then.

        Without `known`, from all there is. The shape is that of `coverage.changed`; its version counts
        the announcements and says nothing here. A subject nobody spoke of has no steps.
        """
        return {name: msgspec.to_builtins(told) for name, told in (await _told(subject, known)).items()}

    async def _told(subjects: list[str], known: datetime | None) -> dict[str, CoverageChanged]:
        async with database.transaction() as transaction:
            await transaction.run(_ONE_PICTURE)
            facts = await facts_of(transaction, set(subjects), known)
        return facts.snapshots(subjects, minimums)

    return router
