"""Builds the records of a city from its plan. The same plan gives the same city."""

from itertools import count
from random import Random

from patuh.city.contributions import employer_deposits
from patuh.city.days import Days
from patuh.city.draw import Draw
from patuh.city.employers import found_employers
from patuh.city.groups import insure_groups
from patuh.city.incidents import report_incidents
from patuh.city.offices import open_offices
from patuh.city.plan import CityPlan
from patuh.city.projects import award_projects
from patuh.city.records import City, Employer
from patuh.city.shortcomings import give_shortcomings
from patuh.city.worst import PLANTED_TENDERS, plant


def build_city(plan: CityPlan) -> City:
    """Every employer, project and enrolment of the city."""
    draw = Draw(Random(plan.seed), Days(plan), count())
    employers = found_employers(draw)
    give_shortcomings(draw, employers)
    projects = award_projects(draw, employers, PLANTED_TENDERS)
    planted, works, cases = plant(draw)
    offices, groups = open_offices(draw), insure_groups(draw)
    incidents = report_incidents(draw, employers, projects, groups)
    _post_contributions(draw, employers + planted)
    return City(plan, employers + planted, projects + works, cases, offices, groups, incidents)


def _post_contributions(draw: Draw, employers: list[Employer]) -> None:
    for employer in employers:
        employer.deposits = list(employer_deposits(employer, draw.days))
