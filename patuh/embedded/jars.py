"""The jars of Apache Kafka: pinned in `kafka.lock`, fetched once from Maven Central, verified on every use.

They are kept in the usual Maven cache (M2_REPO, else ~/.m2/repository). PATUH_MAVEN_REPOSITORY names a mirror
of Maven Central for networks that allow only that; the pinned SHA-256 sums hold for a mirror too.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import fasteners  # type: ignore[import-untyped]
import requests
from jgo.maven import Artifact, MavenContext
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from patuh.embedded.announce import Announce, progress, silent
from patuh.embedded.errors import JarMismatchError, MavenUnreachableError

LOCK_FILE = Path(__file__).with_name("kafka.lock")
_THREADS = 8


@dataclass(frozen=True, order=True)
class PinnedJar:
    """One line of the lock file: `group:artifact:version sha256`."""

    group: str
    artifact: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version} {self.sha256}"


def read_lock(lock_file: Path = LOCK_FILE) -> list[PinnedJar]:
    """The pinned jars, in the order of the file."""
    lines = [line for line in lock_file.read_text().splitlines() if line and not line.startswith("#")]
    return [PinnedJar(*line.replace(" ", ":").split(":", 3)) for line in lines]


def kafka_version(lock_file: Path = LOCK_FILE) -> str:
    """The version of the pinned Kafka, e.g. `4.4.0`."""
    return next(jar.version for jar in read_lock(lock_file) if jar.artifact == "kafka_2.13")


def maven_context(cache: Path | None = None) -> MavenContext:
    """Maven Central, or the mirror PATUH_MAVEN_REPOSITORY, with the user's jar cache or `cache`."""
    mirror = os.environ.get("PATUH_MAVEN_REPOSITORY")
    return MavenContext(repo_cache=cache, remote_repos={"mirror": mirror} if mirror else None)


def fetch_jars(
    lock_file: Path = LOCK_FILE, *, cache: Path | None = None, announce: Announce = silent
) -> list[Path]:
    """Paths of all pinned jars, downloading those not in the cache.

    Raises:
        MavenUnreachableError: a jar cannot be had.
        JarMismatchError: a jar, even freshly downloaded, is not the pinned one.
    """
    maven = maven_context(cache)
    maven.repo_cache.mkdir(parents=True, exist_ok=True)
    pins = {_artifact(maven, pin): pin for pin in read_lock(lock_file)}
    # Another process half way through the same download must not be taken for a bad jar.
    with fasteners.InterProcessLock(maven.repo_cache / ".patuh-jars.lock"):
        _fetch_all(pins, announce if _any_missing(pins) else None)
    return [artifact.resolve() for artifact in pins]


def _artifact(maven: MavenContext, pin: PinnedJar) -> Artifact:
    return maven.project(pin.group, pin.artifact).at_version(pin.version).artifact()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch_all(pins: dict[Artifact, PinnedJar], announce: Announce | None) -> None:
    shown = progress("Fetching Apache Kafka from Maven", announce) if announce else nullcontext(_unseen)
    with shown as step, ThreadPoolExecutor(_THREADS) as pool:
        fetched = [pool.submit(_fetch, artifact, pin.sha256) for artifact, pin in pins.items()]
        try:
            for done, future in enumerate(as_completed(fetched), start=1):
                future.result()
                step(done, len(pins))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _unseen(done: int, total: int) -> None:
    """A `Step` for work too short to show."""


def _any_missing(pins: dict[Artifact, PinnedJar]) -> bool:
    return any(path is None or not path.exists() for path in (artifact.cached_path for artifact in pins))


@retry(
    # A download cut short leaves a short file: it is deleted and fetched once more before anyone is alarmed.
    retry=retry_if_exception_type((MavenUnreachableError, JarMismatchError)),
    stop=stop_after_attempt(2),
    wait=wait_fixed(1),
    reraise=True,
)
def _fetch(artifact: Artifact, sha256: str) -> None:
    path = _download(artifact)
    found = sha256_of(path)
    if found != sha256:
        path.unlink()
        raise JarMismatchError(f"{path} has SHA-256 {found}, pinned is {sha256}: deleted, not used")


def _download(artifact: Artifact) -> Path:
    try:
        path: Path = artifact.resolve()
    except (requests.RequestException, RuntimeError, OSError) as error:
        raise MavenUnreachableError(f"cannot get {artifact}: {error}") from error
    return path
