"""The two times: what held on a day, by what was known at an instant; and explanations down to the event."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from msgspec.structs import replace
from pydantic import SecretStr

import services.employer
from patuh.embedded.postgres import PostgresNode
from services.employer.as_of import registry_at
from services.employer.routes import routes as employer_routes
from services.employer.settings import EmployerSettings
from services.registry.routes import routes as registry_routes
from services.registry.wages import in_force
from shared.clock import JAKARTA
from shared.events import Event
from shared.law import load
from shared.service import Service
from tests.service.small_world import Services
from tests.unit import building as b

TODAY = date(2025, 6, 10)
HERE = Path(str(services.employer.__file__)).parent
PATH = f"/v1/subjects/{b.FIRM}"
MISSING = "employer.workers-missing"


def recorded(event: Event, day: str) -> Event:
    """The event as the gateway took it at noon of a day."""
    return replace(event, recordedtime=datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=JAKARTA))


MEMBER = recorded(
    b.registered("2025-01-06", npp="AB123456", member_since="2025-01-06", workforce=2, size="micro"),
    "2025-01-07",
)
FIRST = recorded(b.enrolled(1, "2025-01-06"), "2025-01-08")
# Enrolled from February, but told only in May.
SECOND = recorded(b.enrolled(2, "2025-02-03", said="2025-05-05"), "2025-05-06")


@pytest.fixture
async def http(services_on_postgres: Services, postgres: PostgresNode) -> AsyncIterator[AsyncClient]:
    await services_on_postgres.empty()
    services_on_postgres.day = TODAY
    registry, app = FastAPI(), FastAPI()
    registry.include_router(registry_routes(services_on_postgres.registry_database, in_force()))
    settings = EmployerSettings(
        kafka_bootstrap_servers="none:9092",
        database_url=SecretStr(postgres.dsn("order_employer")),
        fixed_today=TODAY,
    )
    service = Service(settings, HERE)
    app.include_router(
        employer_routes(service, load(), registry_at("http://registry", ASGITransport(registry)))
    )
    async with AsyncClient(transport=ASGITransport(app), base_url="http://employer") as client:
        yield client
    await service.database.close()


async def codes(http: AsyncClient, on: str, known: str | None = None) -> set[str]:
    query = {"on": on} | ({"known": f"{known}T23:00:00+07:00"} if known else {})
    answer = await http.get(f"{PATH}/assessment", params=query)
    found: list[dict[str, Any]] = answer.raise_for_status().json()["findings"]
    return {finding["code"] for finding in found if not finding["undecided"]}


@pytest.mark.parametrize(
    ("on", "known", "short"),
    [
        ("2025-03-03", "2025-05-05", True),  # the second was covered, but nobody had said so
        ("2025-03-03", "2025-05-06", False),
        ("2025-02-02", "2025-05-06", True),  # she was not covered before February
        ("2025-02-03", None, False),
        ("2025-06-10", "2025-01-07", True),  # only the membership was known
    ],
)
async def test_the_two_times_are_told_apart(
    http: AsyncClient, services_on_postgres: Services, on: str, known: str | None, short: bool
) -> None:
    await services_on_postgres.all([SECOND, MEMBER, FIRST])
    assert (MISSING in await codes(http, on, known)) == short


async def test_a_fact_counts_until_it_was_taken_back(
    http: AsyncClient, services_on_postgres: Services
) -> None:
    gone = recorded(b.retracted(SECOND, "2025-06-02"), "2025-06-02")
    await services_on_postgres.all([MEMBER, FIRST, SECOND, gone])
    assert MISSING not in await codes(http, "2025-03-03", "2025-06-01")
    assert MISSING in await codes(http, "2025-03-03", "2025-06-02")
    assert MISSING in await codes(http, "2025-03-03")


async def test_before_anything_was_known_nothing_is_found(
    http: AsyncClient, services_on_postgres: Services
) -> None:
    await services_on_postgres.all([MEMBER, FIRST])
    assert await codes(http, "2025-03-03", "2025-01-06") == set()


@pytest.mark.parametrize(
    "query", [{"on": "soon"}, {"known": "2025-06-01T12:00:00"}, {"known": "yesterday"}], ids=str
)
async def test_a_bad_question_names_its_field(http: AsyncClient, query: dict[str, str]) -> None:
    answer = await http.get(f"{PATH}/assessment", params=query)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", *query]


async def test_a_bad_subject_is_refused(http: AsyncClient) -> None:
    answer = await http.get("/v1/subjects/firm:1/explanation")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "subject"]


async def test_every_rule_is_explained_down_to_events_and_articles(
    http: AsyncClient, services_on_postgres: Services
) -> None:
    await services_on_postgres.all([MEMBER, FIRST])
    told = (await http.get(f"{PATH}/explanation")).json()
    outcomes = {rule["code"]: rule["outcome"] for rule in told["rules"]}
    assert outcomes == {
        MISSING: "wrong",
        "employer.programme-missing": "undecided",
        "employer.in-arrears": "undecided",
        "employer.not-registered": "fine",
        "employer.wage-underreported": "not-applicable",
        "worker.unprotected-incident": "not-applicable",
    }
    [wrong] = [rule for rule in told["rules"] if rule["code"] == MISSING]
    evidence = [e for condition in wrong["conditions"] for e in condition["evidence"]]
    assert MEMBER.id in {e.get("id") for e in evidence}
    assert "PP 44/2015 art. 9(2)-(3)" in {e.get("article") for e in evidence}
    assert all(condition["text"]["id"] and condition["text"]["en"] for condition in wrong["conditions"])
    [flag] = told["flags"]
    assert flag["code"] == MISSING


async def test_without_the_registry_the_past_is_not_guessed(
    services_on_postgres: Services, postgres: PostgresNode
) -> None:
    await services_on_postgres.empty()
    settings = EmployerSettings(
        kafka_bootstrap_servers="none:9092", database_url=SecretStr(postgres.dsn("order_employer"))
    )
    service, app = Service(settings, HERE), FastAPI()
    app.include_router(employer_routes(service, load(), registry_at(None)))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://employer") as client:
        answer = await client.get(f"{PATH}/assessment", params={"known": "2025-06-01T12:00:00+07:00"})
    assert (answer.status_code, answer.json()["detail"]) == (503, "known: PATUH_REGISTRY_URL is not set")
    await service.database.close()
