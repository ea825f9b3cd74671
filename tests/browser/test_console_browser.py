"""The console as a person sees it: the real service, fed through Kafka, in a real browser."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import date
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from shared import topics
from shared.events import types
from shared.events.data import EmployerRegistered, FlagState
from shared.producer import Message
from tests.browser.console_process import Running, running_console
from tests.browser.console_stage import EMPLOYER, event, flag, raised

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
_QUIET += ["--disable-sync", "--no-first-run"]
_PATIENCE_MS = 30_000
_LATE = "PT Terlambat Sekali"
_HOSTILE = "<script>document.title = 'broken'</script> \u202e PT Jahat"
pytestmark = pytest.mark.skipif(_CHROMIUM is None, reason="no chromium binary on the PATH")
expect.set_options(timeout=_PATIENCE_MS)


def _seed() -> list[FlagState]:
    arrears = flag(
        flag_id="f-2",
        subject="project:lkpp-1-tender-2",
        name="Rehabilitasi Drainase RW 05",
        code="project.not-registered",
        workers=40,
        due=date(2026, 12, 1),
        region="32.72.03.1001",
    )
    return [
        flag(),
        arrears,
        flag(flag_id="f-3", subject="employer:nib-1234567890123", name=_HOSTILE, workers=2),
    ]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_console(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, console: Running) -> AsyncIterator[Page]:
    await console.tell(*[raised(each) for each in _seed()])
    context = await browser.new_context(base_url=console.address)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    await context.close()
    assert wrong == []


async def _open(page: Page, path: str) -> None:
    # The console reads Kafka in its own time: reload until what was seeded is there.
    await page.goto(path)
    for _ in range(100):
        if await page.locator("tbody.flag").count() >= 3:
            return
        await page.wait_for_timeout(200)
        await page.reload()
    pytest.fail("the seeded flags never appeared")


async def _live(page: Page) -> None:
    await expect(page.locator("[data-state]")).to_have_attribute("data-state", "stateLive")


async def test_flags_are_listed_by_severity_and_prove_themselves(page: Page) -> None:
    await _open(page, "/?lang=en")
    names = await page.locator("tbody.flag strong").all_inner_texts()
    assert names == ["Rehabilitasi Drainase RW 05", "PT Bara Karya Abadi", _HOSTILE]
    bara = page.locator("tbody.flag", has_text="PT Bara Karya Abadi")
    await expect(bara).to_have_class(re.compile("overdue"))
    remedy = bara.get_by_text("Enrol the 12 workers through SIPP")
    await expect(remedy).to_be_hidden()
    await bara.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(remedy).to_be_visible()
    await expect(bara.get_by_text("Perpres 109/2013 pasal 6")).to_be_visible()
    assert "broken" not in await page.title()


async def test_filters_keep_the_language(page: Page) -> None:
    await _open(page, "/?lang=en")
    await page.get_by_label("Name or subject").fill("drainase")
    await page.get_by_role("button", name="Filter").click()
    await expect(page.locator("tbody.flag")).to_have_count(1)
    await page.get_by_role("link", name="Bahasa Indonesia").click()
    await expect(page.get_by_role("heading", name="Temuan terbuka")).to_be_visible()
    await expect(page.locator("tbody.flag")).to_have_count(1)
    await page.get_by_label("Nama atau subjek").fill("")
    await page.get_by_label("Wilayah").fill("32.72.02")
    await page.get_by_role("button", name="Saring").click()
    await expect(page.locator("tbody.flag")).to_have_count(2)


async def test_a_new_event_appears_without_reload(page: Page, console: Running) -> None:
    await _open(page, "/?lang=en")
    await _live(page)
    await page.evaluate("window.untouched = true")
    await console.tell(
        event(types.EMPLOYER_REGISTERED, EMPLOYER, EmployerRegistered(name=_HOSTILE, workforce=30))
    )
    first = page.locator("[data-events] li").first
    await expect(first).to_contain_text("employer.registered")
    await expect(first).to_contain_text("workforce 30")
    await console.tell(raised(flag(flag_id=f"f-{uuid4()}", name=_LATE, status="cleared")))
    await expect(page.locator(".changed")).to_have_text("Flags changed: 1. Reload")
    assert await page.evaluate("window.untouched")


async def test_the_stream_can_be_held_and_let_go(page: Page, console: Running) -> None:
    await _open(page, "/?lang=en")
    await page.goto("/stream?lang=en&type=id.patuh.employer.registered.v1")
    await _live(page)
    await page.get_by_role("button", name="Pause").click()
    await console.tell(
        raised(flag(version=0)),
        event(types.EMPLOYER_REGISTERED, EMPLOYER, EmployerRegistered(name="PT Dijeda")),
    )
    resume = page.get_by_role("button", name="Resume (1 waiting)")
    await expect(resume).to_be_visible()
    await expect(page.get_by_text("PT Dijeda")).to_have_count(0)
    await resume.click()
    await expect(page.get_by_text("PT Dijeda")).to_be_visible()
    await expect(page.locator("[data-events] li", has_text="flag.raised")).to_have_count(0)


async def test_a_subject_page_tells_its_story(page: Page) -> None:
    await _open(page, "/?lang=en")
    await page.locator("a.subject", has_text="project:lkpp-1-tender-2").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Rehabilitasi Drainase RW 05")
    await expect(page.locator(".timeline li").first).to_contain_text("flag.raised")


async def test_a_dead_letter_is_listed_with_its_reason(page: Page, console: Running) -> None:
    await console.send(Message(topics.EMPLOYERS.name, b"9972020101900001", b"<not json>", []))
    await page.goto("/dead-letters?lang=en")
    for _ in range(100):
        if await page.get_by_text("content-type").count():
            break
        await page.wait_for_timeout(200)
        await page.reload()
    await expect(page.get_by_text("neither a structured nor a binary CloudEvent")).to_be_visible()
    await expect(page.get_by_text("*" * 16)).to_be_visible()
    await expect(page.get_by_text("9972020101900001")).to_have_count(0)
