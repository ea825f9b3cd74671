"""The truth of the sample city turns on the right day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from patuh.city.deadlines import Deadlines
from patuh.city.employer_truth import (
    in_arrears,
    not_registered,
    programme_missing,
    wage_underreported,
    workers_missing,
)
from patuh.city.project_truth import (
    contractor_flagged,
    registered_late,
    registered_unpaid,
    registration_due,
    underpaid,
    unregistered,
    worker_removed,
)
from patuh.city.public import Group
from patuh.city.public_truth import cover_ending
from patuh.city.records import Amendment, Deposit, Employer, Project
from patuh.city.spells import Spell
from shared.calendar import add_working_days

TODAY = date(2025, 11, 28)
DAY = timedelta(days=1)


def _employer(**changes: Any) -> Employer:
    plain = Employer("0" * 16, "9" * 13, "CV", "shop", "47111", "micro", "32.72", "never", TODAY, 2)
    return replace(plain, **changes)


def _project(**changes: Any) -> Project:
    plain = Project("project:a-b", "T", "construction", "direct", ("a", "A"), "32.72", date(2025, 9, 1))
    return replace(plain, **changes)


def test_an_employer_is_late_the_day_after_thirty_working_days() -> None:
    employer = _employer(obliged_since=date(2025, 6, 2))
    deadline = add_working_days(employer.obliged_since, 30)
    assert [not_registered(employer, day) for day in (deadline, deadline + DAY)] == [False, True]
    closed = replace(employer, closed_on=deadline + 2 * DAY)
    assert [not_registered(closed, deadline + DAY * ahead) for ahead in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    "change", [{"member_since": date(2020, 2, 3)}, {"workforce": None}, {"workforce": 0}]
)
def test_members_and_employers_without_known_workers_are_not_late(change: dict[str, Any]) -> None:
    assert not not_registered(_employer(obliged_since=date(2020, 1, 2), **change), TODAY)


def test_a_worker_counts_from_the_first_day_of_cover_to_the_last() -> None:
    spell = Spell(worker=1, on=TODAY - DAY, off=TODAY + DAY, wage=3_000_000)
    employer = _employer(member_since=date(2020, 2, 3), workforce=1, staff=[spell])
    days = [TODAY + DAY * ahead for ahead in (-2, -1, 0, 1)]
    assert [workers_missing(employer, day) for day in days] == [True, False, False, True]


@pytest.mark.parametrize(
    "clock",
    [
        {"contract_on": date(2025, 9, 8), "start_on": date(2025, 9, 22)},
        {"started_on": date(2025, 9, 15)},
        {"start_on": date(2025, 9, 15)},
        {},
    ],
    ids=["SPK", "SPMK later", "SPMK", "award"],
)
def test_a_project_is_late_the_day_after_fourteen_working_days(clock: dict[str, date]) -> None:
    project = _project(**clock)
    deadline = add_working_days(min(clock.values(), default=project.award_on), 14)
    assert [unregistered(project, day) for day in (deadline, deadline + DAY)] == [False, True]
    late = replace(project, registered_on=deadline + 2 * DAY)
    assert [unregistered(late, deadline + DAY * ahead) for ahead in (1, 2)] == [True, False]
    assert not unregistered(replace(project, cancelled_on=deadline), deadline + DAY)
    assert not unregistered(replace(project, kind="community"), deadline + DAY)


def test_a_contractor_counts_from_the_contract_day_until_the_end() -> None:
    firm = _employer()
    project = _project(kind="services", contractors=[firm], contract_on=TODAY, completed_on=TODAY + 2 * DAY)
    flagged = frozenset({firm.subject})
    days = [TODAY + DAY * ahead for ahead in (-1, 0, 1, 2)]
    assert [contractor_flagged(project, flagged, day) for day in days] == [False, True, True, False]
    assert not contractor_flagged(project, frozenset(), TODAY)


START, END = date(2025, 10, 1), date(2025, 11, 20)


@pytest.mark.parametrize(
    ("off", "removed"),
    [(START - DAY, False), (START, True), (END, True), (END + DAY, False), (TODAY + DAY, False)],
)
def test_a_worker_is_removed_only_while_the_works_run(off: date, removed: bool) -> None:
    spell = Spell(worker=1, on=date(2025, 9, 10), off=off, wage=3_000_000)
    project = _project(contract_on=date(2025, 9, 8), start_on=START, end_on=END, crew=[spell])
    assert worker_removed(project, TODAY) is removed
    assert not worker_removed(replace(project, completed_on=TODAY), TODAY)


def test_an_addendum_moves_the_end_and_a_return_mends() -> None:
    spell = Spell(worker=1, on=date(2025, 9, 10), off=TODAY, wage=3_000_000)
    project = _project(end_on=END, crew=[spell], amendments=[Amendment(END, None, TODAY)])
    assert worker_removed(project, TODAY)
    back = replace(project, crew=[spell, Spell(worker=1, on=TODAY, wage=3_000_000)])
    assert not worker_removed(back, TODAY)


MONTHS = ("2025-06", "2025-07", "2025-08")


def _paid(*periods: str) -> list[Deposit]:
    return [Deposit(period, date(2025, 9, 1), 100_000, 1) for period in periods]


def _member(**changes: Any) -> Employer:
    staff = [Spell(worker=1, on=date(2025, 1, 6), wage=4_000_000)]
    return _employer(**{"member_since": date(2025, 1, 6), "workforce": 1, "staff": staff} | changes)


def test_a_month_is_owed_the_day_after_its_due_day() -> None:
    # The 15th of November 2025 is a Saturday: October is due on Monday the 17th.
    employer = _member(deposits=_paid(*MONTHS, "2025-09"))
    assert [in_arrears(employer, date(2025, 11, day)) for day in (15, 17, 18)] == [False, False, True]
    late = replace(employer, deposits=[*employer.deposits, Deposit("2025-10", date(2025, 11, 20), 1, 1)])
    assert [in_arrears(late, date(2025, 11, day)) for day in (18, 19, 20)] == [True, True, False]


def test_a_gap_is_owed_and_a_month_without_workers_or_before_the_first_is_not() -> None:
    assert in_arrears(_member(deposits=_paid("2025-06", "2025-08")), date(2025, 9, 2))
    gone = [Spell(worker=1, on=date(2025, 1, 6), off=date(2025, 7, 31), wage=4_000_000)]
    back = Spell(worker=1, on=date(2025, 8, 1), wage=4_000_000)
    paid = _paid("2025-06", "2025-08")
    assert not in_arrears(_member(deposits=paid, staff=[*gone, back]), date(2025, 9, 2))
    assert not in_arrears(_member(deposits=[]), TODAY)


def test_a_wage_is_too_low_while_it_is_reported_below_the_minimum_of_the_year() -> None:
    spell = Spell(worker=1, on=date(2024, 1, 2), wage=3_000_000, raised_on=date(2025, 3, 3))
    employer = _member(size="medium", staff=[spell])
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 2), date(2025, 3, 3), date(2027, 1, 1))
    assert [wage_underreported(employer, day) for day in days] == [False, True, True, False, False]
    for change in ({"size": "small"}, {"size_told": False}, {"wages_told": False}):
        assert not wage_underreported(replace(employer, **change), days[1])


def test_programmes_are_missing_until_they_are_declared() -> None:
    employer = _member(size="medium", chosen=("jkk", "jkm", "jht"), widened_on=TODAY)
    assert [programme_missing(employer, day) for day in (TODAY - DAY, TODAY)] == [True, False]
    assert not programme_missing(replace(employer, size="small"), TODAY - DAY)
    assert not programme_missing(replace(employer, size_told=False), TODAY - DAY)


def test_a_late_registration_counts_for_ninety_days_and_from_the_start_of_work() -> None:
    began = date(2025, 9, 1)
    project = _project(start_on=began, registered_on=began + DAY)
    days = [began, began + DAY, began + 91 * DAY, began + 92 * DAY]
    assert [registered_late(project, day) for day in days] == [False, True, True, False]
    assert not registered_late(replace(project, registered_on=began), TODAY)
    weekend = replace(project, start_on=date(2025, 9, 6), registered_on=date(2025, 9, 8))
    assert registered_late(weekend, date(2025, 9, 8))
    paid = [Deposit("2025-09", date(2025, 9, 8), 1, 1)]
    assert not registered_late(replace(weekend, deposits=paid), date(2025, 9, 8))


def test_a_registration_without_payment_counts_after_one_working_day() -> None:
    project = _project(registered_on=date(2025, 9, 12))
    days = [date(2025, 9, day) for day in (12, 15, 16)]
    assert [registered_unpaid(project, day) for day in days] == [False, False, True]
    assert registered_unpaid(replace(project, deposits=[Deposit("2025-09", days[0], 0, 0)]), days[2])
    assert not registered_unpaid(replace(project, deposits=[Deposit("2025-09", days[2], 1, 0)]), days[2])


def test_what_is_owed_turns_on_value_and_vat() -> None:
    registered = date(2025, 9, 2)
    paid = [Deposit("2025-09", registered, 240_000, 3)]
    project = _project(registered_on=registered, value_idr=111_000_000, vat_included=True, deposits=paid)
    assert not underpaid(project, TODAY)
    assert underpaid(replace(project, vat_included=False), TODAY)
    assert not underpaid(replace(project, vat_included=None), TODAY)
    assert not underpaid(replace(project, value_idr=None), TODAY)
    amended = replace(project, amendments=[Amendment(date(2025, 10, 1), 122_100_000, None)])
    assert [underpaid(amended, date(2025, 10, day) - DAY) for day in (1, 2)] == [False, True]


def test_a_reminder_runs_from_the_clock_to_the_deadline() -> None:
    project = _project(contract_on=date(2025, 9, 8))
    last = add_working_days(date(2025, 9, 8), 14)
    days = (date(2025, 9, 7), date(2025, 9, 8), last, last + DAY)
    assert [registration_due(project, day) for day in days] == [False, True, True, False]
    shorter = Deadlines(project_grace=10)
    assert not registration_due(project, last, shorter)
    assert unregistered(project, last, shorter)


def test_cover_of_a_group_ends_within_thirty_days_and_for_thirty_days() -> None:
    group = Group("becak", [Spell(worker=1, on=date(2025, 1, 2), until=TODAY, wage=0)])
    days = [TODAY + DAY * ahead for ahead in (-30, -29, 0, 30, 31)]
    assert [cover_ending(group, day) for day in days] == [False, True, True, True, False]
    group.members.append(Spell(worker=1, on=TODAY + DAY, until=TODAY + 60 * DAY, wage=0))
    assert not cover_ending(group, TODAY)
