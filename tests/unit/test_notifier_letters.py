"""What officers read: both languages, every kind of alert, and nothing that others can forge."""

from datetime import date

import pytest
from msgspec.structs import replace

from services.notifier.cases import Kind
from services.notifier.ladder import Taken, ladder
from services.notifier.ladder_words import view
from services.notifier.letters import letter
from shared.events.data import Bilingual, Evidence, FlagState
from shared.law import load

CONSOLE = "https://patuh.example/"
FLAG = FlagState(
    flag_id="1a2b",
    subject="project:lkpp-1234-nontender-10012345000",
    code="project.not-registered",
    version=3,
    status="open",
    rule="project.not-registered@1",
    name="Rehabilitasi Drainase Jalan Pelabuhan II",
    since=date(2026, 1, 5),
    raised_on=date(2026, 1, 24),
    due=date(2026, 1, 23),
    law=["Permenaker 44/2015 art. 3", "Permenaker 5/2021"],
    evidence=[
        Evidence(name="contract_on", value="2026-01-05", source="urn:lpse:1234", id="award-77"),
        Evidence(
            name="project.registration-working-days", value="14", article="Permenaker 44/2015 art. 3(3)"
        ),
    ],
    title=Bilingual(id="Proyek belum terdaftar", en="Project not registered"),
    reason=Bilingual(
        id="Proyek Rehabilitasi Drainase Jalan Pelabuhan II belum didaftarkan di e-Jakon. "
        "Dihitung dari SPK 5 Januari 2026, batasnya 23 Januari 2026 (14 hari kerja).",
        en="Project Rehabilitasi Drainase Jalan Pelabuhan II is not registered in e-Jakon.",
    ),
    remedy=Bilingual(
        id="Kontraktor mendaftarkan proyek dan daftar pekerjanya di e-Jakon serta melunasi iuran.",
        en="The contractor registers the project and its worker list in e-Jakon.",
    ),
    workers=12,
    amount_idr=1_300_000,
    uncovered_working_days=15,
)
KINDS: list[Kind] = ["raised", "cleared", "withdrawn"]


def written(
    kind: Kind, flag: FlagState = FLAG, today: date = date(2026, 1, 27), steps: tuple[Taken, ...] = ()
) -> tuple[str, str, str]:
    """The subject, the Indonesian part and the English part."""
    stands = view("case-1", flag, ladder(flag, steps, load(), today), load(), today)
    made = letter(kind, flag, CONSOLE, today, "alert-1", stands)
    indonesian, english = made.body.split("In English")
    return made.subject, indonesian, english


def test_a_raised_flag_says_what_who_why_and_what_to_do_in_both_languages() -> None:
    subject, indonesian, english = written("raised")
    assert subject == "[Patuh] Proyek belum terdaftar: Rehabilitasi Drainase Jalan Pelabuhan II"
    for line in (
        "Sejak          : 5 Januari 2026",
        "Tenggat        : 23 Januari 2026 (lewat 4 hari)",
        "Pekerja        : 12 orang",
        "Iuran terutang : Rp 1.300.000",
        "Tak terlindungi: 15 hari kerja",
        "- Permenaker 44/2015 Pasal 3",
        "- Tanggal SPK: 5 Januari 2026 (award-77)",
        "- Batas pendaftaran proyek (hari kerja): 14 (Permenaker 44/2015 Pasal 3(3))",
        "Riwayat lengkap: https://patuh.example/subjects/project:lkpp-1234-nontender-10012345000",
    ):
        assert line in indonesian.splitlines(), indonesian
    assert "Kontraktor mendaftarkan proyek" in indonesian
    for line in (
        "Finding        : Project not registered",
        "Since          : 5 January 2026",
        "Due            : 23 January 2026 (4 days overdue)",
        "Amount owed    : Rp 1,300,000",
        "Not covered    : 15 working days",
        "- Permenaker 44/2015 art. 3",
    ):
        assert line in english.splitlines(), english


@pytest.mark.parametrize(
    ("today", "indonesian", "english"),
    [
        (date(2026, 1, 20), "(3 hari lagi)", "(in 3 days)"),
        (date(2026, 1, 22), "(1 hari lagi)", "(in 1 day)"),
        (date(2026, 1, 23), "(hari ini)", "(today)"),
        (date(2026, 1, 24), "(lewat 1 hari)", "(1 day overdue)"),
    ],
)
def test_a_deadline_says_how_far_away_it_is(today: date, indonesian: str, english: str) -> None:
    _, first, second = written("raised", today=today)
    assert indonesian in first
    assert english in second


@pytest.mark.parametrize(
    ("kind", "prefix", "indonesian", "english"),
    [
        ("cleared", "Selesai: ", "temuan berikut sudah dibereskan", "has been put right"),
        ("withdrawn", "Dicabut: ", "Dicabut: data ternyata keliru.", "turned out to be wrong"),
    ],
)
def test_the_last_word_has_its_own_wording(kind: Kind, prefix: str, indonesian: str, english: str) -> None:
    ended = replace(FLAG, ended_on=date(2026, 1, 26))
    subject, first, second = written(kind, ended)
    assert subject.startswith(f"[Patuh] {prefix}Proyek belum terdaftar: ")
    assert indonesian in first
    assert "Berakhir       : 26 Januari 2026" in first.splitlines()
    assert english in second
    for demand in ("Tenggat", "Iuran terutang", "Yang perlu dilakukan"):
        assert demand not in first
    for demand in ("Due  ", "Amount owed", "What to do"):
        assert demand not in second


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_is_left_out(kind: Kind) -> None:
    bare = replace(
        FLAG, due=None, workers=None, amount_idr=None, uncovered_working_days=None, evidence=[], law=[]
    )
    _, first, second = written(kind, bare)
    assert "None" not in first + second
    for label in ("Tenggat", "Pekerja  ", "Iuran", "Tak terlindungi", "Dasar hukum", "Bukti", "Risiko"):
        assert label not in first
    assert "\n\n\n" not in first
    assert "\n\n\n" not in second


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_fits_a_screen_and_the_reference_is_told(kind: Kind) -> None:
    _, first, second = written(kind)
    assert all(len(line) <= 80 for line in (first + second).splitlines() if "https://" not in line)
    assert "nomor alert-1" in first
    assert "number alert-1" in second


def test_a_name_cannot_pose_as_a_line_of_ours() -> None:
    forged = replace(FLAG, name="Proyek\r\nBcc: someone@example.org\nTenggat        : 1 Januari 2030")
    subject, first, _ = written("raised", forged)
    assert "\n" not in subject
    assert "\r" not in subject
    assert sum(line.startswith("Tenggat") for line in first.splitlines()) == 1


def test_long_names_and_long_evidence_are_shortened() -> None:
    proofs = [Evidence(name=f"fact{n}", value=str(n)) for n in range(9)]
    subject, first, second = written("raised", replace(FLAG, name="N" * 400, evidence=proofs))
    assert len(subject) < 160
    assert "- fact5: 5" in first
    assert "fact6" not in first
    assert "- dan 3 lagi di konsol" in first
    assert "- and 3 more in the console" in second
