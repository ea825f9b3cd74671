"""Access tokens of OAuth2 clients (RFC 9068): signed by the issuer, for us, now."""

from typing import Any

from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from services.gateway.issuer import Issuer
from shared.clock import Clock

# Never `none`, and never a shared secret: a public key taken for one would let anybody sign.
_ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
]
_LEEWAY_SECONDS = 30
_CLIENT_CLAIMS = ("client_id", "azp", "sub")
_LONGEST = 16_000


class BadToken(ValueError):
    """The token proves nothing: `rule` says why, and holds nothing of the token."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Tokens:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, issuer: Issuer, audience: str, clock: Clock) -> None:
        self.issuer = issuer
        self._audience, self._clock = audience, clock
        self._registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)

    async def client(self, token: str) -> str:
        """The OAuth2 client that a token was given to. Raises BadToken, Refusal (503)."""
        if len(token) > _LONGEST:
            raise BadToken("token: too long")
        claims = await self._verified(token)
        self._check(claims)
        client = next((claims[name] for name in _CLIENT_CLAIMS if claims.get(name)), None)
        if not isinstance(client, str):
            raise BadToken("token: names no client")
        return client

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            return self._decoded(token, await self.issuer.keys())
        except InvalidKeyIdError:
            await self.issuer.refetch()
        try:
            return self._decoded(token, await self.issuer.keys())
        except InvalidKeyIdError as error:
            raise BadToken("token: signed by an unknown key") from error

    def _decoded(self, token: str, keys: KeySet) -> dict[str, Any]:
        try:
            return jwt.decode(token, keys, _ALGORITHMS, self._registry).claims
        except InvalidKeyIdError:
            raise
        except (JoseError, ValueError) as error:
            raise BadToken(f"token: {getattr(error, 'error', 'unreadable')}") from error

    def _check(self, claims: dict[str, Any]) -> None:
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer.url},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )
        try:
            rules.validate(claims)
        except ClaimError as error:
            raise BadToken(f"token: {error.error}: {error.claim}") from error
        except JoseError as error:
            raise BadToken(f"token: {error.error}") from error
