"""Clear, not clear or unknown: what is read off the examinations, and for how long it holds."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.employer import rules
from services.employer.clearance.checking import check
from services.employer.clearance.clearing import clearance_of
from services.employer.clearance.decision import NO_FACTS, NOTHING_EXAMINED, Clearance, Unsure, clearance
from services.employer.clearance.signing import statement
from services.employer.clearance.words import all_texts
from services.employer.facts import EmployerFacts, ProjectFacts
from services.employer.finding import Finding, same
from services.employer.rules.inquiry import About, Condition, Examination, Outcome
from shared.events.data import Evidence
from tests.unit import building as b

DAY = date(2025, 6, 10)
NOW = datetime(2025, 6, 10, 5, 0, 0, 123456, UTC)
WRONG, OTHER = "employer.not-registered", "employer.workers-missing"


def finding(code: str = WRONG, **told: Any) -> Finding:
    facts = {name: same("7") for name in ("workforce", "enrolled")}
    usual: dict[str, Any] = {"subject": b.FIRM, "name": "CV Maju", "law": ["UU 24/2011 art. 15"]}
    usual |= {"evidence": [], "since": date(2025, 3, 3), "workers": 7, "facts": facts}
    return Finding(code=code, **(usual | told))


def wrong(code: str = WRONG, **told: Any) -> Examination:
    return Examination(code, "wrong", [], finding(code, **told))


def undecided(code: str = OTHER, name: str = "workforce") -> Examination:
    conditions = [Condition("open", True), Condition(name, None)]
    return Examination(code, "undecided", conditions, finding(code), f"{name} is unknown")


def quiet(outcome: Outcome, code: str = OTHER, *evidence: Evidence) -> Examination:
    return Examination(code, outcome, [Condition("x", True, None, list(evidence))])


def judged(*examinations: Examination, changes: tuple[date, ...] = (), about: str = b.FIRM) -> Clearance:
    return clearance(About(about, "CV Maju"), list(examinations), changes, b.LAW, DAY, NOW)


FINE, AWAY = quiet("fine"), quiet("not-applicable")


@pytest.mark.parametrize(
    ("examinations", "status", "codes"),
    [
        ([FINE], "clear", []),
        ([FINE, AWAY], "clear", []),
        ([FINE, wrong()], "not-clear", [WRONG]),
        ([wrong(), undecided()], "not-clear", [WRONG]),
        ([wrong(), wrong(OTHER)], "not-clear", [WRONG, OTHER]),
        ([FINE, undecided()], "unknown", [OTHER]),
        ([FINE, wrong(level="notice")], "clear", []),
        ([wrong(level="notice")], "clear", []),
        ([wrong(level="notice"), undecided()], "unknown", [OTHER]),
        ([wrong(level="notice"), wrong(OTHER)], "not-clear", [OTHER]),
        ([], "unknown", [NO_FACTS]),
        ([AWAY], "unknown", [NOTHING_EXAMINED]),
    ],
)
def test_status_and_reasons(examinations: list[Examination], status: str, codes: list[str]) -> None:
    told = judged(*examinations)
    assert (told.status, [reason.code for reason in told.reasons]) == (status, codes)


@pytest.mark.parametrize("name", ["workforce", "never-heard-of"])
def test_every_reason_is_told_in_both_languages(name: str) -> None:
    for told in (judged(wrong()), judged(undecided(name=name)), judged(), judged(AWAY)):
        for reason in told.reasons:
            for text in (reason.title, reason.reason, reason.remedy):
                assert text.id
                assert text.en
                assert text.id != text.en
                assert "{" not in text.id + text.en


def test_what_is_wrong_is_told_with_its_day_and_articles() -> None:
    [reason] = judged(wrong()).reasons
    assert (reason.since, reason.articles) == (date(2025, 3, 3), ["UU 24/2011 art. 15"])
    assert "CV Maju" in reason.reason.id


def test_what_lacks_is_named() -> None:
    [reason] = judged(undecided(name="workforce")).reasons
    assert (reason.title.id, reason.title.en) == (
        "Belum diketahui: jumlah pekerja",
        "Not known: the head count",
    )


@pytest.mark.parametrize(
    ("changes", "valid_until"),
    [
        ((), date(2025, 6, 24)),
        ((date(2025, 6, 1), DAY), date(2025, 6, 24)),
        ((date(2025, 6, 11),), DAY),
        ((date(2025, 6, 20), date(2025, 6, 13)), date(2025, 6, 12)),
        ((date(2025, 6, 24),), date(2025, 6, 23)),
        ((date(2025, 6, 25),), date(2025, 6, 24)),
        ((date(2025, 9, 1),), date(2025, 6, 24)),
    ],
)
def test_valid_until_the_day_before_the_next_change(changes: tuple[date, ...], valid_until: date) -> None:
    assert judged(FINE, changes=changes).valid_until == valid_until


@pytest.mark.parametrize(
    ("subject", "kind"),
    [(b.FIRM, "contractor"), (b.PROJECT, "project"), ("agency:63421", "agency"), ("group:ojek", "group")],
)
def test_kind(subject: str, kind: str) -> None:
    assert judged(FINE, about=subject).kind == kind


def test_as_of_is_the_instant_in_local_time() -> None:
    assert judged(FINE).as_of.isoformat() == "2025-06-10T12:00:00+07:00"


def test_uncertain_parameters_are_named_once_and_only_where_they_decided() -> None:
    sure = Evidence(name="a", value="1", article="PP 1 art. 1", confidence="confirmed")
    medium = Evidence(name="b", value="2", article="PP 1 art. 2", confidence="medium")
    low = Evidence(name="c", value="3", article="PP 1 art. 3", confidence="low")
    decided = quiet("fine", WRONG, sure, medium)
    told = judged(decided, wrong(OTHER, evidence=[medium]), quiet("not-applicable", WRONG, low))
    assert told.unsure == [Unsure("b", "2", "PP 1 art. 2", "medium")]


def test_a_check_tells_expired_from_superseded() -> None:
    clear, bad = judged(FINE), judged(wrong())
    said, last = statement(clear), clear.valid_until
    assert check(said, clear, last).verdict == "in-force"
    assert check(said, clear, last + timedelta(days=1)).verdict == "expired"
    assert check(said, bad, last).verdict == "superseded"
    late = check(said, bad, last + timedelta(days=1))
    assert (late.verdict, late.expired, late.superseded) == ("superseded", True, True)
    assert check(statement(bad), judged(wrong(OTHER)), last).verdict == "superseded"


def test_an_unknown_subject_is_unknown_under_each_kind() -> None:
    for asked in (b.FIRM, b.PROJECT, "agency:63421", "group:ojek"):
        empty = ProjectFacts(asked) if asked == b.PROJECT else EmployerFacts(asked)
        for gathered in ({}, {asked: empty}):
            told = clearance_of(gathered, asked, b.LAW, DAY, NOW)
            assert (told.status, told.subject) == ("unknown", asked)


def test_coverage_alone_does_not_make_an_employer_clear() -> None:
    gathered = b.subjects([b.enrolled(1, "2025-01-06")])
    known = {b.FIRM: gathered.get(b.FIRM, EmployerFacts(b.FIRM))}
    assert clearance_of(known, b.FIRM, b.LAW, DAY, NOW).status == "unknown"


def test_a_closed_employer_is_not_cleared() -> None:
    facts = [b.registered("2025-01-06", workforce=0), b.closed("2025-05-05", "2025-05-02")]
    assert clearance_of(b.subjects(facts), b.FIRM, b.LAW, DAY, NOW).status == "unknown"


def test_is_said_of_the_one_employer_behind_all_names() -> None:
    facts = [
        b.registered("2025-01-06", nib="1234567890123", npwp=b.FIRM.removeprefix("employer:"), workforce=3),
        b.updated("2025-01-07", b.NIB, obliged_since="2025-01-06"),
    ]
    by_nib, by_npwp = (clearance_of(b.subjects(facts), n, b.LAW, DAY, NOW) for n in (b.NIB, b.FIRM))
    assert by_nib == by_npwp
    assert (by_nib.subject, by_nib.status) == (b.FIRM, "not-clear")


def test_every_question_of_a_rule_says_what_lacks_in_both_languages() -> None:
    folder = Path(str(rules.__file__)).parent
    asked = {
        name
        for file in folder.glob("*.py")
        for name in re.findall(r"\bx\.(?:known|cannot_decide)\(\s*\"([\w-]+)\"", file.read_text())
    }
    assert "workforce" in asked
    # Nobody asks for the clearance of a feed.
    assert {f"missing.{name}" for name in asked - {"spoken"}} <= all_texts().keys()
