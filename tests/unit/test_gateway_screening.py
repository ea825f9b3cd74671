"""From a raw event to one that may travel: closed schema, and nothing about a person but a reference."""

import hmac
import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from patuh.schemas import FOLDER
from services.gateway.intake import open_member
from services.gateway.privacy import A_PERSON, Pseudonyms
from services.gateway.scopes import Scope
from services.gateway.screening import screen
from shared.events import BadEvent, Event, encode, types
from shared.events import data as d

KEY = "a key of tests, at least 32 characters long"
DOOR = Pseudonyms(KEY)
NOW = datetime(2025, 6, 1, tzinfo=UTC)
NIK, WOMAN = "9972010101900001", "9972014107900001"
REF = hmac.new(KEY.encode(), NIK.encode(), sha256).hexdigest()[:40]
FACTS = sorted(kind.short for kind in types.FACTS.values())


def told(short: str, **fields: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FOLDER / "examples" / f"{short}.json").read_text())
    return event | {"data": event["data"] | fields}


def screened(event: dict[str, Any]) -> Event:
    return screen(open_member(Raw(json.dumps(event).encode())), DOOR, NOW)


def refusal(event: dict[str, Any]) -> BadEvent:
    with pytest.raises(BadEvent) as refused:
        screened(event)
    return refused.value


@pytest.mark.parametrize("short", FACTS)
def test_the_schema_is_closed_for_producers(short: str) -> None:
    assert screened(told(short)).recordedtime == NOW
    assert "unknown field" in refusal(told(short, since_v9=1)).rule


@pytest.mark.parametrize(
    "short", sorted(kind.short for kind in types.ALL.values() if kind not in types.FACTS.values())
)
def test_what_only_our_services_say_is_not_taken(short: str) -> None:
    assert refusal(told(short)).field == "type"


@pytest.mark.parametrize(
    ("short", "field", "value"),
    [
        ("worker.registered", "effective_on", "2025-02-30"),
        ("worker.registered", "effective_on", "14-02-2025"),
        ("worker.registered", "effective_on", "9999-12-31"),
        ("worker.registered", "wage_idr", 3_100_000.5),
        ("worker.registered", "wage_idr", "3100000"),
        ("worker.registered", "wage_idr", -1),
        ("worker.registered", "wage_idr", 10**15 + 1),
        ("worker.registered", "wage_idr", True),
        ("worker.registered", "segment", "PU"),
        ("worker.registered", "programmes", "jkk"),
        ("worker.registered", "programmes", ["jkk", None]),
        ("worker.registered", "region", "3272"),
        ("worker.registered", "nik", 9972014107900001),
        ("worker.registered", "employer", ""),
        ("employer.registered", "name", None),
        ("employer.registered", "npwp", "0012345675405000"),
        ("employer.registered", "nib", "1"),
        ("project.awarded", "title", f"Rumah {NIK}"),
        ("project.awarded", "title", ""),
        ("project.awarded", "contractors", ["employer:" + "9972013213900001"]),
        ("contribution.posted", "period", "2025-13"),
    ],
)
def test_wrong_data_are_named(short: str, field: str, value: Any) -> None:
    assert refusal(told(short, **{field: value})).field.startswith(f"data.{field}")


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_data_that_are_no_object(data: Any) -> None:
    assert refusal(told("worker.registered") | {"data": data}).field == "data"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("id", f"tk-{NIK}"),
        ("source", f"urn:{NIK}"),
        ("correlationid", NIK),
        ("subject", None),
        ("subject", ""),
        ("subject", "worker:9972013213900001"),
        ("subject", "worker:1"),
        ("subject", "project:p-1"),
        ("time", None),
        ("time", "9999-12-31T23:59:59Z"),
        ("type", "id.patuh.worker.registered.v9"),
    ],
)
def test_wrong_attributes_are_named(attribute: str, value: Any) -> None:
    refused = refusal(told("worker.registered") | {attribute: value})
    assert refused.field == attribute
    assert NIK not in refused.rule


def test_a_worker_is_known_by_a_reference_under_our_key() -> None:
    by_subject = screened(told("worker.registered") | {"subject": f"worker:{NIK}"})
    by_data = screened({**told("worker.registered", nik=NIK), "subject": None})
    by_both = screened(told("worker.registered", nik=NIK) | {"subject": f"worker:{NIK}"})
    by_reference = screened(told("worker.registered") | {"subject": f"worker:{REF}"})
    assert by_subject == by_data == by_both == by_reference
    assert by_subject.subject == f"worker:{REF}"
    other = Pseudonyms(KEY + "!").subject(f"worker:{NIK}", "subject")
    assert other not in (f"worker:{REF}", f"worker:{NIK}")


@pytest.mark.parametrize("subject", [f"worker:{WOMAN}", f"worker:{'0' * 40}"])
def test_a_nik_beside_the_subject_is_of_the_same_worker(subject: str) -> None:
    assert refusal(told("worker.registered", nik=NIK) | {"subject": subject}).field == "data.nik"


def test_only_workers_have_a_nik() -> None:
    assert "unknown field" in refusal(told("employer.registered", nik=NIK)).rule


@pytest.mark.parametrize("number", [NIK, "99.720101-0190 0001"])
def test_a_person_as_employer_loses_number_and_name(number: str) -> None:
    event = screened(
        told("employer.registered", npwp=number, name="Budi") | {"subject": f"employer:{number}"}
    )
    assert isinstance(event.data, d.EmployerRegistered)
    assert event.subject == f"employer:person-{REF}"
    assert (event.data.npwp, event.data.name) == (None, A_PERSON)


@pytest.mark.parametrize("subject", [f"employer:{NIK}", f"employer:person-{REF}"])
def test_a_person_as_employer_loses_the_name_when_no_number_is_repeated(subject: str) -> None:
    event = screened(told("employer.updated", npwp=None, name="Budi") | {"subject": subject})
    assert b"Budi" not in encode(event)


@pytest.mark.parametrize("written", ["012345674405000", "01.234.567.4-405.000", "0012345674405000"])
def test_every_written_form_of_a_firm_is_one_subject(written: str) -> None:
    event = screened(told("employer.registered", npwp=written) | {"subject": f"employer:{written}"})
    assert isinstance(event.data, d.EmployerRegistered)
    assert (event.subject, event.data.npwp) == ("employer:0012345674405000", "0012345674405000")
    award = screened(told("project.awarded", contractors=[f"employer:{written}", f"employer:{NIK}"]))
    assert isinstance(award.data, d.ProjectAwarded)
    assert award.data.contractors == ["employer:0012345674405000", f"employer:person-{REF}"]


@pytest.mark.parametrize(
    "short", ["worker.registered", "worker.updated", "worker.unregistered", "worker.incident-reported"]
)
def test_a_workers_employer_may_be_a_person(short: str) -> None:
    event = screened(told(short, employer=f"employer:{NIK}"))
    assert event.data.employer == f"employer:person-{REF}"  # type: ignore[attr-defined]


PLACES = st.sampled_from(
    ["id", "source", "subject", "correlationid", "name", "title", "reason", "funding", "employer"]
)


@given(st.sampled_from(FACTS), PLACES, st.text(max_size=3), st.text(max_size=3))
def test_no_nik_gets_through_in_any_place(short: str, place: str, before: str, after: str) -> None:
    event = told(short)
    if place in ("id", "source", "subject", "correlationid"):
        event[place] = before + NIK + after
    else:
        event["data"][place] = before + NIK + after
    try:
        sent = encode(screened(event))
    except BadEvent:
        return
    # Digits before or after make it a longer number, which is no NIK.
    assert not re.search(rb"(?<![0-9])%b(?![0-9])" % NIK.encode(), sent)


@pytest.mark.parametrize(
    ("own", "source", "may"),
    [
        ("urn:lpse", "urn:lpse", True),
        ("urn:lpse", "urn:lpse/405", True),
        ("urn:lpse/", "urn:lpse/405", True),
        ("urn:lpse", "urn:lpse2", False),
        ("urn:lpse", "urn:lps", False),
        ("urn:lpse/405", "urn:lpse", False),
        ("https://a.example", "https://a.example.org", False),
    ],
)
def test_a_key_speaks_for_its_source_and_what_is_below(own: str, source: str, may: bool) -> None:
    assert Scope(["urn:other", own]).speaks_for(source) is may
