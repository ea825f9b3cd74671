"""The sanction ladder of PP 86/2013 art. 5-10: where a case stands on it, and what comes next. Pure.

warning-1 -> warning-2 -> fine -> withholding of public services (TMP2T) -> lifting. It is for employers
who are not state bodies and who owe a duty of UU 24/2011 art. 17; every other case says why it is not.
Patuh announces and keeps steps; the sanction itself is always an act of the office that takes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

from shared.calendar import add_working_days
from shared.events.data import FlagState
from shared.law import Law

Step = Literal["warning-1", "warning-2", "fine", "withholding", "lifting"]
Obstacle = Literal["notice", "project", "state", "community", "arrears", "other"]
STEPS: tuple[Step, ...] = get_args(Step)
_DUTIES = {
    "employer.not-registered",
    "employer.workers-missing",
    "employer.programme-missing",
    "employer.wage-underreported",
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, and the day of it."""

    step: Step
    on: date


@dataclass(frozen=True, slots=True)
class Next:
    """The next step. `not_before`: the first day on which the law allows it, None while that depends on
    what the employer does. `due`: when the office should be told of it.
    """

    step: Step
    not_before: date | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where a case stands. `ends`: the last day of the period that the latest step gave the employer.
    `withholding`: when services could be withheld at the earliest, were the ladder begun that day.
    """

    obstacle: Obstacle | None
    taken: dict[Step, date] = field(default_factory=dict)
    ends: date | None = None
    next: Next | None = None
    withholding: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be taken: `field` broke `rule`. 422: wrong by itself, 409: not as things stand."""

    status: Literal[409, 422]
    field: str
    rule: str


def obstacle(flag: FlagState) -> Obstacle | None:
    """Why there is no ladder for this flag, or None when there is (UU 24/2011 art. 17, PP 86/2013 art. 3)."""
    if flag.level == "notice":
        return "notice"
    if flag.sector == "community" or flag.code.startswith("community."):
        return "community"
    if flag.code.startswith("project."):
        return "project"
    if flag.sector == "state" or flag.subject.startswith("agency:"):
        return "state"
    if flag.code == "employer.in-arrears":
        return "arrears"
    return None if flag.code in _DUTIES else "other"


def ladder(flag: FlagState, steps: Iterable[Taken], law: Law, day: date) -> Ladder:
    """Where the case of `flag` stands on `day`, whatever the order in which its steps were told."""
    taken, blocked = _unbroken(steps), obstacle(flag)
    over = flag.status != "open" or blocked is not None
    ends = _ends(taken, law)
    coming = _lifting(flag, taken) if over or "withholding" in taken else _climb(flag, taken, ends, law)
    earliest = shortest(law, day) if blocked == "project" else None
    return Ladder(blocked, taken, None if over else ends, coming, earliest)


def _unbroken(steps: Iterable[Taken]) -> dict[Step, date]:
    """The steps from the first on without a gap; of a step told twice the earlier day."""
    days: dict[Step, date] = {}
    for one in steps:
        days[one.step] = min(one.on, days.get(one.step, one.on))
    missing = next((n for n, step in enumerate(STEPS) if step not in days), len(STEPS))
    return {step: days[step] for step in STEPS[:missing]}


def _ends(taken: dict[Step, date], law: Law) -> date | None:
    """The last day of the period that the latest step gave; None where it gave none.

    A warning gives working days from the day after it. The fine gives calendar days from the end of the
    second warning (art. 10(3)), and at least the day on which it is imposed.
    """
    match list(taken):
        case [*_, ("warning-1" | "warning-2") as step]:
            return add_working_days(taken[step], _value(law, "warning-working-days", taken[step]))
        case [*_, "fine"]:
            warned = taken["warning-2"]
            end = add_working_days(warned, _value(law, "warning-working-days", warned))
            return max(end + timedelta(days=_value(law, "fine-days", end)), taken["fine"])
        case _:
            return None


def _value(law: Law, name: str, on: date) -> int:
    return int(law.parameter(f"sanction.{name}", on).value)


def _climb(flag: FlagState, taken: dict[Step, date], ends: date | None, law: Law) -> Next:
    if ends is not None:
        return Next(STEPS[len(taken)], ends + _DAY, ends + _DAY)
    # An obligation may be older than what is known of the law of sanctions.
    known_from = law.rows("sanction.warning-working-days")[0].valid_from
    first = max(flag.due + _DAY if flag.due else flag.since, known_from)
    return Next("warning-1", first, max(first, flag.raised_on))


def _lifting(flag: FlagState, taken: dict[Step, date]) -> Next | None:
    """Services once withheld are given back when the duty is fulfilled, or there was none (art. 10(7))."""
    withheld = taken.get("withholding")
    if withheld is None or "lifting" in taken:
        return None
    if flag.status == "open" and obstacle(flag) is None:
        return Next("lifting", None, None)
    return Next("lifting", withheld, max(withheld, flag.ended_on or withheld))


def shortest(law: Law, start: date) -> date:
    """The first day on which withholding may be asked for when the first warning goes out on `start`."""
    taken: dict[Step, date] = {"warning-1": start}
    while (ends := _ends(taken, law)) and STEPS[len(taken)] != "withholding":
        taken[STEPS[len(taken)]] = ends + _DAY
    assert ends is not None
    return ends + _DAY


def refusal(flag: FlagState, steps: Iterable[Taken], wanted: Taken, law: Law, day: date) -> Refusal | None:
    """Why `wanted` cannot be taken as of `day`, or None. A repetition of a step is for the caller to know."""
    steps = list(steps)
    if wanted.on > day:
        return Refusal(422, "taken_on", f"must not be in the future: today is {day}")
    told = next((one for one in steps if one.step == wanted.step), None)
    if told:
        return Refusal(409, "taken_on", f"{told.step} was taken on {told.on} already")
    return _out_of_turn(flag, ladder(flag, steps, law, day), wanted)


def _out_of_turn(flag: FlagState, now: Ladder, wanted: Taken) -> Refusal | None:
    if now.next is None:
        return Refusal(409, "case", _closed(flag, now))
    if wanted.step != now.next.step:
        return Refusal(409, "step", f"out of order: the next step is {now.next.step}")
    if now.next.not_before is None:
        return Refusal(409, "case", "still open: lifting follows when the duty is fulfilled")
    if wanted.on < now.next.not_before:
        before = f"the period before it runs until {now.next.not_before - _DAY}"
        return Refusal(409, "taken_on", f"not before {now.next.not_before}: {before}")
    return None


def _closed(flag: FlagState, now: Ladder) -> str:
    if now.obstacle:
        return f"has no sanction ladder: {now.obstacle}"
    return "the ladder is at its end" if flag.status == "open" else f"{flag.status}: takes no more steps"
