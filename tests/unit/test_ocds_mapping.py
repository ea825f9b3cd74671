"""From a release to an event: each field, and each reason to skip or refuse it."""

import json
from typing import Any

import pytest

from patuh.importing.outcomes import Mapped, Skipped
from shared.events import decode, envelope
from shared.events.data import ProjectAwarded
from tests.unit.fixtures.ocds.examples import BASE, NPWP_A, changed, data, defects, read, refusal


def test_a_whole_release_becomes_an_event_of_the_contract() -> None:
    outcome = read(BASE)

    assert isinstance(outcome, Mapped)
    assert outcome.defects == ()
    assert outcome.events[0] == {
        "specversion": "1.0",
        "id": "ocds-synth1-0001/0001-award",
        "source": "urn:ocds:ocds-synth1",
        "type": "id.patuh.project.awarded.v1",
        "subject": "project:ocds-synth1-0001",
        "time": "2024-03-04T09:00:00+07:00",
        "datacontenttype": "application/json",
        "data": {
            "title": "Rehabilitasi Jalan Contoh",
            "kind": "construction",
            "method": "tender",
            "owner": {"agency": "1.03.01", "name": "Dinas Contoh"},
            "contractors": [NPWP_A],
            "value_idr": 880_000_000,
            "funding": "APBD",
            "contract_on": "2024-03-04",
            "start_on": "2024-03-11",
            "end_on": "2024-08-31",
        },
    }
    event = decode(json.dumps(outcome.events[0]).encode(), envelope.HEADERS)
    assert isinstance(event.data, ProjectAwarded)


@pytest.mark.parametrize(
    ("category", "title", "extra", "kind"),
    [
        ("works", "Konsultan Pengawasan", None, "construction"),
        ("goods", "Konsultan Perencanaan", None, "goods"),
        ("services", "Jasa Kebersihan Konstruksi", None, "services"),
        ("services", "Jasa Konsultansi Penelitian", None, "services"),
        ("services", "Jasa Konsultansi Pengawasan Jalan", None, "construction-consultancy"),
        ("services", "KONSULTAN PERENCANAAN TAMAN", None, "construction-consultancy"),
        ("services", "Manajemen Konstruksi Gedung", ["consultingServices"], "construction-consultancy"),
        ("services", "Kajian Ekonomi", ["consultingServices"], "services"),
    ],
)
def test_kind_follows_category_and_title(
    category: str, title: str, extra: list[str] | None, kind: str
) -> None:
    tender = {"title": title, "mainProcurementCategory": category, "additionalProcurementCategories": extra}

    assert data(read(changed("tender", BASE["tender"] | tender)))["kind"] == kind


@pytest.mark.parametrize(
    ("method", "expected"),
    [("open", "tender"), ("selective", "tender"), ("limited", "direct"), ("direct", "direct")],
)
def test_method(method: str, expected: str) -> None:
    assert data(read(changed("tender/procurementMethod", method)))["method"] == expected


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("ocid", "synth1-0001", "ocid"),
        ("ocid", "ocds-synth1-0 1", "ocid"),
        ("ocid", 7, "ocid"),
        ("id", ..., "id"),
        ("id", "x" * 400, "id"),
        ("date", "-0001-11-30T00:00:00+00:00", "date"),
        ("tender/title", 7, "tender/title"),
        ("tender/mainProcurementCategory", ..., "tender/mainProcurementCategory"),
        ("tender/procurementMethod", "swakelola", "tender/procurementMethod"),
        ("awards/0/id", ..., "awards/0"),
        ("awards/0/value", "free", "awards/0/value"),
        ("awards/0/suppliers", [], "awards/0/suppliers"),
        ("awards/0", None, "awards/0"),
        ("awards", [], "awards"),
        ("parties", "none", "parties"),
        ("contracts/0/value/amount", "satu juta", "contracts/0/value/amount"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(path: str, value: Any, field: str) -> None:
    release = changed(path, value)
    if field == "date":
        release["date"] = None
        release["awards"][0]["date"] = "0000-00-00"

    assert refusal(read(release))[0] == field


def test_a_release_without_buyer_or_title_is_refused() -> None:
    nobody = changed("buyer", ...)
    nobody["tender"]["procuringEntity"] = {}
    nameless = changed("tender/title", " ")
    nameless["awards"][0]["title"] = None

    assert refusal(read(nobody))[0] == "buyer"
    assert refusal(read(nameless))[0] == "tender/title"


def test_a_title_comes_from_the_award_when_the_tender_has_none_and_is_cut() -> None:
    release = changed("tender/title", None)
    release["awards"][0]["title"] = "Belanja\r\n  " + "x" * 600
    outcome = read(release)

    assert data(outcome)["title"] == "Belanja " + "x" * 492
    assert defects(outcome) == ("title cut to 500 characters",)


@pytest.mark.parametrize("status", ["pending", "unsuccessful"])
def test_only_an_active_award_is_an_award(status: str) -> None:
    outcome = read(changed("awards/0/status", status))

    assert isinstance(outcome, Skipped)
    assert outcome.reason == ("no award yet" if status == "pending" else "award unsuccessful")


def test_a_release_before_the_award_is_skipped() -> None:
    outcome = read({name: BASE[name] for name in ("ocid", "id", "date", "tender")})

    assert isinstance(outcome, Skipped)
    assert outcome.key == "ocds-synth1-0001"


def test_a_source_of_ones_own_takes_any_ocid() -> None:
    outcome = read(changed("ocid", "proses-1"), source="urn:lpse:kota-contoh")

    assert isinstance(outcome, Mapped)
    assert outcome.events[0]["source"] == "urn:lpse:kota-contoh"
    assert outcome.events[0]["subject"] == "project:proses-1"
