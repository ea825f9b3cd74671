"""The matching report: what no number brings together is told, and nothing is joined by a name."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from services.employer.matching import Unmatched, unmatched
from services.employer.matching_names import plain_name, same_city
from services.employer.matching_words import REASONS, REMEDIES
from shared.events import Event
from tests.unit.building import FIRM, NIB, NPP, OTHER, PROJECT, award, registered, updated

NPWP_NUMBER, NIB_NUMBER, NPP_NUMBER = "0012345674000000", "1234567890123", "AB123456"
SECOND = "employer:0012345682000000"
PERSON = f"employer:person-{'a' * 40}"
SAID = "2025-01-06"


def told(
    *facts: Event, awards: tuple[Event, ...] = (), enrolled: Mapping[str, int] | None = None
) -> list[tuple[str, str]]:
    return [(line.code, line.subject) for line in lines(*facts, awards=awards, enrolled=enrolled)]


def lines(
    *facts: Event, awards: tuple[Event, ...] = (), enrolled: Mapping[str, int] | None = None
) -> list[Unmatched]:
    return unmatched(facts, awards, enrolled or {})


def profile(subject: str = FIRM, name: str = "CV Maju", **more: Any) -> Event:
    return registered(SAID, subject, name=name, **more)


@pytest.mark.parametrize(
    "name",
    ["CV. Maju Jaya", "cv maju jaya", "MAJU JAYA, CV", "C.V. Maju  Jaya", "CV.MAJU JAYA", "PT Maju-Jaya Tbk"],
)
def test_the_legal_form_and_signs_of_a_name_do_not_count(name: str) -> None:
    assert plain_name(name) == "MAJU JAYA"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Optima Cvetka", "OPTIMA CVETKA"),
        ("PT.", None),
        ("", None),
        ("...", None),
        ("Ｐ.Ｔ. Ｍａｊｕ", "MAJU"),
    ],
)
def test_a_name_is_cut_no_further(name: str, plain: str | None) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [("32.72.02", "32.72", True), ("32.72", "32.73", False), (None, "32.72", None), ("32", "32.72", None)],
)
def test_regions_are_compared_by_city(one: str | None, two: str | None, same: bool | None) -> None:
    assert same_city(one, two) is same


def test_a_known_contractor_is_nothing_to_tell() -> None:
    assert told(profile(), awards=(award(SAID),)) == []


@pytest.mark.parametrize("named", [NIB, NPP])
def test_a_contractor_known_under_another_number_is_known(named: str) -> None:
    both = profile(nib=NIB_NUMBER, npp=NPP_NUMBER)
    assert told(both, awards=(award(SAID, contractors=[named]),)) == []


@pytest.mark.parametrize(
    ("contractor", "code"),
    [(FIRM, "contractor-unknown"), (NIB, "contractor-unknown"), (PERSON, "contractor-person")],
)
def test_a_contractor_that_no_register_knows_is_told_once(contractor: str, code: str) -> None:
    twice = (
        award(SAID, contractors=[contractor]),
        award("2025-02-03", "project:p-2", contractors=[contractor]),
    )
    (line,) = lines(awards=twice)
    assert (line.code, line.subject) == (code, contractor)
    assert {fact.subject for fact in line.facts} == {PROJECT, "project:p-2"}
    assert {fact.id for fact in line.facts} == {one.id for one in twice}


def test_an_award_that_never_names_a_contractor_is_told() -> None:
    bare = award(SAID, contractors=[])
    (line,) = lines(awards=(bare,))
    assert (line.code, line.subject, line.name) == ("award-without-contractor", PROJECT, "Drainase Cikole")
    assert told(profile(), awards=(bare, award("2025-02-03"))) == []
    assert told(awards=(award(SAID, kind="community", method="self-managed", contractors=[]),)) == []


def test_workers_of_an_employer_that_no_register_knows_are_told() -> None:
    (line,) = lines(profile(), enrolled={FIRM: 3, OTHER: 2, SECOND: 0})
    assert (line.code, line.subject, line.workers) == ("workers-of-unknown-employer", OTHER, 2)
    assert told(profile(npp=NPP_NUMBER), enrolled={NPP: 3}) == []


def test_a_number_alone_is_told_with_who_has_the_same_name_and_is_not_merged() -> None:
    alone = profile(NPP, "MAJU, CV")
    found = lines(alone, profile(FIRM, "cv. maju", nib=NIB_NUMBER))
    (line,) = found
    assert (line.code, line.subject) == ("number-alone", NPP)
    (candidate,) = line.candidates
    assert (candidate.subject, candidate.name, candidate.same_city) == (FIRM, "cv. maju", True)
    assert [fact.id for fact in line.facts] == [alone.id]
    assert told(alone, profile(FIRM, npp=NPP_NUMBER)) == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"region": "32.72.05"}, [True]),
        ({"region": None}, [None]),
        ({"region": "32.73.01"}, []),
        ({"name": "CV Mundur"}, []),
        ({"nib": "9999999999999"}, []),
    ],
)
def test_who_may_be_meant(other: dict[str, Any], expected: list[bool | None]) -> None:
    (line,) = lines(profile(NIB), profile(**other))
    assert [one.same_city for one in line.candidates] == expected


def test_two_businesses_of_one_name_are_never_offered_to_each_other() -> None:
    assert [line.candidates for line in lines(profile(NIB), profile(OTHER))] == [(), ()]


def test_the_nearest_candidates_come_first_and_not_all() -> None:
    far = [profile(f"employer:npp-ZZ{n:06}", region=None) for n in range(6)]
    near = profile("employer:npp-ZZ900000")
    line = next(one for one in lines(profile(NIB), *far, near) if one.subject == NIB)
    assert line.candidates[0].subject == "employer:npp-ZZ900000"
    assert len(line.candidates) == 5


def test_persons_share_a_name_that_says_nothing() -> None:
    person = profile(PERSON, "Perorangan (a natural person)")
    alone = profile(NPP, "Perorangan (a natural person)")
    (line,) = lines(person, alone)
    assert (line.subject, line.candidates) == (NPP, ())


NIB_OF_TWO = (profile(FIRM, nib=NIB_NUMBER), profile(SECOND, nib=NIB_NUMBER))
NPP_OF_TWO = (profile(FIRM, npp=NPP_NUMBER), profile(SECOND, npp=NPP_NUMBER))
TWO_NIB = (profile(FIRM, nib=NIB_NUMBER), updated(SAID, FIRM, nib="9876543210987"))
CHAIN = (
    profile(FIRM, nib=NIB_NUMBER),
    profile(SECOND, npp=NPP_NUMBER),
    updated(SAID, NPP, nib=NIB_NUMBER),
)
AT_ODDS = (profile(FIRM, npwp="0012345682000000"),)


@pytest.mark.parametrize("facts", [NIB_OF_TWO, NPP_OF_TWO, TWO_NIB, CHAIN, AT_ODDS])
def test_numbers_at_odds_are_told_with_the_facts_that_say_so(facts: tuple[Event, ...]) -> None:
    plain = updated("2025-03-03", FIRM, workforce=3)
    for order in permutations((*facts, plain)):
        (line,) = lines(*order)
        assert (line.code, line.subject) == ("numbers-conflict", FIRM)
        assert {fact.id for fact in line.facts} == {one.id for one in facts}
    assert set(line.numbers) > {FIRM}


def test_several_units_of_one_firm_are_no_conflict() -> None:
    units = [updated(SAID, FIRM, npp=f"{NPP_NUMBER}-{n:03}") for n in range(2)]
    assert told(profile(FIRM), *units) == []


def test_a_fact_taken_back_is_not_given_and_the_conflict_is_gone() -> None:
    assert told(NIB_OF_TWO[0]) == []


def test_lines_come_by_reason_then_subject_whatever_the_order_of_facts() -> None:
    facts = [*NIB_OF_TWO, profile(OTHER), profile(NPP, "CV Lain")]
    awards = [award(SAID, contractors=[]), award(SAID, "project:p-2", contractors=[PERSON])]
    found = {
        tuple(lines(*order, awards=tuple(awards[::step])))
        for order in permutations(facts)
        for step in (1, -1)
    }
    assert len(found) == 1
    codes = [line.code for line in found.pop()]
    assert codes == [
        "numbers-conflict",
        "contractor-person",
        "award-without-contractor",
        *["number-alone"] * 2,
    ]


def test_every_reason_says_what_it_means_and_what_to_do() -> None:
    assert REASONS.keys() == REMEDIES.keys()
    texts = [text for told in (REASONS, REMEDIES) for one in told.values() for text in (one.id, one.en)]
    assert all(text.endswith(".") for text in texts)
    assert len(set(texts)) == len(texts)
