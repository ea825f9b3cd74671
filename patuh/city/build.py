"""Builds the records of a city from its plan. The same plan gives the same city."""

from itertools import count
from random import Random

from patuh.city.days import Days
from patuh.city.draw import Draw
from patuh.city.employers import found_employers
from patuh.city.plan import CityPlan
from patuh.city.projects import award_projects
from patuh.city.records import City
from patuh.city.worst import PLANTED_TENDERS, plant


def build_city(plan: CityPlan) -> City:
    """Every employer, project and enrolment of the city."""
    draw = Draw(Random(plan.seed), Days(plan), count())
    employers = found_employers(draw)
    projects = award_projects(draw, employers, PLANTED_TENDERS)
    planted, works, cases = plant(draw)
    return City(plan, employers + planted, projects + works, cases)
