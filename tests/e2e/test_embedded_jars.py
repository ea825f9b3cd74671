"""Fetching pinned jars, from a Maven repository that this test serves itself."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from patuh.embedded.errors import JarMismatchError, MavenUnreachableError
from patuh.embedded.jars import fetch_jars, kafka_version, read_lock
from patuh.embedded.kafka import KafkaNode
from patuh.embedded.mock_broker import MockBroker
from patuh.embedded.parts import prepare_broker
from patuh.embedded.ports import free_port

JAR = b"the bytes of a jar"
JAR_PATH = Path("org/example/thing/1.0/thing-1.0.jar")
GOOD_SUM = hashlib.sha256(JAR).hexdigest()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "repository"
    jar = folder / JAR_PATH
    jar.parent.mkdir(parents=True)
    jar.write_bytes(JAR)
    jar.with_name(f"{jar.name}.sha1").write_text(hashlib.sha1(JAR).hexdigest())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PATUH_MAVEN_REPOSITORY", f"http://127.0.0.1:{server.server_port}")
    yield folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an empty jar cache that reaches no Maven repository."""
    monkeypatch.setenv("PATUH_MAVEN_REPOSITORY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("M2_REPO", str(tmp_path / "empty-cache"))


def lock(tmp_path: Path, sha256: str) -> Path:
    file = tmp_path / "test.lock"
    file.write_text(f"# a comment\norg.example:thing:1.0 {sha256}\n")
    return file


def test_a_pinned_jar_is_fetched_once_and_announced(repository: Path, tmp_path: Path) -> None:
    heard: list[str] = []
    cache = tmp_path / "cache"
    paths = fetch_jars(lock(tmp_path, GOOD_SUM), cache=cache, announce=heard.append)
    assert [path.read_bytes() for path in paths] == [JAR]
    assert heard == ["Fetching Apache Kafka from Maven: 1/1"]

    (repository / JAR_PATH).unlink()
    assert fetch_jars(lock(tmp_path, GOOD_SUM), cache=cache, announce=heard.append) == paths
    assert len(heard) == 1


def test_another_jar_than_the_pinned_one_is_refused_and_deleted(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(JarMismatchError, match="deleted, not used"):
        fetch_jars(lock(tmp_path, "0" * 64), cache=tmp_path / "cache")
    assert not (tmp_path / "cache" / JAR_PATH).exists()


def test_a_download_cut_short_is_repeated(repository: Path, tmp_path: Path) -> None:
    cached = tmp_path / "cache" / JAR_PATH
    cached.parent.mkdir(parents=True)
    cached.write_bytes(JAR[:5])
    fetch_jars(lock(tmp_path, GOOD_SUM), cache=tmp_path / "cache")
    assert cached.read_bytes() == JAR


@pytest.mark.usefixtures("unreachable")
def test_no_repository_means_the_stand_in_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(MavenUnreachableError):
        fetch_jars(lock(tmp_path, GOOD_SUM))
    broker = prepare_broker(tmp_path / "kafka", tmp_path / "logs", {}, lambda text: None)
    assert isinstance(broker, MockBroker)
    assert broker.warning is not None
    assert "Maven Central cannot be reached" in broker.warning


@pytest.mark.usefixtures("unreachable")
def test_the_stand_in_never_hides_kept_messages(tmp_path: Path) -> None:
    formatted = tmp_path / "kafka" / "log" / "meta.properties"
    formatted.parent.mkdir(parents=True)
    formatted.touch()
    assert KafkaNode(tmp_path / "kafka").holds_data
    with pytest.raises(MavenUnreachableError):
        prepare_broker(tmp_path / "kafka", tmp_path / "logs", {}, lambda text: None)


def test_the_lock_pins_kafka_and_the_binding_of_its_logs() -> None:
    pinned = {jar.artifact: jar for jar in read_lock()}
    assert pinned["kafka_2.13"].version == kafka_version() == pinned["kafka-clients"].version
    assert pinned["log4j-slf4j-impl"].version == pinned["log4j-core"].version
    assert all(len(jar.sha256) == 64 for jar in pinned.values())
