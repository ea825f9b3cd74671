"""Signed clearances: JWS compact, Ed25519 (RFC 8037), so that whoever holds the public key can check one.

A token is taken only with our own `typ`, a key that we know, and in its one canonical spelling: base64
has several for the same bytes, and a decoder would take them all.
"""

import warnings
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Self

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from pydantic import SecretStr

from services.employer.clearance.decision import Clearance, Kind, Status
from shared.clock import JAKARTA

ALGORITHM, TYPE = "EdDSA", "patuh-clearance+jwt"
KEY_SETTING, OLD_KEYS_SETTING = "PATUH_CLEARANCE_KEY", "PATUH_CLEARANCE_OLD_KEYS"
ISSUER = "urn:patuh:employer"
# RFC 9864 renames `EdDSA` to `Ed25519`; most verifiers in use know the old name alone.
warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)


class NoKeyError(Exception):
    """There is no key to sign with."""


class InvalidClearanceError(ValueError):
    """Not a clearance signed by one of the known keys; the message says what is wrong with it."""


class Statement(msgspec.Struct, kw_only=True):
    """What is signed. `reasons` are codes; `iat` and `exp` are Unix times, `exp` the end of `valid_until`."""

    iss: str
    iat: int
    exp: int
    sub: str
    kind: Kind
    status: Status
    reasons: list[str]
    as_of: datetime
    valid_until: date


def statement(told: Clearance, issuer: str = ISSUER) -> Statement:
    """What is signed of a clearance."""
    over = datetime.combine(told.valid_until + timedelta(days=1), time(), JAKARTA)
    return Statement(
        iss=issuer,
        iat=int(told.as_of.timestamp()),
        exp=int(over.timestamp()),
        sub=told.subject,
        kind=told.kind,
        status=told.status,
        reasons=[reason.code for reason in told.reasons],
        as_of=told.as_of,
        valid_until=told.valid_until,
    )


class Keyring:
    """The key that signs, if there is one, and the keys whose signatures are taken."""

    def __init__(self, signing: OKPKey | None, others: Iterable[OKPKey] = ()) -> None:
        self._signing = signing
        keys = [*([signing] if signing else []), *others]
        self._known = {key.thumbprint(): key for key in keys}

    @classmethod
    def read(cls, key: SecretStr | None, old_keys: str | None = None) -> Self:
        """The keyring of these settings. Raises ValueError that names the setting and never its value."""
        signing = _private(key.get_secret_value()) if key else None
        return cls(signing, read_public(old_keys, OLD_KEYS_SETTING) if old_keys else [])

    @property
    def kid(self) -> str:
        """The thumbprint (RFC 7638) of the key that signs. Raises NoKeyError."""
        if self._signing is None:
            raise NoKeyError(KEY_SETTING)
        return self._signing.thumbprint()

    def sign(self, told: Statement) -> str:
        """The statement as JWS compact. Raises NoKeyError."""
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self.kid}
        assert self._signing
        return jws.serialize_compact(header, msgspec.json.encode(told), self._signing, [ALGORITHM])

    def verify(self, token: str) -> Statement:
        """What the token says. Raises InvalidClearanceError unless one of these keys signed just this."""
        _check_spelling(token)
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("typ") != TYPE or header.get("kid") not in self._known:
                raise InvalidClearanceError("no clearance, or signed by a key that is not known")
            taken = jws.deserialize_compact(token, self._known[header["kid"]], [ALGORITHM])
            return msgspec.json.decode(taken.payload, type=Statement)
        except (JoseError, msgspec.MsgspecError) as error:
            raise InvalidClearanceError("the signature does not match") from error

    def public(self) -> dict[str, Any]:
        """The public keys as a JWKS (RFC 7517), the one that signs first."""
        return {"keys": [_public(kid, key) for kid, key in self._known.items()]}


def new_key() -> str:
    """A new private key as JWK."""
    return msgspec.json.encode(OKPKey.generate_key("Ed25519").as_dict(private=True)).decode()


def read_public(text: str, where: str) -> list[OKPKey]:
    """Keys from a JWKS, a JWK or PEM blocks. Raises ValueError that names `where` they stand."""
    try:
        return [_ed25519(OKPKey.import_key(one)) for one in _keys(text.strip())]
    except (ValueError, JoseError, KeyError, TypeError) as error:
        raise ValueError(f"{where}: not Ed25519 keys as JWKS or PEM") from error


def _private(text: str) -> OKPKey:
    try:
        [one] = _keys(text.strip())
        key = _ed25519(OKPKey.import_key(one))
    except (ValueError, JoseError, KeyError, TypeError):
        # Not chained: what could not be read may hold the key.
        raise ValueError(f"{KEY_SETTING}: not one Ed25519 private key as JWK or PEM") from None
    if not key.is_private:
        raise ValueError(f"{KEY_SETTING}: a public key cannot sign")
    return key


def _keys(text: str) -> list[Any]:
    if text.startswith("{"):
        told = msgspec.json.decode(text, type=dict[str, Any])
        return list(told["keys"]) if "keys" in told else [told]
    if not text.startswith("-----"):  # the inside of a PEM: an environment variable is one line
        return [f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"]
    blocks = text.replace("\\n", "\n").split("-----BEGIN ")[1:]
    return [f"-----BEGIN {block.strip()}\n" for block in blocks]


def _ed25519(key: OKPKey) -> OKPKey:
    if key.curve_name != "Ed25519":
        raise ValueError("not Ed25519")
    return key


def _public(kid: str, key: OKPKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}


def _check_spelling(token: str) -> None:
    """Three parts, each the one base64url text of its bytes."""
    try:
        parts = [part.encode("ascii") for part in token.split(".")]
        canonical = [urlsafe_b64encode(urlsafe_b64decode(part)) for part in parts]
    except (ValueError, UnicodeError) as error:
        raise InvalidClearanceError("not a JWS") from error
    if len(parts) != 3 or canonical != parts:
        raise InvalidClearanceError("not a JWS")
