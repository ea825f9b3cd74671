"""What holds for any facts: order tells nothing, cover never hurts, and no change of a day is missed."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.employer.assessment import assess, change_days, next_look
from services.employer.subjects import Subject
from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    NIB,
    OTHER,
    PROJECT,
    amended,
    award,
    cancelled,
    closed,
    completed,
    decided,
    declared,
    enrolled,
    in_ejakon,
    registered,
    started,
    subjects,
    unregistered,
    updated,
)

FIRST, DAY = date(2025, 1, 6), timedelta(days=1)
SPAN = 150
DAYS = st.integers(0, 80).map(lambda offset: FIRST + offset * DAY)
MAYBE_DAYS = st.none() | DAYS
COUNTS = st.integers(0, 4)
FIRMS = st.sampled_from([FIRM, OTHER, NIB])
PLACES = st.sampled_from([None, PROJECT])

PROFILES: dict[str, st.SearchStrategy[Any]] = {
    "workforce": st.none() | COUNTS,
    "obliged_since": MAYBE_DAYS,
    "member_since": st.none() | st.none() | DAYS,
    "npp": st.sampled_from([None, None, "AB123456"]),
    "nib": st.sampled_from([None, NIB.removeprefix("employer:nib-")]),
}
AWARDS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(["construction", "construction-consultancy", "goods"]),
    "contractors": st.lists(FIRMS, max_size=2),
    "contract_on": MAYBE_DAYS,
    "start_on": MAYBE_DAYS,
    "end_on": st.none() | DAYS.map(lambda day: day + 60 * DAY),
}
ENROLMENTS = {
    "employer": FIRMS,
    "project": PLACES,
    "covered_until": st.none() | DAYS.map(lambda d: d + 80 * DAY),
}
FACTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(registered, DAYS, FIRMS, **PROFILES),
    st.builds(updated, DAYS, FIRMS, **PROFILES),
    st.builds(declared, DAYS, COUNTS, DAYS, FIRMS),
    st.builds(closed, DAYS, DAYS, FIRMS),
    st.builds(award, DAYS, **AWARDS),
    st.builds(started, DAYS, DAYS),
    st.builds(amended, DAYS, st.integers(1, 3), end_on=DAYS),
    st.builds(in_ejakon, DAYS, DAYS),
    st.builds(completed, DAYS, DAYS),
    st.builds(cancelled, DAYS, DAYS),
    st.builds(enrolled, COUNTS, DAYS, DAYS, **ENROLMENTS),
    st.builds(unregistered, COUNTS, DAYS, DAYS, employer=FIRMS, project=PLACES),
)
# Half the worlds hold what each rule needs at least, so that flags do come and go.
BASE = [
    registered(FIRST, FIRM, workforce=3, obliged_since=FIRST),
    registered(FIRST, OTHER, workforce=2, member_since=FIRST),
    award(FIRST + 20 * DAY, contract_on=FIRST + 20 * DAY, contractors=[FIRM, OTHER]),
    enrolled(9, FIRST + 20 * DAY, project=PROJECT),
]
WORLDS = st.tuples(st.sampled_from([[], BASE]), st.lists(FACTS, min_size=1, max_size=8)).map(
    lambda parts: list({fact.id: fact for part in parts for fact in part}.values())
)


def told(subject: Subject, on: date) -> list[tuple[str, str | None]]:
    return [(found.code, found.undecided) for found in assess(subject, LAW, on)]


@settings(max_examples=250, deadline=None)
@given(WORLDS)
def test_findings_change_only_on_the_days_that_are_looked_at(facts: list[Event]) -> None:
    for subject in subjects(facts).values():
        looked_at = set(change_days(subject, LAW))
        days = [FIRST + offset * DAY for offset in range(-3, SPAN)]
        findings = [told(subject, on) for on in days]
        changed = {
            on for on, one, other in zip(days[1:], findings, findings[1:], strict=False) if one != other
        }
        assert changed <= looked_at


@settings(max_examples=40, deadline=None)
@given(WORLDS, st.integers(0, SPAN))
def test_the_next_look_is_the_next_day_that_may_change_anything(facts: list[Event], offset: int) -> None:
    today = FIRST + offset * DAY
    for subject in subjects(facts).values():
        following = [day for day in change_days(subject, LAW) if day > today]
        assert next_look(subject, LAW, today, open_flags=False) == (min(following) if following else None)
        assert next_look(subject, LAW, today, open_flags=True) == today + DAY


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_finding_never_depends_on_the_order_of_facts(data: st.DataObject) -> None:
    facts = data.draw(WORLDS)
    shuffled = data.draw(st.permutations(facts))
    on = FIRST + data.draw(st.integers(0, SPAN)) * DAY
    one, other = subjects(facts), subjects(shuffled)
    assert one.keys() == other.keys()
    for name, subject in one.items():
        assert assess(subject, LAW, on) == assess(other[name], LAW, on)


@settings(max_examples=60, deadline=None)
@given(WORLDS, st.integers(0, SPAN), DAYS)
def test_more_cover_never_finds_a_company_unregistered(facts: list[Event], offset: int, since: date) -> None:
    on = FIRST + offset * DAY
    more = [*facts, enrolled(77, since, employer=FIRM)]
    before, after = subjects(facts), subjects(more)
    for name in before:
        found = decided(assess(after[name], LAW, on)) - decided(assess(before[name], LAW, on))
        assert "employer.not-registered" not in found


@settings(max_examples=60, deadline=None)
@given(WORLDS, st.integers(0, SPAN), DAYS)
def test_more_cover_never_leaves_a_member_short(facts: list[Event], offset: int, since: date) -> None:
    on = FIRST + offset * DAY
    known = [*facts, updated(FIRST + 100 * DAY, member_since=FIRST)]
    before, after = subjects(known), subjects([*known, enrolled(77, since, employer=FIRM)])
    one, other = before[FIRM], after[FIRM]
    assert decided(assess(other, LAW, on)) <= decided(assess(one, LAW, on))


@settings(max_examples=60, deadline=None)
@given(WORLDS, st.integers(0, SPAN))
def test_what_is_found_is_whole(facts: list[Event], offset: int) -> None:
    on = FIRST + offset * DAY
    for subject in subjects(facts).values():
        for found in assess(subject, LAW, on):
            if found.undecided:
                assert (found.since, found.due, found.evidence) == (None, None, [])
                continue
            assert found.since is not None
            assert found.since <= on
            assert found.evidence
            assert found.workers is None or found.workers > 0 or found.code.startswith("project.")
