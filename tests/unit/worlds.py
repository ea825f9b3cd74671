"""Worlds for properties: any facts about employers, offices, groups, a project and its workers."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.events import Event
from tests.unit.building import (
    FIRM,
    GROUP,
    NIB,
    OFFICE,
    OTHER,
    PROJECT,
    amended,
    award,
    cancelled,
    closed,
    completed,
    declared,
    enrolled,
    in_ejakon,
    incident,
    paid,
    posted,
    registered,
    started,
    unregistered,
    updated,
)

FIRST, DAY = date(2025, 1, 6), timedelta(days=1)
SPAN = 180
LAST = FIRST + SPAN * DAY
DAYS = st.integers(0, 80).map(lambda offset: FIRST + offset * DAY)
MAYBE_DAYS = st.none() | DAYS
ENDS = DAYS.map(lambda day: day + 80 * DAY)
COUNTS = st.integers(0, 4)
FIRMS = st.sampled_from([FIRM, OTHER, NIB])
BODIES = st.sampled_from([FIRM, OTHER, NIB, OFFICE, GROUP])
PLACES = st.sampled_from([None, PROJECT])
VALUES = st.none() | st.integers(0, 2_000_000_000)
AMOUNTS = st.sampled_from([0, 1, 1_000_000, 2_000_000])
PERIODS = st.integers(1, 6).map(lambda month: f"2025-{month:02}")
PROGRAMMES = st.sampled_from([None, ["jkk"], ["jkk", "jkm"], ["jkk", "jkm", "jht", "jp"]])

PROFILES: dict[str, st.SearchStrategy[Any]] = {
    "workforce": st.none() | COUNTS,
    "obliged_since": MAYBE_DAYS,
    "member_since": st.none() | st.none() | DAYS,
    "npp": st.sampled_from([None, None, "AB123456"]),
    "nib": st.sampled_from([None, NIB.removeprefix("employer:nib-")]),
    "size": st.sampled_from(["unknown", "micro", "small", "medium"]),
    "programmes": PROGRAMMES,
}
AWARDS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(["construction", "construction-consultancy", "goods", "community"]),
    "contractors": st.lists(FIRMS, max_size=2),
    "contract_on": MAYBE_DAYS,
    "start_on": MAYBE_DAYS,
    "end_on": st.none() | DAYS.map(lambda day: day + 60 * DAY),
    "value_idr": VALUES,
    "vat_included": st.sampled_from([None, True, False]),
    "workers_planned": st.none() | COUNTS,
}
ENROLMENTS: dict[str, st.SearchStrategy[Any]] = {
    "employer": BODIES | st.none(),
    "project": PLACES,
    "covered_until": st.none() | ENDS,
    "wage_idr": st.sampled_from([None, 1_000_000, 9_000_000]),
    "region": st.sampled_from([None, "32.72.02"]),
}
FACTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(registered, DAYS, BODIES, **PROFILES),
    st.builds(updated, DAYS, BODIES, **PROFILES),
    st.builds(declared, DAYS, COUNTS, DAYS, BODIES),
    st.builds(closed, DAYS, DAYS, BODIES),
    st.builds(award, DAYS, **AWARDS),
    st.builds(started, DAYS, DAYS),
    st.builds(amended, DAYS, st.integers(1, 3), end_on=MAYBE_DAYS, value_idr=VALUES),
    st.builds(in_ejakon, DAYS, DAYS, st.none() | COUNTS),
    st.builds(completed, DAYS, DAYS),
    st.builds(cancelled, DAYS, DAYS),
    st.builds(enrolled, COUNTS, DAYS, DAYS, **ENROLMENTS),
    st.builds(unregistered, COUNTS, DAYS, DAYS, employer=BODIES, project=PLACES),
    st.builds(incident, COUNTS, DAYS, DAYS, employer=BODIES | st.none(), project=PLACES),
    st.builds(posted, PERIODS, DAYS, AMOUNTS, BODIES),
    st.builds(paid, DAYS, AMOUNTS),
)
# Most worlds hold what each rule needs at least, so that flags do come and go.
BASE = [
    registered(FIRST, FIRM, workforce=3, obliged_since=FIRST),
    registered(FIRST, OTHER, workforce=2, member_since=FIRST, size="medium", programmes=["jkk", "jkm"]),
    registered(FIRST, OFFICE, name="Dinas", workforce=2),
    award(FIRST + 20 * DAY, contract_on=FIRST + 20 * DAY, contractors=[FIRM, OTHER]),
    enrolled(9, FIRST + 20 * DAY, project=PROJECT),
    enrolled(8, FIRST, employer=OTHER, wage_idr=1_000_000, region="32.72"),
    enrolled(7, FIRST, employer=GROUP, covered_until=FIRST + 90 * DAY, segment="vulnerable"),
    posted("2025-01", FIRST + 30 * DAY, subject=OTHER),
]
SITE = [
    award(FIRST, contract_on=FIRST, contractors=[FIRM], value_idr=10**9, workers_planned=2),
    in_ejakon(FIRST + 5 * DAY, FIRST + 5 * DAY),
    paid(FIRST + 10 * DAY, 1_500_000),
    enrolled(1, FIRST + 5 * DAY, project=PROJECT),
    enrolled(2, FIRST + 15 * DAY, project=PROJECT),
]
WORKS = [award(FIRST, kind="community", start_on=FIRST + 3 * DAY, contractors=[], value_idr=10**8)]
WORLDS = st.tuples(st.sampled_from([[], BASE, SITE, WORKS]), st.lists(FACTS, min_size=1, max_size=8)).map(
    lambda parts: list({fact.id: fact for part in parts for fact in part}.values())
)
