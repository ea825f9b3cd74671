"""The events of a nation, in the order of their months: profiles, workers, contributions."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from patuh.nation import facts
from patuh.nation.plan import NationPlan, shuffled
from shared.events import Event


def nation_events(plan: NationPlan) -> Iterator[Event]:
    """Every event of the plan. The same plan yields the same events."""
    months = (chain(worker_events(plan, m), contributions(plan, m)) for m in range(plan.months))
    return chain(profiles(plan), chain.from_iterable(months))


def profiles(plan: NationPlan) -> Iterator[Event]:
    """The employers, and the project of every seventh."""
    for number in range(plan.employers):
        yield facts.employer(plan, number)
        if plan.has_project(number):
            yield facts.project(plan, number)


def worker_events(plan: NationPlan, month: int) -> Iterator[Event]:
    """One line about each worker: enrolled, as before, gone or back. In an order that looks random."""
    step, worker = shuffled(plan.workers, plan.seed + month)
    for _ in range(plan.workers):
        yield facts.line(plan, worker, month)
        worker = (worker + step) % plan.workers


def contributions(plan: NationPlan, month: int) -> Iterator[Event]:
    """What each employer paid for a month, by the 15th of the next."""
    period, posted = plan.month(month), plan.month(month + 1) + timedelta(days=9)
    for number in range(plan.employers):
        yield facts.contribution(plan, number, f"{period:%Y-%m}", posted)
