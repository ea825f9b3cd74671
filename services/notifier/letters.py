"""The texts officers read: Indonesian first, English below, one template for each kind of alert."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifier.cases import Kind
from services.notifier.ladder_words import LadderView, NextView
from services.notifier.links import subject_link
from services.notifier.proofs import proof
from services.notifier.wording import ENGLISH, INDONESIAN, Wording, one_line, wrapped
from shared.events.data import Exposure, FlagState

_EVIDENCE_SHOWN = 6
_NAME_IN_SUBJECT = 100
_PREFIX: dict[Kind, str] = {"raised": "", "cleared": "Selesai: ", "withdrawn": "Dicabut: "}
_texts = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "texts"),
    autoescape=False,  # plain text
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Letter:
    """A mail's subject (one line) and its plain text."""

    subject: str
    body: str


def letter(
    kind: Kind,
    flag: FlagState,
    console_url: str,
    today: date,
    reference: str,
    ladder: LadderView | None = None,
) -> Letter:
    """What an officer reads about `flag`; `today` is the date deadlines are counted from."""
    link = subject_link(console_url, flag.subject)
    name = "raised.notice" if kind == "raised" and flag.level == "notice" else kind
    parts = [
        _texts.get_template(f"{name}.{wording.code}.j2").render(
            _content(flag, wording, today),
            **_sanction(ladder, wording),
            link=link,
            reference=reference,
            over=kind != "raised",
        )
        for wording in (INDONESIAN, ENGLISH)
    ]
    return Letter(_subject(kind, flag), "\n".join(parts))


def _subject(kind: Kind, flag: FlagState) -> str:
    name = one_line(flag.name)
    short = name if len(name) <= _NAME_IN_SUBJECT else name[: _NAME_IN_SUBJECT - 1] + "…"
    prefix = "Pengingat: " if kind == "raised" and flag.level == "notice" else _PREFIX[kind]
    return f"[Patuh] {prefix}{one_line(flag.title.id)}: {short}"


def _content(flag: FlagState, wording: Wording, today: date) -> dict[str, Any]:
    return _costs(flag, wording, today) | {
        "title": one_line(wording.text(flag.title)),
        "name": wrapped(flag.name, indent=17),
        "subject": one_line(flag.subject),
        "reason": wrapped(wording.text(flag.reason)),
        "remedy": wrapped(wording.text(flag.remedy)),
        "law": [wrapped(wording.article(article), indent=2) for article in flag.law],
        "evidence": [wrapped(proof(e, wording), indent=2) for e in flag.evidence[:_EVIDENCE_SHOWN]],
        "evidence_left": max(0, len(flag.evidence) - _EVIDENCE_SHOWN),
    }


def _costs(flag: FlagState, wording: Wording, today: date) -> dict[str, str | None]:
    return {
        "since": wording.day(flag.since),
        "ended": wording.day(flag.ended_on) if flag.ended_on else None,
        "due": wording.deadline(flag.due, today) if flag.due else None,
        "workers": wording.number(flag.workers) if flag.workers else None,
        "amount": wording.rupiah(flag.amount_idr) if flag.amount_idr else None,
        "uncovered": _uncovered(flag, wording),
        "exposure": wrapped(_exposure(flag.exposure, wording)) if flag.exposure else None,
        "conditions": wrapped(wording.text(flag.exposure.conditions)) if flag.exposure else None,
    }


def _uncovered(flag: FlagState, wording: Wording) -> str | None:
    days, each = flag.uncovered_working_days, flag.uncovered_worker_days
    said = [wording.working_days(days)] if days else []
    return ", ".join([*said, wording.worker_days(each)] if each else said) or None


def _exposure(exposure: Exposure, wording: Wording) -> str:
    """Always "up to": what is paid depends on the conditions that stand beside it."""
    one, everyone = wording.rupiah(exposure.per_worker_idr), wording.rupiah(exposure.total_idr)
    several = exposure.total_idr > exposure.per_worker_idr
    if wording.code == "id":
        more = f", sampai {everyone} seluruhnya" if several else ""
        return f"Yang dipertaruhkan keluarga: sampai {one} per pekerja{more}."
    more = f", up to {everyone} in all" if several else ""
    return f"What families stand to lose: up to {one} per worker{more}."


def _sanction(ladder: LadderView | None, wording: Wording) -> dict[str, Any]:
    """The ladder's part of the letter: what comes next, or why there is no ladder."""
    coming = ladder.next if ladder else None
    why_not = ladder.stands if ladder and ladder.obstacle and not coming else None
    if ladder and ladder.obstacle in ("notice", "other"):
        why_not = None  # nobody would think of a sanction here
    return {
        "next_step": wrapped(_step(coming, wording)) if coming else None,
        "next_what": wrapped(wording.text(coming.what)) if coming else None,
        "no_ladder": wrapped(wording.text(why_not)) if why_not else None,
    }


def _step(coming: NextView, wording: Wording) -> str:
    name, article = wording.text(coming.name), wording.article(coming.article)
    first = wording.day(coming.due) if coming.due else None
    if wording.code == "id":
        return f"Langkah sanksi berikut: {name}{f', mulai {first}' if first else ''} ({article})."
    return f"Next sanction step: {name}{f', from {first}' if first else ''} ({article})."
