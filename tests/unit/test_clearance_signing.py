"""Signatures of clearances: another library reads them, nothing can be changed, keys can be renewed."""

import json
import string
from datetime import date, datetime
from typing import Any

import jwt
import pytest
from joserfc.jwk import OKPKey, RSAKey
from pydantic import SecretStr

from services.employer.clearance.signing import (
    TYPE,
    InvalidClearanceError,
    Keyring,
    NoKeyError,
    Statement,
    new_key,
    read_public,
)
from shared.clock import JAKARTA

ALPHABET = string.ascii_letters + string.digits + "-_."
SAID = Statement(
    iss="https://patuh.example.id",
    iat=1749531600,
    exp=1750784400,
    sub="project:lkpp-405-tender-5123406",
    kind="project",
    status="not-clear",
    reasons=["project.not-registered"],
    as_of=datetime(2025, 6, 10, 12, tzinfo=JAKARTA),
    valid_until=date(2025, 6, 24),
)


def keyring(key: str | None = None, old: str | None = None) -> Keyring:
    return Keyring.read(SecretStr(key) if key else None, old)


def test_another_library_reads_it_with_the_published_key() -> None:
    ring = keyring(new_key())
    token = ring.sign(SAID)
    published = jwt.PyJWKSet.from_dict(json.loads(json.dumps(ring.public())))
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"], header["kid"]) == ("EdDSA", TYPE, ring.kid)
    told = jwt.decode(token, published[header["kid"]], ["EdDSA"], options={"verify_exp": False})
    assert told == {
        "iss": "https://patuh.example.id",
        "iat": 1749531600,
        "exp": 1750784400,
        "sub": "project:lkpp-405-tender-5123406",
        "kind": "project",
        "status": "not-clear",
        "reasons": ["project.not-registered"],
        "as_of": "2025-06-10T12:00:00+07:00",
        "valid_until": "2025-06-24",
    }
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, published[header["kid"]], ["EdDSA"])


def test_what_was_signed_comes_back() -> None:
    ring = keyring(new_key())
    assert ring.verify(ring.sign(SAID)) == SAID


def test_any_other_character_anywhere_is_refused() -> None:
    ring = keyring(new_key())
    token = ring.sign(SAID)
    for place, char in enumerate(token):
        for other in ALPHABET if place >= len(token) - 4 else ALPHABET[place % 60 :][:4]:
            if other != char:
                with pytest.raises(InvalidClearanceError):
                    ring.verify(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("add", ["=", "==", " ", "\n", ".", ".x", "A", "é"])
def test_nothing_may_be_added(add: str) -> None:
    ring = keyring(new_key())
    token = ring.sign(SAID)
    for changed in (token + add, add + token, token.replace(".", f"{add}.", 1)):
        with pytest.raises(InvalidClearanceError):
            ring.verify(changed)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c", "e30.e30.", "x" * 5000, "\x00"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidClearanceError):
        keyring(new_key()).verify(token)


def forged(key: str, **header: Any) -> str:
    private = OKPKey.import_key(json.loads(key))
    usual = {"alg": "EdDSA", "typ": TYPE, "kid": private.thumbprint()} | header
    claims = {"iss": "x", "iat": 1, "exp": 2, "sub": "x", "kind": "project", "status": "clear", "reasons": []}
    claims |= {"as_of": "2025-06-10T12:00:00+07:00", "valid_until": "2025-06-24"}
    pem = private.as_pem(private=True)
    return jwt.encode(claims, pem, algorithm="EdDSA", headers=usual)


def test_only_our_kind_of_token_by_a_known_key_counts() -> None:
    ours, theirs = new_key(), new_key()
    ring = keyring(ours)
    assert ring.verify(forged(ours)).status == "clear"
    for token in (forged(ours, typ="JWT"), forged(theirs), forged(theirs, kid=ring.kid)):
        with pytest.raises(InvalidClearanceError):
            ring.verify(token)


def test_unsigned_and_symmetric_tokens_do_not_count() -> None:
    ring = keyring(new_key())
    headers = {"typ": TYPE, "kid": ring.kid}
    public = ring.public()["keys"][0]["x"]
    for token in (
        jwt.encode({"status": "clear"}, "", algorithm="none", headers=headers),
        jwt.encode({"status": "clear"}, public, algorithm="HS256", headers=headers),
    ):
        with pytest.raises(InvalidClearanceError):
            ring.verify(token)


def test_after_a_change_of_key_both_are_published_and_taken() -> None:
    old, new = new_key(), new_key()
    before = keyring(old)
    token = before.sign(SAID)
    after = keyring(new, json.dumps(before.public()))
    assert after.verify(token) == SAID
    assert [key["kid"] for key in after.public()["keys"]] == [after.kid, before.kid]
    assert after.kid != before.kid
    with pytest.raises(InvalidClearanceError):
        keyring(new).verify(token)


def test_no_private_part_is_ever_published() -> None:
    ring = keyring(new_key(), new_key())
    for key in ring.public()["keys"]:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_a_key_may_be_written_in_any_of_the_usual_ways() -> None:
    key = OKPKey.import_key(json.loads(new_key()))
    pem = key.as_pem(private=True).decode()
    inside = "".join(pem.splitlines()[1:-1])
    for written in (
        json.dumps(key.as_dict(private=True)),
        pem,
        pem.replace("\n", "\\n"),
        inside,
        f" {inside}\n",
    ):
        assert keyring(written).kid == key.thumbprint()


def test_old_keys_may_be_a_set_or_pem_blocks() -> None:
    keys = [OKPKey.generate_key("Ed25519") for _ in range(2)]
    public = json.dumps({"keys": [key.as_dict(private=False) for key in keys]})
    blocks = "".join(key.as_pem(private=False).decode() for key in keys)
    for written in (public, blocks):
        assert [one.thumbprint() for one in read_public(written, "x")] == [one.thumbprint() for one in keys]


@pytest.mark.parametrize(
    "key",
    [
        "secret",
        "{}",
        '{"keys": []}',
        "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
        json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False)),
        json.dumps(OKPKey.generate_key("X25519").as_dict(private=True)),
        json.dumps(RSAKey.generate_key(2048).as_dict(private=True)),
    ],
)
def test_a_key_that_cannot_be_used_is_named_and_never_shown(key: str) -> None:
    with pytest.raises(ValueError, match=r"^PATUH_CLEARANCE_KEY: ") as raised:
        keyring(key)
    assert raised.value.__cause__ is None
    assert "secret" not in str(raised.value)


def test_without_a_key_nothing_is_signed_and_the_setting_is_named() -> None:
    with pytest.raises(NoKeyError, match="PATUH_CLEARANCE_KEY"):
        keyring().sign(SAID)
    assert keyring().public() == {"keys": []}
