"""The gateway's secrets and database in the hands of whoever runs the stack."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patuh.embedded.state import read_state
from patuh.located import NotRunningError
from services.gateway.privacy import Pseudonyms
from services.gateway.settings import GatewaySettings
from services.gateway.vault import Cipher, VaultError, cipher_of
from shared.database import Database

SOURCE = "urn:patuh:privacy"
_NEEDED = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL")


@dataclass(frozen=True)
class Custody:
    """What the commands work with; `cipher` is None when the gateway keeps nothing."""

    settings: GatewaySettings
    pseudonyms: Pseudonyms
    cipher: Cipher | None

    def opened(self) -> Cipher:
        """The cipher of the vault. Raises VaultError when there is none."""
        if self.cipher is None:
            raise VaultError(
                "there is no vault: set PATUH_VAULT_KEY for the gateway. Without it nobody is kept, so that "
                "nobody can be looked up and no reference can be re-keyed"
            )
        return self.cipher

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The gateway's database."""
        database = Database(self.settings.database())
        try:
            yield database
        finally:
            await database.close()

    def person(self, nik: str) -> dict[int, str]:
        """The references of a person by the version of their key. Raises InvalidIdentifier."""
        return self.pseudonyms.references(nik)


def plain(nik: str) -> str:
    """The digits of a NIK that was written with dots, dashes or spaces."""
    return nik.translate(str.maketrans("", "", " .-\n\r\t"))


def custody(data: Path, environ: Mapping[str, str] | None = None) -> Custody:
    """The gateway's settings: from the environment when it names Kafka and the database (as in the gateway's
    container), else from the stack that runs on `data`.

    Raises NotRunningError; ValueError when a key is none.
    """
    given = os.environ if environ is None else environ
    settings = GatewaySettings(service="gateway") if all(map(given.get, _NEEDED)) else _of_stack(data)
    return Custody(settings, Pseudonyms(settings.reference_keys()), cipher_of(settings))


def _of_stack(data: Path) -> GatewaySettings:
    state = read_state(data.absolute())
    if not state or not state.get("health_urls"):
        raise NotRunningError(f"nothing runs on {data}: start it with `patuh up --data {data}`")
    secrets: dict[str, str] = json.loads((data / "secrets.json").read_text())
    keys: dict[str, Any] = {
        field: secrets.get(f"PATUH_{field.upper()}")
        for field in ("worker_ref_key", "worker_ref_keys", "vault_key", "vault_keys")
    }
    parts = state["parts"]
    return GatewaySettings(
        service="gateway",
        kafka_bootstrap_servers=parts["bootstrap"],
        database_url=parts["dsns"]["gateway"],
        **keys,
    )
