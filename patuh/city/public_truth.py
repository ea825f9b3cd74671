"""What is wrong with offices, groups, incidents and feeds of the sample city on a day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from patuh.city.days import after
from patuh.city.deadlines import USUAL, Deadlines
from patuh.city.facts import register_facts
from patuh.city.public import Group, Office
from patuh.city.records import City
from patuh.city.spells import Spell
from shared.calendar import add_working_days, working_days


def staff_missing(office: Office, today: date) -> bool:
    """Fewer of the non-ASN staff are enrolled than the office said it has."""
    headcount = office.headcount(today)
    return headcount is not None and office.enrolled(today) < headcount


def cover_ending(group: Group, today: date, deadlines: Deadlines = USUAL) -> bool:
    """Fewer will be covered so many days from now than were on some day of as many days before."""
    ahead = group.enrolled(after(today, deadlines.warning))
    return any(group.enrolled(after(today, -ago)) > ahead for ago in range(deadlines.warning + 1))


def unprotected(city: City, today: date) -> set[str]:
    """The projects and employers with an incident of a worker who was covered at neither on its day."""
    places: dict[str, list[Spell]] = {project.subject: project.crew for project in city.projects}
    places |= {employer.subject: employer.staff for employer in city.employers}
    places |= {office.subject: office.staff for office in city.offices}
    places |= {group.subject: group.members for group in city.groups}
    found = set()
    for incident in (one for one in city.incidents if one.on <= today):
        named = [place for place in (incident.project, incident.employer) if place]
        spells = [spell for place in named for spell in places[place] if spell.worker == incident.worker]
        if not any(spell.covers(incident.on) for spell in spells):
            found.add(named[0])
    return found


def silent_feeds(city: City, today: date, deadlines: Deadlines = USUAL) -> set[str]:
    """The feeds about employers and projects that have not spoken for much longer than they ever did."""
    spoke: dict[str, set[date]] = defaultdict(set)
    for fact in register_facts(city):
        if fact.day <= today:
            spoke[fact.source].add(fact.day)
    return {f"feed:{source}" for source, days in spoke.items() if _silent(days, today, deadlines)}


def _silent(spoke: Iterable[date], today: date, deadlines: Deadlines) -> bool:
    days = sorted(spoke)
    if len(days) < deadlines.heard_least:
        return False
    usual = max(working_days(after(earlier, 1), later) for earlier, later in pairwise(days))
    limit = max(deadlines.silence_factor * usual, deadlines.least_silence)
    return today > add_working_days(days[-1], limit)
