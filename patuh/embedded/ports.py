"""TCP ports on 127.0.0.1."""

import errno
import json
import random
import socket
from collections.abc import Mapping
from pathlib import Path

# Below Linux's ephemeral range (from 32768): there the kernel could hand the port to an outgoing connection
# before the server binds it, or connect a client that polls for the server to itself.
_RANGE = range(15_000, 32_000)


def is_free(port: int) -> bool:
    """Say whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Pick a port on which nothing listens on 127.0.0.1.

    Raises:
        OSError: EADDRINUSE when 200 random picks were all taken.
    """
    for port in random.SystemRandom().sample(_RANGE, 200):
        if is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, "no free port on 127.0.0.1")


def settle_ports(file: Path, wanted: Mapping[str, int | None]) -> dict[str, int]:
    """Decide the port of each name: the wanted one, else the kept one if still free, else a new one.

    The decision is kept in `file`, so that addresses stay the same from run to run.

    Raises:
        OSError: EADDRINUSE when a port asked for by number is taken.
    """
    kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    ports = {name: _settle(port, kept.get(name)) for name, port in wanted.items()}
    file.write_text(json.dumps(ports))
    return ports


def _settle(wanted: int | None, kept: int | None) -> int:
    if wanted is not None:
        if not is_free(wanted):
            raise OSError(errno.EADDRINUSE, f"port {wanted} on 127.0.0.1 is taken")
        return wanted
    return kept if kept is not None and is_free(kept) else free_port()
