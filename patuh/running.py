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
# Of these several processes may share the work: they read topics in a group, and nobody has to find each one.
SHARING = ("registry", "employer", "notifier")
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
    workers: Mapping[str, int] | None = None,
) -> Running:
    """Start everything in `data` and return when every service is well.

    `today` fixes the day for all services; `environ` is added to each service's environment; `workers` says
    of which services several processes share the work: the second one is called `registry-2`.
    Raises EmbeddedError; what was started is stopped then.
    """
    stack = Stack(data, announce=announce)
    parts = stack.start_parts()
    try:
        members = members_of(workers or {})
        ports = settle_ports(data / "ports.json", dict.fromkeys(members))
        urls = {name: f"http://{_HOST}:{port}" for name, port in ports.items()}
        common = _common(parts, urls, today) | _secrets(data) | _asked_for() | dict(environ or {})
        for member, name in members.items():
            stack.start_service(_spec(name, ports[member], parts, common, member))
        for member in members:
            stack.wait_healthy(member)
    except BaseException:
        stack.stop()
        raise
    return Running(stack, parts, urls)


def members_of(workers: Mapping[str, int]) -> dict[str, str]:
    """The service of each process; one process where `workers` does not say more."""
    return {
        name if number == 1 else f"{name}-{number}": name
        for name in SERVICES
        for number in range(1, workers.get(name, 1) + 1)
    }


def _spec(
    name: str, port: int, parts: Parts, common: Mapping[str, str], member: str | None = None
) -> ServiceSpec:
    """A process of service `name`, called `member`; all of a service share its group and its database."""
    argv = [sys.executable, "-m", "uvicorn", f"services.{name}.app:app", "--host", _HOST, "--port", str(port)]
    env = dict(common) | {"PATUH_SERVICE": name, "DATABASE_URL": parts.dsns[name], "PYTHONPATH": str(ROOT)}
    for key, holder in _HOLDERS.items():
        if name != holder:
            env.pop(key, None)
    quiet = ["--no-access-log", "--log-level", "warning"]
    return ServiceSpec(member or name, argv + quiet, env, f"http://{_HOST}:{port}/health")


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
