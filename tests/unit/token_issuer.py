"""A small OAuth2 server on a real port: client credentials in, signed access tokens out."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

AUDIENCE = "https://gateway.patuh.example.id"


@cache
def _first_key() -> RSAKey:
    """Made once: it takes long."""
    key = RSAKey.generate_key(2048)
    key.ensure_kid()
    return key


def _new_key() -> ECKey:
    key = ECKey.generate_key("P-256", {"use": "sig"})
    key.ensure_kid()
    return key


@dataclass
class TokenServer:
    """`keys`: those it publishes; the last one signs. `asked`: how often its keys were read."""

    port: int
    now: datetime
    metadata: str = "/.well-known/openid-configuration"
    keys: list[RSAKey | ECKey] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    asked: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def turn_key(self) -> None:
        """Sign with a new key."""
        self.keys.append(_new_key() if self.keys else _first_key())

    def claims(self, client: str) -> dict[str, Any]:
        at = int(self.now.timestamp())
        return {
            "iss": self.url,
            "aud": AUDIENCE,
            "client_id": client,
            "sub": client,
            "iat": at,
            "exp": at + 300,
        }

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        key = self.keys[-1]
        said = {"alg": "RS256" if isinstance(key, RSAKey) else "ES256", "kid": key.kid, "typ": "at+jwt"}
        return jwt.encode(said | header, claims, key)

    def token(self, client: str) -> str:
        """Ask for a token as the client would."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": self.secrets[client],
        }
        token: str = httpx.post(f"{self.url}/token", data=form).raise_for_status().json()["access_token"]
        return token

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/token")
        async def token(request: Request) -> dict[str, Any]:
            form = dict(parse_qsl((await request.body()).decode()))
            client_id = form["client_id"]
            known = self.secrets.get(client_id) == form["client_secret"]
            if form["grant_type"] != "client_credentials" or not known:
                raise HTTPException(401)
            return {
                "access_token": self.sign(self.claims(client_id)),
                "token_type": "Bearer",
                "expires_in": 300,
            }

        @app.get("/jwks")
        def jwks() -> dict[str, Any]:
            self.asked += 1
            return dict(KeySet(list(self.keys)).as_dict(private=False))

        @app.get(self.metadata)
        def metadata() -> dict[str, Any]:
            said = {"issuer": self.url, "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/jwks"}
            return said | self.told

        return app


@contextmanager
def serving(server: TokenServer) -> Iterator[TokenServer]:
    """Run it in a thread; inside it can be gone away by leaving."""
    listening = socket.create_server(("127.0.0.1", server.port))
    server.port = listening.getsockname()[1]
    http = uvicorn.Server(uvicorn.Config(server.app(), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=http.run, args=([listening],))
    thread.start()
    while not http.started:
        time.sleep(0.01)
    try:
        yield server
    finally:
        http.should_exit = True
        thread.join()
        listening.close()
