"""feed.silent: a source that has not spoken for longer than it usually does."""

from datetime import date

import pytest

from services.employer.assessment import examine, next_look
from services.employer.facts import FeedFacts
from services.employer.finding import Finding
from shared.events import Event
from tests.unit.building import LAW, SPSE, award, day, findings, posted, started, subjects

CODE = "feed.silent"
DAILY = ["2025-01-06", "2025-01-07", "2025-01-08", "2025-01-09", "2025-01-10"]
WEEKLY = ["2025-01-06", "2025-01-13", "2025-01-20", "2025-01-29", "2025-02-03"]


def silent(spoke: list[str], on: str) -> tuple[str, Finding | None]:
    (one,) = examine(FeedFacts("feed:urn:oss", [day(said) for said in spoke]), LAW, day(on))
    return one.outcome, one.finding


# Spoken days, the last day that is quiet enough, since when
QUIET = [
    # 13 to 17 January are five working days: a week is never an alarm.
    pytest.param(DAILY, "2025-01-17", "2025-01-10", id="daily"),
    # The longest gap is five working days (27 to 29 January are partly free), twice that is ten.
    pytest.param(WEEKLY, "2025-02-17", "2025-02-03", id="weekly"),
    pytest.param(
        [*DAILY, "2025-01-10", "2025-01-06"], "2025-01-17", "2025-01-10", id="twice a day, in disorder"
    ),
    pytest.param([*DAILY, "2025-01-11", "2025-01-12"], "2025-01-17", "2025-01-12", id="at the weekend too"),
    pytest.param(
        [*DAILY, "2025-03-03"], "2025-06-24", "2025-03-03", id="one long silence is its usual from now on"
    ),
]


@pytest.mark.parametrize(("spoke", "last", "since"), QUIET)
def test_silent_from_the_day_after(spoke: list[str], last: str, since: str) -> None:
    assert silent(spoke, last)[0] == "fine"
    after = date.fromordinal(day(last).toordinal() + 1)
    outcome, found = silent(spoke, after.isoformat())
    assert outcome == "wrong"
    assert found
    assert (found.since, found.due) == (day(since), day(last))


def test_it_speaks_again() -> None:
    assert silent(DAILY, "2025-02-03")[0] == "wrong"
    assert silent([*DAILY, "2025-02-03"], "2025-02-03")[0] == "fine"


@pytest.mark.parametrize("heard", [1, 2, 3, 4])
def test_heard_on_too_few_days_it_cannot_be_decided(heard: int) -> None:
    outcome, found = silent(DAILY[:heard], "2025-06-02")
    assert outcome == "undecided"
    assert found
    assert found.undecided == f"heard on {heard} days only"


def test_what_is_said_later_does_not_count_yet() -> None:
    assert silent(DAILY, "2025-01-09")[0] == "undecided"


def test_it_is_looked_at_when_it_would_fall_silent() -> None:
    feed = FeedFacts("feed:urn:oss", [day(said) for said in DAILY])
    assert next_look(feed, LAW, day("2025-01-17"), open_flags=False) == day("2025-01-18")


def test_a_feed_speaks_of_employers_and_projects_by_its_source() -> None:
    said: list[Event] = [award(on, title=f"Work of {on}") for on in DAILY]
    facts = [*said, started("2025-01-13", "2025-01-13"), posted("2025-01", "2025-01-31")]
    feed = subjects(facts)[f"feed:{SPSE}"]
    assert isinstance(feed, FeedFacts)
    assert feed.spoke[-1] == day("2025-01-13")
    assert "feed:urn:sipp" not in subjects(facts)  # workers and contributions are not what it is heard by
    assert findings(facts, "2025-01-21", f"feed:{SPSE}")[CODE].since == day("2025-01-13")


def test_it_says_for_how_long_and_what_is_usual() -> None:
    _, found = silent(DAILY, "2025-01-22")
    assert found
    assert (found.name, found.workers, found.exposure) == ("urn:oss", None, None)
    assert [(e.name, e.value) for e in found.evidence] == [
        ("last heard", "2025-01-10"),
        ("longest gap in working days", "1"),
        ("feed.silence-factor", "2"),
        ("feed.silence-least-working-days", "5"),
    ]
    assert "since 10 January 2025: 8 working days, usually 1 at most" in found.texts(LAW)[1].en
