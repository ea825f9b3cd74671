"""The whole stack on one machine: broker, databases, inbox and the services, in one data folder.

data/kafka, data/postgres, data/inbox   what each part keeps
data/logs/<name>.log                    what each process says
data/stack.json                         where everything is, while it runs
"""

import os
import signal
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from patuh.embedded.announce import Announce, warn_loudly
from patuh.embedded.errors import PartFailedError
from patuh.embedded.holds import Holds
from patuh.embedded.lifetime import reap
from patuh.embedded.member import Member, Part
from patuh.embedded.mock_broker import MockBroker
from patuh.embedded.parts import Parts, prepare_parts
from patuh.embedded.service import Service, ServiceSpec
from patuh.embedded.state import Claim, write_state
from patuh.embedded.supervisor import Supervisor

__all__ = ["SERVICES", "Parts", "ServiceSpec", "Stack"]

SERVICES = ("gateway", "registry", "employer", "notifier", "console")


class Stack:
    """Starts everything, starts again what ends unexpectedly, stops everything. For one use.

    Members are called `kafka`, `postgres`, `inbox`, and as the services are. KAFKA_BOOTSTRAP_SERVERS and
    DATABASE_URL (with `{service}` for the database name) in `environ` replace a part: nothing is then started
    or stopped for it. All methods block; call them from one thread. Another process may keep a service
    stopped for a while (`holds`).
    """

    def __init__(
        self,
        data: Path,
        *,
        announce: Announce,
        databases: Sequence[str] = SERVICES,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.data = data.absolute()
        self.logs = self.data / "logs"
        self._announce = announce
        self._databases = databases
        self._environ = environ
        self._claim: Claim | None = None
        self._supervisor = Supervisor(announce)
        self._holds = Holds(self.data / "run", self.stop_member, self.start_member, announce)
        self._parts: dict[str, Part] = {}
        self._services: dict[str, Service] = {}
        self._where: dict[str, Any] = {}
        self._writing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def start_parts(self) -> Parts:
        """Start broker, databases and inbox side by side; returns when all answer.

        Raises:
            AlreadyRunningError: another stack works on this folder.
            EmbeddedError: a part cannot be had or does not come up; those already started are stopped.
        """
        began = time.monotonic()
        self._take_folder()
        try:
            parts = self._start_parts()
        except BaseException:
            self.stop()
            raise
        self._announce_parts(parts, time.monotonic() - began)
        return parts

    def start_service(self, spec: ServiceSpec) -> None:
        """Launch a service and keep it running; `wait_healthy` tells when it is ready."""
        self._services[spec.name] = Service(spec, run=self.data / "run", logs=self.logs)
        self.start_member(spec.name)

    def wait_healthy(self, name: str, timeout: float = 60.0) -> None:
        """Return once the service's health URL answers 200; `timeout` in seconds.

        Raises:
            PartFailedError: it does not, or it ended three times meanwhile.
        """
        self._services[name].wait_healthy(timeout, lambda: self.restarts(name))

    def restarts(self, name: str) -> int:
        """How often a member was started again after an unexpected end, since its last start on purpose."""
        return self._supervisor.restarts(name)

    def pid(self, name: str) -> int:
        """Process id of a member, as of its last start."""
        child = self._member(name).child
        if child is None:
            raise PartFailedError(f"{name} is not run by this stack")
        return child.pid

    def kill_service(self, name: str, signal_number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a member, as an accident would; if it ends of it, it is started again."""
        os.kill(self.pid(name), signal_number)

    def stop_member(self, name: str) -> None:
        """Stop one service or part and leave it down until `start_member`."""
        self._supervisor.forget(name)
        self._member(name).stop()
        self._write_state()

    def start_member(self, name: str) -> None:
        """Start a stopped service or part; returns when a part answers, and at once for a service."""
        self._launch(name, self._member(name))
        if part := self._parts.get(name):
            part.wait_ready()
        self._write_state()

    def stop(self) -> None:
        """Stop the services, then the parts, and free the folder. May be called twice."""
        self._holds.stop()
        self._supervisor.stop()
        _stop_all(self._services.values())
        _stop_all(self._parts.values())
        self._services.clear()
        self._parts.clear()
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _take_folder(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        claim = Claim(self.data)
        claim.take()
        self._claim = claim
        for leftover in (self.data / "run").glob("*.pid.json"):
            reap(leftover)

    def _start_parts(self) -> Parts:
        prepared = prepare_parts(self.data, self.logs, self._environ, self._announce)
        self._parts = {"postgres": prepared.postgres, "kafka": prepared.kafka, "inbox": prepared.inbox}
        for name, part in self._parts.items():
            self._launch(name, part)
        for part in self._parts.values():
            part.wait_ready()
        prepared.postgres.create_databases(self._databases)
        parts = prepared.describe(self._databases)
        self._where = asdict(parts)
        self._write_state()
        self._supervisor.start()
        self._holds.start()
        return parts

    def _announce_parts(self, parts: Parts, seconds: float) -> None:
        for warning in parts.warnings:
            warn_loudly(warning)
        self._announce(
            f"ready after {seconds:.1f} s: {parts.broker_kind} {parts.broker_version} on {parts.bootstrap}, "
            f"PostgreSQL {parts.postgres_version}, mail on 127.0.0.1:{parts.smtp_port}"
        )

    def _member(self, name: str) -> Member:
        return self._services[name] if name in self._services else self._parts[name]

    def _launch(self, name: str, member: Member) -> None:
        def relaunch() -> None:
            member.launch()
            self._write_state()

        member.launch()
        # The stand-in comes back empty and at another address: starting it again would help nobody.
        if not isinstance(member, MockBroker):
            self._supervisor.watch(name, member.alive, relaunch)

    def _write_state(self) -> None:
        with self._writing:
            members = [*self._parts.items(), *self._services.items()]
            processes = {name: self._describe(name, member) for name, member in members if member.child}
            health = {name: service.spec.health_url for name, service in list(self._services.items())}
            state = {"parts": self._where, "processes": processes, "health_urls": health}
            write_state(self.data, state | {"held": sorted(self._holds.held)})

    def _describe(self, name: str, member: Member) -> dict[str, Any]:
        pid = member.child.pid if member.child and member.alive() else None
        return {"pid": pid, "restarts": self.restarts(name)}


def _stop_all(members: Iterable[Member]) -> None:
    """Stop side by side: each may take its full grace."""
    waiting = list(members)
    if waiting:
        with ThreadPoolExecutor(len(waiting)) as pool:
            for stopped in [pool.submit(member.stop) for member in waiting]:
                stopped.result()
