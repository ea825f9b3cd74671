"""The whole application as processes of its own, for those who only know its contracts."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from patuh.agency_keys import create_key
from patuh.embedded.announce import silent
from patuh.located import locate
from patuh.running import Running, bring_up

SOURCE = "https://lpse.example.id/sukabumikota"
# Addresses that the documents name, as `patuh up` would choose them.
_IN_DOCUMENTS = {"127.0.0.1:8000": "gateway", "127.0.0.1:8001": "employer"}


@dataclass(frozen=True)
class Application:
    """Kafka, PostgreSQL and the five services; `folder` holds its data in `.patuh`."""

    folder: Path
    running: Running

    @property
    def urls(self) -> dict[str, str]:
        """The address of each service."""
        return self.running.urls

    def key(self) -> str:
        """A key for SOURCE and what is below it."""
        return create_key(self.running.parts.dsns["gateway"], "LPSE Kota Sukabumi", [SOURCE])

    def here(self, text: str) -> str:
        """A text with the addresses of documents turned into those of this application."""
        for address, name in _IN_DOCUMENTS.items():
            text = text.replace(f"http://{address}", self.urls[name])
        return text.replace("127.0.0.1:9092", self.running.parts.bootstrap)

    def environment(self) -> dict[str, str]:
        """That of a user in `folder`, with `patuh` at hand."""
        beside = str(Path(sys.executable).parent)
        return os.environ | {"PATH": f"{beside}:{os.environ['PATH']}"}

    def pids(self) -> dict[str, int]:
        """The processes of the services: another number means that one died."""
        return {name: self.running.stack.pid(name) for name in self.urls}

    def settle(self, seconds: float = 300) -> None:
        """Return when no service lags behind or has more to tell. Alerts may still be on their way."""
        locate(self.folder / ".patuh").without("notifier").settle(seconds)

    def get(self, service: str, path: str, **query: Any) -> httpx.Response:
        """Ask a service."""
        return httpx.get(f"{self.urls[service]}{path}", params=query, timeout=60)


_APPLICATION = pytest.StashKey[Application]()


@pytest.fixture(scope="session")
def application(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Application:
    """One for the whole run, whichever module asks first."""
    if _APPLICATION not in pytestconfig.stash:
        folder = tmp_path_factory.mktemp("application")
        running = bring_up(folder / ".patuh", silent)
        pytestconfig.add_cleanup(running.stack.stop)
        pytestconfig.stash[_APPLICATION] = Application(folder, running)
    return pytestconfig.stash[_APPLICATION]
