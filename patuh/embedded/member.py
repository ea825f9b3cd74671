"""What the stack asks of each of its processes."""

from collections.abc import Iterable
from typing import Protocol

from patuh.embedded.lifetime import Child


class Member(Protocol):
    """A process of the stack; `child` is None before its launch and for parts that others run."""

    @property
    def child(self) -> Child | None: ...

    def launch(self) -> None: ...
    def alive(self) -> bool: ...
    def stop(self) -> None: ...


class Part(Member, Protocol):
    """A member the services need before they start."""

    def wait_ready(self) -> None: ...


class Broker(Part, Protocol):
    """A Kafka; `bootstrap` is known once it is ready."""

    @property
    def kind(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def warning(self) -> str | None: ...
    @property
    def bootstrap(self) -> str: ...


class Databases(Part, Protocol):
    """A PostgreSQL with one database per name."""

    @property
    def version(self) -> str: ...

    def create_databases(self, names: Iterable[str]) -> None: ...
    def dsn(self, name: str) -> str: ...
