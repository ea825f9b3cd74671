"""The embedded Kafka and PostgreSQL of a bench run, and the services on them as `patuh up` starts them."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from pydantic import SecretStr

from bench import loading
from bench.measuring import BenchFailedError, Watched
from bench.workload import TODAY, Workload
from patuh.embedded.announce import Announce
from patuh.embedded.parts import Parts
from patuh.embedded.ports import free_port
from patuh.embedded.stack import ServiceSpec, Stack
from shared.settings import Settings

ROOT = Path(__file__).parents[1]
_HOST = "127.0.0.1"
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Stage:
    """A stack that is up, with the workload on its topics."""

    stack: Stack
    parts: Parts
    workload: Workload

    @property
    def settings(self) -> Settings:
        return Settings(kafka_bootstrap_servers=self.parts.bootstrap, database_url=SecretStr("unused"))

    def process(self, member: str) -> psutil.Process:
        """The process of a part or a service."""
        return psutil.Process(self.stack.pid(member))

    def parts_processes(self) -> dict[str, psutil.Process]:
        """PostgreSQL and Kafka."""
        return {name: self.process(name) for name in ("postgres", "kafka")}

    def environment(self, database: str) -> dict[str, str]:
        """What a process needs to work on this stage in `database`, which also names its group."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.parts.bootstrap,
            "DATABASE_URL": self.parts.dsns[database],
            "PATUH_SERVICE": database,
            "PATUH_TODAY": TODAY.isoformat(),
            "PYTHONPATH": str(ROOT),
        }

    @contextmanager
    def service(self, service: str, database: str, more: Mapping[str, str] = _NOTHING) -> Iterator[Watched]:
        """Run a service in a database and a consumer group of its own; `more` is set in its environment."""
        with self.services(service, database, 1, more) as [watched]:
            yield watched

    @contextmanager
    def services(
        self, service: str, database: str, processes: int, more: Mapping[str, str] = _NOTHING
    ) -> Iterator[list[Watched]]:
        """So many processes of a service, started together, which share a database and a consumer group."""
        members = [database, *(f"{database}_{number}" for number in range(2, processes + 1))]
        try:
            urls = {member: self._start(service, member, database, more) for member in members}
            for member in members:
                self.stack.wait_healthy(member)
            # One client for all questions: making one costs more than a batch.
            with httpx.Client(timeout=60.0) as client:
                yield [Watched(service, self.process(member), url, client) for member, url in urls.items()]
            if any(self.stack.restarts(member) for member in members):
                raise BenchFailedError(f"{service} ended while it was measured")
        finally:
            for member in members:
                self.stack.stop_member(member)

    def _start(self, service: str, member: str, database: str, more: Mapping[str, str]) -> str:
        """Start a process; where its health is told."""
        port = free_port()
        argv = [sys.executable, "-m", "uvicorn", f"services.{service}.app:app", "--host", _HOST]
        argv += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        url = f"http://{_HOST}:{port}/health"
        self.stack.start_service(ServiceSpec(member, argv, self.environment(database) | dict(more), url))
        return url


@contextmanager
def set_stage(
    folder: Path, databases: list[str], workload: Workload, announce: Announce, loaded: bool = True
) -> Iterator[Stage]:
    """Start the parts in `folder` and load the workload, unless its topics are to be empty.

    Raises BenchFailedError, EmbeddedError.
    """
    # An empty environment: never the servers of somebody else, whose topics would be deleted between runs.
    with Stack(folder, announce=announce, databases=databases, environ={}) as stack:
        parts = stack.start_parts()
        if parts.broker_kind != "apache-kafka":
            raise BenchFailedError(f"measured on Apache Kafka only, and this is {parts.broker_kind}")
        stage = Stage(stack, parts, workload)
        if loaded:
            asyncio.run(loading.load(stage.settings, workload))
        yield stage
