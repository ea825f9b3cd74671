"""A stand-in for Kafka where Maven Central cannot be reached: librdkafka's in-memory mock cluster.

It speaks the real protocol (idempotent producer, compression, committed offsets of a single group member) and
creates topics on first use, but keeps nothing and does not rebalance groups.

Run as a program it is that cluster.
"""

import signal
import sys
import time
from pathlib import Path

import confluent_kafka

from patuh.embedded.errors import PartFailedError
from patuh.embedded.lifetime import Child, last_lines, spawn

_START_SECONDS = 10.0
_STOP_GRACE_SECONDS = 5.0


class MockBroker:
    """The in-memory cluster as a child process; `reason` says why it is used, `warning` what that means."""

    kind = "in-memory-fallback"

    def __init__(self, data: Path, *, reason: str, logs: Path | None = None) -> None:
        self.data = data.absolute()
        self.log = (logs or self.data / "logs").absolute() / "mock-broker.log"
        self.version = f"librdkafka {confluent_kafka.libversion()[0]}"
        self.child: Child | None = None
        self.warning: str | None = (
            f"This is NOT Apache Kafka but an in-memory stand-in, because: {reason}. "
            "Nothing is kept on disk: every message and offset is lost when it stops. "
            "Consumer groups do not rebalance: run one process per service only. "
            "Look around with it; never use it for real work and trust no measurement made on it."
        )

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients; known after `wait_ready()`, another one after each start."""
        return self._address_file.read_text()

    def start(self) -> None:
        """Start and return once the cluster listens. Raises `PartFailedError` if it does not."""
        self.prepare()
        self.launch()
        self.wait_ready()

    def prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self._address_file.unlink(missing_ok=True)

    def launch(self) -> None:
        command = [sys.executable, "-m", "patuh.embedded.mock_broker", str(self._address_file)]
        self.child = spawn(command, log=self.log, pid_file=self.data / "mock-broker.pid.json")

    def wait_ready(self, timeout_seconds: float = _START_SECONDS) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not self._address_file.exists():
            if not self.alive() or time.monotonic() > deadline:
                raise PartFailedError(f"in-memory broker failed; end of its log:\n{last_lines(self.log)}")
            time.sleep(0.02)

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(_STOP_GRACE_SECONDS)

    @property
    def _address_file(self) -> Path:
        return self.data / "mock-broker.address"


def serve(address_file: Path) -> None:
    """Hold the cluster until SIGTERM; the address appears in `address_file` once it listens."""
    # The cluster lives inside this client object and ends with it.
    cluster = confluent_kafka.Producer({"bootstrap.servers": "none", "test.mock.num.brokers": 1})
    broker = next(iter(cluster.list_topics(timeout=_START_SECONDS).brokers.values()))
    unfinished = address_file.with_suffix(".part")
    unfinished.write_text(f"{broker.host}:{broker.port}")
    unfinished.replace(address_file)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    serve(Path(sys.argv[1]))
