"""P2RW grants: residents build for themselves, seldom with cover."""

from datetime import date
from typing import Literal

from patuh.city.crews import register
from patuh.city.days import after, next_office_day, office_day
from patuh.city.draw import Draw, award_day
from patuh.city.names import PLACES, community_title
from patuh.city.records import Project
from shared.calendar import add_working_days

_GRANT_IDR = 25_000_000
_REGISTERED_BY, _PAID_BY = 14, 12
Cover = Literal["covered", "unpaid", "unpaid-and-no-list", "paid-and-no-list"]
# Share of the grants that should be registered by now and run: at least one of each, the rest have no cover.
_SHARES: dict[Cover, float] = {
    "covered": 0.08,
    "unpaid": 0.04,
    "unpaid-and-no-list": 0.03,
    "paid-and-no-list": 0.02,
}
_COVERED_OF_ENDED = 0.1


def award_grants(draw: Draw, count: int) -> list[Project]:
    """So many grants, each for a neighbourhood (RW) of its own."""
    grants = [_grant(draw, number) for number in range(count)]
    settled = office_day(after(draw.days.last, -_PAID_BY))
    due = [grant for grant in grants if _registration(grant) <= settled]
    running = [grant for grant in due if grant.completed_on is None]
    ended = [grant for grant in grants if grant.completed_on]
    for cover, share in _SHARES.items():
        for grant in draw.take(running, share):
            _cover(draw, grant, cover)
    for grant in draw.take(ended, _COVERED_OF_ENDED):
        _cover(draw, grant, "covered")
    return grants


def _registration(grant: Project) -> date:
    """A working day by which it is registered, some days after the award."""
    return add_working_days(grant.award_on, 2 + (grant.workers_planned or 0) * _REGISTERED_BY // 16)


def _cover(draw: Draw, grant: Project, cover: Cover) -> None:
    if cover.startswith("unpaid"):
        grant.payer = "nothing"
    listed = 0 if cover.endswith("no-list") else grant.workers_planned or 0
    register(draw, grant, min(_registration(grant), grant.completed_on or draw.days.last), listed)


def _grant(draw: Draw, number: int) -> Project:
    region, place = PLACES[number % len(PLACES)]
    rw, today = number // len(PLACES) + 1, draw.days.today
    project = Project(
        subject=f"project:p2rw-{today.year}-{place.lower()}-rw{rw:02d}",
        title=community_title(draw.rng, place, rw),
        kind="community",
        method="grant",
        owner=("bagian-tata-pemerintahan", f"Bagian Tata Pemerintahan / Kelurahan {place}"),
        region=region,
        award_on=award_day(draw),
        value_idr=_GRANT_IDR,
        vat_included=None,
        workers_planned=draw.rng.randint(6, 14),
    )
    project.start_on = next_office_day(after(project.award_on, draw.rng.randint(0, 7)))
    project.end_on = after(project.start_on, draw.rng.choice((30, 45, 60)))
    project.completed_on = draw.days.happened(office_day(project.end_on))
    return project
