"""Dates, money and texts of the console in both languages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest

import services.console
from services.console import formats, summaries, texts
from services.console.api import known_id
from services.console.formats import Language
from services.console.reading import RecentEvent
from services.console.view import View
from shared.events import types
from tests.browser.console_stage import NOON

_TEMPLATES = "".join(p.read_text() for p in (Path(services.console.__file__).parent / "templates").iterdir())
_CHOSEN = {"flags", "stream", "dead_letters", "open", "cleared", "withdrawn"}


@pytest.mark.parametrize(
    ("lang", "written"), [("id", "05 Agu 2025 21:03:22"), ("en", "05 Aug 2025 21:03:22")]
)
def test_instants_are_told_in_jakarta_time(lang: Language, written: str) -> None:
    assert formats.instant(datetime(2025, 8, 5, 14, 3, 22, tzinfo=UTC), lang) == written


def test_the_last_instant_of_all_has_no_jakarta_time_and_is_told_as_it_is() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert formats.instant(last, "en") == "31 Dec 9999 23:59:59"


def test_unknown_values_are_a_dash() -> None:
    assert {formats.day(None, "id"), formats.number(None, "id"), formats.rupiah(None)} == {"–"}


@pytest.mark.parametrize(("lang", "written"), [("id", "1.300.000"), ("en", "1,300,000")])
def test_numbers(lang: Language, written: str) -> None:
    assert formats.number(1_300_000, lang) == written
    assert formats.rupiah(1_300_000) == "Rp\u00a01.300.000"


def test_each_text_has_both_languages_with_the_same_places_to_fill() -> None:
    for key, (indonesian, english) in texts.TEXTS.items():
        assert indonesian, key
        assert english, key
        assert _places(indonesian) == _places(english), key


def _places(text: str) -> set[str | None]:
    return {name for _, name, *_ in Formatter().parse(text) if name}


def test_the_templates_ask_for_every_text_and_for_no_other() -> None:
    asked = set(re.findall(r"v\.t\([\"'](\w+)", _TEMPLATES)) | _CHOSEN
    assert asked == set(texts.TEXTS)


def test_every_kept_field_has_a_label() -> None:
    assert {*summaries.OF_WORKERS, *summaries.OF_FLAGS, *summaries.OF_OTHERS} == set(texts.LABELS)


def test_an_unknown_code_or_type_is_shown_as_it_is() -> None:
    view = View("id", date(2026, 7, 15))
    assert view.code("employer.of-tomorrow") == "employer.of-tomorrow"
    assert view.short("id.patuh.x.happened.v1") == "id.patuh.x.happened.v1"
    assert view.short(types.PROJECT_AWARDED.name) == "project.awarded"


def test_links_keep_the_language_and_escape_the_subject() -> None:
    assert (
        View("en", date(2026, 7, 15)).subject_href("project:a/b?c") == "/subjects/project:a%2Fb%3Fc?lang=en"
    )
    assert View("id", date(2026, 7, 15)).href("/", q="a&b", code="") == "/?q=a%26b"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("id", "PT Bara Karya · Menunggak iuran · terbuka · pekerja 1.200 · jumlah Rp\u00a01.300.000"),
        ("en", "PT Bara Karya · In arrears · open · workers 1,200 · amount Rp\u00a01.300.000"),
    ],
)
def test_a_summary_in_words(lang: Language, told: str) -> None:
    kept: summaries.Summary = {"name": "PT Bara Karya", "code": "employer.in-arrears", "status": "open"}
    kept |= {"workers": 1200, "amount_idr": 1_300_000, "due": "2026-08-30"}
    event = RecentEvent(1, "patuh.flags", types.FLAG_RAISED.name, NOON, "urn:test", "s", "e", kept)
    due = {"id": " · tenggat 30 Agu 2026", "en": " · due 30 Aug 2026"}[lang]
    assert View(lang, NOON.date()).summary(event) == told + due


@pytest.mark.parametrize("said", ["", "x", "-1", "1.5", "²", "9" * 30, "1; DROP TABLE flag"])
def test_a_senseless_event_id_is_none(said: str) -> None:
    assert known_id(said) is None


def test_an_event_id() -> None:
    assert known_id("123") == 123
