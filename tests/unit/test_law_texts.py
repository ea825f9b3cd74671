"""What rules say to people: every text of every rule can be read, in both languages."""

import re
from datetime import date
from typing import Any

import pytest

from services.employer.finding import Finding, same
from services.employer.rules import ALL
from shared.events import Event
from shared.events.data import Bilingual
from tests.unit.building import (
    FIRM,
    LAW,
    OTHER,
    PROJECT,
    award,
    enrolled,
    findings,
    in_ejakon,
    registered,
    staff,
    started,
    unregistered,
)

ON = "2025-06-02"
OBLIGED: dict[str, Any] = {"workforce": 12, "obliged_since": "2025-01-06"}
CREW = [award("2025-03-20", end_on="2025-07-31"), in_ejakon("2025-03-24", "2025-03-24")]
CREW += [enrolled(n, "2025-03-24", project=PROJECT) for n in (1, 2)]
FIRM_TOLD = registered("2025-01-06", **OBLIGED)
MEMBER_TOLD = registered("2025-01-06", npp="AB123456", **OBLIGED)
PWBD, PDS_TK, UNREGISTERED = "employer.not-registered", "employer.workers-missing", "project.not-registered"
FLAGGED, REMOVED = "project.contractor-flagged", "project.worker-removed"
KSO = [
    award("2025-03-20", contractors=[FIRM, OTHER]),
    FIRM_TOLD,
    registered("2025-01-06", OTHER, name="PT {Baik}", npp="ZZ999999", **OBLIGED),
]
KINDS = [
    pytest.param(PWBD, [FIRM_TOLD], id="PWBD"),
    pytest.param(PDS_TK, [FIRM_TOLD, *staff(9)], id="PDS TK"),
    pytest.param(PDS_TK, [MEMBER_TOLD], id="PDS TK, nobody enrolled"),
    pytest.param(UNREGISTERED, [award("2025-03-20", contract_on="2025-03-20")], id="SPK"),
    pytest.param(UNREGISTERED, [award("2025-03-20"), started("2025-03-24", "2025-03-24")], id="SPMK"),
    pytest.param(UNREGISTERED, [award("2025-03-20", workers_planned=9, value_idr=10**9)], id="award"),
    pytest.param(FLAGGED, [award("2025-03-20"), FIRM_TOLD], id="one contractor"),
    pytest.param(FLAGGED, KSO, id="KSO"),
    pytest.param(REMOVED, [*CREW, unregistered(1, "2025-05-05", project=PROJECT)], id="removed"),
]


def of(code: str, facts: list[Event]) -> Finding:
    return findings(facts, ON, FIRM if code.startswith("employer.") else PROJECT)[code]


@pytest.mark.parametrize(("code", "facts"), KINDS)
def test_every_text_is_filled_in_both_languages(code: str, facts: list[Event]) -> None:
    found = of(code, facts)
    assert found.undecided is None
    for text in found.texts(LAW):
        for told in (text.id, text.en):
            assert told
            assert not re.search(r"\{(?!Baik\})|None|\?|\bnull\b", told)
        assert text.id != text.en


def test_every_rule_of_the_services_has_its_texts() -> None:
    assert ALL.keys() == LAW.rules.keys()


@pytest.mark.parametrize("code", sorted(LAW.rules))
def test_every_text_can_be_filled(code: str) -> None:
    rule = LAW.rules[code]
    names = {name for text in (rule.title, rule.reason, rule.remedy) for name in _placeholders(text.id)}
    found = Finding(subject=PROJECT, code=code, name="P", law=[], evidence=[])
    found.facts = {name: same("x") for name in names}
    for text in found.texts(LAW):
        assert not re.search(r"[{}]", text.id + text.en)
        assert text.id != text.en


def test_a_reason_reads_as_a_sentence_with_dates_spelled_out() -> None:
    title, reason, remedy = of(PWBD, [FIRM_TOLD]).texts(LAW)
    assert title.id == "Perusahaan wajib belum daftar (PWBD)"
    assert reason.id == (
        "CV Maju mempekerjakan 12 orang tetapi belum menjadi peserta BPJS Ketenagakerjaan. "
        "Wajib sejak 6 Januari 2025, batas pendaftaran 20 Februari 2025."
    )
    assert reason.en == (
        "CV Maju employs 12 people but is not a member of BPJS Ketenagakerjaan. "
        "Obliged since 6 January 2025, registration was due by 20 February 2025."
    )
    assert remedy.en.endswith("branch.")


def test_an_unknown_number_of_workers_is_left_open() -> None:
    found = Finding(subject=PROJECT, code="project.worker-removed", name="P", law=[], evidence=[])
    assert found.texts(LAW)[1].en.startswith("? workers of project P")


def test_the_days_of_the_deadline_come_from_the_parameter() -> None:
    _, reason, _ = of(UNREGISTERED, [award("2025-03-20", contract_on="2025-03-20")]).texts(LAW)
    assert "(14 working days)" in reason.en
    assert "(14 hari kerja)" in reason.id


def test_both_languages_of_a_text_use_the_same_placeholders() -> None:
    for rule in LAW.rules.values():
        for text in (rule.title, rule.reason, rule.remedy):
            assert _placeholders(text.id) == _placeholders(text.en), text


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_months_are_spelled_in_the_reader_s_language() -> None:
    found = Finding(subject=FIRM, code="employer.workers-missing", name="X", law=[], evidence=[])
    found.facts = {"workforce": Bilingual(id="1", en="1"), "enrolled": Bilingual(id="0", en="0")}
    for month, (indonesian, english) in {5: ("Mei", "May"), 8: ("Agustus", "August")}.items():
        found.due = date(2025, month, 1)
        remedy = found.texts(LAW)[2]
        assert f"1 {indonesian} 2025" in remedy.id
        assert f"1 {english} 2025" in remedy.en
