"""Which texts are URIs, and which URI-references."""

import pytest

from services.gateway.uris import is_uri, is_uri_reference

URIS = [
    "urn:patuh:lpse",
    "https://lpse.example.id/sukabumikota?q=a/b#c",
    "http://user:pass@[2001:db8::1]:8080/",
    "mailto:a@b.example",
    "1-2:a".replace("1-2", "a1-2"),
    "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
    "https://h%C3%A9.example/%20",
    "file:///a",
]
REFERENCES = [
    "#fragment",
    "/lpse/405",
    "//authority/path",
    "lpse",
    "../a",
    "a/b:c",
    "?q",
    "sensors/tn-1234567/alerts",
]
NEITHER = [
    "",
    "a b",
    "1a:b",
    "https://a b",
    "%zz",
    "urn:ü",
    "a\n",
    "\x00",
    "http://[",
    "a^b",
    "<a>",
    ":a",
    "a|b",
]


@pytest.mark.parametrize("text", URIS)
def test_a_uri(text: str) -> None:
    assert is_uri(text)
    assert is_uri_reference(text)


@pytest.mark.parametrize("text", REFERENCES)
def test_a_relative_reference(text: str) -> None:
    assert not is_uri(text)
    assert is_uri_reference(text)


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert not is_uri(text)
    # The empty reference is one by the grammar; an attribute may not be empty.
    assert is_uri_reference(text) is (text == "")
