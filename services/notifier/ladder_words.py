"""The ladder in words: where a case stands and what to do next, in Indonesian and English. Pure."""

from datetime import date
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from services.notifier.ladder import Ladder, Obstacle, Step
from services.notifier.wording import ENGLISH, INDONESIAN, Wording
from shared.events.data import Bilingual, FlagState
from shared.law import Law

_FILE = Path(__file__).parent / "texts" / "ladder.yaml"


class StepText(Struct, forbid_unknown_fields=True):
    """A step: its article, the office that takes it, its name, what is to be done."""

    article: str
    by: str
    name: Bilingual
    what: Bilingual
    mistaken: Bilingual | None = None


class Texts(Struct, forbid_unknown_fields=True):
    """All texts of the ladder; `too_late` is added for a project that ends before the ladder does."""

    steps: dict[Step, StepText]
    stands: dict[str, Bilingual]
    obstacles: dict[Obstacle, Bilingual]
    too_late: Bilingual


class TakenView(Struct):
    """A step that was taken."""

    step: Step
    by: str
    taken_on: date


class NextView(Struct):
    """The next step: who takes it, from when the law allows it, when it is due, and what to do."""

    step: Step
    by: str
    not_before: date | None
    due: date | None
    article: str
    name: Bilingual
    what: Bilingual


class LadderView(Struct):
    """The ladder as people and programs read it. `obstacle`: why there is none.
    `runs_until`: the end of the period now running.
    """

    case_id: str
    obstacle: Obstacle | None
    stands: Bilingual
    taken: list[TakenView]
    runs_until: date | None
    next: NextView | None


@cache
def texts() -> Texts:
    """The texts. Raises msgspec.ValidationError naming the field that is wrong."""
    return msgspec.yaml.decode(_FILE.read_bytes(), type=Texts)


def view(case: str, flag: FlagState, now: Ladder, law: Law, day: date) -> LadderView:
    """The ladder of a case on `day`, in words."""
    steps = texts().steps
    return LadderView(
        case,
        obstacle=now.obstacle,
        stands=_stands(flag, now, day),
        taken=[TakenView(step, steps[step].by, on) for step, on in now.taken.items()],
        runs_until=now.ends,
        next=_next(flag, now, law, day),
    )


def _stands(flag: FlagState, now: Ladder, day: date) -> Bilingual:
    if now.obstacle:
        return _obstacle(flag, now, day)
    at, taken = list(now.taken.items())[-1] if now.taken else ("begin", None)
    over = flag.status != "open" and at not in ("withholding", "lifting")
    return _filled(texts().stands["over" if over else at], taken=taken, ends=now.ends)


def _obstacle(flag: FlagState, now: Ladder, day: date) -> Bilingual:
    assert now.obstacle
    found = texts().obstacles[now.obstacle]
    if now.withholding is None:
        return _filled(found)
    late = Bilingual(id="", en="")
    if flag.ends_on and flag.ends_on < now.withholding:
        late = _filled(texts().too_late, ends_on=flag.ends_on)
    return _filled(found, withholding=now.withholding, span=(now.withholding - day).days, too_late=late)


def _next(flag: FlagState, now: Ladder, law: Law, day: date) -> NextView | None:
    if now.next is None:
        return None
    step = texts().steps[now.next.step]
    mistaken = step.mistaken if flag.status == "withdrawn" or now.obstacle else None
    days, fine_days = (law.parameter(f"sanction.{n}-days", day).value for n in ("warning-working", "fine"))
    rate = law.parameter("sanction.fine-rate", day).value
    what = _filled(mistaken or step.what, warning_days=days, fine_days=fine_days, fine_rate=_Rate(rate))
    return NextView(now.next.step, step.by, now.next.not_before, now.next.due, step.article, step.name, what)


class _Rate(int):
    """A rate in hundredths of a percent."""


Value = Bilingual | date | int | None


def _filled(text: Bilingual, **values: Value) -> Bilingual:
    indonesian, english = (
        {name: _said(value, wording) for name, value in values.items()} for wording in (INDONESIAN, ENGLISH)
    )
    return Bilingual(
        id=INDONESIAN.article(text.id.format(**indonesian)), en=ENGLISH.article(text.en.format(**english))
    )


def _said(value: Value, wording: Wording) -> str:
    if isinstance(value, Bilingual):
        return wording.text(value)
    if isinstance(value, date):
        return wording.day(value)
    if isinstance(value, _Rate):
        return wording.percent(value)
    return "" if value is None else wording.number(value)
