"""The notifier over HTTP: cases, their alerts and attempts. Recipients' addresses are not shown."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from services.notifier.cases import AlertStatus, Channel, FlagStatus, Kind
from services.notifier.sanction_routes import sanction_routes
from services.notifier.sanctions import Sanctions
from shared.database import Database, Transaction

_LIST = """
SELECT id, flag_id, subject, code, version, status, raised_on FROM flag_case
WHERE status = coalesce($1, status) ORDER BY raised_on DESC, id LIMIT $2
"""
_CASE = "SELECT id, flag_id, subject, code, version, status, raised_on, flag FROM flag_case WHERE id = $1"
_ALERTS = """
SELECT id, kind, channel, status, due_at, created_at, attempts FROM alert WHERE case_id = $1 ORDER BY sequence
"""
_ATTEMPTS = """
SELECT t.alert_id, t.number, t.at, t.outcome, t.detail FROM attempt t JOIN alert a ON a.id = t.alert_id
WHERE a.case_id = $1 ORDER BY t.alert_id, t.number
"""
_COUNT = """
SELECT count(*) FILTER (WHERE status = 'delivered') AS delivered,
       count(*) FILTER (WHERE status IN ('pending', 'sending')) AS pending,
       count(*) FILTER (WHERE status = 'failed') AS failed,
       count(*) FILTER (WHERE status = 'cancelled') AS cancelled FROM alert
"""


class CaseSummary(BaseModel):
    """A case: one flag, followed to its end. `version` is that of the flag."""

    case_id: UUID
    flag_id: str
    subject: str
    code: str
    version: int
    status: FlagStatus
    raised_on: date


class AttemptMade(BaseModel):
    """One attempt to deliver an alert, numbered from 1."""

    number: int
    at: datetime
    outcome: str
    detail: str


class AlertMade(BaseModel):
    """An alert. `due_at`: when it is next tried, or when the attempt in progress counts as lost."""

    alert_id: UUID
    kind: Kind
    channel: Channel
    status: AlertStatus
    created_at: datetime
    due_at: datetime
    attempts: list[AttemptMade]


class CaseStory(CaseSummary):
    """A case with the whole flag, its sanction ladder, every alert and every attempt."""

    flag: dict[str, Any]
    ladder: dict[str, Any]
    alerts: list[AlertMade]


class AlertCount(BaseModel):
    """Alerts by how they stand; `pending` includes those being sent."""

    delivered: int
    pending: int
    failed: int
    cancelled: int


def routes(database: Database, sanctions: Sanctions) -> APIRouter:
    """The routes on the notifier's database."""
    router = APIRouter(prefix="/v1")
    whole = APIRouter()

    @router.get("/cases", tags=["cases"])
    async def list_cases(
        status: FlagStatus | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> list[CaseSummary]:
        """Cases, the latest raised first."""
        async with database.transaction() as transaction:
            rows = await transaction.rows(_LIST, status, limit)
        return [CaseSummary(**_named(row)) for row in rows]

    @router.get("/cases/{case_id}", tags=["cases"], responses={404: {"description": "No such case"}})
    async def show_case(case_id: UUID) -> CaseStory:
        """A case with its alerts and every attempt to deliver them."""
        async with database.transaction() as transaction:
            found = await transaction.rows(_CASE, case_id)
            if not found:
                raise HTTPException(404, "no such case")
            alerts = await _alerts(transaction, case_id)
            ladder = msgspec.to_builtins(await sanctions.show(transaction, case_id))
        case = _named(found[0])
        return CaseStory(**case | {"flag": msgspec.json.decode(case["flag"])}, ladder=ladder, alerts=alerts)

    @router.get("/alerts/count", tags=["alerts"])
    async def count_alerts() -> AlertCount:
        """How many alerts were delivered, wait, were given up, or were cancelled."""
        async with database.transaction() as transaction:
            return AlertCount(**dict((await transaction.rows(_COUNT))[0]))

    whole.include_router(router)
    whole.include_router(sanction_routes(database, sanctions))
    return whole


def _named(row: Any) -> dict[str, Any]:
    return {("case_id" if name == "id" else name): value for name, value in row.items()}


async def _alerts(transaction: Transaction, case_id: UUID) -> list[AlertMade]:
    attempts = await transaction.rows(_ATTEMPTS, case_id)
    return [
        AlertMade(
            alert_id=row.id,
            kind=row.kind,
            channel=row.channel,
            status=row.status,
            created_at=row.created_at,
            due_at=row.due_at,
            attempts=_of(row.id, attempts),
        )
        for row in await transaction.rows(_ALERTS, case_id)
    ]


def _of(alert: UUID, attempts: Sequence[Any]) -> list[AttemptMade]:
    return [
        AttemptMade(number=row.number, at=row.at, outcome=row.outcome, detail=row.detail)
        for row in attempts
        if row.alert_id == alert
    ]
