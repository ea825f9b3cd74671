"""Access tokens of a real OAuth2 server: what opens the door, and every forgery that does not."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr, ValidationError

from services.gateway import issuer
from services.gateway.issuer import Issuer
from services.gateway.refusals import Refusal
from services.gateway.settings import GatewaySettings
from services.gateway.tokens import BadToken, Tokens
from shared.clock import FixedClock
from tests.unit.token_issuer import AUDIENCE, TokenServer, serving

CLOCK = FixedClock(date(2025, 10, 1))
CLIENT = "lpse-sukabumi"


@pytest.fixture
def server() -> Iterator[TokenServer]:
    made = TokenServer(0, CLOCK.now(), secrets={CLIENT: "s3cret"})
    made.turn_key()
    with serving(made):
        yield made


class Seconds:
    passed = 0.0

    def __call__(self) -> float:
        return self.passed


def tokens(server: TokenServer, seconds: Seconds | None = None, jwks_url: str | None = None) -> Tokens:
    return Tokens(Issuer(server.url, jwks_url, seconds or Seconds()), AUDIENCE, CLOCK)


async def refused(tokens: Tokens, token: str) -> str:
    with pytest.raises(BadToken) as told:
        await tokens.client(token)
    return told.value.rule


def forged(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def signed_by_secret(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """By hand: libraries refuse to take a public key for a secret."""
    signed = forged(header, claims)[:-1]
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "metadata", ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
)
async def test_a_token_names_its_client(metadata: str) -> None:
    made = TokenServer(0, CLOCK.now(), metadata, secrets={CLIENT: "s3cret"})
    made.turn_key()
    with serving(made):
        assert await tokens(made).client(made.token(CLIENT)) == CLIENT


async def test_the_address_of_the_keys_may_be_given(server: TokenServer) -> None:
    server.told = {"jwks_uri": "http://127.0.0.1:1/nowhere"}
    assert await tokens(server, jwks_url=f"{server.url}/jwks").client(server.token(CLIENT)) == CLIENT


@pytest.mark.parametrize(("named", "client"), [("azp", "by-azp"), ("sub", "by-sub")])
async def test_other_issuers_name_the_client_elsewhere(server: TokenServer, named: str, client: str) -> None:
    claims = {name: said for name, said in server.claims("x").items() if name not in ("client_id", "sub")}
    assert await tokens(server).client(server.sign(claims | {named: client})) == client
    assert await refused(tokens(server), server.sign(claims)) == "token: names no client"
    assert await refused(tokens(server), server.sign(claims | {"client_id": 7})) == "token: names no client"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"aud": "https://another.example.id"}, "token: invalid_claim: aud"),
        ({"aud": ["a", "b"]}, "token: invalid_claim: aud"),
        ({"aud": None}, "token: "),
        ({"iss": "https://another.example.id"}, "token: invalid_claim: iss"),
        ({"iss": None}, "token: "),
        ({"exp": int(CLOCK.now().timestamp()) - 31}, "token: expired_token: exp"),
        ({"exp": None}, "token: "),
        ({"exp": "never"}, "token: invalid_claim: exp"),
        ({"nbf": int(CLOCK.now().timestamp()) + 31}, "token: invalid_claim: nbf"),
    ],
)
async def test_a_token_for_others_or_another_time(
    server: TokenServer, changed: dict[str, Any], rule: str
) -> None:
    claims = server.claims(CLIENT) | changed
    told = await refused(tokens(server), server.sign({k: v for k, v in claims.items() if v is not None}))
    assert told.startswith(rule)


async def test_clocks_may_differ_a_little(server: TokenServer) -> None:
    at = int(CLOCK.now().timestamp())
    claims = server.claims(CLIENT) | {"exp": at - 20, "nbf": at + 20, "aud": ["x", AUDIENCE]}
    assert await tokens(server).client(server.sign(claims)) == CLIENT


async def test_forgeries(server: TokenServer) -> None:
    door, claims, kid = tokens(server), server.claims(CLIENT), server.keys[0].kid
    good = server.sign(claims)
    header, body, signature = good.split(".")
    public = server.keys[0].as_pem(private=False)
    stranger = RSAKey.generate_key(2048)
    for token in (
        forged({"alg": "none"}, claims),
        forged({"alg": "none", "kid": kid}, claims),
        forged({"alg": "RS256", "kid": kid}, claims),
        signed_by_secret({"alg": "HS256", "kid": kid}, claims, public),
        signed_by_secret({"alg": "HS256"}, claims, public),
        jwt.encode({"alg": "RS256", "kid": kid}, claims, stranger),
        jwt.encode({"alg": "RS256", "kid": kid, "jwk": stranger.as_dict(private=False)}, claims, stranger),
        f"{header}.{forged({}, claims | {'client_id': 'another'}).split('.')[1]}.{signature}",
        f"{header}.{body}.",
        f"{header}.{body}.{signature[:-8]}AAAAAAAA",
        "a.b.c",
        "..",
        "\u20ac.\u20ac.\u20ac",
        "x" * 20_000,
    ):
        assert (await refused(door, token)).startswith("token: ")
    assert await door.client(good) == CLIENT


async def test_a_shared_secret_among_the_keys_opens_nothing(server: TokenServer) -> None:
    secret = OctKey.generate_key(256)
    secret.ensure_kid()
    server.keys.insert(0, secret)  # type: ignore[arg-type]
    door = tokens(server)
    forged_token = jwt.encode({"alg": "HS256", "kid": secret.kid}, server.claims(CLIENT), secret)
    assert (await refused(door, forged_token)).startswith("token: ")
    assert await door.client(server.sign(server.claims(CLIENT))) == CLIENT


async def test_a_new_key_of_the_issuer_is_fetched_and_junk_is_not(server: TokenServer) -> None:
    seconds = Seconds()
    door = tokens(server, seconds)
    old = server.sign(server.claims(CLIENT))
    await door.client(old)
    server.turn_key()
    seconds.passed = issuer.REFETCH_SECONDS
    assert await door.client(server.token(CLIENT)) == CLIENT
    assert await door.client(old) == CLIENT
    for number in range(20):
        junk = server.sign(server.claims(CLIENT), kid=f"junk-{number}")
        assert await refused(door, junk) == "token: signed by an unknown key"
    assert server.asked == 2


async def test_a_key_that_was_withdrawn_stops_working(server: TokenServer) -> None:
    seconds = Seconds()
    door = tokens(server, seconds)
    old = server.sign(server.claims(CLIENT))
    await door.client(old)
    server.turn_key()
    del server.keys[0]
    seconds.passed = issuer.REFRESH_SECONDS
    await door.issuer.refresh()
    assert await refused(door, old) == "token: signed by an unknown key"


async def test_while_the_issuer_is_down_known_keys_go_on(server: TokenServer) -> None:
    made = TokenServer(0, CLOCK.now(), secrets={CLIENT: "s3cret"})
    made.turn_key()
    seconds = Seconds()
    with serving(made):
        door, stranger = tokens(made, seconds), tokens(made, seconds)
        token = made.token(CLIENT)
        await door.client(token)
    seconds.passed = issuer.REFRESH_SECONDS
    await door.issuer.refresh()
    assert await door.client(token) == CLIENT
    assert await refused(door, made.sign(made.claims(CLIENT), kid="new")) == "token: signed by an unknown key"
    with pytest.raises(Refusal) as told:
        await stranger.client(token)
    assert told.value.status == 503
    with serving(made):
        seconds.passed += issuer.REFETCH_SECONDS
        assert await stranger.client(token) == CLIENT


@pytest.mark.parametrize(
    "told",
    [{"issuer": "https://another.example.id"}, {"jwks_uri": "http://keys.example.id"}, {"jwks_uri": None}],
)
async def test_metadata_that_lead_elsewhere_are_not_followed(
    server: TokenServer, told: dict[str, Any]
) -> None:
    server.told = told
    with pytest.raises(Refusal) as refusal:
        await tokens(server).client(server.sign(server.claims(CLIENT)))
    assert refusal.value.status == 503


def settings(**changed: Any) -> GatewaySettings:
    given: dict[str, Any] = {
        "kafka_bootstrap_servers": "nowhere",
        "database_url": SecretStr("postgresql://nowhere"),
        "worker_ref_key": SecretStr("a key of tests, at least 32 characters"),
    }
    return GatewaySettings(**given | changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"jwt_issuer": "https://login.example.id"},
        {"jwt_issuer": "http://login.example.id", "jwt_audience": AUDIENCE},
        {"jwt_issuer": "ftp://127.0.0.1", "jwt_audience": AUDIENCE},
        {"jwt_issuer": "login.example.id", "jwt_audience": AUDIENCE},
        {
            "jwt_issuer": "https://login.example.id",
            "jwt_audience": AUDIENCE,
            "jwt_jwks_url": "http://10.0.0.1/jwks",
        },
    ],
)
def test_an_issuer_without_audience_or_in_the_clear_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(**changed)


def test_an_issuer_by_https_or_on_this_machine() -> None:
    for url in (
        "https://login.example.id/realms/a",
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:1",
    ):
        assert settings(jwt_issuer=url, jwt_audience=AUDIENCE).jwt_issuer == url
