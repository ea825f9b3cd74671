"""What is to be rebuilt: a service of the stack that runs on a data folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psutil

from patuh.embedded.state import read_state
from patuh.located import NotRunningError, locate
from patuh.replaying.databases import CannotRebuildError, Databases, named
from patuh.replaying.recipes import SERVICES, Rebuilding, rebuilding

_SUPERUSER = "patuh"


@dataclass(frozen=True)
class Target:
    """A service, how it is rebuilt, where its databases are, and the address that tells its health."""

    service: str
    data: Path
    rebuilding: Rebuilding
    databases: Databases
    url: str

    @property
    def group(self) -> str:
        """The consumer group of the live service."""
        return f"patuh-{self.rebuilding.settings.service}"


def target(data: Path, service: str) -> Target:
    """Find the service. Raises NotRunningError, CannotRebuildError."""
    if service not in SERVICES:
        raise CannotRebuildError(f"{service} is not rebuilt from topics: only {', '.join(SERVICES)} are")
    located, state = locate(data), read_state(data.absolute())
    pid = state["processes"].get(service, {}).get("pid") if state else None
    if state is None or pid is None:
        raise NotRunningError(
            f"{service} does not run on {data}: start it, it is stopped only when all is ready"
        )
    try:
        # The same day, the same limits, the same recipients as the service that it replaces.
        environ = psutil.Process(pid).environ()
    except psutil.Error as error:
        raise CannotRebuildError(
            f"the settings of {service} (process {pid}) cannot be read: {error}"
        ) from error
    databases = Databases(located.dsns[service], _admin(data.absolute(), state, located.dsns[service]))
    return Target(service, data.absolute(), rebuilding(service, environ), databases, located.urls[service])


def _admin(data: Path, state: dict[str, Any], dsn: str) -> str:
    """Our own PostgreSQL has a superuser; of others we only know the role of the service."""
    if "postgres" not in state["processes"]:
        return named(dsn, "postgres")
    password = (data / "postgres" / "password").read_text()
    host = urlsplit(dsn).netloc.rpartition("@")[2]
    return urlunsplit(("postgresql", f"{_SUPERUSER}:{quote(password, safe='')}@{host}", "/postgres", "", ""))
