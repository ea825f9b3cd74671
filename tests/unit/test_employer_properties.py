"""What holds for any facts: order tells nothing, cover never hurts, and no change of a day is missed."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.employer.assessment import assess, change_days, next_look
from services.employer.facts import FeedFacts, ProjectFacts
from services.employer.subjects import Subject
from shared.events import Event
from tests.unit.building import (
    FIRM,
    LAW,
    OFFICE,
    OTHER,
    PROJECT,
    amended,
    award,
    decided,
    enrolled,
    subjects,
    updated,
)
from tests.unit.worlds import DAY, DAYS, FIRST, LAST, SPAN, WORLDS


def told(subject: Subject, on: date) -> list[tuple[str, str | None]]:
    return [(found.code, found.undecided) for found in assess(subject, LAW, on)]


def missed(subject: Subject) -> set[date]:
    """The days on which what is found changes although nobody would look."""
    looked_at = set(change_days(subject, LAW, LAST))
    days = [FIRST + offset * DAY for offset in range(-3, SPAN)]
    findings = [told(subject, on) for on in days]
    changed = {on for on, one, other in zip(days[1:], findings, findings[1:], strict=False) if one != other}
    return changed - looked_at


@settings(max_examples=50, deadline=None)
@given(WORLDS)
def test_findings_change_only_on_the_days_that_are_looked_at(facts: list[Event]) -> None:
    for subject in subjects(facts).values():
        assert missed(subject) == set()


@settings(max_examples=50, deadline=None)
@given(st.lists(DAYS, min_size=4, max_size=20))
def test_a_feed_falls_silent_only_on_the_days_that_are_looked_at(spoke: list[date]) -> None:
    assert missed(FeedFacts("feed:urn:oss", spoke)) == set()


@settings(max_examples=40, deadline=None)
@given(WORLDS, st.integers(0, SPAN))
def test_the_next_look_is_the_next_day_that_may_change_anything(facts: list[Event], offset: int) -> None:
    today = FIRST + offset * DAY
    for subject in subjects(facts).values():
        following = [day for day in change_days(subject, LAW, LAST + 400 * DAY) if day > today]
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
    more = decided(assess(other, LAW, on)) - decided(assess(one, LAW, on))
    assert more <= {"employer.in-arrears"}  # who has workers owes contributions for them


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
            assert found.workers is None or found.workers > 0 or found.subject.startswith("project:")


SHORTAGES = {
    "employer.workers-missing",
    "project.workers-missing",
    "agency.non-asn-missing",
    "community.not-covered",
}
WHERE = st.sampled_from([{"employer": FIRM}, {"employer": OTHER}, {"employer": OFFICE}, {"project": PROJECT}])


@settings(max_examples=100, deadline=None)
@given(WORLDS, st.integers(0, SPAN), DAYS, WHERE)
def test_more_cover_is_never_a_shortage(
    facts: list[Event], offset: int, since: date, where: dict[str, str]
) -> None:
    on = FIRST + offset * DAY
    # Who is no member yet and enrols its first worker shows only then that others are missing.
    known = [*facts, *(updated(FIRST + 100 * DAY, firm, member_since=FIRST) for firm in (FIRM, OTHER))]
    before, after = subjects(known), subjects([*known, enrolled(77, since, **where)])
    for name, subject in before.items():
        more = decided(assess(after[name], LAW, on)) - decided(assess(subject, LAW, on))
        assert not more & SHORTAGES


@settings(max_examples=100, deadline=None)
@given(WORLDS, st.integers(0, SPAN), st.integers(0, 10**10))
def test_an_addendum_upwards_never_lowers_what_a_project_owes(
    facts: list[Event], offset: int, more: int
) -> None:
    on = FIRST + offset * DAY
    known = [*facts, award(FIRST, value_idr=10**9)]
    project = subjects(known)[PROJECT]
    assert isinstance(project, ProjectFacts)
    value = project.value(on)
    assert value is not None
    raised = amended(on, 1000, value_idr=value.value + more)
    after = {
        found.code: found.amount_idr or 0 for found in assess(subjects([*known, raised])[PROJECT], LAW, on)
    }
    for found in assess(project, LAW, on):
        if found.amount_idr:
            assert after.get(found.code, 0) >= found.amount_idr
