"""How Indonesian and English write dates, rupiah and counts. Texts from outside become one line."""

import re
import textwrap
from dataclasses import dataclass
from datetime import date

from shared.events.data import Bilingual
from shared.law import cited

_WIDTH = 76
# `Rp 1.000`, `PP 86/2013`, `Pasal 6` stay on one line.
_GLUED = re.compile(r"\b(Rp|PP|UU|Perpres|Permenaker|Pasal|art\.) (?=\d)")
_GLUE = "\x1f"
_MONTHS_ID = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
_MONTHS_EN = "January February March April May June July August September October November December"


@dataclass(frozen=True)
class Wording:
    """One language: its `code`, its months, what separates thousands."""

    code: str
    months: str
    separator: str

    def text(self, said: Bilingual) -> str:
        """The text in this language."""
        return said.id if self.code == "id" else said.en

    def day(self, day: date) -> str:
        """`5 Januari 2026`."""
        return f"{day.day} {self.months.split()[day.month - 1]} {day.year}"

    def number(self, number: int) -> str:
        """`1.300.000` (Indonesian), `1,300,000` (English)."""
        return f"{number:,}".replace(",", self.separator)

    def rupiah(self, amount: int) -> str:
        """`Rp 1.300.000`."""
        return f"Rp {self.number(amount)}"

    def percent(self, hundredths: int) -> str:
        """`0,1 %` (Indonesian), `0.1 %` (English) of 10 hundredths of a percent."""
        said = f"{hundredths / 100:g} %"
        return said.replace(".", ",") if self.code == "id" else said

    def worker_days(self, days: int) -> str:
        """`180 hari orang kerja (HOK)`, `180 worker-days`: each worker's days without cover, added up."""
        unit = "hari orang kerja (HOK)" if self.code == "id" else "worker-day" if days == 1 else "worker-days"
        return f"{self.number(days)} {unit}"

    def working_days(self, days: int) -> str:
        """`9 hari kerja`, `9 working days`."""
        unit = "hari kerja" if self.code == "id" else "working day" if days == 1 else "working days"
        return f"{self.number(days)} {unit}"

    def article(self, citation: str) -> str:
        """`PP 44/2015 Pasal 3` where the law's files say `art. 3`; `aturan Patuh` for a rule of the house."""
        said = cited(citation)
        return said.id if self.code == "id" else said.en

    def deadline(self, due: date, today: date) -> str:
        """The date, and how far away it is seen from `today` (calendar days)."""
        return f"{self.day(due)} ({self._distance((due - today).days)})"

    def _distance(self, days: int) -> str:
        count = self.number(abs(days))
        if self.code == "id":
            return "hari ini" if days == 0 else f"{count} hari lagi" if days > 0 else f"lewat {count} hari"
        unit = "day" if abs(days) == 1 else "days"
        return "today" if days == 0 else f"in {count} {unit}" if days > 0 else f"{count} {unit} overdue"


INDONESIAN = Wording("id", _MONTHS_ID, ".")
ENGLISH = Wording("en", _MONTHS_EN, ",")


def one_line(text: str) -> str:
    """The text without line breaks: what others wrote cannot pose as a line of ours."""
    return " ".join(text.split())


def wrapped(text: str, indent: int = 0) -> str:
    """The text in lines of at most 76 characters, all but the first indented."""
    text = _GLUED.sub(rf"\1{_GLUE}", one_line(text))
    lines = textwrap.fill(text, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return lines.replace(_GLUE, " ").replace("\n", "\n" + " " * indent)
