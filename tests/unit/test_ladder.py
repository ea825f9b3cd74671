"""The sanction ladder of PP 86/2013 art. 5-10: each step, its boundary days, and where there is none."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.notifier.ladder import STEPS, Next, Obstacle, Refusal, Step, Taken, ladder, refusal, shortest
from shared.events.data import Bilingual, FlagState
from shared.law import load

LAW = load()
DAY = timedelta(days=1)
TEXT = Bilingual(id="teks", en="text")
FLAG = FlagState(
    flag_id="flag-1",
    subject="employer:nib-9912345678901",
    code="employer.not-registered",
    version=1,
    status="open",
    rule="employer.not-registered@1",
    name="PT Contoh",
    since=date(2025, 1, 2),
    due=date(2025, 2, 17),
    raised_on=date(2025, 3, 10),
    law=[],
    evidence=[],
    title=TEXT,
    reason=TEXT,
    remedy=TEXT,
)
# Over Lebaran 2025: 28 March to 7 April were free, and so was Good Friday, 18 April.
WARNED = Taken("warning-1", date(2025, 3, 17))
AGAIN = Taken("warning-2", date(2025, 4, 10))
FINED = Taken("fine", date(2025, 4, 28))
WITHHELD = Taken("withholding", date(2025, 5, 26))
LIFTED = Taken("lifting", date(2025, 6, 10))
ALL = [WARNED, AGAIN, FINED, WITHHELD, LIFTED]
TODAY = date(2025, 6, 20)


def coming(step: Step, day: date) -> Next:
    return Next(step, day, day)


@pytest.mark.parametrize(
    ("steps", "ends", "expected"),
    [
        ([], None, Next("warning-1", date(2025, 2, 18), date(2025, 3, 10))),
        ([WARNED], date(2025, 4, 9), coming("warning-2", date(2025, 4, 10))),
        ([WARNED, AGAIN], date(2025, 4, 25), coming("fine", date(2025, 4, 26))),
        ([WARNED, AGAIN, FINED], date(2025, 5, 25), coming("withholding", date(2025, 5, 26))),
        ([WARNED, AGAIN, FINED, WITHHELD], None, Next("lifting", None, None)),
        (ALL, None, None),
    ],
)
def test_each_step_leads_to_the_next(steps: list[Taken], ends: date | None, expected: Next | None) -> None:
    now = ladder(FLAG, steps, LAW, TODAY)
    assert (now.obstacle, now.ends, now.next) == (None, ends, expected)
    assert list(now.taken) == list(STEPS[: len(steps)])


@pytest.mark.parametrize(
    ("sent", "ends"),
    [
        (date(2025, 3, 13), date(2025, 3, 27)),  # the last day before Lebaran
        (date(2025, 3, 14), date(2025, 4, 8)),  # the first day after it
        (date(2025, 3, 27), date(2025, 4, 22)),  # Good Friday between
        (date(2025, 3, 30), date(2025, 4, 22)),  # sent in the holidays: begins with the first working day
        (date(2025, 7, 7), date(2025, 7, 21)),  # no holiday at all
    ],
)
def test_a_warning_runs_for_ten_working_days(sent: date, ends: date) -> None:
    assert ladder(FLAG, [Taken("warning-1", sent)], LAW, TODAY).ends == ends


def test_a_fine_that_comes_late_is_not_overdue_on_its_own_day() -> None:
    late = [WARNED, AGAIN, Taken("fine", date(2025, 6, 2))]
    assert ladder(FLAG, late, LAW, TODAY).next == coming("withholding", date(2025, 6, 3))


@pytest.mark.parametrize(
    ("start", "days"),
    [(date(2025, 7, 7), 60), (date(2025, 7, 11), 59), (date(2025, 3, 17), 70)],
)
def test_the_shortest_ladder_is_counted(start: date, days: int) -> None:
    assert (shortest(LAW, start) - start).days == days


def test_a_warning_may_follow_the_deadline_and_is_due_once_it_is_known() -> None:
    late = replace(FLAG, due=date(2025, 3, 20), raised_on=date(2025, 3, 10))
    assert ladder(late, [], LAW, TODAY).next == coming("warning-1", date(2025, 3, 21))
    undated = replace(FLAG, due=None)
    assert ladder(undated, [], LAW, TODAY).next == Next("warning-1", FLAG.since, FLAG.raised_on)
    ancient = replace(FLAG, due=date(2012, 1, 1))
    assert ladder(ancient, [], LAW, TODAY).next == Next("warning-1", date(2015, 7, 1), FLAG.raised_on)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"sector": "state"}, "state"),
        ({"subject": "agency:123456", "code": "agency.non-asn-missing"}, "state"),
        ({"subject": "agency:123456"}, "state"),
        ({"sector": "community"}, "community"),
        ({"subject": "project:p2rw-1", "code": "community.not-covered"}, "community"),
        (
            {"subject": "project:p2rw-1", "code": "project.registered-unpaid", "sector": "community"},
            "community",
        ),
        ({"level": "notice", "subject": "project:a-1", "code": "project.registration-due"}, "notice"),
        ({"code": "employer.in-arrears"}, "arrears"),
        ({"subject": "project:a-1", "code": "project.not-registered"}, "project"),
        ({"subject": "project:a-1", "code": "project.registered-late", "sector": "state"}, "project"),
        ({"subject": "feed:urn:oss", "code": "feed.silent"}, "other"),
        ({"subject": "group:petani", "code": "group.cover-ending"}, "other"),
        ({"code": "worker.unprotected-incident"}, "other"),
        ({"code": "employer.workers-missing", "sector": "private"}, None),
        ({"code": "employer.programme-missing"}, None),
        ({"code": "employer.wage-underreported"}, None),
    ],
)
def test_who_is_on_the_ladder(changed: dict[str, str], expected: Obstacle | None) -> None:
    flag = replace(FLAG, **changed)
    now = ladder(flag, [], LAW, TODAY)
    assert now.obstacle == expected
    assert (now.next is None) == (expected is not None)
    refused = refusal(flag, [], Taken("warning-1", TODAY), LAW, TODAY)
    assert refused == (Refusal(409, "case", f"has no sanction ladder: {expected}") if expected else None)


@pytest.mark.parametrize("status", ["cleared", "withdrawn"])
@pytest.mark.parametrize("taken", range(6))
def test_a_closed_case_takes_no_more_steps_but_lifting(status: str, taken: int) -> None:
    closed = replace(FLAG, status=status, ended_on=date(2025, 6, 5))
    now = ladder(closed, ALL[:taken], LAW, TODAY)
    assert now.ends is None
    assert now.next == (Next("lifting", WITHHELD.on, date(2025, 6, 5)) if taken == 4 else None)
    if taken < 4:
        refused = refusal(closed, ALL[:taken], Taken(STEPS[taken], TODAY), LAW, TODAY)
        assert refused == Refusal(409, "case", f"{status}: takes no more steps")
    elif taken == 4:
        assert refusal(closed, ALL[:4], LIFTED, LAW, TODAY) is None


def test_services_withheld_from_what_turns_out_to_be_a_state_body_are_to_be_given_back() -> None:
    now = ladder(replace(FLAG, sector="state"), ALL[:4], LAW, TODAY)
    assert now.next == Next("lifting", WITHHELD.on, WITHHELD.on)


@pytest.mark.parametrize(
    ("steps", "wanted", "status", "field", "rule"),
    [
        ([], Taken("warning-1", TODAY + DAY), 422, "taken_on", "must not be in the future"),
        ([], Taken("warning-1", date(2025, 2, 17)), 409, "taken_on", "not before 2025-02-18"),
        ([], AGAIN, 409, "step", "out of order: the next step is warning-1"),
        ([WARNED], FINED, 409, "step", "out of order: the next step is warning-2"),
        ([WARNED], Taken("warning-2", date(2025, 4, 9)), 409, "taken_on", "runs until 2025-04-09"),
        ([WARNED, AGAIN], Taken("fine", date(2025, 4, 25)), 409, "taken_on", "runs until 2025-04-25"),
        (ALL[:3], Taken("withholding", date(2025, 5, 25)), 409, "taken_on", "runs until 2025-05-25"),
        (ALL[:4], LIFTED, 409, "case", "still open"),
        ([WARNED], Taken("warning-1", date(2025, 3, 18)), 409, "taken_on", "taken on 2025-03-17 already"),
        (ALL, Taken("lifting", TODAY), 409, "taken_on", "taken on 2025-06-10 already"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_field_and_rule(
    steps: list[Taken], wanted: Taken, status: int, field: str, rule: str
) -> None:
    refused = refusal(FLAG, steps, wanted, LAW, TODAY)
    assert refused
    assert (refused.status, refused.field) == (status, field)
    assert rule in refused.rule


def test_every_step_may_be_taken_on_its_first_day() -> None:
    steps: list[Taken] = []
    for step in STEPS[:4]:
        following = ladder(FLAG, steps, LAW, TODAY).next
        assert following
        assert following.step == step
        assert following.not_before
        wanted = Taken(step, following.not_before)
        early = Taken(step, following.not_before - DAY)
        assert refusal(FLAG, steps, wanted, LAW, TODAY) is None
        assert refusal(FLAG, steps, early, LAW, TODAY) is not None
        steps.append(wanted)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_and_the_repetition_of_steps_do_not_matter(order: tuple[int, ...]) -> None:
    steps = [ALL[n] for n in order]
    assert ladder(FLAG, steps + steps, LAW, TODAY) == ladder(FLAG, ALL[:4], LAW, TODAY)


@given(st.lists(st.builds(Taken, st.sampled_from(STEPS), st.dates(date(2024, 1, 1), date(2026, 12, 31)))))
def test_any_steps_at_all_have_a_ladder(steps: list[Taken]) -> None:
    now = ladder(FLAG, steps, LAW, TODAY)
    assert now == ladder(FLAG, steps[::-1], LAW, TODAY)
    assert list(now.taken) == list(STEPS[: len(now.taken)])
    assert now.next is None or now.next.step == STEPS[len(now.taken)]
