"""A Kafka or PostgreSQL that others run: nothing is started, stopped or created in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit


class _External:
    child = None

    def launch(self) -> None:
        """Runs already."""

    def wait_ready(self) -> None:
        """Its clients find out."""

    def alive(self) -> bool:
        return True

    def stop(self) -> None:
        """Not ours to stop."""


@dataclass(frozen=True)
class ExternalBroker(_External):
    """The Kafka that KAFKA_BOOTSTRAP_SERVERS names."""

    bootstrap: str
    kind: str = "external"
    version: str = "unknown"
    warning: str | None = None


@dataclass(frozen=True)
class ExternalPostgres(_External):
    """The PostgreSQL that DATABASE_URL names, with a database per service in it.

    `{service}` in `url` stands for the database name; without it the path of `url` is replaced by the name.
    """

    url: str
    version: str = "external"

    def create_databases(self, names: Iterable[str]) -> None:
        """Whoever runs it creates them."""

    def dsn(self, name: str) -> str:
        if "{service}" in self.url:
            return self.url.replace("{service}", name)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
