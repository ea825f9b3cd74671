"""The sample city as CloudEvents, in the order of its days and, within a day, of its office hours."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count, groupby
from random import Random
from typing import Any

import msgspec

from patuh.city.build import build_city
from patuh.city.fact import PREFIXES, Fact
from patuh.city.facts import city_facts
from patuh.city.plan import CityPlan
from patuh.city.records import City
from shared.clock import JAKARTA

_OPENS = time(8)
_OFFICE_HOURS_MS = 8 * 3_600_000


def city_events(plan: CityPlan) -> Iterator[dict[str, Any]]:
    """Yield every event of the plan, ordered by time. The same plan yields the same events.

    Worker events are about `worker:<NIK>`, as an agency sends them; the gateway makes it a reference.
    """
    return events_of(build_city(plan))


def events_of(city: City) -> Iterator[dict[str, Any]]:
    """Yield the events of a city that is built already."""
    rng = Random(city.plan.seed)
    running = {source: count(1) for source in PREFIXES}
    for day, facts in groupby(city_facts(city), key=lambda fact: fact.day):
        told = list(facts)
        for fact, instant in zip(told, _instants(rng, day, len(told)), strict=True):
            yield _event(fact, next(running[fact.source]), instant)


def _instants(rng: Random, day: date, number: int) -> Iterator[datetime]:
    opens = datetime.combine(day, _OPENS, JAKARTA)
    for moment in sorted(rng.randrange(_OFFICE_HOURS_MS) for _ in range(number)):
        yield opens + timedelta(milliseconds=moment)


def _event(fact: Fact, number: int, instant: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{PREFIXES[fact.source]}-{number:08d}",
        "source": fact.source,
        "type": fact.kind.name,
        "subject": fact.subject,
        "time": instant.isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "data": msgspec.to_builtins(fact.data),
    }
