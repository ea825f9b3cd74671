"""The pages. Every value a template shows is escaped by Jinja; nothing is marked as safe."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi import Path as PathPart
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import AfterValidator

from services.console import reading
from services.console.api import Term
from services.console.reading import EventQuery, FlagQuery
from services.console.store import storable
from services.console.view import View, language
from shared import topics
from shared.clock import Clock
from shared.database import Database
from shared.events import types

PAGE = 50
_HERE = Path(__file__).parent
_SMALL_STREAM, _STREAM, _TIMELINE = 8, 100, 200

Number = Annotated[int, Query(ge=1, le=200_000)]
Subject = Annotated[str, PathPart(max_length=200), AfterValidator(storable)]

_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates = Jinja2Templates(env=_environment)


def mount_static(app: FastAPI) -> None:
    """Serve the style sheet and the script."""
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")


def router(database: Database, clock: Clock) -> APIRouter:
    """The HTML pages."""
    routes = APIRouter(default_response_class=Response, include_in_schema=False)
    _flag_pages(routes, database, clock)
    _event_pages(routes, database, clock)
    return routes


@dataclass(frozen=True)
class Paging:
    """The part of a list that is shown; `first` and `last` count from 1."""

    page: int
    total: int

    @property
    def first(self) -> int:
        return min((self.page - 1) * PAGE + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.page * PAGE, self.total)


def _page(request: Request, template: str, view: View, values: Mapping[str, Any]) -> Response:
    other = request.url.include_query_params(lang="id" if view.lang == "en" else "en")
    context = {"v": view, "other_language": f"{other.path}?{other.query}", **values}
    return _templates.TemplateResponse(request, template, context)


def _flag_pages(routes: APIRouter, database: Database, clock: Clock) -> None:
    @routes.get("/")
    async def flags(
        request: Request, code: Term = "", region: Term = "", q: Term = "", page: Number = 1, lang: str = ""
    ) -> Response:
        query = FlagQuery(code, region.strip(), text=q.strip(), limit=PAGE, offset=(page - 1) * PAGE)
        total, found = await reading.flags(database, query)
        _, latest = await reading.events(database, EventQuery(), _SMALL_STREAM)
        values = {
            "query": query,
            "flags": found,
            "paging": Paging(page, total),
            "overview": await reading.overview(database),
            "regions": await reading.regions(database),
            "events": latest,
        }
        return _page(request, "flags.html", View(language(lang), clock.today()), values)

    @routes.get("/subjects/{subject:path}")
    async def subject(request: Request, subject: Subject, lang: str = "") -> Response:
        query = FlagQuery(subject=subject, status="all", limit=500)
        _, found = await reading.flags(database, query)
        _, latest = await reading.events(database, EventQuery(about=subject), _TIMELINE)
        values = {"subject": subject, "flags": found, "events": latest}
        return _page(request, "subject.html", View(language(lang), clock.today()), values)


def _event_pages(routes: APIRouter, database: Database, clock: Clock) -> None:
    @routes.get("/stream")
    async def stream(
        request: Request, topic: Term = "", type: Term = "", q: Term = "", lang: str = ""
    ) -> Response:
        query = EventQuery(topic, type, q.strip())
        _, latest = await reading.events(database, query, _STREAM)
        values = {
            "query": query,
            "events": latest,
            "topics": [t.name for t in topics.ALL if t != topics.DEAD_LETTERS],
            "types": list(types.ALL),
            "counts": await reading.counts(database),
        }
        return _page(request, "stream.html", View(language(lang), clock.today()), values)

    @routes.get("/dead-letters")
    async def dead_letters(request: Request, lang: str = "") -> Response:
        values = {
            "groups": await reading.letter_groups(database),
            "latest": await reading.latest_letters(database, PAGE),
        }
        return _page(request, "dead_letters.html", View(language(lang), clock.today()), values)
