"""What a rule found about a subject on a day: decided and wrong, or not to be decided and why."""

from datetime import date
from typing import Literal

from msgspec import Struct

from services.employer.law import Law
from shared.events.data import Bilingual, Evidence

_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}


class Finding(Struct, kw_only=True):
    """One finding. `since`: when the obligation or the gap began; `due`: until when it must be mended
    (legal deadline); `workers` without cover; `amount_idr` of contribution owed; days in working days.

    `undecided` names the missing fact: such a finding is shown and never raised as a flag.
    """

    subject: str
    code: str
    name: str
    law: list[str]
    evidence: list[Evidence]
    since: date | None = None
    due: date | None = None
    workers: int | None = None
    amount_idr: int | None = None
    uncovered_working_days: int | None = None
    undecided: str | None = None
    region: str | None = None
    facts: dict[str, Bilingual] = {}

    def texts(self, law: Law) -> tuple[Bilingual, Bilingual, Bilingual]:
        """Title, reason and remedy in both languages."""
        rule = law.rules[self.code]
        return rule.title, self._fill(rule.reason), self._fill(rule.remedy)

    def _fill(self, text: Bilingual) -> Bilingual:
        return Bilingual(id=text.id.format(**self._values("id")), en=text.en.format(**self._values("en")))

    def _values(self, language: Literal["id", "en"]) -> dict[str, str]:
        months = _MONTHS[language].split()
        own = {
            "name": self.name,
            "workers": "?" if self.workers is None else str(self.workers),
            "since": _spell(self.since, months),
            "due": _spell(self.due, months),
        }
        return own | {key: getattr(value, language) for key, value in self.facts.items()}


def same(text: object) -> Bilingual:
    """A text that reads the same in both languages."""
    return Bilingual(id=str(text), en=str(text))


def _spell(day: date | None, months: list[str]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}" if day else "-"
