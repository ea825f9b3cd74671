"""The subjects of sample cities, put together as the services do it, until there are enough of them."""

from datetime import date
from itertools import count, islice

import msgspec
from msgspec import Raw

from patuh.assessing import facts_in, subjects_in
from patuh.city import CityPlan, city_events
from patuh.cloudevents_files import Member
from services.employer.subjects import Subject
from shared.events import BadEvent

_SCALE = 1.0


def city_subjects(day: date, wanted: int) -> list[Subject]:
    """`wanted` subjects: employers with workers, projects with crews, offices, groups and feeds."""
    cities = (_city(seed, day) for seed in count(1))
    return list(islice((subject for city in cities for subject in city), wanted))


def _city(seed: int, day: date) -> list[Subject]:
    events = city_events(CityPlan(seed, day, _SCALE))
    members = (Member(str(n), Raw(msgspec.json.encode(event))) for n, event in enumerate(events))
    return list(subjects_in(facts_in(members, _refused)).values())


def _refused(member: Member, error: BadEvent) -> None:
    raise RuntimeError(f"{member.place}: {error}")
