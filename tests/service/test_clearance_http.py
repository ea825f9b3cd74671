"""Clearances over HTTP, on the employer service's real tables: given, printed, checked."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from pydantic import SecretStr

from patuh.embedded.postgres import PostgresNode
from services.employer.clearance.routes import clearance_routes, prefers
from services.employer.clearance.signing import new_key
from shared.law import load
from shared.service import Service
from tests.service import clearance_stage
from tests.service.clearance_stage import HERE, TODAY, at, in_order, member, settings, text_of
from tests.service.small_world import Services
from tests.unit import building as b

Client = Callable[..., Any]


@pytest.fixture
async def world(services_on_postgres: Services) -> Services:
    await services_on_postgres.empty()
    services_on_postgres.day = TODAY
    return services_on_postgres


@pytest.fixture
def client(world: Services, postgres: PostgresNode) -> Client:
    """A client of the employer service on these tables; settings may be changed."""
    return partial(clearance_stage.client, postgres.dsn("order_employer"))


async def test_an_employer_in_order_is_clear_and_anybody_can_check_it(
    world: Services, client: Client
) -> None:
    await world.all(in_order())
    async with client() as http:
        told = (await http.get(f"/v1/clearance/{b.FIRM}")).json()
        keys = (await http.get("/v1/clearance/keys")).json()
        checked = (await http.get(at(told["check_url"]), headers={"Accept": "application/json"})).json()
    assert (told["status"], told["kind"], told["reasons"]) == ("clear", "contractor", [])
    assert (told["subject"], told["name"]) == (b.FIRM, "CV Maju")
    assert told["as_of"] == "2025-06-10T12:00:00+07:00"
    assert TODAY.isoformat() <= told["valid_until"] <= "2025-06-24"
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(told["jws"])["kid"]]
    signed = jwt.decode(told["jws"], key, ["EdDSA"], options={"verify_exp": False, "verify_iat": False})
    assert {name: signed[name] for name in ("sub", "status", "reasons", "valid_until")} == {
        "sub": b.FIRM,
        "status": "clear",
        "reasons": [],
        "valid_until": told["valid_until"],
    }
    assert (checked["signature"], checked["verdict"]) == ("valid", "in-force")


async def test_one_who_owes_is_not_clear(world: Services, client: Client) -> None:
    await world.all([member(3), b.enrolled(1, "2025-01-06")])
    async with client() as http:
        told = (await http.get(f"/v1/clearance/{b.FIRM}")).json()
    assert told["status"] == "not-clear"
    [reason] = told["reasons"]
    assert reason["code"] == "employer.workers-missing"
    assert reason["title"].keys() == {"id", "en"}
    assert reason["articles"]
    assert reason["since"]


async def test_what_is_not_known_is_never_clear(world: Services, client: Client) -> None:
    await world.all([member(1, size="unknown"), b.enrolled(1, "2025-01-06")])
    async with client() as http:
        known = (await http.get(f"/v1/clearance/{b.FIRM}")).json()
        others = [
            (await http.get(f"/v1/clearance/{s}")).json()
            for s in (b.OTHER, b.PROJECT, "project:a/b", "agency:63421", "group:ojek")
        ]
    assert known["status"] == "unknown"
    assert "employer.programme-missing" in [reason["code"] for reason in known["reasons"]]
    assert [one["status"] for one in others] == ["unknown"] * 5
    assert others[2]["subject"] == "project:a/b"


async def test_a_project_before_its_instalment(world: Services, client: Client) -> None:
    await world.all([*in_order(), b.award("2025-03-03", contract_on="2025-03-03", value_idr=700_000_000)])
    async with client() as http:
        told = (await http.get(f"/v1/clearance/{b.PROJECT}")).json()
    assert (told["kind"], told["status"], told["name"]) == ("project", "not-clear", "Drainase Cikole")
    assert "project.not-registered" in [reason["code"] for reason in told["reasons"]]


async def test_the_paper_is_given_by_its_address_or_when_asked_for(world: Services, client: Client) -> None:
    await world.all(in_order())
    async with client(clearance_url="https://patuh.example.id/") as http:
        told = (await http.get(f"/v1/clearance/{b.FIRM}")).json()
        by_address = await http.get(urlsplit(told["certificate_url"]).path)
        by_header = await http.get(f"/v1/clearance/{b.FIRM}", headers={"Accept": "application/pdf"})
        for_slashes = await http.get("/v1/clearance/project:a/b/certificate.pdf")
    assert told["check_url"].startswith("https://patuh.example.id/v1/clearance/check?jws=")
    for answer in (by_address, by_header, for_slashes):
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content.startswith(b"%PDF")
    assert "PATUH" in text_of(by_header)
    assert "BELUM" not in text_of(by_header)
    assert "BELUM DIKETAHUI" in text_of(for_slashes)


async def test_the_check_tells_what_became_of_a_clearance(world: Services, client: Client) -> None:
    await world.all(in_order())
    async with client() as http:
        url = at((await http.get(f"/v1/clearance/{b.FIRM}")).json()["check_url"])
        good = await http.get(url)
    async with client(fixed_today=date(2025, 6, 25)) as http:
        late = (await http.get(url, headers={"Accept": "application/json"})).json()
    await world.all([b.declared("2025-06-10", 9, "2025-02-03")])
    async with client() as http:
        changed = await http.get(url)
        said = (await http.get(url, headers={"Accept": "application/json"})).json()
    assert good.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in good.headers["content-security-policy"]
    assert "<strong>PATUH</strong>" in good.text
    assert (late["signature"], late["verdict"], late["expired"]) == ("valid", "expired", True)
    assert "<strong>TIDAK BERLAKU LAGI</strong>" in changed.text
    assert (said["verdict"], said["said"]["status"], said["now"]["status"]) == (
        "superseded",
        "clear",
        "not-clear",
    )


async def test_what_was_altered_is_refused(world: Services, client: Client) -> None:
    await world.all(in_order())
    async with client() as http:
        token = (await http.get(f"/v1/clearance/{b.FIRM}")).json()["jws"]
        for jws in (token[:-1] + ("A" if token[-1] != "A" else "B"), token[:200] + token[201:], "", "<b>x"):
            page = await http.get("/v1/clearance/check", params={"jws": jws})
            told = await http.get(
                "/v1/clearance/check", params={"jws": jws}, headers={"Accept": "application/json"}
            )
            assert page.status_code == 200
            assert "<strong>TIDAK SAH</strong>" in page.text
            assert "<b>x" not in page.text
            assert told.json()["signature"] == "invalid"
            assert told.json()["now"] is None


async def test_a_clearance_under_the_key_of_before_still_stands(world: Services, client: Client) -> None:
    await world.all(in_order())
    async with client() as http:
        url = at((await http.get(f"/v1/clearance/{b.FIRM}")).json()["check_url"])
        old = await http.get("/v1/clearance/keys")
    async with client(clearance_key=SecretStr(new_key()), clearance_old_keys=old.text) as http:
        assert "<strong>PATUH</strong>" in (await http.get(url)).text
        assert len((await http.get("/v1/clearance/keys")).json()["keys"]) == 2
    async with client(clearance_key=SecretStr(new_key())) as http:
        assert "<strong>TIDAK SAH</strong>" in (await http.get(url)).text


async def test_without_a_key_it_says_which_setting_is_missing(client: Client) -> None:
    async with client(clearance_key=None) as http:
        for path in (b.FIRM, f"{b.FIRM}/certificate.pdf", "check?jws=x"):
            answer = await http.get(f"/v1/clearance/{path}")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["setting"] == "PATUH_CLEARANCE_KEY"
        assert (await http.get("/v1/clearance/keys")).json() == {"keys": []}


@pytest.mark.parametrize(
    "subject",
    ["employer:123", "feed:x", "worker:1", "nonsense", "employer:9901234567890123", "project:..%2F"],
)
async def test_a_subject_is_checked_and_never_repeated(client: Client, subject: str) -> None:
    async with client() as http:
        answer = await http.get(f"/v1/clearance/{subject}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["field"], bool(told["rule"])) == ("subject", True)
    assert "9901234567890123" not in json.dumps(told)


def test_a_key_that_cannot_be_read_stops_the_service_by_name(postgres: PostgresNode) -> None:
    broken = settings(postgres.dsn("postgres"), clearance_key=SecretStr("no key"))
    with pytest.raises(ValueError, match="PATUH_CLEARANCE_KEY"):
        clearance_routes(Service(broken, HERE), load(), broken)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("application/pdf", "application/pdf"),
        ("text/html,application/pdf;q=0.9,*/*;q=0.1", "application/pdf"),
        ("application/pdf;q=0.2, application/json", "application/json"),
        ("application/*", "application/json"),
        ("application/pdf;q=0, */*", "application/json"),
        ("application/pdf;q=much", "application/json"),
    ],
)
def test_what_the_client_would_rather_have(accept: str, chosen: str) -> None:
    assert prefers(accept, "application/json", "application/pdf") == chosen
