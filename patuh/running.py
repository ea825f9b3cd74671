"""The whole application on this machine: the embedded stack with the five services in it."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from patuh.embedded.announce import Announce
from patuh.embedded.parts import Parts
from patuh.embedded.ports import settle_ports
from patuh.embedded.stack import SERVICES, ServiceSpec, Stack
from services.employer.clearance.signing import new_key

ROOT = Path(__file__).parents[1]
_HOST = "127.0.0.1"
# Who alone gets a secret: the ones turn NIK into references and back, the other signs clearances.
_OF_GATEWAY = ("PATUH_WORKER_REF_KEY", "PATUH_WORKER_REF_KEYS", "PATUH_VAULT_KEY", "PATUH_VAULT_KEYS")
_HOLDERS = {"PATUH_CLEARANCE_KEY": "employer"} | dict.fromkeys(_OF_GATEWAY, "gateway")


@dataclass(frozen=True)
class Running:
    """A stack that is up, its parts, and the address of each service."""

    stack: Stack
    parts: Parts
    urls: dict[str, str]


def bring_up(
    data: Path,
    announce: Announce,
    *,
    today: date | None = None,
    environ: Mapping[str, str] | None = None,
) -> Running:
    """Start everything in `data` and return when every service is well.

    `today` fixes the day for all services; `environ` is added to each service's environment.
    Raises EmbeddedError; what was started is stopped then.
    """
    stack = Stack(data, announce=announce)
    parts = stack.start_parts()
    try:
        ports = settle_ports(data / "ports.json", dict.fromkeys(SERVICES))
        urls = {name: f"http://{_HOST}:{port}" for name, port in ports.items()}
        common = _common(parts, urls, today) | _secrets(data) | _asked_for() | dict(environ or {})
        for name in SERVICES:
            stack.start_service(_spec(name, ports[name], parts, common))
        for name in SERVICES:
            stack.wait_healthy(name)
    except BaseException:
        stack.stop()
        raise
    return Running(stack, parts, urls)


def _spec(name: str, port: int, parts: Parts, common: Mapping[str, str]) -> ServiceSpec:
    argv = [sys.executable, "-m", "uvicorn", f"services.{name}.app:app", "--host", _HOST, "--port", str(port)]
    env = dict(common) | {"PATUH_SERVICE": name, "DATABASE_URL": parts.dsns[name], "PYTHONPATH": str(ROOT)}
    for key, holder in _HOLDERS.items():
        if name != holder:
            env.pop(key, None)
    quiet = ["--no-access-log", "--log-level", "warning"]
    return ServiceSpec(name, argv + quiet, env, f"http://{_HOST}:{port}/health")


def _common(parts: Parts, urls: dict[str, str], today: date | None) -> dict[str, str]:
    return {
        "KAFKA_BOOTSTRAP_SERVERS": parts.bootstrap,
        # The in-memory stand-in has no controller: it makes topics by itself.
        "PATUH_CREATE_TOPICS": str(parts.broker_kind != "in-memory-fallback").lower(),
        "PATUH_CONSOLE_URL": urls["console"],
        "PATUH_REGISTRY_URL": urls["registry"],
        "PATUH_SMTP_HOST": _HOST,
        "PATUH_SMTP_PORT": str(parts.smtp_port),
        "PATUH_ALERT_EMAIL": "petugas@patuh.example",
        "PATUH_WEBHOOK_URL": parts.webhook_url,
        "PATUH_WEBHOOK_SECRET": parts.webhook_secret,
        # The inbox of this stack is on the same machine.
        "PATUH_WEBHOOK_ALLOW_PRIVATE": "true",
    } | ({"PATUH_TODAY": today.isoformat()} if today else {})


def _asked_for() -> dict[str, str]:
    """What the environment says goes before what this stack makes up: alerts, logs, clearances."""
    ours = (
        "PATUH_SMTP_",
        "PATUH_ALERT_",
        "PATUH_WEBHOOK_",
        "PATUH_CONSOLE_",
        "PATUH_LOG_",
        "PATUH_CLEARANCE_",
    )
    return {name: value for name, value in os.environ.items() if name.startswith(ours)}


def _secrets(data: Path) -> dict[str, str]:
    """The keys of this data folder, each made once and readable by its owner only."""
    file = data / "secrets.json"
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    made = {"PATUH_CLEARANCE_KEY": new_key} | dict.fromkeys(
        ("PATUH_WORKER_REF_KEY", "PATUH_VAULT_KEY"), lambda: secrets.token_hex(32)
    )
    lacking = {name: make() for name, make in made.items() if name not in found}
    if lacking:
        _replace(file, json.dumps(found | lacking))
    return found | lacking


def _replace(file: Path, text: str) -> None:
    """All or nothing: a file cut short would lose the key that names every worker."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
