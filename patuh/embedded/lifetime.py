"""Child processes that do not outlive the process that started them.

Two nets. On Linux the kernel signals each child when its parent dies, however it dies (PR_SET_PDEATHSIG).
On every platform a pid file names the child and its creation time, and the next start ends our leftovers.

The kernel's signal is sent when the *thread* that spawned the child ends, so every child is spawned by one
thread that lives as long as this process; `spawn` may therefore be called from any thread.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_CREATION_SLACK_SECONDS = 2.0  # psutil adds ticks to the boot time, which clock steps move a little
_LEFTOVER_GRACE_SECONDS = 15.0
_LOG_KEEP_BYTES = 20_000_000
_LIBC = ctypes.CDLL(None, use_errno=True)
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


@dataclass(frozen=True)
class Account:
    """The system account a child runs as, when it may not be ours."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Child:
    """A running child; `stop_signal` is the one that makes it end in good order."""

    process: subprocess.Popen[bytes]
    pid_file: Path
    stop_signal: signal.Signals

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the stop signal without waiting."""
        self.process.send_signal(self.stop_signal)

    def stop(self, grace_seconds: float) -> None:
        """Ask, wait `grace_seconds`, then kill the child and what it started."""
        self.ask_to_stop()
        try:
            self.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    pid_file: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    orphan_signal: signal.Signals = signal.SIGKILL,
) -> Child:
    """Start `argv` with its output appended to `log`, after ending a leftover named by `pid_file`.

    `env` is added to this process's environment; `orphan_signal` reaches the child when this process dies.

    Raises:
        OSError: the program cannot be run.
    """
    reap(pid_file)
    spawned = _SPAWNER.submit(_spawn, argv, log, {**os.environ, **(env or {})}, cwd, account, orphan_signal)
    child = Child(spawned.result(), pid_file, stop_signal)
    _write_pid_file(child)
    return child


def reap(pid_file: Path) -> None:
    """End the process `pid_file` names if it still runs, but no other that was given its number since."""
    if not pid_file.exists():
        return
    record = json.loads(pid_file.read_text())
    if is_running(record["pid"], record["created"]):
        _end(psutil.Process(record["pid"]), signal.Signals(record["stop_signal"]))
    pid_file.unlink()


def is_running(pid: int, created: float) -> bool:
    """Say whether process `pid`, created at `created` (seconds since the epoch), still runs."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < _CREATION_SLACK_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for error messages."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def _spawn(
    argv: Sequence[str],
    log: Path,
    env: Mapping[str, str],
    cwd: Path | None,
    account: Account | None,
    orphan_signal: signal.Signals,
) -> subprocess.Popen[bytes]:
    _set_aside_if_large(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            preexec_fn=_follow_parent(orphan_signal),
            start_new_session=True,  # Ctrl-C reaches the whole foreground group: their end is ours to order
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def _follow_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    """What the child does before exec; after its change of uid, which makes the kernel forget the setting."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()

    def follow() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent:
            os._exit(1)

    return follow


def _set_aside_if_large(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_KEEP_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def _write_pid_file(child: Child) -> None:
    try:
        created = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return
    record = {"pid": child.pid, "created": created, "stop_signal": int(child.stop_signal)}
    child.pid_file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = child.pid_file.with_suffix(".part")
    unfinished.write_text(json.dumps(record))
    unfinished.replace(child.pid_file)


def _end(process: psutil.Process, stop_signal: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
        try:
            process.wait(_LEFTOVER_GRACE_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()
