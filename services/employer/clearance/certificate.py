"""A clearance on paper: one PDF that says who, what, until when, why, and how to check it.

Texts reach the typesetter as data and never as its markup: a name is only ever a name.
"""

import io
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import msgspec
import segno
import typst

from services.employer.clearance.decision import Clearance, Reason, Unsure
from services.employer.clearance.words import FOLDER, filled, text
from services.employer.finding import spelled
from shared.clock import JAKARTA
from shared.events.data import Bilingual
from shared.law import cited

_LONGEST = 300
_WORD, _PIECE = re.compile(r"\S+"), re.compile(r"(\S{10})(?=\S)")
_FITS, _NUMBER_FITS = 27, 40  # characters in the width of the page that a name, and a subject, is given
_LABELS = (
    *("app", "document", "document.about", "name", "subject", "purpose", "as-of", "valid-until", "reasons"),
    *("lacking", "law", "since", "to-do", "note", "note.place", "scan", "key", "page"),
)


def certificate(told: Clearance, check_url: str, kid: str) -> bytes:
    """The PDF (A-2a). `check_url` is where its QR code leads, `kid` the key that signed it."""
    compiled = typst.compile(
        FOLDER / "certificate.typ",
        root=FOLDER,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": msgspec.json.encode(shown(told, check_url, kid)).decode()},
        pdf_standards=["a-2a"],
        timestamp=told.as_of.astimezone(UTC),
    )
    assert isinstance(compiled, bytes)
    return compiled


def qr_code(check_url: str) -> segno.QRCode:
    """The QR code of an address; the least redundancy gives the largest dots."""
    return segno.make_qr(check_url, error="L", boost_error=False)


def shown(told: Clearance, check_url: str, kid: str) -> dict[str, Any]:
    """Everything that the template puts on the page, ready to be set."""
    return {
        "status": told.status,
        "word": text(told.status),
        "means": text(f"{told.status}.means"),
        "name": printable(told.name),
        "subject": printable(told.subject, _NUMBER_FITS),
        "purpose": text(f"kind.{told.kind}"),
        "as_of": instant(told.as_of),
        "valid_until": filled("valid-until.end", spelled(told.valid_until)),
        "day": told.as_of.date().isoformat(),
        "reasons": [_reason(one) for one in told.reasons],
        "to_do": text(f"do.{told.status}.{told.kind}"),
        "unsure": unsure(told.unsure),
        "check_url": check_url,
        "qr": _svg(check_url),
        "kid": kid,
        "labels": {name: text(name) for name in _LABELS},
    }


def printable(written: str, fits: int = _FITS) -> str:
    """One line of what others wrote: no control characters, not endless, no word that cannot be broken."""
    line = " ".join(written.split())
    line = "".join(char for char in line if unicodedata.category(char)[0] != "C")
    line = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    return _WORD.sub(lambda word: word[0] if len(word[0]) <= fits else _PIECE.sub("\\1\u200b", word[0]), line)


def instant(at: datetime) -> Bilingual:
    """`10 Juni 2025, 12.00 WIB`."""
    local = at.astimezone(JAKARTA)
    day = spelled(local.date())
    return Bilingual(id=f"{day.id}, {local:%H.%M} WIB", en=f"{day.en}, {local:%H:%M} WIB")


def unsure(parameters: list[Unsure]) -> Bilingual | None:
    """Which provisions are not certain; None when all are."""
    if not parameters:
        return None
    each = [(cited(one.article), text(f"confidence.{one.confidence}")) for one in parameters]
    once = {(where.id, where.en, how.id, how.en) for where, how in each}
    return filled(
        "note.unsure",
        Bilingual(
            id="; ".join(sorted(f"{where} ({how})" for where, _, how, _ in once)),
            en="; ".join(sorted(f"{where} ({how})" for _, where, _, how in once)),
        ),
    )


def _reason(one: Reason) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": _printable(one.title),
        "reason": _printable(one.reason),
        "remedy": _printable(one.remedy),
        "since": spelled(one.since) if one.since else None,
        "articles": joined([cited(citation) for citation in one.articles]),
    }


def joined(texts: list[Bilingual]) -> Bilingual:
    """Several texts in one line."""
    return Bilingual(id="; ".join(one.id for one in texts), en="; ".join(one.en for one in texts))


def _printable(told: Bilingual) -> Bilingual:
    return Bilingual(id=printable(told.id), en=printable(told.en))


def _svg(check_url: str) -> str:
    drawn = io.BytesIO()
    qr_code(check_url).save(drawn, kind="svg", border=4, xmldecl=False)
    return drawn.getvalue().decode()
