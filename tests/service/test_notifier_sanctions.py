"""The sanction ladder on a real PostgreSQL: over HTTP, and the timer that announces what is due."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from patuh.embedded.postgres import PostgresNode
from services.notifier import cases
from shared import outbox, topics
from shared.events import Event
from shared.events.data import FlagState, SanctionState
from tests.service.notifier_stage import Office, flag, office

# Over Lebaran 2025, like tests/unit/test_ladder.py.
DATES = {
    "warning-1": "2025-03-17",
    "warning-2": "2025-04-10",
    "fine": "2025-04-28",
    "withholding": "2025-05-26",
    "lifting": "2025-06-10",
}
CASE = cases.case_id("flag-1")


def employer(version: int = 1, number: int = 1, **changed: Any) -> FlagState:
    """The flag of an employer who never registered."""
    said: dict[str, Any] = {
        "subject": f"employer:nib-991234567890{number}",
        "code": "employer.not-registered",
        "since": date(2025, 1, 2),
        "due": date(2025, 2, 17),
        "raised_on": date(2025, 3, 10),
    }
    return flag(number, version, **said | changed)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    node = PostgresNode(tmp_path_factory.mktemp("data") / "postgres")
    node.start()
    node.create_databases(["notifier"])
    yield node
    node.stop()


@pytest.fixture
async def desk(node: PostgresNode) -> AsyncIterator[Office]:
    async with office(node) as opened:
        opened.stand_on(date(2025, 6, 20))
        yield opened


async def take(client: httpx.AsyncClient, step: str, on: str | None = None, case: UUID = CASE) -> Any:
    """The answer to a step."""
    return await client.post(
        f"/v1/cases/{case}/sanctions", json={"step": step, "taken_on": on or DATES.get(step)}
    )


async def due(desk: Office) -> list[tuple[str, str, str]]:
    """Id, step and day of every announced step."""
    found: list[Event] = [e for e in await desk.announced() if isinstance(e.data, SanctionState)]
    return [(e.id, e.data.step, e.data.due.isoformat()) for e in found if isinstance(e.data, SanctionState)]


def named(step: str) -> str:
    return f"{CASE}:sanction.step-due:{step}"


async def test_the_whole_ladder_over_http(desk: Office) -> None:
    await desk.hear(employer())
    async with desk.client() as client:
        begun = (await client.get(f"/v1/cases/{CASE}/ladder")).json()
        assert (begun["obstacle"], begun["taken"], begun["next"]["step"]) == (None, [], "warning-1")
        for step in list(DATES)[:4]:
            answer = await take(client, step)
            assert answer.status_code == 200, answer.text
        assert (await take(client, "lifting")).status_code == 409
        await desk.hear(employer(version=2, status="cleared", ended_on=date(2025, 6, 5)))
        done = (await take(client, "lifting")).json()
        story = (await client.get(f"/v1/cases/{CASE}")).json()
    assert [(one["step"], one["taken_on"]) for one in done["taken"]] == list(DATES.items())
    assert done["next"] is None
    assert story["ladder"] == done


async def test_the_same_step_and_day_again_change_nothing(desk: Office) -> None:
    await desk.hear(employer())
    async with desk.client() as client:
        first, again = [await take(client, "warning-1") for _ in range(2)]
        other = await take(client, "warning-1", "2025-03-18")
    assert first.json() == again.json()
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    kept = await desk.rows("SELECT step, taken_on FROM sanction_step")
    assert kept == [("warning-1", date(2025, 3, 17))]


@pytest.mark.parametrize(
    ("step", "on", "status", "field", "rule"),
    [
        ("warning-2", "2025-06-01", 409, "step", "out of order: the next step is warning-1"),
        ("warning-1", "2025-06-21", 422, "taken_on", "must not be in the future"),
        ("warning-1", "2025-02-17", 409, "taken_on", "not before 2025-02-18"),
        ("warning-9", "2025-06-01", 422, "step", "warning-1"),
        ("warning-1", "the first of June", 422, "taken_on", "date"),
    ],
)
async def test_a_refusal_names_field_and_rule(
    desk: Office, step: str, on: str, status: int, field: str, rule: str
) -> None:
    await desk.hear(employer())
    async with desk.client() as client:
        refused = await take(client, step, on)
    assert refused.status_code == refused.json()["status"] == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["field"] == field
    assert rule in refused.json()["rule"]
    assert await desk.rows("SELECT * FROM sanction_step") == []


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"sector": "state"}, "has no sanction ladder: state"),
        ({"subject": "project:a-1", "code": "project.not-registered"}, "has no sanction ladder: project"),
        ({"status": "cleared"}, "cleared: takes no more steps"),
    ],
)
async def test_a_case_without_a_ladder_takes_no_step(
    desk: Office, changed: dict[str, Any], rule: str
) -> None:
    await desk.hear(employer(**changed))
    async with desk.client() as client:
        refused = await take(client, "warning-1")
    assert (refused.status_code, refused.json()["field"], refused.json()["rule"]) == (409, "case", rule)
    await desk.tick()
    assert await due(desk) == []


async def test_an_unknown_case_is_not_found(desk: Office) -> None:
    nobody = cases.case_id("nobody")
    async with desk.client() as client:
        answers = [
            await take(client, "warning-1", case=nobody),
            await client.get(f"/v1/cases/{nobody}/ladder"),
        ]
    assert [one.status_code for one in answers] == [404, 404]
    assert {one.json()["field"] for one in answers} == {"case_id"}


async def test_two_officers_at_the_same_moment_record_one_step(desk: Office) -> None:
    await desk.hear(employer())
    async with desk.client() as client:
        days = [f"2025-03-{day}" for day in (17, 18, 19, 20)]
        answers = await asyncio.gather(*[take(client, "warning-1", day) for day in days])
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert len(await desk.rows("SELECT * FROM sanction_step")) == 1


async def test_the_timer_announces_each_step_once_on_its_day(desk: Office) -> None:
    desk.stand_on(date(2025, 3, 10))
    await desk.hear(employer())
    await desk.tick()
    await desk.tick()
    first = [(named("warning-1"), "warning-1", "2025-03-10")]
    assert await due(desk) == first
    desk.stand_on(date(2025, 3, 17))
    async with desk.client() as client:
        assert (await take(client, "warning-1")).status_code == 200
    for day in (date(2025, 3, 18), date(2025, 4, 9)):
        desk.stand_on(day)
        await desk.tick()
        assert await due(desk) == first
    desk.stand_on(date(2025, 4, 10))
    for version in (2, 3):  # news in between, and every restart, ask again
        await desk.hear(employer(version, workers=version))
        await desk.tick()
    assert await due(desk) == [*first, (named("warning-2"), "warning-2", "2025-04-10")]


async def test_an_announced_step_carries_its_case_and_article(desk: Office) -> None:
    await desk.hear(employer())
    await desk.tick()
    event = (await desk.announced())[-1]
    assert event.kind.short == "sanction.step-due"
    assert event.correlationid == "case-story"
    assert event.data == SanctionState(
        case_id=str(CASE),
        flag_id="flag-1",
        subject="employer:nib-9912345678901",
        code="employer.not-registered",
        step="warning-1",
        due=date(2025, 3, 10),
        article="PP 86/2013 art. 6",
    )
    ((row,),) = await desk.rows("SELECT messages FROM outbox ORDER BY id DESC LIMIT 1")
    (message,) = outbox.unpacked(row)
    assert (message.topic, message.key) == (topics.ALERTS.name, str(CASE).encode())


async def test_steps_recorded_all_at_once_announce_only_what_is_next(desk: Office) -> None:
    await desk.hear(employer())
    async with desk.client() as client:
        for step in list(DATES)[:3]:
            await take(client, step)
            await take(client, step)
    await desk.tick()
    assert await due(desk) == [(named("withholding"), "withholding", "2025-05-26")]


async def test_lifting_is_due_when_the_finding_ends(desk: Office) -> None:
    await desk.hear(employer())
    async with desk.client() as client:
        for step in list(DATES)[:4]:
            await take(client, step)
    await desk.tick()
    assert await due(desk) == []
    await desk.hear(employer(version=2, status="cleared", ended_on=date(2025, 6, 18)))
    await desk.tick()
    assert await due(desk) == [(named("lifting"), "lifting", "2025-06-18")]


async def test_two_timers_share_the_work_and_announce_nothing_twice(desk: Office) -> None:
    await desk.hear(*[employer(number=n) for n in range(1200)])
    await asyncio.gather(desk.tick(), desk.tick())
    found = await due(desk)
    assert len(found) == len({one for one, _, _ in found}) == 1200
    assert await desk.rows("SELECT count(*) FROM flag_case WHERE look_on IS NOT NULL") == [(0,)]
