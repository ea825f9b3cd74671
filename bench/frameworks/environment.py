"""The Python environment of the frameworks, made once from `bench/requirements.lock` beside ours.

Nothing of it reaches the environment of the services.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench.stage import ROOT

LOCK_FILE = ROOT / "bench" / "requirements.lock"
FOLDER = ROOT / ".patuh" / "bench-venv"


def interpreter(lock_file: Path = LOCK_FILE, folder: Path = FOLDER) -> Path:
    """The `python` that has what the lock file pins. Raises CalledProcessError when it cannot be had."""
    python, mark = folder / "bin" / "python", folder / "lock.sha256"
    wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([python, "-m", "pip", "install", *quiet, "-r", lock_file], check=True)
        mark.write_text(wanted)
    return python
