"""The sample city holds every situation that the rules find, and what only looks like one."""

from collections import Counter
from datetime import date, timedelta

import pytest

from patuh.city import CityPlan, Truth
from patuh.city.build import build_city
from patuh.city.contributions import contribution_by_value, without_vat
from patuh.city.fact import BKPSDM, DISNAKER
from patuh.city.minimum_wages import highest_minimum, minimum_wage
from patuh.city.names import GROUPS
from patuh.city.records import City, Employer, Project
from patuh.city.stream import events_of
from patuh.city.truth import CODES, truth_of
from shared.law import load

PLANS = [
    CityPlan(seed=1, today=date(2026, 11, 25), scale=0.1),
    CityPlan(seed=2, today=date(2025, 6, 10), scale=0.1),
    CityPlan(seed=7, today=date(2026, 11, 20), scale=0.06),
    CityPlan(seed=3272, today=date(2026, 11, 25)),
]
Made = tuple[City, Truth]


@pytest.fixture(scope="module", params=PLANS, ids=str)
def made(request: pytest.FixtureRequest) -> Made:
    city = build_city(request.param)
    return city, truth_of(city, request.param.today)


def _wrong(truth: Truth, code: str, records: list[Employer] | list[Project]) -> set[str]:
    return {record.subject for record in records} & truth.flags[code]


def test_every_flag_is_open(made: Made) -> None:
    _, truth = made
    assert set(truth.flags) == set(CODES)
    assert [code for code in CODES if not truth.flags[code]] == []


def test_shares_stay_plausible(made: Made) -> None:
    city, truth = made
    share = {code: len(truth.flags[code]) / len(city.employers) for code in CODES if code.startswith("emp")}
    assert share["employer.programme-missing"] < 0.05
    assert share["employer.wage-underreported"] < 0.03
    assert share["employer.in-arrears"] < 0.15
    works = [project for project in city.projects if project.construction]
    for code in ("project.registered-unpaid", "project.underpaid", "project.workers-missing"):
        assert len(truth.flags[code]) < 0.15 * len(works)
    assert len(truth.flags["project.registered-late"]) > len(truth.flags["project.not-registered"])


def test_sizes_and_programmes(made: Made) -> None:
    city, truth = made
    unknown = [firm for firm in city.employers if not firm.size_told]
    untold = [firm for firm in city.employers if not firm.programmes_told]
    others = [firm for firm in city.employers if firm.chosen and firm.widened_on is None]
    fine = [firm for firm in others if "jp" in firm.chosen or firm.size == "micro"]  # type: ignore[operator]
    widened = [firm for firm in city.employers if firm.widened_on]
    assert unknown
    assert untold
    assert fine
    assert widened
    for firms in (unknown, untold, fine, widened):
        assert not _wrong(truth, "employer.programme-missing", firms)
    sizes = {firm.size for firm in others if firm.subject in truth.flags["employer.programme-missing"]}
    assert "small" in sizes
    assert sizes & {"medium", "large"}


def test_wages(made: Made) -> None:
    city, truth = made
    today, code = city.plan.today, "employer.wage-underreported"
    least = highest_minimum(today)
    low = [f for f in city.employers if any(s.covers(today) and s.wage_on(today) < least for s in f.staff)]
    exempt = [firm for firm in low if firm.size in ("micro", "small")]
    unseen = [firm for firm in low if not firm.size_told]
    mended = [f for f in city.employers if any(s.wage < least <= s.wage_on(today) for s in f.staff)]
    untold = [firm for firm in city.employers if not firm.wages_told]
    assert exempt
    assert unseen
    assert mended
    assert untold
    for firms in (exempt, unseen, mended, untold):
        assert not _wrong(truth, code, firms)
    assert truth.flags[code] < {firm.subject for firm in low}


def test_late_payers_are_fine_once_they_paid(made: Made) -> None:
    city, truth = made
    late = [firm for firm in city.employers if firm.payer == "late" and firm.deposits]
    assert len(_wrong(truth, "employer.in-arrears", late)) < len(late)
    never = [firm for firm in city.employers if firm.payer == "arrears" and not firm.deposits]
    assert not _wrong(truth, "employer.in-arrears", never)


def test_registered_and_paid(made: Made) -> None:
    city, truth = made
    today = city.plan.today
    early = [p for p in city.projects if p.habit == "early" and p.deposits]
    assert early
    assert not _wrong(truth, "project.registered-late", early)
    nothing = [p for p in city.projects if p.registered_on and not sum(one.amount_idr for one in p.deposits)]
    assert any(project.deposits for project in nothing)
    assert truth.flags["project.registered-unpaid"] <= {project.subject for project in nothing}
    slow = [p for p in city.projects if p.payer == "slow" and p.deposits]
    assert not _wrong(truth, "project.registered-unpaid", slow)
    short = [p for p in city.projects if p.payer == "short" and p.deposits]
    assert short
    assert len(_wrong(truth, "project.underpaid", short)) == len(short)
    untold = [p for p in city.projects if p.value_on(today) is None]
    assert not _wrong(truth, "project.underpaid", untold)


def test_grants_in_every_state(made: Made) -> None:
    city, truth = made
    today = city.plan.today
    running = [p for p in city.projects if p.kind == "community" and not p.ended(today) and p.began <= today]
    wrong = truth.flags["community.not-covered"]
    states = {(bool(p.registered_on), bool(p.deposits), bool(p.crew)): p.subject in wrong for p in running}
    assert states == {
        (False, False, False): True,
        (True, True, True): False,
        (True, False, True): False,
        (True, False, False): True,
        (True, True, False): False,
    }
    unpaid = [p for p in running if p.registered_on and not p.deposits]
    assert _wrong(truth, "project.registered-unpaid", unpaid)


def test_offices_and_groups(made: Made) -> None:
    city, truth = made
    assert truth.flags["agency.non-asn-missing"] == {"agency:990003", "agency:990004"}
    assert [office.code for office in city.offices if not office.counts] == ["990007"]
    assert truth.flags["group.cover-ending"] == {
        "group:ojek-online",
        "group:becak",
        "group:pedagang-keliling",
    }
    assert len(city.groups) == 9


def test_incidents_with_and_without_cover(made: Made) -> None:
    city, truth = made
    wrong = truth.flags["worker.unprotected-incident"]
    assert {subject.partition(":")[0] for subject in wrong} == {"employer", "project"}
    assert len(wrong) < len({incident.subject for incident in city.incidents})
    left = {spell.worker for firm in city.employers for spell in firm.staff if spell.off}
    assert any(incident.worker in left and incident.subject not in wrong for incident in city.incidents)
    own = [i for i in city.incidents if i.project and i.subject not in wrong]
    crews = {p.subject: {spell.worker for spell in p.crew} for p in city.projects}
    assert any(incident.worker not in crews[incident.project or ""] for incident in own)


def test_only_the_feed_of_the_offices_is_silent_and_groups_are_no_such_feed(made: Made) -> None:
    city, truth = made
    assert truth.flags["feed.silent"] == {f"feed:{BKPSDM}"}
    kinds = Counter(event["type"].split(".")[2] for event in events_of(city) if event["source"] == DISNAKER)
    assert set(kinds) == {"worker"}


def test_figures_at_scale_one() -> None:
    assert sum(GROUPS.values()) == 3382
    city = build_city(CityPlan(seed=1, today=date(2025, 11, 28)))
    assert [len({spell.worker for spell in g.members}) for g in city.groups] == list(GROUPS.values())
    undecided = [p for p in city.projects if p.vat_included is None and p.deposits and p.value_idr]
    between = [
        project
        for project in undecided
        if contribution_by_value(without_vat(project.value_idr or 0))
        <= sum(one.amount_idr for one in project.deposits)
        < contribution_by_value(project.value_idr or 0)
    ]
    topped_up = [p for p in city.projects if len(p.deposits) == 2]
    assert between
    assert topped_up


@pytest.mark.parametrize("year", range(2023, 2028))
def test_the_minimum_wage_is_that_of_the_law(year: int) -> None:
    for day in (date(year, 1, 1), date(year, 12, 31)):
        row = load().minimum_wage("32.72.05", day)
        assert minimum_wage(day) == (row.value if row else None)


def test_a_deadline_may_be_another() -> None:
    city = build_city(PLANS[0])
    today = city.plan.today
    usual, sooner = truth_of(city, today), truth_of(city, today, project_grace=10)
    assert usual.flags["project.not-registered"] < sooner.flags["project.not-registered"]
    assert sooner.flags["project.registration-due"] < usual.flags["project.registration-due"]
    same = set(CODES) - {"project.not-registered", "project.registration-due"}
    assert all(usual.flags[code] == sooner.flags[code] for code in same)
    assert truth_of(city, today - timedelta(days=30)).flags != usual.flags
