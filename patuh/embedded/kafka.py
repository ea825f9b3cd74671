"""Apache Kafka as a child process: one KRaft node that is broker and controller at once.

Killing the process loses nothing that was acknowledged; losing power may lose the last moments, as with any
Kafka that has one replica.
"""

import base64
import logging
import os
import signal
import subprocess
import time
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from patuh.embedded.announce import Announce, silent
from patuh.embedded.errors import PartFailedError
from patuh.embedded.jars import fetch_jars, kafka_version
from patuh.embedded.java import Java, find_java
from patuh.embedded.kafka_settings import java_options, log4j_properties, server_properties
from patuh.embedded.lifetime import Child, last_lines, reap, spawn
from patuh.embedded.ports import settle_ports

_STOP_GRACE_SECONDS = 20.0


class KafkaNode:
    """A Kafka that lives in the folder `data`; its ports and its cluster id stay the same from run to run.

    `start()` is `prepare()` (slow once: download and format), `launch()` and `wait_ready()`, which the stack
    calls one by one to start its parts side by side. `heap_mb` is the most Java heap in MiB.
    """

    kind = "apache-kafka"
    warning: str | None = None

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        *,
        logs: Path | None = None,
        heap_mb: int = 512,
        announce: Announce = silent,
    ) -> None:
        self.data = data.absolute()
        self.log = (logs or self.data / "logs").absolute() / "kafka.log"
        self.version = kafka_version()
        self.child: Child | None = None
        self._wanted_port = port
        self._heap_mb = heap_mb
        self._announce = announce
        self._ports: dict[str, int] = {}
        self._command: list[str] = []

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients; known after `prepare()`."""
        return f"127.0.0.1:{self._ports['broker']}"

    @property
    def holds_data(self) -> bool:
        """Whether a Kafka was ever formatted in this folder."""
        return (self.data / "log" / "meta.properties").exists()

    def start(self) -> None:
        """Start and return once Kafka answers.

        Raises:
            JavaMissingError, MavenUnreachableError, JarMismatchError: it cannot be run here.
            PartFailedError: it does not come up.
        """
        self.prepare()
        self.launch()
        self.wait_ready()

    def prepare(self) -> None:
        """Fetch Kafka, choose ports, write its settings and format its storage the first time."""
        self.data.mkdir(parents=True, exist_ok=True)
        reap(self._pid_file)
        java, jars = find_java(), fetch_jars(announce=self._announce)
        wanted = {"broker": self._wanted_port, "controller": None}
        self._ports = settle_ports(self.data / "ports.json", wanted)
        self._write_settings()
        self._command = self._java_command(java, jars)
        if not self.holds_data:
            self._format_storage()

    def launch(self) -> None:
        """Start the process of a prepared node without waiting for it."""
        self.child = spawn(
            [*self._command, "kafka.Kafka", str(self._settings)],
            log=self.log,
            pid_file=self._pid_file,
            orphan_signal=signal.SIGTERM,  # an orderly end spares the next start the log recovery
        )

    def wait_ready(self, timeout_seconds: float = 60.0) -> None:
        """Return once the broker answers a metadata request and names itself.

        Raises:
            PartFailedError: it ended, or did not answer in time.
        """
        admin = AdminClient(_patient_client(self.bootstrap), logger=logging.getLogger("patuh.embedded.kafka"))
        deadline = time.monotonic() + timeout_seconds
        while not _answers(admin):
            if not self.alive() or time.monotonic() > deadline:
                raise PartFailedError(f"Kafka does not answer; end of {self.log}:\n{last_lines(self.log)}")

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        """Shut down in good order, or kill after 20 seconds."""
        if self.child is not None:
            self.child.stop(_STOP_GRACE_SECONDS)

    @property
    def _settings(self) -> Path:
        return self.data / "server.properties"

    @property
    def _pid_file(self) -> Path:
        return self.data / "kafka.pid.json"

    def _write_settings(self) -> None:
        ports = self._ports
        text = server_properties(ports["broker"], ports["controller"], self.data / "log")
        self._settings.write_text(text)
        (self.data / "log4j2.properties").write_text(log4j_properties())

    def _java_command(self, java: Java, jars: list[Path]) -> list[str]:
        options = java_options(java.major, self._heap_mb, self.data / "log4j2.properties")
        return [str(java.path), *options, "-cp", os.pathsep.join(map(str, jars))]

    def _format_storage(self) -> None:
        arguments = ["kafka.tools.StorageTool", "format", "-t", _new_cluster_id(), "-c", str(self._settings)]
        done = subprocess.run([*self._command, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise PartFailedError(f"Kafka cannot format {self.data}: {done.stdout}{done.stderr}")


def _new_cluster_id() -> str:
    """A random id in Kafka's form: 16 bytes in URL-safe base64; a leading dash would read as an option."""
    while (text := base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")).startswith("-"):
        continue
    return text


def _patient_client(bootstrap: str) -> dict[str, str | int | float | bool]:
    """Settings of a client that keeps knocking quickly and does not log each closed door."""
    return {
        "bootstrap.servers": bootstrap,
        "log_level": 0,
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 100,
    }


def _answers(admin: AdminClient) -> bool:
    try:
        return bool(admin.list_topics(timeout=0.5).brokers)
    except KafkaException:
        return False
