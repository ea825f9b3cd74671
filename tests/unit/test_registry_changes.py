"""What a later fact changes, told from the last one before it alone, is what all facts of its unit tell."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.changes import Changes, Known, differences, earliest
from services.registry.coverage import EnrolmentFact, Terms
from services.registry.deltas import Deltas
from services.registry.enrolment import enrolment_fact, unit_of
from services.registry.wages import LOW, WAGED, Minimums, Span
from shared.events import Event
from shared.events.data import Step
from tests.unit.building import FIRM, day, enrolled, unregistered

FIRST, DAY = date(2025, 12, 20), timedelta(days=1)
DAYS = st.integers(0, 24).map(lambda offset: FIRST + offset * DAY)
MINIMUMS = Minimums({"32.72": {date(2025, 1, 1): 3_000_000, date(2026, 1, 1): 3_200_000}})
WAGES = st.sampled_from([None, 2_900_000, 3_100_000, 3_150_000, 3_500_000, 4_000_000])
ENROLLED = st.builds(
    enrolled,
    st.just(1),
    DAYS,
    DAYS,
    programmes=st.sampled_from([["jkk"], ["jkk", "jht"]]),
    wage_idr=WAGES,
    region=st.sampled_from([None, "32.72.02", "32.72", "99.99"]),
    covered_until=st.none() | st.integers(25, 30).map(lambda days: FIRST + days * DAY),
)
FACTS = st.lists(ENROLLED | st.builds(unregistered, st.just(1), DAYS, DAYS), min_size=1, max_size=7).map(
    lambda facts: list({f.id: f for f in facts}.values())
)


def rank(fact: EnrolmentFact) -> tuple[Any, ...]:
    return (fact.effective_on, fact.time, fact.source, fact.id)


def terms(fact: EnrolmentFact) -> Terms:
    return Terms(fact.programmes, fact.covered_until, fact.wage_idr, fact.region)


def by_the_last(standing: list[EnrolmentFact], *new: Event) -> Changes:
    unit, added = unit_of(new[0]), [(unit_of(event), enrolment_fact(event)) for event in new]
    last = terms(max(standing, key=rank)) if standing else None
    return differences(Known({}, {unit: last}), added, set(), MINIMUMS)


def by_all(standing: list[EnrolmentFact], *new: Event) -> Changes:
    added = [(unit_of(event), enrolment_fact(event)) for event in new]
    return differences(Known({added[0][0]: standing}, {}), added, set(), MINIMUMS)


@settings(max_examples=500, deadline=None)
@given(FACTS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_last_fact_tells_what_all_facts_tell(facts: list[Event], added: int, chance: Random) -> None:
    facts.sort(key=lambda event: rank(enrolment_fact(event)))
    old, new = facts[:-added], facts[-added:]
    chance.shuffle(new)
    standing = [enrolment_fact(event) for event in old]
    one, other = (how(standing, *new).of(FIRM).apply([]) for how in (by_the_last, by_all))
    assert one == other


@given(FACTS)
def test_the_earliest_of_a_unit_is_found_in_any_order(facts: list[Event]) -> None:
    said = [(unit_of(event), enrolment_fact(event)) for event in facts]
    found = earliest(said)
    assert {unit: said[number][1] for unit, number in found.items()} == {
        unit_of(facts[0]): min((fact for _, fact in said), key=rank)
    }
    assert earliest([(("project:lkpp-1", unit[1]), fact) for unit, fact in said]) == {}


@pytest.mark.parametrize(
    ("wage", "region", "changes"),
    [
        (3_500_000, "32.72.02", False),
        (9_000_000, "32.72", False),
        (3_100_000, "32.72.02", True),
        (None, "32.72.02", True),
        (3_500_000, None, True),
    ],
)
def test_a_rise_that_passes_no_minimum_changes_no_count(
    wage: int | None, region: str | None, changes: bool
) -> None:
    before = enrolment_fact(enrolled(1, "2025-12-20", wage_idr=3_400_000, region="32.72.02"))
    found = by_the_last([before], enrolled(1, "2025-12-22", wage_idr=wage, region=region))
    assert bool(found.deltas) is changes


SPANS = st.lists(
    st.builds(
        lambda first, days, mask: (first, first + days * DAY if days else date.max, mask),
        DAYS,
        st.integers(0, 9),
        st.sampled_from([0, 1, 6, WAGED | 1, WAGED | LOW]),
    ),
    max_size=6,
)
COUNTS = ("enrolled", "jkk", "jkm", "jht", "jp", "jkp", "waged", "low")


def counted(spans: list[Span], on: date) -> list[int]:
    masks = [mask for first, until, mask in spans if first <= on < until]
    return [len(masks), *(sum(mask >> bit & 1 for mask in masks) for bit in range(7))]


@settings(max_examples=300, deadline=None)
@given(SPANS, SPANS, st.data())
def test_steps_with_changes_say_of_every_day_what_the_spans_left_say(
    before: list[Span], gained: list[Span], data: st.DataObject
) -> None:
    lost = data.draw(st.lists(st.sampled_from(before), unique=True)) if before else []
    first, change = Deltas(), Deltas()
    first.add(before, 1)
    steps = first.apply([])
    was = list(steps)
    change.add(lost, -1)
    change.add(gained, 1)
    found = change.apply(steps)
    assert steps == was, "what was read is not changed"
    left = list(before)
    for span in lost:
        left.remove(span)
    for on in (day("2025-12-20") + offset * DAY for offset in range(-1, 40)):
        step = next((s for s in reversed(found) if s.on <= on), Step(on, 0))
        assert [getattr(step, name) for name in COUNTS] == counted(left + gained, on)
    assert found == sorted(found, key=lambda s: s.on)
