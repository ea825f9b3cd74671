"""The life of a flag: raised, updated, cleared when it was mended, withdrawn when it was a mistake."""

import pytest

from shared.events import Event
from tests.unit.building import (
    FIRM,
    NIB,
    PROJECT,
    award,
    closed,
    day,
    enrolled,
    in_ejakon,
    paid,
    registered,
    staff,
    unregistered,
    updated,
)
from tests.unit.watching import Watch, flagged

NOT_REGISTERED, MISSING = "employer.not-registered", "employer.workers-missing"
PROJECT_CODE, REMOVED = "project.not-registered", "project.worker-removed"
OBLIGED = registered("2025-01-06", workforce=5, obliged_since="2025-01-06")
MEMBER = registered("2025-01-06", workforce=5, member_since="2025-01-06")
SPK = award("2025-03-20", contract_on="2025-03-20", contractors=[])


def test_raised_with_all_it_takes_to_prove_itself() -> None:
    flag = flagged([OBLIGED], "2025-02-21").flags[NOT_REGISTERED]
    assert (flag.version, flag.status, flag.rule) == (1, "open", "employer.not-registered@2")
    assert (flag.since, flag.due, flag.raised_on) == (day("2025-01-06"), day("2025-02-20"), day("2025-02-21"))
    assert (flag.workers, flag.uncovered_working_days, flag.ended_on) == (5, 32, None)
    assert flag.law == ["UU 24/2011 art. 15", "UU 24/2011 art. 17"]
    assert len(flag.evidence) == 3


def test_looking_again_changes_nothing() -> None:
    watch = flagged([OBLIGED], "2025-02-21")
    assert watch.look([OBLIGED], "2025-02-21") == []
    assert watch.look([OBLIGED], "2025-02-22") == []  # a Saturday: no further working day


def test_every_working_day_without_cover_is_an_update_of_the_same_flag() -> None:
    watch = flagged([OBLIGED], "2025-02-21")
    before = watch.flags[NOT_REGISTERED]
    assert watch.look([OBLIGED], "2025-02-24") == ["employer.not-registered updated"]
    after = watch.flags[NOT_REGISTERED]
    assert (after.flag_id, after.raised_on) == (before.flag_id, before.raised_on)
    assert (after.version, after.uncovered_working_days) == (2, 33)


def test_a_new_fact_updates_it() -> None:
    watch = flagged([OBLIGED], "2025-02-21")
    assert watch.look([OBLIGED, updated("2025-02-21", workforce=9)], "2025-02-21") == [
        "employer.not-registered updated"
    ]
    assert watch.flags[NOT_REGISTERED].workers == 9


def test_cleared_and_ended_once() -> None:
    watch = flagged([OBLIGED], "2025-02-21")
    before = watch.flags[NOT_REGISTERED]
    mended = [OBLIGED, updated("2025-03-03", npp="AB123456"), *staff(5, "2025-03-03")]
    assert watch.look(mended, "2025-03-03") == ["employer.not-registered cleared"]
    flag = watch.flags[NOT_REGISTERED]
    assert (flag.flag_id, flag.version, flag.since) == (before.flag_id, 2, before.since)
    assert (flag.status, flag.ended_on) == ("cleared", day("2025-03-03"))
    assert watch.look(mended, "2025-03-04") == []


def test_one_flag_may_end_as_another_begins() -> None:
    watch = flagged([OBLIGED], "2025-02-21")
    half = [OBLIGED, updated("2025-03-03", npp="AB123456"), *staff(3, "2025-03-03")]
    assert set(watch.look(half, "2025-03-03")) == {
        "employer.not-registered cleared",
        "employer.workers-missing raised",
    }


def test_a_new_episode_has_a_new_id_and_a_higher_version() -> None:
    gone = [MEMBER, *staff(5), unregistered(5, "2025-02-03")]
    back = [*gone, enrolled(5, "2025-03-03")]
    again = [*back, unregistered(5, "2025-04-08")]
    watch = flagged(gone, "2025-02-03")
    first = watch.flags[MISSING]
    assert watch.look(back, "2025-03-03") == ["employer.workers-missing cleared"]
    assert watch.look(again, "2025-04-08") == ["employer.workers-missing raised"]
    second = watch.flags[MISSING]
    assert second.flag_id != first.flag_id
    assert (second.version, second.status, second.ended_on) == (3, "open", None)
    assert (second.since, second.raised_on) == (day("2025-04-08"), day("2025-04-08"))


def test_what_cannot_be_decided_is_never_raised() -> None:
    assert Watch().look([registered("2025-01-06", obliged_since="2025-01-06")], "2025-06-02") == []


def test_the_same_episode_has_the_same_id_wherever_it_is_raised() -> None:
    one, other = flagged([OBLIGED], "2025-02-21"), flagged([OBLIGED], "2025-03-03")
    assert one.flags[NOT_REGISTERED].flag_id == other.flags[NOT_REGISTERED].flag_id


# What was flagged, on which day, and what is learned on a later day that ends it.
TOLD_LATE = [
    pytest.param([OBLIGED], "2025-02-21", enrolled(1, "2025-02-10", said="2025-03-10"), "withdrawn",
                 id="a worker was enrolled before the breach"),
    pytest.param([OBLIGED], "2025-02-21", updated("2025-03-10", member_since="2025-02-20"), "withdrawn",
                 id="became a member on the last day"),
    pytest.param([OBLIGED], "2025-02-21", updated("2025-03-10", member_since="2025-02-28"), "cleared",
                 id="became a member late"),
    pytest.param([OBLIGED], "2025-02-21", updated("2025-03-10", npp="AB123456"), "cleared", id="a number"),
    pytest.param([OBLIGED], "2025-02-21", closed("2025-03-10", "2025-01-31"), "withdrawn", id="was closed"),
    pytest.param([OBLIGED], "2025-02-21", closed("2025-03-10", "2025-03-01"), "cleared", id="closed since"),
    pytest.param([MEMBER, *staff(4)], "2025-02-03", enrolled(9, "2025-01-06", said="2025-02-10"), "withdrawn",
                 id="the fifth was enrolled all along"),
    pytest.param([MEMBER, *staff(4)], "2025-02-03", enrolled(9, "2025-02-03", said="2025-02-10"), "cleared",
                 id="the fifth was enrolled late"),
    pytest.param([SPK], "2025-04-22", in_ejakon("2025-04-30", "2025-04-21"), "withdrawn",
                 id="project registered on the deadline"),
    pytest.param([SPK], "2025-04-22", in_ejakon("2025-04-30", "2025-04-23"), "cleared",
                 id="project registered after it"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "on", "learned", "end"), TOLD_LATE)
def test_what_is_learned_late_tells_a_mistake_from_a_mended_breach(
    facts: list[Event], on: str, learned: Event, end: str
) -> None:
    subject = PROJECT if SPK in facts else FIRM
    watch = flagged(facts, on, subject)
    (code,) = watch.flags
    assert f"{code} {end}" in watch.look([*facts, learned], "2025-05-02")


def test_a_retraction_withdraws() -> None:
    watch = flagged([OBLIGED], "2025-02-21")
    assert watch.look([], "2025-03-10") == ["employer.not-registered withdrawn"]
    assert watch.flags[NOT_REGISTERED].ended_on == day("2025-03-10")


def test_a_retracted_removal_withdraws() -> None:
    planned = award("2025-03-20", contract_on="2025-03-20", contractors=[], workers_planned=1)
    crew = [enrolled(number, "2025-03-20", project=PROJECT) for number in (1, 2)]
    on_site = [planned, in_ejakon("2025-03-20", "2025-03-20"), paid("2025-03-20"), *crew]
    watch = flagged([*on_site, unregistered(1, "2025-04-08", project=PROJECT)], "2025-04-08", PROJECT)
    assert watch.look(on_site, "2025-04-10") == ["project.worker-removed withdrawn"]
    assert watch.flags[REMOVED].status == "withdrawn"


def test_a_flag_whose_proof_is_retracted_is_withdrawn_though_it_cannot_be_decided_now() -> None:
    profile, headcount = (
        registered("2025-01-06", obliged_since="2025-01-06"),
        updated("2025-01-07", workforce=5),
    )
    watch = flagged([profile, headcount], "2025-02-21")
    assert watch.look([profile], "2025-03-10") == ["employer.not-registered withdrawn"]


def test_a_name_learned_to_be_another_gives_its_flag_up() -> None:
    told = [registered("2025-01-06", NIB, workforce=5, obliged_since="2025-01-06")]
    old, new = flagged(told, "2025-02-21", NIB), Watch(FIRM)
    merged = [*told, updated("2025-03-03", FIRM, nib=NIB.removeprefix("employer:nib-"))]
    assert old.look(merged, "2025-03-03") == ["employer.not-registered withdrawn"]
    assert new.look(merged, "2025-03-03") == ["employer.not-registered raised"]
    assert new.flags[NOT_REGISTERED].since == old.flags[NOT_REGISTERED].since


def test_a_withdrawn_flag_may_be_raised_again() -> None:
    watch = flagged([SPK], "2025-04-22", PROJECT)
    first = watch.flags[PROJECT_CODE].flag_id
    watch.look([SPK, in_ejakon("2025-04-30", "2025-04-01")], "2025-04-30")
    assert set(watch.look([SPK], "2025-05-02")) == {
        "project.not-registered raised",
        "project.registered-late withdrawn",
        "project.registered-unpaid withdrawn",
        "project.workers-missing withdrawn",
    }
    assert watch.flags[PROJECT_CODE].flag_id != first
    assert watch.flags[PROJECT_CODE].version == 3


def test_an_obligation_older_than_the_law_that_is_known_can_end() -> None:
    old = registered("2025-01-06", workforce=5, obliged_since="2010-01-04")
    watch = flagged([old], "2025-02-21")
    assert watch.look([old, *staff(5, "2025-03-03")], "2025-03-03") == ["employer.not-registered cleared"]
    mistaken = flagged([old], "2025-02-21")
    assert mistaken.look([old, *staff(5, "2009-12-01")], "2025-03-03") == [
        "employer.not-registered withdrawn"
    ]
