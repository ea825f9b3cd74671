"""Rules the schema cannot say: each names the field that broke it."""

import json
from typing import Any

import pytest

from shared.events import BadEvent
from shared.events.checks import check
from shared.events.data import Data
from shared.events.envelope import decode_data
from tests.unit.test_shared_envelope import EXAMPLES, example

NIK = "9972010101900001"
FIRM = "employer:0012345674405000"


def changed(short: str, **fields: Any) -> Data:
    told = example(short)
    return decode_data(told["type"], json.dumps(told["data"] | fields).encode())


@pytest.mark.parametrize("short", [path.stem for path in EXAMPLES])
def test_every_example_passes(short: str) -> None:
    check(changed(short))


@pytest.mark.parametrize(
    ("short", "field", "value"),
    [
        ("employer.registered", "name", f"Budi {NIK}"),
        ("employer.updated", "name", "PT\x00"),
        ("employer.registered", "npwp", "012345674405000"),
        ("employer.registered", "npwp", "01.234.567.4-405.000"),
        ("employer.registered", "npwp", "0012345675405000"),
        ("employer.registered", "npwp", NIK),
        ("employer.registered", "nib", "912000123456"),
        ("employer.registered", "npp", "ab123456"),
        ("employer.registered", "obliged_since", "0001-01-01"),
        ("employer.registered", "member_since", "9999-12-31"),
        ("employer.closed", "closed_on", "9999-12-31"),
        ("employer.workforce-declared", "as_of", "1899-12-31"),
        ("project.awarded", "title", f"Rumah {NIK}"),
        ("project.awarded", "title", "a\x00b"),
        ("project.awarded", "funding", NIK),
        ("project.awarded", "contractors", [FIRM, NIK]),
        ("project.awarded", "contractors", [FIRM, "project:p-1"]),
        ("project.awarded", "end_on", "2025-03-16"),
        ("project.started", "end_on", "2000-01-01"),
        ("project.amended", "end_on", "2200-01-01"),
        ("worker.registered", "employer", f"employer:{NIK}"),
        ("worker.registered", "employer", "project:p-1"),
        ("worker.registered", "project", FIRM),
        ("worker.registered", "covered_until", "2025-02-13"),
        ("worker.updated", "covered_until", "2000-01-01"),
        ("worker.unregistered", "reason", f"pindah {NIK}"),
        ("worker.unregistered", "employer", "worker:" + "0" * 40),
        ("worker.incident-reported", "project", "project:"),
        ("worker.incident-reported", "occurred_on", "0001-01-01"),
        ("contribution.posted", "posted_on", "9999-12-31"),
        ("contribution.posted", "period", "0000-05"),
        ("contribution.posted", "period", "9999-12"),
        ("fact.retracted", "id", NIK),
        ("fact.retracted", "source", "\x00"),
        ("fact.retracted", "reason", NIK),
    ],
)
def test_a_broken_rule_names_its_field(short: str, field: str, value: Any) -> None:
    with pytest.raises(BadEvent) as refused:
        check(changed(short, **{field: value}))
    assert refused.value.field.startswith(f"data.{field}")
    assert NIK not in str(refused.value)


@pytest.mark.parametrize("field", ["agency", "name"])
def test_the_owner_of_a_project_is_no_number_of_a_person(field: str) -> None:
    owner = {"agency": "dinas-putr", "name": "Dinas PUTR"} | {field: NIK}
    with pytest.raises(BadEvent, match=rf"data\.owner\.{field}"):
        check(changed("project.awarded", owner=owner))


@pytest.mark.parametrize(
    ("short", "fields"),
    [
        ("project.awarded", {"start_on": "2025-04-01", "end_on": "2025-04-01"}),
        ("project.awarded", {"contractors": []}),
        ("project.awarded", {"title": "Paket 12345678901234567"}),
        ("worker.registered", {"covered_until": "2025-02-14"}),
        ("worker.registered", {"employer": "group:rentan-2025"}),
        ("worker.registered", {"employer": None, "project": None}),
        ("worker.unregistered", {"employer": "agency:dinas-putr"}),
        ("employer.updated", {"npwp": None, "nib": None, "npp": "AB123456-001"}),
    ],
)
def test_what_no_rule_forbids_passes(short: str, fields: dict[str, Any]) -> None:
    check(changed(short, **fields))
