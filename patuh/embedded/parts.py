"""The parts of the stack that are not services: which ones are used, and where they are."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from patuh.embedded.announce import Announce
from patuh.embedded.errors import MavenUnreachableError
from patuh.embedded.external import ExternalBroker, ExternalPostgres
from patuh.embedded.kafka import KafkaNode
from patuh.embedded.local_inbox import LocalInbox
from patuh.embedded.member import Broker, Databases
from patuh.embedded.mock_broker import MockBroker
from patuh.embedded.postgres import PostgresNode


@dataclass(frozen=True)
class Parts:
    """Where everything is. `dsns` has one address per database name; `warnings` must be shown to the user."""

    bootstrap: str
    broker_kind: str
    broker_version: str
    postgres_version: str
    dsns: dict[str, str]
    smtp_port: int
    webhook_url: str
    webhook_secret: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class PreparedParts:
    """Parts ready to launch."""

    postgres: Databases
    kafka: Broker
    inbox: LocalInbox

    def describe(self, databases: Sequence[str]) -> Parts:
        """Where they are, once they are ready."""
        return Parts(
            bootstrap=self.kafka.bootstrap,
            broker_kind=self.kafka.kind,
            broker_version=self.kafka.version,
            postgres_version=self.postgres.version,
            dsns={name: self.postgres.dsn(name) for name in databases},
            smtp_port=self.inbox.smtp_port,
            webhook_url=self.inbox.webhook_url,
            webhook_secret=self.inbox.secret,
            warnings=(self.kafka.warning,) if self.kafka.warning else (),
        )


def prepare_parts(data: Path, logs: Path, environ: Mapping[str, str], announce: Announce) -> PreparedParts:
    """Prepare all parts side by side; what may be slow is the first time: download, format, initdb.

    Raises:
        EmbeddedError: a part cannot be had here.
    """
    with ThreadPoolExecutor(1) as beside:
        postgres = beside.submit(prepare_postgres, data / "postgres", logs, environ)
        inbox = LocalInbox(data / "inbox", logs=logs)
        # In this thread, so that Ctrl-C interrupts a download.
        broker = prepare_broker(data / "kafka", logs, environ, announce)
        return PreparedParts(postgres.result(), broker, inbox)


def prepare_postgres(data: Path, logs: Path, environ: Mapping[str, str]) -> Databases:
    """The PostgreSQL that DATABASE_URL names, else one of our own in `data`."""
    if url := environ.get("DATABASE_URL"):
        return ExternalPostgres(url)
    node = PostgresNode(data, logs=logs)
    node.prepare()
    return node


def prepare_broker(data: Path, logs: Path, environ: Mapping[str, str], announce: Announce) -> Broker:
    """The Kafka that KAFKA_BOOTSTRAP_SERVERS names, else one of our own in `data`, else the stand-in.

    PATUH_BROKER=in-memory asks for the stand-in.

    Raises:
        MavenUnreachableError: Kafka cannot be had, and `data` holds messages which a stand-in would hide.
        JavaMissingError, JarMismatchError, PartFailedError: from `KafkaNode.prepare`.
    """
    if servers := environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return ExternalBroker(servers)
    if environ.get("PATUH_BROKER") == "in-memory":
        return _stand_in(data, logs, "PATUH_BROKER=in-memory asks for it")
    node = KafkaNode(data, logs=logs, announce=announce)
    try:
        node.prepare()
    except MavenUnreachableError as unreachable:
        if node.holds_data:
            raise
        return _stand_in(data, logs, f"Maven Central cannot be reached ({unreachable})")
    return node


def _stand_in(data: Path, logs: Path, reason: str) -> MockBroker:
    broker = MockBroker(data, reason=reason, logs=logs)
    broker.prepare()
    return broker
