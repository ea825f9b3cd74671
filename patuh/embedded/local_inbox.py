"""The process of `patuh.embedded.inbox` as a part of the stack."""

import base64
import secrets
import sys
import time
from pathlib import Path

import httpx

from patuh.embedded.errors import PartFailedError
from patuh.embedded.inbox import SECRET_VARIABLE
from patuh.embedded.lifetime import Child, last_lines, reap, spawn
from patuh.embedded.ports import settle_ports

_START_SECONDS = 20.0
_STOP_GRACE_SECONDS = 5.0


class LocalInbox:
    """Keeps mails and webhooks in `data`; its ports and webhook secret stay the same from run to run."""

    def __init__(self, data: Path, *, logs: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.child: Child | None = None
        self.log = logs / "inbox.log"
        self._data = data
        self._pid_file = data / "inbox.pid.json"
        reap(self._pid_file)
        self._ports = settle_ports(data / "ports.json", {"smtp": None, "http": None})
        self.secret = _kept_secret(data / "webhook-secret")

    @property
    def smtp_port(self) -> int:
        return self._ports["smtp"]

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['http']}/webhook"

    def launch(self) -> None:
        ports = ["--smtp-port", str(self.smtp_port), "--http-port", str(self._ports["http"])]
        self.child = spawn(
            [sys.executable, "-m", "patuh.embedded.inbox", "--dir", str(self._data), *ports],
            env={SECRET_VARIABLE: self.secret},
            log=self.log,
            pid_file=self._pid_file,
        )

    def wait_ready(self) -> None:
        """Return once it takes mail and webhooks. Raises `PartFailedError` if it does not."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.alive() or time.monotonic() > deadline:
                raise PartFailedError(f"the inbox does not answer; end of its log:\n{last_lines(self.log)}")
            time.sleep(0.05)

    def alive(self) -> bool:
        return self.child is not None and self.child.alive()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(_STOP_GRACE_SECONDS)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self._ports['http']}/health").is_success
        except httpx.TransportError:
            return False


def _kept_secret(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    return file.read_text()
