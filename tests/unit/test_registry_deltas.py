"""Coverage kept by differences equals coverage made anew, and both equal the contract's own words."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.coverage import PROGRAMMES, spans
from services.registry.deltas import Deltas
from services.registry.enrolment import enrolment_fact, snapshots, subject_of
from services.registry.wages import Span, in_force
from shared.events import Event
from shared.events.data import CoverageChanged, Step, WorkerRegistered
from tests.unit.building import FIRM, NIB, OTHER, PROJECT, enrolled, unregistered

FIRST, DAY = date(2025, 12, 20), timedelta(days=1)
SPAN = 24
DAYS = st.integers(0, SPAN).map(lambda offset: FIRST + offset * DAY)
WORKERS = st.integers(1, 3)
EMPLOYERS = st.sampled_from([FIRM, OTHER, NIB])
PLACES = st.sampled_from([None, PROJECT, PROJECT])
ENROLLED = st.builds(
    enrolled,
    WORKERS,
    DAYS,
    DAYS,
    employer=EMPLOYERS,
    project=PLACES,
    programmes=st.lists(st.sampled_from(PROGRAMMES), unique=True),
    wage_idr=st.sampled_from([None, 2_900_000, 3_100_000, 3_500_000]),
    region=st.sampled_from([None, "32.72.02", "99.99"]),
    covered_until=st.none() | st.integers(0, 8).map(lambda days: FIRST + (SPAN + days) * DAY),
)
UNREGISTERED = st.builds(unregistered, WORKERS, DAYS, DAYS, employer=EMPLOYERS, project=PLACES)
FACTS = st.lists(ENROLLED | UNREGISTERED, max_size=14).map(
    lambda facts: list({f.id: f for f in facts}.values())
)
Unit = tuple[str, str]


class Kept:
    """Coverage kept up to date batch by batch, the way the registry does it."""

    def __init__(self) -> None:
        self.facts: dict[Unit, dict[str, Event]] = defaultdict(dict)
        self.steps: dict[str, list[Step]] = {}

    def take(self, batch: Iterable[Event]) -> None:
        """Take facts; one that is known is taken back."""
        by_unit: dict[Unit, list[Event]] = defaultdict(list)
        for event in batch:
            by_unit[subject_of(event), event.subject].append(event)
        deltas: dict[str, Deltas] = defaultdict(Deltas)
        for unit, events in by_unit.items():
            deltas[unit[0]].add(self._spans(unit), -1)
            for event in events:
                if self.facts[unit].pop(event.id, None) is None:
                    self.facts[unit][event.id] = event
            deltas[unit[0]].add(self._spans(unit), 1)
        for subject, delta in deltas.items():
            self.steps[subject] = delta.apply(self.steps.get(subject, []))

    def _spans(self, unit: Unit) -> list[Span]:
        return spans((enrolment_fact(event) for event in self.facts[unit].values()), in_force())

    def standing(self) -> list[Event]:
        return [event for facts in self.facts.values() for event in facts.values()]


def same(kept: Kept, anew: dict[str, CoverageChanged]) -> bool:
    return {s: steps for s, steps in kept.steps.items() if steps} == {
        s: snapshot.steps for s, snapshot in anew.items() if snapshot.steps
    }


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_batches_in_any_order_give_what_all_facts_at_once_give(data: st.DataObject) -> None:
    facts = data.draw(FACTS)
    left, kept = data.draw(st.permutations(facts)), Kept()
    while left:
        size = data.draw(st.integers(1, len(left)))
        kept.take(left[:size])
        left = left[size:]
        assert same(kept, snapshots(kept.standing()))
    assert same(kept, snapshots(facts))


@settings(max_examples=100, deadline=None)
@given(FACTS, st.sets(st.integers(0, 13)))
def test_a_retraction_leaves_what_was_never_said(facts: list[Event], indices: set[int]) -> None:
    retracted = [fact for index, fact in enumerate(facts) if index in indices]
    kept = Kept()
    kept.take(facts)
    kept.take(retracted)
    assert same(kept, snapshots(fact for fact in facts if fact not in retracted))


def test_a_difference_that_changes_nothing_is_none() -> None:
    delta = Deltas()
    assert not delta
    covered = spans([enrolment_fact(enrolled(1, "2025-03-03", covered_until="2025-04-07"))], in_force())
    delta.add(covered, 1)
    assert delta
    delta.add(covered, -1)
    assert not delta
    assert delta.apply([Step(FIRST, 1, jkk=1)]) == [Step(FIRST, 1, jkk=1)]


MINIMUM = {2025: 3_018_634, 2026: 3_192_807}


def _covered(facts: Iterable[Event], on: date) -> tuple[set[str], bool | None] | None:
    """One worker at one subject on a day in the contract's words; None without cover.

    Her programmes, and whether the highest wage that is reported for her is too low (None: unknown).
    """
    by_employer: dict[str | None, list[Event]] = defaultdict(list)
    for fact in facts:
        if fact.data.effective_on <= on:  # type: ignore[attr-defined]
            by_employer[fact.data.employer].append(fact)  # type: ignore[attr-defined]
    found = [_state(told, on) for told in by_employer.values()]
    covered = [state for state in found if state is not None]
    if not covered:
        return None
    return {name for state in covered for name in state.programmes}, _too_low(covered, on)


def _too_low(covered: list[WorkerRegistered], on: date) -> bool | None:
    """Unknown when no wage is reported; of equal wages the one in the region that suits it best."""
    wages = [(state.wage_idr, state.region) for state in covered if state.wage_idr is not None]
    highest = {region for wage, region in wages if wage == max(w for w, _ in wages)}
    verdicts = {None if r != "32.72.02" else max(w for w, _ in wages) < MINIMUM[on.year] for r in highest}
    return next((verdict for verdict in (False, None, True) if verdict in verdicts), None)


def _state(told: list[Event], on: date) -> WorkerRegistered | None:
    last = max(told, key=lambda e: (e.data.effective_on, *e.rank)).data  # type: ignore[attr-defined]
    if not isinstance(last, WorkerRegistered) or (last.covered_until and on > last.covered_until):
        return None
    return last


@settings(max_examples=100, deadline=None)
@given(FACTS)
def test_steps_say_of_every_day_what_the_contract_says(facts: list[Event]) -> None:
    by_unit: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        by_unit[subject_of(fact)][fact.subject].append(fact)
    for subject, snapshot in snapshots(facts).items():
        for on in (FIRST + offset * DAY for offset in range(-1, SPAN + 12)):
            covered = [c for told in by_unit[subject].values() if (c := _covered(told, on)) is not None]
            counts = [sum(name in programmes for programmes, _ in covered) for name in PROGRAMMES]
            counts += [sum(low is not None for _, low in covered), sum(low is True for _, low in covered)]
            step = next((s for s in reversed(snapshot.steps) if s.on <= on), Step(on, 0))
            assert [step.enrolled, *(getattr(step, name) for name in (*PROGRAMMES, "waged", "low"))] == [
                len(covered),
                *counts,
            ]


@settings(max_examples=100, deadline=None)
@given(FACTS)
def test_steps_are_sorted_and_each_changes_something(facts: list[Event]) -> None:
    for snapshot in snapshots(facts).values():
        days = [step.on for step in snapshot.steps]
        assert days == sorted(set(days))
        counts = [(0,) * 8, *(msgspec.structs.astuple(step)[1:] for step in snapshot.steps)]
        assert all(one != other for one, other in pairwise(counts))
        assert all(count >= 0 for step in counts for count in step)
