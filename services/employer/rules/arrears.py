"""Rules about contributions: of employers by the month, of projects once."""

from datetime import date, timedelta
from itertools import takewhile

from services.employer.contribution import arrears
from services.employer.facts import EmployerFacts
from services.employer.finding import Finding, same, spelled
from services.employer.rules.employer import active
from services.employer.rules.inquiry import Inquiry, counted, counting
from services.employer.rules.months import DUE_DAY, due_on, month_end, months_begun, months_from, period_of
from shared.events.data import Evidence, Posting
from shared.law import Law

_DAY = timedelta(days=1)
_Owed = list[tuple[int, Posting]]


def in_arrears(x: Inquiry, employer: EmployerFacts) -> Finding:
    """A month's contribution not posted by the 15th of the next (shifted for holidays).

    Expected for every month since the first one posted in which workers were enrolled: what was before
    our first knowledge is not held against anybody. The amount in rupiah is that of the newest month
    posted before, with the late fine for each month begun. Legal source: PP 44/2015; UU 24/2011 art. 19.
    """
    active(x, employer)
    posted = _postings(x, employer)
    months = takewhile(lambda month: due_on(month, x.law) < x.day, months_from(min(posted)))
    late = [m for m in months if period_of(m) not in posted and employer.somebody(month_end(m))]
    x.wrong_if("months-late", late, *[Evidence(name="period", value=period_of(m)) for m in late])
    owed = [(month, _newest_before(posted, month)) for month in late]
    due, due_day = due_on(late[0], x.law), x.parameter(DUE_DAY, month_end(late[0]))
    percent = x.parameter("contribution.late-percent", due)
    return x.finding(
        [_reckoned(month, basis) for month, basis in owed] + [due_day.evidence(), percent.evidence()],
        since=due + _DAY,
        due=due,
        workers=employer.enrolled(month_end(late[0])),
        amount_idr=_with_fines(owed, percent.value, x.law, x.day),
        facts={"periods": same(", ".join(period_of(month) for month in late)), "first_due": spelled(due)},
    )


def _postings(x: Inquiry, employer: EmployerFacts) -> dict[str, Posting]:
    somebody, member = employer.somebody(x.day), employer.member_since(x.day)
    enrolled = counting("enrolled", employer.enrolled, x.day)
    x.applies("member-or-enrolling", member or somebody, enrolled)
    posted = employer.postings(x.day)
    if not posted:
        x.applies("somebody-enrolled", somebody, enrolled)
        x.applies("member", member)
        x.cannot_decide("contributions", "no contribution of this employer was ever received")
    last = posted[max(posted)]
    x.note("last-period", last.period, counted(f"contribution {last.period}", last.amount_idr))
    return posted


def _newest_before(posted: dict[str, Posting], month: int) -> Posting:
    return posted[max(period for period in posted if period < period_of(month))]


def _reckoned(month: int, basis: Posting) -> Evidence:
    return Evidence(
        name="contribution reckoned", value=f"{period_of(month)}: {basis.amount_idr} ({basis.period})"
    )


def _with_fines(owed: _Owed, percent: int, law: Law, day: date) -> int:
    begun = ((basis.amount_idr, months_begun(due_on(month, law), day)) for month, basis in owed)
    return sum(arrears(begun, percent))
