"""NIK, NPWP, NIB, NPP and the subjects made from them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import (
    InvalidIdentifier,
    check_nib,
    check_nik,
    check_npp,
    check_subject,
    employer_subject,
    is_personal_npwp,
    normalise_npwp,
)

REF = "0123456789abcdef" * 2 + "01234567"
DIGITS_IN_A_ROW = "1234567890123456" + "a" * 24
FIRM = "0012345674405000"
KINDS = ("employer", "project", "worker", "agency", "group")


def nik(birth: str, serial: str = "0001") -> str:
    return f"997201{birth}{serial}"


@pytest.mark.parametrize("birth", ["010190", "410190", "711290", "311299", "290200", "690200", "290296"])
def test_a_nik_holds_a_birth_date_of_a_man_or_a_woman(birth: str) -> None:
    assert check_nik(nik(birth)) == nik(birth)


@pytest.mark.parametrize(
    ("birth", "digits"),
    [
        ("000190", "7-8"),
        ("400190", "7-8"),
        ("320190", "7-8"),
        ("720190", "7-8"),
        ("810190", "7-8"),
        ("310490", "7-8"),
        ("710490", "7-8"),
        ("300200", "7-8"),
        ("290201", "7-8"),
        ("690299", "7-8"),
        ("010090", "9-10"),
        ("011390", "9-10"),
    ],
)
def test_a_day_that_is_in_no_calendar_is_refused(birth: str, digits: str) -> None:
    with pytest.raises(InvalidIdentifier, match=digits):
        check_nik(nik(birth))


@given(st.dates(date(1930, 1, 1), date(2025, 12, 31)), st.booleans(), st.integers(1, 9999))
def test_every_birth_date_has_a_nik(born: date, woman: bool, serial: int) -> None:
    birth = f"{born.day + 40 * woman:02}{born:%m%y}"
    assert check_nik(nik(birth, f"{serial:04}"))


@pytest.mark.parametrize(
    "text",
    [
        nik("010190", "0000"),
        "0" * 16,
        nik("010190")[:-1],
        nik("010190") + "1",
        nik("010190") + "\n",
        "0" + nik("010190")[1:],
        "٩٩٧٢٠١٠١٠١٩٠٠٠٠١",
        "99720101０190001",
        "9972-0101-0190-0001",
        "",
    ],
)
def test_what_is_no_nik_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        check_nik(text)
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        FIRM,
        FIRM[1:],
        "01.234.567.4-405.000",
        "0012 3456 7440 5000",
        "00.12345674-405000",
    ],
)
def test_every_written_form_of_a_firms_npwp_is_the_same_number(text: str) -> None:
    assert normalise_npwp(text) == FIRM


@pytest.mark.parametrize(
    "text",
    [
        "0" * 15,
        "0" * 16,
        "000000000405000",
        "0012345675405000",
        "0102345674405000",
        FIRM[2:],
        FIRM + "0",
        FIRM + "\n",
        nik("010190"),
        "٠٠١٢٣٤٥٦٧٤٤٠٥٠٠٠",
        "01/234/567/4-405.000",
        "",
    ],
)
def test_what_is_no_npwp_of_a_firm_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match="npwp"):
        normalise_npwp(text)


@given(st.integers(1, 10**8 - 1))
def test_exactly_one_ninth_digit_fits_the_first_eight(first: int) -> None:
    passed = 0
    for last in range(10):
        try:
            normalise_npwp(f"{first:08}{last}405000")
        except InvalidIdentifier:
            continue
        passed += 1
    assert passed == 1


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        (nik("010190"), True),
        ("99.720101-0190 0001", True),
        (FIRM, False),
        (FIRM[1:], False),
        ("٩" * 16, False),
    ],
)
def test_sixteen_digits_that_do_not_start_with_0_are_a_persons(text: str, personal: bool) -> None:
    assert is_personal_npwp(text) is personal


@pytest.mark.parametrize("text", ["123456789012", "12345678901234", "١٢٣٤٥٦٧٨٩٠١٢٣", "123456789012\n", ""])
def test_what_is_no_nib_is_refused(text: str) -> None:
    assert check_nib("9120001234567")
    with pytest.raises(InvalidIdentifier, match="nib"):
        check_nib(text)


@pytest.mark.parametrize("text", ["AB12345", "ab123456", "AB123456-01", "AB123456-0001", "AB123456\n", ""])
def test_what_is_no_npp_is_refused(text: str) -> None:
    assert check_npp("AB123456")
    assert check_npp("AB123456-001")
    with pytest.raises(InvalidIdentifier, match="npp"):
        check_npp(text)


@pytest.mark.parametrize(
    "subject",
    [
        f"employer:{FIRM}",
        "employer:nib-9120001234567",
        "employer:npp-AB123456-001",
        f"employer:person-{REF}",
        f"employer:person-{DIGITS_IN_A_ROW}",
        "project:lkpp-405-tender-5123405",
        "project:lkpp-405-swakelola-5123405",
        "project:ocds-afzrfb-b-2024-1",
        f"worker:{REF}",
        f"worker:{DIGITS_IN_A_ROW}",
        "agency:D.123_4-5",
        "group:rentan-cikole-2025",
    ],
)
def test_subjects_of_each_kind(subject: str) -> None:
    kind = subject.partition(":")[0]
    assert check_subject(subject, *KINDS) == subject
    with pytest.raises(InvalidIdentifier, match="starts with one of"):
        check_subject(subject, *(other for other in KINDS if other != kind))


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "employer",
        "employer:",
        "company:1",
        "employer:0" + "0" * 15,
        "employer:0012345675405000",
        f"employer:{nik('010190')}",
        f"employer:{FIRM}\n",
        "employer:nib-١٢٣٤٥٦٧٨٩٠١٢٣",
        "employer:person-" + REF.upper(),
        f"worker:{nik('010190')}",
        "worker:" + REF[:-1],
        "worker:" + REF + "\n",
        "project:..",
        "project:a b c",
        f"project:{nik('010190')}",
        f"project:p-{nik('010190')}-x",
        f"project:lkpp-405-tender-{nik('010190')}",
        f"agency:{nik('010190')}",
        f"group:{nik('010190')}",
        "group:Rentan",
    ],
)
def test_what_is_no_subject_is_refused(subject: str) -> None:
    with pytest.raises(InvalidIdentifier, match=r"subject|npwp"):
        check_subject(subject, *KINDS)


def test_the_canonical_employer_is_npwp_then_nib_then_npp() -> None:
    assert employer_subject(FIRM, "9120001234567", "AB123456") == f"employer:{FIRM}"
    assert employer_subject(None, "9120001234567", "AB123456") == "employer:nib-9120001234567"
    assert employer_subject(None, None, "AB123456") == "employer:npp-AB123456"
    assert employer_subject(None, None, None) is None
