"""The console's pages and API over HTTP, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from patuh.embedded.postgres import PostgresNode
from services.console import store
from services.console.letters import letters
from shared.database import Database
from shared.events import types
from shared.events.data import Bilingual, EmployerRegistered, Evidence
from tests.browser.console_stage import (
    EMPLOYER,
    console,
    event,
    flag,
    fresh_database,
    postgres,
    raised,
    received,
    record,
    take,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(2)'>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe \u05d0\u05d1 RTL",
    "W" * 5000,
    "Ω≈ç√∫ 👩‍👩‍👧 ﷽ \u0000\u200b",
    "'; DROP TABLE flag; --",
    "2026-13-45",
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    with postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture
async def database(node: PostgresNode) -> AsyncIterator[Database]:
    async with fresh_database(node) as empty:
        yield empty


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    app, _ = console(database)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


async def put(database: Database, *flags: Any) -> None:
    await take(database, received([raised(each) for each in flags]))


async def test_the_empty_console_says_so(client: AsyncClient) -> None:
    for path in ("/", "/stream", "/dead-letters", f"/subjects/{EMPLOYER}"):
        for lang in ("id", "en", "xx"):
            answer = await client.get(path, params={"lang": lang})
            assert answer.status_code == 200
            assert f'<html lang="{"en" if lang == "en" else "id"}">' in answer.text
    assert "No flag matches." in (await client.get("/?lang=en")).text


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_escaped_everywhere(
    client: AsyncClient, database: Database, text: str
) -> None:
    words = Bilingual(id=text, en=text)
    evil = flag(
        subject=f"project:{text}"[:150],
        name=text,
        law=[text],
        evidence=[Evidence(name=text, value=text, source=text, id=text)],
        title=words,
        reason=words,
        remedy=words,
        rule=text,
        code=text,
        region=text,
    )
    named = event(types.EMPLOYER_REGISTERED, EMPLOYER, EmployerRegistered(name=text[:500]), id=text[:99])
    refused = record("patuh.dead-letters", 1, key=text.encode(), headers=[("patuh-rule", text.encode())])
    await take(database, received([raised(evil), *([] if "\x00" in text else [named])]))
    async with database.transaction() as transaction:
        await store.put_letters(transaction, letters([refused]))
    paths = ["/", "/stream", "/dead-letters", f"/subjects/{EMPLOYER}"]
    shown = [(await client.get(path)).text for path in paths]
    shown += [(await client.get(path, params={"q": text[:200]})).text for path in ("/", "/stream")]
    for page in shown:
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "49" not in page or "{{" not in text
    assert (await client.get("/v1/flags")).json()["items"][0]["name"] == text


async def test_filters_and_order(client: AsyncClient, database: Database) -> None:
    await put(
        database,
        flag(flag_id="few", workers=3, due=date(2026, 1, 1)),
        flag(flag_id="unknown", workers=None, due=date(2026, 1, 1)),
        flag(flag_id="many", workers=90, region="32.72.03.1001", name="CV 100% Jaya_Abadi"),
        flag(flag_id="sooner", workers=3, due=date(2025, 1, 1), code="employer.in-arrears"),
        flag(flag_id="mended", workers=500, status="cleared", subject="project:ocds-1"),
    )

    async def found(**query: str) -> list[str]:
        answer = await client.get("/v1/flags", params=query)
        return [item["flag_id"] for item in answer.json()["items"]]

    assert await found() == ["many", "sooner", "few", "unknown"]
    assert await found(code="employer.in-arrears") == ["sooner"]
    assert await found(region="32.72.03") == ["many"]
    assert await found(region="32") == ["many", "sooner", "few", "unknown"]
    assert await found(q="100% jaya_") == ["many"]
    assert await found(q="0_jaya") == []
    assert await found(subject="project:ocds-1", status="all") == ["mended"]
    assert await found(status="cleared") == ["mended"]
    assert await found(limit="2", offset="1") == ["sooner", "few"]


async def test_pages_of_fifty(client: AsyncClient, database: Database) -> None:
    await put(database, *[flag(flag_id=f"f{n:03}", name=f"PT {n:03}", workers=500 - n) for n in range(120)])
    first, last = [(await client.get("/", params={"page": page, "q": "PT"})).text for page in (1, 3)]
    assert "1–50 dari 120" in first
    assert [f"PT {n:03}" in first for n in (0, 49, 50)] == [True, True, False]
    assert 'rel="next" href="/?q=PT&amp;page=2"' in first
    assert 'rel="prev"' not in first
    assert "101–120 dari 120" in last
    assert 'rel="next"' not in last
    assert (await client.get("/?page=99")).status_code == 200


async def test_a_flag_proves_itself_in_both_languages(client: AsyncClient, database: Database) -> None:
    await put(database, flag())
    indonesian, english = [(await client.get(f"/?lang={lang}")).text for lang in ("id", "en")]
    for words in ("02 Mar 2026", "30 Jun 2026", "Rp\u00a01.300.000", "UU 24/2011 pasal 15", "oss-881"):
        assert words in indonesian
        assert words in english
    assert "12 pekerja tanpa perlindungan" in indonesian
    assert "lewat tenggat" in indonesian
    assert "Enrol the 12 workers through SIPP" in english


async def test_the_subject_page_shows_ended_flags_and_events_naming_it(
    client: AsyncClient, database: Database
) -> None:
    subject = "project:ocds-9/a?b"
    ended = flag(subject=subject, status="withdrawn", ended_on=date(2026, 7, 1))
    other = flag(flag_id="f-2", name="PT Lain")
    await put(database, ended, other)
    link = next(
        part for part in (await client.get("/?lang=en")).text.split('"') if part.startswith("/subjects/pro")
    )
    page = (await client.get(link.replace("&amp;", "&"))).text
    assert "withdrawn 01 Jul 2026" in page
    assert "flag.raised" in page
    assert "PT Lain" not in page


async def test_the_summary(client: AsyncClient, database: Database) -> None:
    await put(database, flag(), flag(flag_id="f-2", code="feed.silent", workers=None, amount_idr=None))
    said = (await client.get("/v1/flags/summary")).json()
    assert said["open"] == 2
    assert said["by_code"] == {"employer.workers-missing": 1, "feed.silent": 1}


async def test_events_and_dead_letters_as_json(client: AsyncClient, database: Database) -> None:
    await put(database, flag())
    async with database.transaction() as transaction:
        await store.put_letters(transaction, letters([record("patuh.dead-letters", 1, value=b"raw")]))
    (told,) = (await client.get("/v1/events", params={"subject": EMPLOYER})).json()["items"]
    assert (told["type"], told["subject"]) == (types.FLAG_RAISED.name, EMPLOYER)
    assert (await client.get("/v1/events/counts")).json() == {types.FLAG_RAISED.name: 1}
    (group,) = (await client.get("/v1/dead-letters")).json()["items"]
    assert (group["service"], group["n"]) == ("?", 1)


@pytest.mark.parametrize("query", ["q=%00", "code=%00", "region=%25", "q=%ff", "page=200000", "lang=%00"])
async def test_no_query_breaks_a_page(client: AsyncClient, query: str) -> None:
    assert (await client.get(f"/?{query}")).status_code == 200
    assert (await client.get("/subjects/%00")).status_code == 200


async def test_the_page_runs_only_its_own_files_and_answers_to_its_own_name(client: AsyncClient) -> None:
    for path in ("/", "/static/stream.js", "/v1/flags"):
        policy = (await client.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "connect-src 'self'" in policy
    elsewhere = await client.get("/", headers={"host": "attacker.example"})
    assert elsewhere.status_code == 400
