"""The rule about feeds that fall silent."""

from datetime import date, timedelta
from itertools import pairwise

from services.employer.facts import FeedFacts
from services.employer.finding import Finding, same
from services.employer.rules.inquiry import Inquiry, counted
from shared.calendar import add_working_days, working_days
from shared.events.data import Evidence
from shared.law import Law

_DAY = timedelta(days=1)


def silent(x: Inquiry, feed: FeedFacts) -> Finding:
    """A source that has not spoken of employers or projects for longer than it usually does.

    In working days; how much longer is a parameter. A silent feed hides wrongs: no flag is no all-clear.
    Legal source: the agreement on the exchange of data (Perjanjian pertukaran data).
    """
    spoke, least = feed.until(x.day), x.parameter("feed.heard-least-days", x.day)
    if len(spoke) < int(least.value):
        x.cannot_decide("spoken", f"heard on {len(spoke)} days only")
    factor = x.parameter("feed.silence-factor", x.day)
    shortest = x.parameter("feed.silence-least-working-days", x.day)
    usual = max(_gaps(spoke))
    due = add_working_days(spoke[-1], max(int(factor.value) * usual, int(shortest.value)))
    heard = Evidence(name="last heard", value=spoke[-1].isoformat())
    x.wrong_if("longer-than-usual", x.day > due, heard, counted("longest gap in working days", usual))
    return x.finding(
        [heard, counted("longest gap in working days", usual), factor.evidence(), shortest.evidence()],
        since=spoke[-1],
        due=due,
        facts={"usual": same(usual), "quiet": same(working_days(spoke[-1] + _DAY, x.day))},
    )


def _gaps(spoke: list[date]) -> list[int]:
    return [working_days(one + _DAY, other) for one, other in pairwise(spoke)]


def days_of_silence(feed: FeedFacts, law: Law) -> set[date]:
    """For each day on which the feed spoke: the day on which it would be found silent since."""
    spoke, found, usual = feed.until(date.max), set[date](), 0
    for one, gap in zip(spoke[1:], _gaps(spoke), strict=True):
        usual = max(usual, gap)
        factors, shortest = law.rows("feed.silence-factor"), law.rows("feed.silence-least-working-days")
        found |= {
            add_working_days(one, max(int(f.value) * usual, int(s.value))) + _DAY
            for f in factors
            for s in shortest
        }
    return found
