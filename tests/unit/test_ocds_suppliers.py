"""Who awards and who was awarded: identifiers, good and bad, as publishers write them."""

import pytest

from patuh.importing.ocds.events import read_events
from tests.unit.fixtures.ocds.examples import (
    BASE,
    FIXTURES,
    NPWP_A,
    NPWP_B,
    Json,
    changed,
    data,
    defects,
    read,
    refusal,
    supplied_by,
)


@pytest.mark.parametrize(
    ("identifier", "subject"),
    [
        ({"scheme": "ID-NPWP", "id": "99.000.003.6-429.000"}, NPWP_B),
        ({"scheme": "ID-NPWP", "id": "0990000036429000"}, NPWP_B),
        ({"id": "99.000.003.6-429-000"}, NPWP_B),
        ({"scheme": "", "id": 990000036429000}, NPWP_B),
        ({"scheme": "ID-NIB", "id": "9120000000001"}, "employer:nib-9120000000001"),
        ({"id": 9120000000001}, "employer:nib-9120000000001"),
        ({"scheme": "ID-NPWP", "id": "9932710101900001"}, "employer:9932710101900001"),
    ],
)
def test_suppliers_are_keyed_by_npwp_or_nib(identifier: Json, subject: str) -> None:
    assert data(read(supplied_by(identifier)))["contractors"] == [subject]


@pytest.mark.parametrize("key", ["99.000.003.6-429.000", "ID-NPWP-990000036429000"])
def test_a_supplier_without_party_is_keyed_by_its_own_id(key: str) -> None:
    assert data(read(changed("awards/0/suppliers", [{"id": key}])))["contractors"] == [NPWP_B]


@pytest.mark.parametrize(
    ("identifier", "rule"),
    [
        ({"scheme": "PY-RUC", "id": "9120000000001"}, "no NPWP or NIB (scheme PY-RUC)"),
        ({"scheme": "9932710101900001", "id": "80030218-4"}, "no NPWP or NIB (odd scheme)"),
        ({"id": "80030218-4"}, "no NPWP or NIB (no scheme)"),
        (
            {"scheme": "ID-NPWP", "id": "99.000.003.7-429.000"},
            "npwp: the check digit (digit 9 of the old form) is wrong",
        ),
        ({"id": "00.000.000.0-000.000"}, "npwp: only zeros"),
        ({"scheme": "ID-NIB", "id": "91200000000012"}, "nib: 13 digits"),
        ({"scheme": "ID-NPWP", "id": "9932710113900001"}, "nik: digits 9-10 are a month"),
    ],
)
def test_an_award_whose_supplier_cannot_be_keyed_is_refused(identifier: Json, rule: str) -> None:
    outcome = read(supplied_by(identifier))

    assert refusal(outcome) == ("awards/0/suppliers/0", rule)
    assert identifier["id"] not in str(outcome)


def test_another_sound_identifier_saves_a_supplier() -> None:
    outcome = read(
        supplied_by(
            {"scheme": "ID-NPWP", "id": "99.000.003.7-429.000"},
            additionalIdentifiers=[{"scheme": "ID-NIB", "id": "9120000000001"}],
        )
    )

    assert data(outcome)["contractors"] == ["employer:nib-9120000000001"]
    assert defects(outcome) == ()


def test_suppliers_that_can_be_keyed_are_kept_and_the_others_counted() -> None:
    sound = {"id": "99.000.003.6-429.000"}
    outcome = read(supplied_by(sound, None, {"scheme": "PY-RUC", "id": "1"}, sound))

    assert data(outcome)["contractors"] == [NPWP_B]
    assert [kind for kind in defects(outcome) if kind.startswith("dropped")] == [
        "dropped supplier: no NPWP or NIB (no scheme)",
        "dropped supplier: no NPWP or NIB (scheme PY-RUC)",
    ]


def test_more_contractors_than_an_event_holds_are_refused() -> None:
    many = [{"scheme": "ID-NIB", "id": f"{9120000000000 + n}"} for n in range(51)]

    assert refusal(read(supplied_by(*many)))[0] == "contractors"


def test_organisations_of_ocds_1_0_are_lifted() -> None:
    (outcome,) = read_events(FIXTURES / "ocds_1_0.json")

    assert data(outcome)["contractors"] == [NPWP_A, "employer:nib-9120000000001"]
    assert data(outcome)["owner"] == {"agency": "ID-LPSE-4801", "name": "Kecamatan Contoh"}
    assert len(defects(outcome)) == 3


def test_the_owner_is_the_procuring_entity_when_the_buyer_has_no_id() -> None:
    assert data(read(changed("buyer", {"name": "Bidang X"})))["owner"]["agency"] == "1.03.01"
    assert data(read(changed("buyer", ...)))["owner"] == {"agency": "1.03.01", "name": "Dinas Contoh"}


def test_an_owner_without_an_id_is_named_by_its_name() -> None:
    release = changed("buyer", {"name": "UPT Produksi, Campuran Aspal"})
    release["tender"]["procuringEntity"] = None
    outcome = read(release)

    assert data(outcome)["owner"] == {
        "agency": "upt-produksi-campuran-aspal",
        "name": "UPT Produksi, Campuran Aspal",
    }
    assert defects(outcome) == ("buyer without an id",)


def test_an_award_without_a_status_counts_when_it_names_suppliers() -> None:
    assert defects(read(changed("awards/0/status", None))) == ("award without a status",)


def test_awards_to_different_suppliers_say_that_they_became_one() -> None:
    first = BASE["awards"][0]
    release = changed("awards", [first, first | {"id": 2, "suppliers": [{"id": "99.000.003.6-429.000"}]}])
    outcome = read(release)

    assert data(outcome)["contractors"] == [NPWP_A, NPWP_B]
    assert "several awards to different suppliers, sent as one project" in defects(outcome)


def test_all_members_of_a_consortium_are_contractors() -> None:
    members = [{"id": "NPWP-A"}, {"id": "99.000.003.6-429.000"}]

    assert data(read(changed("awards/0/suppliers", members)))["contractors"] == [NPWP_A, NPWP_B]
