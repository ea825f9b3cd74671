"""The employer service's clearances on real tables, asked over HTTP; and an employer in order."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr
from pypdf import PdfReader

import services.employer
from services.employer.clearance.routes import clearance_routes
from services.employer.clearance.signing import new_key
from services.employer.settings import EmployerSettings
from shared.events import Event, types
from shared.events import data as d
from shared.law import load
from shared.service import Service
from tests.unit import building as b

TODAY = date(2025, 6, 10)
KEY = new_key()
HERE = Path(str(services.employer.__file__)).parent


def settings(dsn: str, **changed: Any) -> EmployerSettings:
    """Settings with a key and a fixed day; any may be changed."""
    usual: dict[str, Any] = {"clearance_key": SecretStr(KEY), "fixed_today": TODAY}
    usual |= {"kafka_bootstrap_servers": "none:9092", "database_url": SecretStr(dsn)}
    return EmployerSettings(**(usual | changed))


@asynccontextmanager
async def served(told: EmployerSettings) -> AsyncIterator[FastAPI]:
    """The routes on the tables of these settings."""
    service, app = Service(told, HERE), FastAPI()
    app.include_router(clearance_routes(service, load(), told))
    yield app
    await service.database.close()


@asynccontextmanager
async def client(dsn: str, **changed: Any) -> AsyncIterator[AsyncClient]:
    """A client of the routes."""
    async with (
        served(settings(dsn, **changed)) as app,
        AsyncClient(transport=ASGITransport(app), base_url="http://service") as http,
    ):
        yield http


def member(workforce: int, **told: Any) -> Event:
    usual: dict[str, Any] = {"npp": "AB123456", "member_since": "2025-01-06", "obliged_since": "2025-01-06"}
    usual |= {"size": "micro", "programmes": ["jkk", "jkm"], "workforce": workforce}
    return b.registered("2025-01-06", **(usual | told))


def paid(period: str, on: str) -> Event:
    data = d.ContributionPosted(
        period=period, amount_idr=100_000, workers=1, posted_on=date.fromisoformat(on)
    )
    return b.fact(types.CONTRIBUTION_POSTED, b.FIRM, data, on)


def in_order() -> list[Event]:
    months = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]
    postings = [paid(month, f"2025-{index:02}-10") for index, month in enumerate(months, 2)]
    return [member(1), b.enrolled(1, "2025-01-06"), *postings]


def at(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def text_of(answer: Response) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
