"""The days of a plan. What happens in the city happens on a working day, the last one before `today`."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from patuh.city.plan import CityPlan
from shared.calendar import add_working_days, is_working_day

EMPLOYER_GRACE = 30
PROJECT_GRACE = 14


def after(day: date, days: int) -> date:
    """The calendar day `days` after `day` (before it when negative)."""
    return day + timedelta(days=days)


def office_day(day: date) -> date:
    """`day` itself, or the last working day before it."""
    while not is_working_day(day):
        day = after(day, -1)
    return day


def next_office_day(day: date) -> date:
    """`day` itself, or the first working day after it."""
    return day if is_working_day(day) else add_working_days(day, 1)


@dataclass(frozen=True)
class Days:
    """The window of a plan: `first`..`last`, both working days, `last` before `today`."""

    plan: CityPlan

    @property
    def today(self) -> date:
        return self.plan.today

    @cached_property
    def first(self) -> date:
        return office_day(after(self.plan.today, -self.plan.days))

    @cached_property
    def last(self) -> date:
        return office_day(after(self.plan.today, -1))

    @cached_property
    def first_in_grace(self) -> date:
        """The first working day on which an employer may be obliged without being late on `today`."""
        day = self.last
        while add_working_days(after(day, -1), EMPLOYER_GRACE) >= self.today:
            day = after(day, -1)
        return next_office_day(day)

    def happened(self, day: date) -> date | None:
        """`day`, or None when it is still to come."""
        return day if day <= self.last else None
