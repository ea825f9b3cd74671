"""The ladder in words: both languages, nothing left to fill in, and why a project has another lever."""

from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from services.notifier.ladder import STEPS, ladder
from services.notifier.ladder_words import LadderView, texts, view
from shared.events.data import FlagState
from tests.unit.test_ladder import ALL, FLAG, LAW, TODAY

PROJECT = replace(FLAG, subject="project:a-1", code="project.not-registered")


def told(flag: FlagState, taken: int = 0, day: date = TODAY) -> LadderView:
    return view("case-1", flag, ladder(flag, ALL[:taken], LAW, day), LAW, day)


@pytest.mark.parametrize("status", ["open", "cleared", "withdrawn"])
@pytest.mark.parametrize("taken", range(6))
def test_everything_is_said_in_both_languages(status: str, taken: int) -> None:
    said = told(replace(FLAG, status=status, ended_on=date(2025, 6, 5)), taken)
    for text in (said.stands, said.next and said.next.what, said.next and said.next.name):
        if text:
            assert text.id != text.en
            assert "{" not in text.id + text.en
            assert "None" not in text.id + text.en
            assert "art." not in text.id


def test_every_step_and_every_place_has_its_text() -> None:
    assert set(texts().steps) == set(STEPS)
    assert set(texts().stands) == {*STEPS, "begin", "over"}


def test_a_step_says_who_takes_it_how_long_it_runs_and_under_which_article() -> None:
    said = told(FLAG, 1)
    assert said.stands.en == "The first warning was sent on 17 March 2025 and runs until 9 April 2025."
    assert said.runs_until == date(2025, 4, 9)
    assert said.next
    assert (said.next.by, said.next.article) == ("bpjs", "PP 86/2013 art. 6")
    assert said.next.what.id.endswith("jangka waktunya 10 hari kerja.")
    fine = told(FLAG, 2).next
    assert fine
    assert "denda 0,1 % per bulan dari iuran yang seharusnya dibayar" in fine.what.id
    assert "0.1 % per month of the contributions" in fine.what.en
    assert "paling lama 30 hari" in fine.what.id
    withholding = told(FLAG, 3).next
    assert withholding
    assert "TMP2T" in withholding.name.id
    assert [(one.step, one.by) for one in told(FLAG, 4).taken][-1] == ("withholding", "public-service-unit")


def test_a_short_project_is_over_before_the_ladder() -> None:
    day = date(2025, 7, 7)
    said = told(replace(PROJECT, ends_on=date(2025, 8, 20)), day=day)
    assert said.obstacle == "project"
    assert said.next is None
    assert "takes 60 days at least (not before 5 September 2025" in said.stands.en
    assert said.stands.en.endswith("; this project ends on 20 August 2025, so it would be over by then.")
    assert said.stands.id.endswith("; proyek ini berakhir 20 Agustus 2025, jadi saat itu sudah selesai.")
    assert "menahan termin" in said.stands.id


@pytest.mark.parametrize("ends_on", [None, date(2025, 9, 5)])
def test_a_long_project_is_not_said_to_be_over(ends_on: date | None) -> None:
    said = told(replace(PROJECT, ends_on=ends_on), day=date(2025, 7, 7))
    assert said.stands.en.endswith("if the first warning went out today).")


def test_arrears_are_said_to_be_on_another_track() -> None:
    said = told(replace(FLAG, code="employer.in-arrears"))
    assert "UU 24/2011 Pasal 19" in said.stands.id
    assert "criminal law" in said.stands.en


def test_a_mistake_is_undone_at_once() -> None:
    said = told(replace(FLAG, status="withdrawn", ended_on=date(2025, 6, 5)), 4)
    assert said.next
    assert "at once" in said.next.what.en
    ended = told(replace(FLAG, status="cleared", ended_on=date(2025, 6, 5)), 4)
    assert ended.next
    assert "once the fine is paid" in ended.next.what.en


def test_it_can_be_sent() -> None:
    assert msgspec.to_builtins(told(FLAG))["next"]["not_before"] == "2025-02-18"
