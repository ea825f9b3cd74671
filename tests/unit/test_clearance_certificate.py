"""The printed clearance: what it says, that it leads to its check, and that a name is only ever a name."""

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from services.employer.clearance.certificate import certificate, printable, qr_code, shown
from services.employer.clearance.check_page import page
from services.employer.clearance.checking import INVALID, check
from services.employer.clearance.decision import Clearance, Kind, Reason, Status, Unsure
from services.employer.clearance.signing import statement
from services.employer.clearance.words import FOLDER, all_texts, text
from shared.clock import JAKARTA
from shared.events.data import Bilingual
from shared.law import cited

KID = "gu0vgER_GANePkCpuucnQ4tiJC24ltWAh8xljuEkPNQ"
URL = f"https://patuh.example.id/v1/clearance/check?jws={'eyJhbGciOiJFZERTQSJ9.' * 20}{'x' * 86}"
STATUSES: list[Status] = ["clear", "not-clear", "unknown"]
KINDS: list[Kind] = ["contractor", "project", "agency", "group"]
INJECTIONS = [
    '#read("/etc/passwd")',
    '#eval("1 + 1") *x* _y_ $z$ `w` <label> @reference // comment /* open',
    '"); #panic("out") ("',
    '\\u{41} \\# {{ 7 * 7 }} {% raw %} <script>alert(1)</script> & "quoted"',
    '#import "@preview/cades:0.3.1": qr-code',
    "= Heading\n- list\n#set text(size: 99pt)",
]


def reason(**told: Any) -> Reason:
    usual: dict[str, Any] = {
        "code": "project.not-registered",
        "title": Bilingual("Proyek belum terdaftar", "Project not registered"),
        "reason": Bilingual("Proyek belum didaftarkan.", "The project is not registered."),
        "remedy": Bilingual("Daftarkan proyek.", "Register the project."),
        "since": date(2025, 3, 10),
        "articles": ["Permenaker 44/2015 art. 3", "Permenaker 5/2021"],
    }
    return Reason(**(usual | told))


def told(status: Status = "not-clear", **changes: Any) -> Clearance:
    usual: dict[str, Any] = {"subject": "project:lkpp-405-tender-5123406", "name": "Drainase Cikole"}
    usual |= {"kind": "project", "status": status, "reasons": [] if status == "clear" else [reason()]}
    usual |= {"as_of": datetime(2025, 6, 10, 12, tzinfo=JAKARTA), "valid_until": date(2025, 6, 24)}
    return Clearance(**(usual | changes))


def words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).replace("\u200b", "").split())


def image(pdf_of: Clearance) -> Image.Image:
    """The first page as it would be seen."""
    data = msgspec.json.encode(shown(pdf_of, URL, KID)).decode()
    template = FOLDER / "certificate.typ"
    png = typst.compile(
        template, root=FOLDER, format="png", ppi=110, ignore_system_fonts=True, sys_inputs={"data": data}
    )
    return Image.open(io.BytesIO(png if isinstance(png, bytes) else (png or [b""])[0])).convert("RGB")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("kind", KINDS)
def test_says_everything_in_both_languages(status: Status, kind: Kind) -> None:
    read = words(certificate(told(status, kind=kind), URL, KID))
    for name in (status, f"{status}.means", f"kind.{kind}", f"do.{status}.{kind}", "note.place", "scan"):
        assert text(name).id in read
        assert text(name).en in read
    for part in ("Drainase Cikole", "project:lkpp-405-tender-5123406", "10 Juni 2025, 12.00 WIB", KID):
        assert part in read
    assert "24 Juni 2025 (akhir hari)" in read
    assert "24 June 2025 (end of day)" in read


def test_tells_the_reasons_with_their_articles() -> None:
    read = words(certificate(told(), URL, KID))
    for part in (
        "Proyek belum terdaftar",
        "Project not registered",
        "Daftarkan proyek.",
        "Sejak 10 Maret 2025",
    ):
        assert part in read
    assert "Dasar hukum: Permenaker 44/2015 Pasal 3; Permenaker 5/2021" in read


def test_what_is_not_certain_is_said() -> None:
    unsure = [
        Unsure("x", "1", "PP 44/2015 art. 54", "medium"),
        Unsure("y", "1", "PP 44/2015 art. 54", "medium"),
    ]
    read = words(certificate(told(unsure=unsure), URL, KID))
    assert "belum sepenuhnya pasti: PP 44/2015 Pasal 54 (cukup pasti)." in read
    assert "not wholly certain: PP 44/2015 art. 54 (fairly certain)." in read
    assert "sepenuhnya" not in words(certificate(told(), URL, KID))


@pytest.mark.parametrize(
    ("status", "colour"), [("clear", (15, 107, 62)), ("not-clear", (179, 38, 30)), ("unknown", (138, 90, 0))]
)
def test_the_colour_says_the_same_as_the_word(status: Status, colour: tuple[int, int, int]) -> None:
    seen = image(told(status)).getcolors(maxcolors=1 << 24) or []
    shares = {look: count for count, look in seen}
    others = {(15, 107, 62), (179, 38, 30), (138, 90, 0)} - {colour}
    assert shares[colour] > 0.05 * sum(shares.values())
    assert not others & shares.keys()


@pytest.mark.parametrize("number", [1, 17])
def test_the_qr_code_leads_to_the_check(number: int) -> None:
    [found] = zxingcpp.read_barcodes(image(told(reasons=[reason()] * number)))
    assert found.text == URL


def test_the_qr_code_holds_the_longest_clearance() -> None:
    assert int(qr_code(f"https://patuh.example.id/v1/clearance/check?jws={'x' * 2000}").version) < 40


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_is_only_ever_a_name(name: str) -> None:
    reasons = [
        reason(title=Bilingual(name, name), reason=Bilingual(name, name), remedy=Bilingual(name, name))
    ]
    read = words(certificate(told(name=name, reasons=reasons), URL, KID))
    once = " ".join(name.split()).replace(" ", "")
    assert read.replace(" ", "").count(once) == 7
    assert "root:" not in read


def test_no_name_is_too_long_or_breaks_the_line() -> None:
    assert printable("PT A\nSTATUS:\u202e\x00\t x") == "PT A STATUS: x"
    assert len(printable("W" * 5000).replace("\u200b", "")) == 301
    pdf = certificate(told(name="W" * 5000, subject="project:" + "W" * 112), URL, KID)
    assert len(PdfReader(io.BytesIO(pdf)).pages) <= 2


def test_many_reasons_go_on_the_next_page_and_each_page_says_whose_it_is() -> None:
    pdf = certificate(told(reasons=[reason()] * 17), URL, KID)
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 1
    for number, read in enumerate(pages, 1):
        assert "project:lkpp-405-tender-5123406" in read
        assert f"Halaman {number} / {len(pages)}" in " ".join(read.split())


def test_the_same_clearance_gives_the_same_paper() -> None:
    assert certificate(told(), URL, KID) == certificate(told(), URL, KID)


def test_articles_read_as_each_language_writes_them() -> None:
    assert cited("UU 24/2011 art. 15") == Bilingual("UU 24/2011 Pasal 15", "UU 24/2011 art. 15")


def test_every_text_has_two_languages_that_differ() -> None:
    same = {name for name, one in all_texts().items() if one.id == one.en}
    assert same <= {"app"}


def test_the_check_page_says_what_holds_now() -> None:
    clear, bad = told("clear"), told("not-clear")
    said = statement(clear)
    for found, words_shown, look in (
        (check(said, clear, date(2025, 6, 24)), "PATUH", "clear"),
        (check(statement(bad), bad, date(2025, 6, 24)), "BELUM PATUH", "not-clear"),
        (check(said, clear, date(2025, 6, 25)), "KEDALUWARSA", "expired"),
        (check(said, bad, date(2025, 6, 24)), "TIDAK BERLAKU LAGI", "superseded"),
        (INVALID, "TIDAK SAH", "invalid"),
    ):
        html = page(found)
        assert f"<strong>{words_shown}</strong>" in html
        assert f'<div class="verdict {look}"' in html


@pytest.mark.parametrize("name", INJECTIONS)
def test_the_check_page_is_text_only(name: str) -> None:
    now = told(name=name, reasons=[reason(title=Bilingual(name, name))])
    html = page(check(statement(now), now, now.valid_until - timedelta(days=1)))
    assert "<script" not in html
    assert not re.search(r"(src|href)=\"(?!data:,\")", html)
    assert "49" not in re.sub(r"<style>.*</style>", "", html, flags=re.DOTALL)


def test_only_words_that_would_not_fit_are_broken() -> None:
    assert printable("mempertanggungjawabkan didaftarkan") == "mempertanggungjawabkan didaftarkan"
    assert printable("W" * 30) == "\u200b".join(["W" * 10] * 3)
