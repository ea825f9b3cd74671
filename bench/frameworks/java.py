"""Kafka Streams: its jars beside those of Kafka, and the job compiled by Eclipse's compiler: no JDK needed.

`python -m bench.frameworks.java` pins the jars anew, for the Kafka that `patuh/embedded/kafka.lock` pins.
"""

import os
import subprocess
import sys
from pathlib import Path

from patuh.embedded.jars import fetch_jars, kafka_version, maven_context, read_lock
from patuh.embedded.java import find_java
from patuh.embedded.relock import pin

LOCK_FILE = Path(__file__).with_name("kafka_streams.lock")
_SOURCES = Path(__file__).with_name("kafka_streams")
_COMPILER = "org.eclipse.jdt.internal.compiler.batch.Main"
_OPTIONS = [
    "-Xmx512m",
    "-Dlog4j2.level=error",
]  # without a limit it would take a quarter of the machine's memory


def jars() -> list[Path]:
    """Those of Kafka and those of Kafka Streams. Raises EmbeddedError."""
    return fetch_jars(announce=_say) + fetch_jars(LOCK_FILE, announce=_say)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def command(folder: Path) -> list[str]:
    """What starts the job, compiled into `folder`. Raises EmbeddedError, CalledProcessError."""
    java = find_java().path
    path = os.pathsep.join(map(str, jars()))
    compiler: list[str | Path] = [java, "-cp", path, _COMPILER, "-17", "-nowarn", "-cp", path, "-d", folder]
    subprocess.run([*compiler, *sorted(_SOURCES.glob("*.java"))], check=True)
    return [str(java), *_OPTIONS, "-cp", os.pathsep.join([str(folder), path]), "OnKafkaStreams"]


def relock(lock_file: Path = LOCK_FILE) -> None:
    """Write the lock file anew: Kafka Streams as Kafka, the others as they are named in it."""
    maven = maven_context()
    versions = {jar: jar.version for jar in read_lock(lock_file)}
    versions |= {jar: kafka_version() for jar in versions if jar.artifact == "kafka-streams"}
    wanted = [maven.project(jar.group, jar.artifact).at_version(v) for jar, v in versions.items()]
    header = lock_file.read_text().splitlines(keepends=True)[0]
    lock_file.write_text(header + "".join(f"{pin(one.artifact())}\n" for one in wanted))


if __name__ == "__main__":
    relock()
