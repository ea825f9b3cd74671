"""One employer under several subjects: merged by what facts name together, in whatever order."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.employer.assessment import assess
from services.employer.facts import EmployerFacts
from services.employer.parties import parties
from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    NIB,
    NPP,
    OTHER,
    day,
    decided,
    enrolled,
    registered,
    subjects,
    updated,
)

NPWP_OF = {"npwp": "0012345674000000"}
NIB_OF = {"nib": "1234567890123"}
NPP_OF = {"npp": "AB123456"}
SECOND = "employer:0012345682000000"
NAMES = [FIRM, SECOND, NIB, OTHER, NPP, "employer:npp-ZZ999999-001"]


def test_the_tax_number_is_preferred_then_the_business_number() -> None:
    assert parties([updated("2025-01-06", NPP, **NIB_OF)], []) == {NPP: NIB, NIB: NIB}
    assert parties([updated("2025-01-06", NIB, **NPWP_OF)], []) == {NIB: FIRM, FIRM: FIRM}
    assert parties([updated("2025-01-06", FIRM, **NPP_OF)], []) == {NPP: FIRM, FIRM: FIRM}


def test_of_two_tax_numbers_the_smaller_one_is_preferred() -> None:
    told = [updated("2025-01-06", FIRM, **NIB_OF), updated("2025-01-06", SECOND, **NIB_OF)]
    for facts in permutations(told):
        assert parties(facts, [])[NIB] == FIRM


def test_a_chain_of_names_is_one_party_in_every_order() -> None:
    told = [
        updated("2025-01-06", NPP, **NIB_OF),
        updated("2025-02-03", NIB, **NPWP_OF),
        updated("2025-03-03", FIRM, npp="ZZ999999-001"),
    ]
    for facts in permutations(told):
        assert set(parties(facts, []).values()) == {FIRM}


def test_a_name_in_common_merges_nothing() -> None:
    told = [registered("2025-01-06", FIRM, name="CV Maju"), registered("2025-01-06", NIB, name="CV Maju")]
    assert parties(told, []) == {FIRM: FIRM, NIB: NIB}


def test_an_office_stays_itself_though_it_has_a_number() -> None:
    office = registered("2025-01-06", "agency:63421", **NPWP_OF)
    assert parties([office, registered("2025-01-06", FIRM)], []) == {
        "agency:63421": "agency:63421",
        FIRM: FIRM,
    }


def test_a_name_without_facts_is_its_own_party() -> None:
    assert parties([], [FIRM, NIB]) == {FIRM: FIRM, NIB: NIB}


def _profile(pair: tuple[str, str]) -> Event:
    subject, other = pair
    number = other.removeprefix("employer:").removeprefix("nib-").removeprefix("npp-")
    field = "nib" if ":nib-" in other else "npp" if ":npp-" in other else "npwp"
    return updated("2025-01-06", subject, **{field: number})


def _component(name: str, pairs: list[tuple[str, str]]) -> set[str]:
    found = {name}
    while grown := {n for pair in pairs if found & set(pair) for n in pair} - found:
        found |= grown
    return found


def _kind(name: str) -> tuple[int, str]:
    return ((":nib-" in name) + 2 * (":npp-" in name), name)


@given(st.data())
def test_any_facts_in_any_order_give_the_same_parties(data: st.DataObject) -> None:
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=6))
    told = data.draw(st.permutations([_profile(pair) for pair in pairs]))
    expected = {name: min(_component(name, pairs), key=_kind) for name in NAMES}
    assert parties(told, NAMES) == expected


def test_facts_and_cover_under_all_names_are_put_together() -> None:
    facts = [
        registered("2025-01-06", FIRM, workforce=2, member_since="2025-01-06"),
        updated("2025-01-06", FIRM, **NIB_OF),
        enrolled(1, "2025-01-06", employer=FIRM),
        enrolled(2, "2025-01-06", employer=NIB),
    ]
    firm = subjects(facts)[FIRM]
    assert isinstance(firm, EmployerFacts)
    assert firm.enrolled(day("2025-01-06")) == 2
    found = {one.code: one for one in assess(firm, LAW, day("2025-01-06"))}
    assert "employer.workers-missing" not in found
    assert decided(found.values()) == set()


def test_a_name_learned_to_be_another_has_nothing_of_its_own() -> None:
    told = [registered("2025-01-06", NIB, workforce=5, obliged_since="2025-01-06")]
    on = day("2025-02-21")
    assert decided(assess(subjects(told)[NIB], LAW, on)) == {"employer.not-registered"}
    merged = subjects([*told, updated("2025-03-03", FIRM, **NIB_OF), updated("2025-03-04", NIB, name="CV")])
    assert assess(merged[NIB], LAW, on) == []
    assert decided(assess(merged[FIRM], LAW, on)) == {"employer.not-registered"}
