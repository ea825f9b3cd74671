"""Pin another Kafka: `python -m patuh.embedded.relock 4.4.0` resolves it and rewrites `kafka.lock`."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.maven import Artifact, Dependency, MavenContext

from patuh.embedded.jars import LOCK_FILE, PinnedJar, maven_context, sha256_of

_HEADER = "# group:artifact:version sha256 -- written by `python -m patuh.embedded.relock <kafka version>`\n"


def resolve(version: str, maven: MavenContext) -> list[Artifact]:
    """Kafka with everything it needs at run time, and the binding that sends its logs to log4j."""
    kafka = maven.project("org.apache.kafka", "kafka_2.13").at_version(version).artifact()
    inputs, transitive = maven.resolver.resolve([Dependency(kafka, "compile")])
    needed = [dep.artifact for dep in (*inputs, *transitive) if dep.scope in ("compile", "runtime")]
    log4j = next(artifact for artifact in needed if artifact.artifactId == "log4j-core")
    # Not resolved together with Kafka: log4j's parent POM manages other versions of Kafka's own jars.
    binding = maven.project("org.apache.logging.log4j", "log4j-slf4j-impl").at_version(log4j.version)
    return [*needed, binding.artifact()]


def pin(artifact: Artifact) -> PinnedJar:
    """Download a jar and note its checksum."""
    checksum = sha256_of(artifact.resolve())
    return PinnedJar(artifact.groupId, artifact.artifactId, artifact.version, checksum)


def relock(version: str, lock_file: Path = LOCK_FILE) -> int:
    """Write the lock file for a Kafka version; gives the number of jars."""
    with ThreadPoolExecutor(8) as pool:
        pins = sorted(pool.map(pin, resolve(version, maven_context())))
    lock_file.write_text(_HEADER + "".join(f"{jar}\n" for jar in pins))
    return len(pins)


if __name__ == "__main__":
    print(f"{relock(sys.argv[1])} jars pinned in {LOCK_FILE}")
