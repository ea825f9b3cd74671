"""Every question of every rule reads in both languages, and what is wrong explains itself."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from services.employer import rules
from services.employer.assessment import examine
from services.employer.explanation import explain, texts
from services.employer.rules import ALL
from services.employer.rules.contractor import ContractorFlagged
from shared.events import Event
from tests.unit.building import FIRM, LAW, PROJECT, award, day, registered, staff, subject_of, subjects
from tests.unit.worlds import DAY, FIRST, WORLDS
from tests.unit.wrong_worlds import WRONG

_ASKING = {"applies", "wrong_if", "known", "note", "cannot_decide", "parameter"}
_SOURCES = sorted(Path(inspect.getfile(rules)).parent.glob("*.py"))
# What rests on sums over workers or days, which are no facts of their own; and on no figure of the law.
COUNTED = {"employer.in-arrears", "group.cover-ending", "feed.silent"}
WITHOUT_FIGURES = {"project.contractor-flagged", "worker.unprotected-incident"}
ORDER = ["wrong", "undecided", "fine", "not-applicable"]


def asked(path: Path) -> Iterator[tuple[str, str]]:
    """How an inquiry is asked in a file, and what, where it is written out: `x.applies("open", ...)`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner, first = node.func.value, node.args[0]
            if isinstance(owner, ast.Name) and owner.id == "x" and node.func.attr in _ASKING:
                yield node.func.attr, str(first.value) if isinstance(first, ast.Constant) else ""


def questions() -> set[str]:
    return {name for path in _SOURCES for way, name in asked(path) if way != "parameter" and name}


def told(code: str) -> dict[str, Any]:
    """The explanation of what is wrong in the world of a rule."""
    world = WRONG[code]
    subject = subject_of(world.facts(), world.subject)
    return next(one for one in explain(examine(subject, LAW, day(world.on)), LAW) if one["code"] == code)


def test_every_question_that_is_written_down_has_a_text_and_every_text_a_question() -> None:
    assert questions() == texts().keys()


def test_every_parameter_that_a_rule_reads_is_among_those_it_names() -> None:
    named = {name for rule in LAW.rules.values() for name in rule.parameters}
    read = {name for path in _SOURCES for way, name in asked(path) if way == "parameter" and name}
    assert read <= named <= set(LAW.names)


def test_every_text_is_in_both_languages() -> None:
    assert all(text.id.strip() and text.en.strip() for text in texts().values())


@settings(max_examples=60, deadline=None)
@given(WORLDS)
def test_whatever_is_asked_about_any_facts_has_a_text(facts: list[Event]) -> None:
    for subject in subjects(facts).values():
        for one in examine(subject, LAW, FIRST + 120 * DAY):
            unknown = {condition.name for condition in one.conditions} - texts().keys()
            assert unknown <= set(LAW.names)


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_names_its_facts_its_law_and_its_figures(code: str) -> None:
    one = told(code)
    finding = one["finding"]
    assert (one["outcome"], one["rule"]) == ("wrong", f"{code}@{LAW.rules[code].version}")
    assert one["law"] == LAW.rules[code].law == finding["law"]
    assert one["law"]
    ids = {e["id"] for e in finding["evidence"] if e.get("id")}
    known = {fact.id for fact in WRONG[code].facts()}
    assert ids <= known
    assert bool(ids) == (code not in COUNTED)
    articles = {e["article"] for e in finding["evidence"] if e.get("article")}
    assert bool(articles) == (code not in WITHOUT_FIGURES)


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_reads_in_both_languages(code: str) -> None:
    one = told(code)
    for text in one["texts"].values():
        for language in ("id", "en"):
            assert text[language]
            assert "{" not in text[language]
            assert "?" not in text[language]
    assert one["conditions"]
    for condition in one["conditions"]:
        assert condition["text"]["id"]
        assert condition["text"]["en"]


@pytest.mark.parametrize("code", WRONG)
def test_the_last_question_of_what_is_wrong_holds(code: str) -> None:
    assert all(condition["holds"] for condition in told(code)["conditions"])


def test_what_is_wrong_comes_first_then_what_cannot_be_decided() -> None:
    facts = [registered("2025-01-06", workforce=5, member_since="2025-01-06"), *staff(2)]
    outcomes = [
        one["outcome"] for one in explain(examine(subject_of(facts, FIRM), LAW, day("2025-06-02")), LAW)
    ]
    assert outcomes == sorted(outcomes, key=ORDER.index)
    assert set(outcomes) == set(ORDER)


def test_what_cannot_be_decided_says_what_lacks() -> None:
    one = next(
        tree
        for tree in explain(
            examine(subject_of([registered("2025-01-06")], FIRM), LAW, day("2025-06-02")), LAW
        )
        if tree["code"] == "employer.not-registered"
    )
    assert (one["outcome"], one["undecided"]) == ("undecided", "workforce is unknown")
    assert one["outcome_text"] == {"id": "belum dapat diputuskan", "en": "cannot decide"}
    assert [c["holds"] for c in one["conditions"]][-1] is None
    assert "finding" not in one


def test_every_rule_of_a_subject_is_told_whatever_it_ends_in() -> None:
    trees = explain(examine(subject_of([award("2025-03-20")], PROJECT), LAW, day("2025-03-20")), LAW)
    assert {tree["code"] for tree in trees} == rules.rules_for(PROJECT).keys()


def test_the_texts_are_of_the_rules_that_there_are() -> None:
    assert LAW.rules.keys() == ALL.keys()


@pytest.mark.parametrize("code", ALL)
def test_every_rule_says_by_which_law_it_judges(code: str) -> None:
    rule = ALL[code]
    documented = inspect.getdoc(type(rule).__call__ if isinstance(rule, ContractorFlagged) else rule)
    assert documented
    source = " ".join(documented.split()).partition("Legal source:")[2]
    acts = [article.partition(" art.")[0] for article in LAW.rules[code].law]
    assert any(act in source for act in acts), (source, acts)
