"""PostgreSQL refuses to run as root: the unprivileged account it runs as then, and what that needs."""

import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from patuh.embedded.lifetime import Account

_USUAL_ACCOUNT = "postgres"
_OWN_ACCOUNT = "embedded_postgres"


def unprivileged_account() -> Account | None:
    """None when we are not root; else the system's `postgres` account, or one created for the purpose."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_USUAL_ACCOUNT)
    except KeyError:
        entry = _own_account()
    return Account(entry.pw_uid, entry.pw_gid)


def let_reach(account: Account, path: Path) -> None:
    """Let `account` pass through (not list) the folders above `path` that are closed to it."""
    for folder in path.parents:
        state = folder.stat()
        if state.st_uid != account.uid and not state.st_mode & stat.S_IXOTH:
            folder.chmod(state.st_mode | stat.S_IXOTH)


def let_run(account: Account, programs: Path) -> None:
    """Let `account` run PostgreSQL's `programs`, changing file modes only if it cannot yet."""
    if _can_run(account, programs):
        return
    let_reach(account, programs)
    if not _can_run(account, programs):
        _open_to_all(programs.parent)


def as_account(
    account: Account | None, command: Sequence[str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a short command as `account`, or as ourselves when there is none."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _own_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_OWN_ACCOUNT)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", _OWN_ACCOUNT], check=True)
        return pwd.getpwnam(_OWN_ACCOUNT)


def _open_to_all(folder: Path) -> None:
    """Repeat the owner's right to read and to enter for everyone else."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)


def _can_run(account: Account, programs: Path) -> bool:
    command = [str(programs / "postgres"), "--version"]
    try:
        as_account(account, command, cwd=Path("/")).check_returncode()
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
