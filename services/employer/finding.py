"""What a rule found about a subject on a day: decided and wrong, or not to be decided and why."""

from datetime import date
from typing import Literal

from msgspec import Struct

from shared.events.data import Bilingual, Evidence, Exposure, Sector
from shared.law import Law

_NAMES = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
_MONTHS = {language: names.split() for language, names in _NAMES.items()}


class Finding(Struct, kw_only=True):
    """One finding. `since`: when the obligation or the gap began; `due`: until when it must be mended
    (legal deadline); `workers` without cover; `amount_idr` of contribution owed; days in working days;
    `uncovered_worker_days`: those times the workers. A `notice` reminds of what is not yet overdue.

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
    uncovered_worker_days: int | None = None
    exposure: Exposure | None = None
    level: Literal["violation", "notice"] = "violation"
    sector: Sector | None = None
    ends_on: date | None = None
    undecided: str | None = None
    region: str | None = None
    facts: dict[str, Bilingual] = {}

    def texts(self, law: Law) -> tuple[Bilingual, Bilingual, Bilingual]:
        """Title, reason and remedy in both languages."""
        rule = law.rules[self.code]
        own, english = self._values("id"), self._values("en")
        reason, remedy = (
            Bilingual(id=text.id.format_map(own), en=text.en.format_map(english))
            for text in (rule.reason, rule.remedy)
        )
        return rule.title, reason, remedy

    def _values(self, language: Literal["id", "en"]) -> dict[str, str]:
        months = _MONTHS[language]
        own = {
            "name": self.name,
            "workers": "?" if self.workers is None else str(self.workers),
            "since": _spell(self.since, months),
            "due": _spell(self.due, months),
            "amount": _grouped(self.amount_idr, language),
            "uncovered": str(self.uncovered_working_days or 0),
        }
        return own | {key: getattr(value, language) for key, value in self.facts.items()}


def same(text: object) -> Bilingual:
    """A text that reads the same in both languages."""
    return Bilingual(id=str(text), en=str(text))


def rupiah(amount: int) -> Bilingual:
    """An amount as each language writes it: `1.300.000`, `1,300,000`."""
    return Bilingual(id=_grouped(amount, "id"), en=_grouped(amount, "en"))


def spelled(day: date) -> Bilingual:
    """A day as each language writes it: `5 Mei 2025`, `5 May 2025`."""
    return Bilingual(id=_spell(day, _MONTHS["id"]), en=_spell(day, _MONTHS["en"]))


def _grouped(amount: int | None, language: Literal["id", "en"]) -> str:
    if amount is None:
        return "?"
    return f"{amount:,}".replace(",", "." if language == "id" else ",")


def _spell(day: date | None, months: list[str]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}" if day else "-"
