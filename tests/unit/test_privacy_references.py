"""References by key version, keys as settings, and NIK in free text however they are spaced."""

import hmac
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.gateway.key_versions import key_versions
from services.gateway.places import messages
from services.gateway.privacy import Person, Pseudonyms, copy_id
from services.gateway.settings import GatewaySettings
from services.gateway.vault import Cipher, Sealed, VaultError, references_in
from shared.events import BadEvent, Event, types
from shared.events import data as d
from shared.events.checks import check
from shared.events.envelope import parse, write
from shared.identifiers import check_nik, holds_nik
from tests.unit.test_gateway_screening import told

OLD, NEW = "an old key of at least 32 characters", "a newer key of at least 32 characters"
NIK = "9972010101900001"
AT = datetime(2025, 6, 1, tzinfo=UTC)
GAPS = ["", ".", "-", " ", "  ", " - ", "\u00a0", "\u2013", "_", "\n"]


@st.composite
def niks(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1930, 1, 1), date(2025, 12, 31)))
    day = born.day + 40 * draw(st.booleans())
    return f"99{draw(st.integers(0, 9999)):04}{day:02}{born:%m%y}{draw(st.integers(1, 9999)):04}"


@given(niks(), st.data())
def test_a_nik_is_found_however_it_is_spaced(nik: str, data: st.DataObject) -> None:
    assert check_nik(nik)
    gaps = data.draw(st.lists(st.sampled_from(GAPS), min_size=15, max_size=15))
    written = "".join(digit + gap for digit, gap in zip(nik, [*gaps, ""], strict=True))
    words = st.text("abcXYZ ,:()/\u00e9", max_size=8)
    text = data.draw(words) + written + data.draw(words)
    assert holds_nik(text)
    with pytest.raises(BadEvent, match=r"data\.name"):
        check(d.EmployerUpdated(name=text))


@pytest.mark.parametrize(
    "text",
    [
        *("99.72.01.010190.0001", "9972-0101-0190-0001", "9 9 7 2 0 1 0 1 0 1 9 0 0 0 0 1"),
        *("RT 03 9972 0101 0190 0001", "997.201.010.190.000.1", "NIK:997201410190\u20110001."),
    ],
)
def test_as_people_write_it(text: str) -> None:
    assert holds_nik(text)


@pytest.mark.parametrize(
    "text",
    [
        *("01.234.567.4-405.000", "0012.3456.7440.5000", "00 12345674 405000"),
        *("2025-02-14-12345678", "17-03-2025 17-04-2025", "2025-01-01 2025-12-31"),
        *("0812-3456-7890 0813-1111-2222", "+62 812-3456-7890", "(0266) 221234"),
        *("1.03.03.2.01.01.5.1.02.02.01.0011", "5.2.04.01.01.0015", "027/12.2025-13/PPK/2025"),
        *("Rp 1.500.000.000 2.500.000.000", "Rp 12.345.678.901,00", "10050366000/contract@3"),
        *("12345678-1234-4123-8123-123456789012", "d41d8cd98f00b2041234567890123456"),
        *("0123456789abcdef0123456789abcdef01234567", "9120001234567", "AB123456-001", ""),
    ],
)
def test_what_is_no_nik_is_left_alone(text: str) -> None:
    assert not holds_nik(text)


@given(st.uuids(version=4), st.sampled_from(["", "tk-", "urn:uuid:"]))
def test_a_uuid_is_an_id(name: object, before: str) -> None:
    assert not holds_nik(f"{before}{name}")


@given(niks())
def test_a_reference_is_a_function_of_nik_and_key_alone(nik: str) -> None:
    one, other = Pseudonyms({1: OLD, 2: NEW}), Pseudonyms({2: NEW})
    expected = {
        version: hmac.new(key.encode(), nik.encode(), sha256).hexdigest()[:40]
        for version, key in ((1, OLD), (2, NEW))
    }
    assert one.references(nik) == expected
    assert one.reference(nik, "subject") == other.reference(nik, "subject") == expected[2]
    assert Pseudonyms(OLD).references(nik) == {1: expected[1]}
    assert one.met() == {}, "nobody is remembered who was not asked for"


def test_the_highest_version_makes_references_whatever_the_order() -> None:
    assert Pseudonyms({10: NEW, 9: OLD}).version == 10
    assert Pseudonyms({10: NEW, 9: OLD}).versions == (9, 10)


@pytest.mark.parametrize(
    "text", [f"1:{OLD},2:{NEW}", f'{{"1": "{OLD}", "2": "{NEW}"}}', f" 2:{NEW} , 1:{OLD} "]
)
def test_keys_are_written_in_two_ways(text: str) -> None:
    assert key_versions(None, SecretStr(text), "KEYS") == {1: OLD, 2: NEW}
    assert key_versions(SecretStr(OLD), SecretStr(text), "KEYS") == {1: OLD, 2: NEW}


@pytest.mark.parametrize(
    "text", [f"1:{NEW}", f"0:{NEW}", "2:short", f"x:{NEW}", f"2:{NEW},2:{OLD}", "{", NEW, '{"2": 7}', "[]"]
)
def test_a_wrong_key_is_told_without_the_key(text: str) -> None:
    with pytest.raises(ValueError, match="KEYS") as refused:
        key_versions(SecretStr(OLD), SecretStr(text), "KEYS")
    assert NEW not in str(refused.value)
    assert OLD not in str(refused.value)


def test_a_gateway_without_a_key_of_references_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATUH_WORKER_REF_KEY", raising=False)
    common = {"kafka_bootstrap_servers": "k", "database_url": "postgresql://x"}
    with pytest.raises(ValueError, match="PATUH_WORKER_REF_KEY"):
        GatewaySettings(**common)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="PATUH_WORKER_REF_KEYS") as refused:
        GatewaySettings(**common, worker_ref_keys=SecretStr("1-" + OLD))  # type: ignore[arg-type]
    assert OLD not in str(refused.value)
    known = GatewaySettings(**common, worker_ref_keys=SecretStr(f"7:{NEW}"))  # type: ignore[arg-type]
    assert (known.reference_keys(), known.vault_keys_by_version()) == ({7: NEW}, {})


def test_a_persons_npwp_is_a_nik_in_every_place() -> None:
    from tests.unit.test_gateway_screening import refusal, screened

    wrong = "9972013213900001"
    assert refusal(told("employer.registered", npwp=wrong)).field == "data.npwp"
    other = told("employer.registered", npwp="9972014107900001") | {"subject": f"employer:{NIK}"}
    assert refusal(other).field == "data.npwp"
    firm = screened(told("employer.registered", npwp=NIK, name="Budi"))
    assert (firm.data.npwp, "Budi" in firm.data.name) == (None, False)  # type: ignore[attr-defined]


def retraction() -> Event:
    data = d.FactRetracted(source="urn:a", id="f-1", reason="by mistake")
    return Event(types.FACT_RETRACTED, "r-1", "urn:a", "worker:" + "a" * 40, AT, data)


def test_what_takes_a_fact_back_takes_its_copies_back() -> None:
    def ids(versions: tuple[int, ...]) -> list[tuple[str, str]]:
        sent = messages(write(retraction()), {("urn:a", "f-1"): ("patuh.workers", "k")}, versions)
        events = [parse(one.value or b"") for one in sent]
        return [(e.id, e.data.id) for e in events if isinstance(e.data, d.FactRetracted)]

    assert ids((1,)) == [("r-1", "f-1")]
    assert ids((1, 2, 3)) == [("r-1", "f-1"), ("r-1~k2", "f-1~k2"), ("r-1~k3", "f-1~k3")]


def test_a_copy_has_one_mark_and_an_id_that_fits() -> None:
    assert copy_id(copy_id("f-1", 2), 3) == "f-1~k3"
    assert len(copy_id("x" * 300, 2)) <= 300
    assert copy_id("x" * 300, 2) != copy_id("x" * 299 + "y", 2)


def test_what_is_sealed_opens_only_where_it_was_sealed() -> None:
    old, both, new = Cipher({1: "a1" * 32}), Cipher({1: "a1" * 32, 2: "b2" * 32}), Cipher({2: "b2" * 32})
    sealed = old.seal(NIK, "nik:ref")
    assert NIK.encode() not in sealed.value
    assert sealed.value != old.seal(NIK, "nik:ref").value
    assert both.open(sealed, "nik:ref") == NIK
    assert both.seal(NIK, "x").key_version == 2
    for cipher, bound, value in (
        (old, "nik:other", sealed),
        (new, "nik:ref", sealed),
        (old, "nik:ref", Sealed(1, sealed.value[:-1] + bytes([sealed.value[-1] ^ 1]))),
    ):
        with pytest.raises(VaultError) as refused:
            cipher.open(value, bound)
        assert NIK not in str(refused.value)
    with pytest.raises(ValueError, match="64 hexadecimal"):
        Cipher({1: "zz" * 32})


def test_every_reference_of_an_event_is_found() -> None:
    person, worker = "1" * 40, "2" * 40
    told_of = d.WorkerRegistered(
        segment="pu", programmes=[], effective_on=AT.date(), employer=f"employer:person-{person}"
    )
    enrolled = Event(types.WORKER_REGISTERED, "e", "s", f"worker:{worker}", AT, told_of)
    assert set(references_in(enrolled)) == {person, worker}
    assert NIK not in repr(Person(NIK, "Budi"))
