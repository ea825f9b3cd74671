"""The texts officers read: Indonesian first, English below, one template for each kind of alert."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifier.cases import Kind
from services.notifier.links import subject_link
from services.notifier.wording import ENGLISH, INDONESIAN, Wording, one_line, wrapped
from shared.events.data import Bilingual, Evidence, FlagState

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


def letter(kind: Kind, flag: FlagState, console_url: str, today: date, reference: str) -> Letter:
    """What an officer reads about `flag`; `today` is the date deadlines are counted from."""
    link = subject_link(console_url, flag.subject)
    parts = [
        _texts.get_template(f"{kind}.{wording.code}.j2").render(
            _content(flag, wording, today), link=link, reference=reference, over=kind != "raised"
        )
        for wording in (INDONESIAN, ENGLISH)
    ]
    return Letter(_subject(kind, flag), "\n".join(parts))


def _subject(kind: Kind, flag: FlagState) -> str:
    name = one_line(flag.name)
    short = name if len(name) <= _NAME_IN_SUBJECT else name[: _NAME_IN_SUBJECT - 1] + "…"
    return f"[Patuh] {_PREFIX[kind]}{one_line(flag.title.id)}: {short}"


def _content(flag: FlagState, wording: Wording, today: date) -> dict[str, Any]:
    return _costs(flag, wording, today) | {
        "title": one_line(_in(flag.title, wording)),
        "name": wrapped(flag.name, indent=17),
        "subject": one_line(flag.subject),
        "reason": wrapped(_in(flag.reason, wording)),
        "remedy": wrapped(_in(flag.remedy, wording)),
        "law": [wrapped(wording.article(article), indent=2) for article in flag.law],
        "evidence": [wrapped(_proof(e, wording), indent=2) for e in flag.evidence[:_EVIDENCE_SHOWN]],
        "evidence_left": max(0, len(flag.evidence) - _EVIDENCE_SHOWN),
    }


def _costs(flag: FlagState, wording: Wording, today: date) -> dict[str, str | None]:
    days = flag.uncovered_working_days
    return {
        "since": wording.day(flag.since),
        "ended": wording.day(flag.ended_on) if flag.ended_on else None,
        "due": wording.deadline(flag.due, today) if flag.due else None,
        "workers": wording.number(flag.workers) if flag.workers else None,
        "amount": wording.rupiah(flag.amount_idr) if flag.amount_idr else None,
        "uncovered": wording.working_days(days) if days else None,
    }


def _in(text: Bilingual, wording: Wording) -> str:
    return text.id if wording.code == "id" else text.en


def _proof(evidence: Evidence, wording: Wording) -> str:
    origin = wording.article(evidence.article) if evidence.article else evidence.id
    return f"{evidence.name}: {evidence.value}" + (f" ({origin})" if origin else "")
