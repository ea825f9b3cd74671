"""The parts of a letter: what is at stake, the next sanction step, reminders, evidence in words."""

from datetime import date

import pytest
from msgspec.structs import replace

from services.notifier.cases import Kind
from services.notifier.ladder import Taken
from services.notifier.proofs import proof
from services.notifier.wording import ENGLISH, INDONESIAN, wrapped
from shared.events.data import Bilingual, Evidence, Exposure
from tests.unit.test_notifier_letters import FLAG, KINDS, written

EMPLOYER = replace(
    FLAG, subject="employer:nib-9912345678901", code="employer.not-registered", name="PT Contoh"
)
REMINDER = replace(FLAG, code="project.registration-due", level="notice", due=date(2026, 2, 10))
AT_STAKE = Exposure(
    per_worker_idr=222_000_000,
    total_idr=2_664_000_000,
    conditions=Bilingual(id="Paling banyak, jika ...", en="Up to, if ..."),
)
WITHHELD = (
    Taken("warning-1", date(2025, 9, 1)),
    Taken("warning-2", date(2025, 9, 20)),
    Taken("fine", date(2025, 10, 20)),
    Taken("withholding", date(2025, 12, 1)),
)


def test_what_families_stand_to_lose_is_said_with_its_conditions() -> None:
    _, first, second = written("raised", replace(FLAG, exposure=AT_STAKE, uncovered_worker_days=180))
    assert "Tak terlindungi: 15 hari kerja, 180 hari orang kerja (HOK)" in first.splitlines()
    assert "Not covered    : 15 working days, 180 worker-days" in second.splitlines()
    joined = " ".join(first.split())
    assert (
        "Yang dipertaruhkan keluarga: sampai Rp 222.000.000 per pekerja, sampai Rp 2.664.000.000 seluruhnya. "
        "Paling banyak, jika ..." in joined
    )
    assert "up to Rp 222,000,000 per worker, up to Rp 2,664,000,000 in all." in " ".join(second.split())


def test_for_one_worker_the_sum_is_not_said_twice() -> None:
    one = replace(AT_STAKE, total_idr=AT_STAKE.per_worker_idr)
    _, first, second = written("raised", replace(FLAG, exposure=one, uncovered_working_days=None))
    assert "seluruhnya" not in first
    assert "in all" not in second
    assert "Tak terlindungi" not in first


def test_an_employer_letter_names_the_next_sanction_step() -> None:
    _, first, second = written("raised", EMPLOYER)
    assert (
        "Langkah sanksi berikut: teguran tertulis pertama, mulai 24 Januari 2026 (PP 86/2013 Pasal 6)."
        in " ".join(first.split())
    )
    said = "Next sanction step: first written warning, from 24 January 2026 (PP 86/2013 art. 6)."
    assert said in " ".join(second.split())


def test_a_project_letter_says_that_the_payment_is_the_lever() -> None:
    _, first, second = written("raised", replace(FLAG, ends_on=date(2026, 3, 1)))
    assert "proyek ini berakhir 1 Maret 2026, jadi saat itu sudah selesai." in " ".join(first.split())
    assert "the lever is the payment" in " ".join(second.split())


def test_where_nobody_would_think_of_sanctions_none_are_spoken_of() -> None:
    _, first, second = written("raised", replace(FLAG, subject="feed:urn:oss", code="feed.silent"))
    assert "Sanksi" not in first
    assert "Sanctions" not in second


@pytest.mark.parametrize("kind", KINDS[1:])
def test_services_that_are_withheld_are_not_forgotten_at_the_end(kind: Kind) -> None:
    status = "cleared" if kind == "cleared" else "withdrawn"
    ended = replace(EMPLOYER, status=status, ended_on=date(2026, 1, 26))
    _, first, second = written(kind, ended, steps=WITHHELD)
    assert "Langkah sanksi berikut: pencabutan TMP2T, mulai 26 Januari 2026" in " ".join(first.split())
    assert "lifting of TMP2T" in second
    assert "Tidak ada lagi yang perlu" not in first
    _, first, _ = written(kind, ended)
    assert "Sanksi" not in first


def test_a_reminder_is_friendly_and_no_finding() -> None:
    subject, first, second = written("raised", REMINDER)
    assert subject.startswith("[Patuh] Pengingat: Proyek belum terdaftar: ")
    for line in (
        "Batas waktu    : 10 Februari 2026 (14 hari lagi)",
        "Perkiraan iuran: Rp 1.300.000",
    ):
        assert line in first.splitlines()
    assert "Ini pengingat, bukan temuan pelanggaran." in " ".join(first.split())
    assert "A friendly reminder" in second
    for accusing in ("Tenggat", "Iuran terutang", "Sanksi", "selesai atau dicabut"):
        assert accusing not in first
    for accusing in ("Amount owed", "overdue", "Sanctions", "resolved or withdrawn"):
        assert accusing not in second
    assert all(len(line) <= 80 for line in (first + second).splitlines() if "https://" not in line)


@pytest.mark.parametrize(
    ("evidence", "indonesian", "english"),
    [
        (
            Evidence(name="vat.percent", value="11", article="UU 7/2021 art. 7", confidence="confirmed"),
            "Tarif PPN (%): 11 (UU 7/2021 Pasal 7)",
            "VAT (%): 11 (UU 7/2021 art. 7)",
        ),
        (
            Evidence(name="x", value="1", article="PP 1/2000 art. 1", confidence="medium"),
            "x: 1 (PP 1/2000 Pasal 1) (perlu verifikasi)",
            "x: 1 (PP 1/2000 art. 1) (to be verified)",
        ),
        (Evidence(name="x", value="1", confidence="low"), "x: 1 (perlu verifikasi)", "x: 1 (to be verified)"),
        (
            Evidence(name="value_idr", value="874500000", id="a-1"),
            "Nilai kontrak: Rp 874.500.000 (a-1)",
            "Contract value: Rp 874,500,000 (a-1)",
        ),
        (
            Evidence(name="kind", value="construction"),
            "Jenis paket: konstruksi",
            "Kind of package: construction",
        ),
        (
            Evidence(name="project.contribution-tiers", value="[[0, 24]]", article="PP 44/2015 art. 54"),
            "Tarif iuran proyek berjenjang (PP 44/2015 Pasal 54)",
            "Contribution tiers by contract value (PP 44/2015 art. 54)",
        ),
        (
            Evidence(name="wage.minimum-exempt-sizes", value="['micro', 'small']"),
            "Skala usaha yang dikecualikan dari upah minimum: micro, small",
            "Sizes exempt from the minimum wage: micro, small",
        ),
    ],
)
def test_evidence_is_in_words_and_says_when_it_is_not_sure(
    evidence: Evidence, indonesian: str, english: str
) -> None:
    assert (proof(evidence, INDONESIAN), proof(evidence, ENGLISH)) == (indonesian, english)


def test_a_law_and_its_number_stay_on_one_line() -> None:
    text = wrapped("x" * 70 + " PP 86/2013 Pasal 6, Rp 1.000")
    assert text.splitlines()[1:] == ["PP 86/2013 Pasal 6, Rp 1.000"]
