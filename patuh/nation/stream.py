"""The events of a nation, in the order of their months: profiles, workers, contributions."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, islice

from patuh.nation import facts
from patuh.nation.plan import WHOLE, Arrival, NationPlan, Share, shuffled
from shared.events import Event


def nation_events(plan: NationPlan, arrival: Arrival = "shuffled", share: Share = WHOLE) -> Iterator[Event]:
    """Every event of the plan, or those of one of several writers. The same plan yields the same events."""
    months = (
        chain(worker_events(plan, month, arrival, share), contributions(plan, month, share))
        for month in range(plan.months)
    )
    return chain(profiles(plan, share), chain.from_iterable(months))


def profiles(plan: NationPlan, share: Share = WHOLE) -> Iterator[Event]:
    """The employers, and the project of every seventh."""
    for number in range(share.number, plan.employers, share.of):
        yield facts.employer(plan, number)
        if plan.has_project(number):
            yield facts.project(plan, number)


def worker_events(
    plan: NationPlan, month: int, arrival: Arrival = "shuffled", share: Share = WHOLE
) -> Iterator[Event]:
    """One line about each worker: enrolled, as before, gone or back. In an order that looks random, or as
    when each employer hands in its file: its workers together. `share`: only those of one of several writers.
    """
    count = plan.workers if arrival == "shuffled" else plan.employers
    drawn = islice(_each_once(count, plan.seed + month), share.number, None, share.of)
    if arrival == "shuffled":
        return (facts.line(plan, worker, month) for worker in drawn)
    return (facts.line(plan, worker, month) for number in drawn for worker in plan.workers_of(number))


def _each_once(count: int, seed: int) -> Iterator[int]:
    step, number = shuffled(count, seed)
    for _ in range(count):
        yield number
        number = (number + step) % count


def contributions(plan: NationPlan, month: int, share: Share = WHOLE) -> Iterator[Event]:
    """What each employer paid for a month, by the 15th of the next."""
    return (contribution(plan, number, month) for number in range(share.number, plan.employers, share.of))


def contribution(plan: NationPlan, number: int, month: int) -> Event:
    """What employer `number` paid for a month."""
    posted = plan.month(month + 1) + timedelta(days=9)
    return facts.contribution(plan, number, f"{plan.month(month):%Y-%m}", posted)
