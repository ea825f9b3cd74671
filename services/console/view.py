"""What the templates and the stream say, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from services.console import formats, texts
from services.console.formats import Language
from services.console.reading import RecentEvent
from shared.events import types
from shared.events.data import Bilingual

_MONEY = {"value_idr", "amount_idr"}
_DATES = {name for name in texts.LABELS if name.endswith("_on") or name in ("due", "as_of")}


def language(asked: str) -> Language:
    """`en` when asked for, else Indonesian."""
    return "en" if asked == "en" else "id"


@dataclass(frozen=True)
class View:
    """The words, dates, amounts and links of a page. `today` is the local date, for what is overdue."""

    lang: Language
    today: date

    def t(self, key: str, **values: object) -> str:
        return texts.text(self.lang, key).format_map(values) if values else texts.text(self.lang, key)

    def say(self, words: Bilingual) -> str:
        return words.en if self.lang == "en" else words.id

    def code(self, name: str) -> str:
        return texts.code(self.lang, name)

    def day(self, value: date | None) -> str:
        return formats.day(value, self.lang)

    def instant(self, value: datetime) -> str:
        return formats.instant(value, self.lang)

    def number(self, value: int | None) -> str:
        return formats.number(value, self.lang)

    def rupiah(self, value: int | None) -> str:
        return formats.rupiah(value)

    def short(self, event_type: str) -> str:
        """`project.awarded` for `id.patuh.project.awarded.v1`."""
        return types.ALL[event_type].short if event_type in types.ALL else event_type

    def href(self, path: str, **query: object) -> str:
        """A link within the console that keeps the language; empty values are left out."""
        chosen = {"lang": self.lang if self.lang != "id" else "", **query}
        kept = {name: value for name, value in chosen.items() if value not in ("", None)}
        return f"{path}?{urlencode(kept)}" if kept else path

    def subject_href(self, subject: str) -> str:
        return self.href(f"/subjects/{quote(subject, safe=':')}")

    def summary(self, event: RecentEvent) -> str:
        """`PT Bara Karya · workforce 25 · value Rp 1.300.000`."""
        return " · ".join(self._labelled(name, value) for name, value in event.summary.items())

    def _labelled(self, name: str, value: str | int) -> str:
        return f"{texts.label(self.lang, name)} {self._worded(name, value)}".lstrip()

    def _worded(self, name: str, value: str | int) -> str:
        if isinstance(value, int):
            return self.rupiah(value) if name in _MONEY else self.number(value)
        if name == "code":
            return self.code(value)
        if name == "status":
            return self.t(value)
        return self.day(date.fromisoformat(value)) if name in _DATES else value

    def event(self, event: RecentEvent) -> Mapping[str, Any]:
        """An event as the live stream sends it: its own fields, and those ready to be shown."""
        return {
            "id": event.id,
            "topic": event.topic,
            "type": event.type,
            "time": event.time,
            "source": event.source,
            "subject": event.subject,
            "event_id": event.event_id,
            "summary": event.summary,
            "shown": {
                "time": self.instant(event.time),
                "type": self.short(event.type),
                "subject": event.subject,
                "summary": self.summary(event),
                "href": self.subject_href(event.subject),
            },
        }
