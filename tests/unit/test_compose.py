"""docker-compose.yml, the image and docs/operations.md against what the code says.

No container runs here: the file is held to the Compose specification and to the services' own settings.
"""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values
from jsonschema import Draft202012Validator
from prometheus_client.metrics import MetricWrapperBase

from patuh.embedded.jars import kafka_version
from services.console.settings import ConsoleSettings
from services.employer.settings import EmployerSettings
from services.gateway.settings import GatewaySettings
from services.notifier.settings import NotifierSettings
from shared import metrics
from shared.bus import make_broker
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
COMPOSE = yaml.safe_load(FILE.read_text())
EXAMPLE = dotenv_values(ROOT / ".env.example")
SECRETS = {"POSTGRES_PASSWORD": "f" * 48, "PATUH_WORKER_REF_KEY": "e" * 64}
SETTINGS: dict[str, type[Settings]] = {
    "gateway": GatewaySettings,
    "registry": Settings,
    "employer": EmployerSettings,
    "notifier": NotifierSettings,
    "console": ConsoleSettings,
}
OURS = sorted(path.parent.name for path in ROOT.glob("services/*/app.py"))
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def _resolved(text: str) -> str:
    values = EXAMPLE | SECRETS
    return _VARIABLE.sub(lambda found: values[found[1]] or (found[3] if found[2] == "-" else ""), text)


def _environment(service: str) -> dict[str, str]:
    declared: dict[str, Any] = COMPOSE["services"][service]["environment"]
    return {name: _resolved(str(value)) for name, value in declared.items()}


def test_follows_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/unit/fixtures/compose/compose-spec.json").read_text())
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(COMPOSE)
    ]
    assert errors == []


def test_runs_every_service_there_is() -> None:
    assert sorted(SETTINGS) == OURS
    commands = {name: COMPOSE["services"][name]["command"][:2] for name in OURS}
    assert commands == {name: ["uvicorn", f"services.{name}.app:app"] for name in OURS}


def test_everything_has_a_health_check_and_comes_back() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name


@pytest.mark.parametrize("name", OURS)
def test_waits_for_what_it_needs(name: str) -> None:
    waits = COMPOSE["services"][name]["depends_on"]
    assert waits == {part: {"condition": "service_healthy"} for part in ("kafka", "postgres")}
    assert "/health'" in COMPOSE["services"][name]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", OURS)
def test_gives_a_service_the_settings_it_reads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, given = SETTINGS[name], _environment(name)
    known = {field.validation_alias for field in kind.model_fields.values()}
    assert set(given) <= known
    for alias in known:
        monkeypatch.delenv(str(alias), raising=False)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    read = kind()
    assert read.service == name
    assert read.database() == f"postgresql+asyncpg://patuh:{'f' * 48}@postgres:5432/{name}"


def test_there_is_a_database_for_each_service() -> None:
    script = (ROOT / "docker/postgres/databases.sql").read_text()
    assert sorted(re.findall(r"^CREATE DATABASE (\w+);$", script, re.MULTILINE)) == OURS
    mounted = COMPOSE["services"]["postgres"]["volumes"]
    assert "./docker/postgres/databases.sql:/docker-entrypoint-initdb.d/databases.sql:ro" in mounted


@pytest.mark.parametrize(
    ("key", "holder"), [("PATUH_WORKER_REF_KEY", "gateway"), ("PATUH_CLEARANCE_KEY", "employer")]
)
def test_only_one_service_gets_a_key(key: str, holder: str) -> None:
    having = [name for name, one in COMPOSE["services"].items() if key in str(one)]
    assert having == [holder]


def test_secrets_come_from_outside_and_are_asked_for() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|_KEY$|DATABASE_URL", variable):
                assert _VARIABLE.search(str(value)), f"{name}: {variable}"
    demanded = {found[0] for found in _VARIABLE.findall(FILE.read_text()) if found[1] == "?"}
    assert demanded == set(SECRETS)
    assert all(EXAMPLE[name] == "" for name in SECRETS)


def test_the_example_tells_every_variable_with_the_same_default() -> None:
    used = _VARIABLE.findall(FILE.read_text())
    assert {name for name, _, _ in used} | {"COMPOSE_PROJECT_NAME"} == set(EXAMPLE)
    defaults = {name: default for name, kind, default in used if kind == "-"}
    # Who hears is an example address to be changed: without a file nobody does.
    assert defaults | {"PATUH_ALERT_EMAIL": EXAMPLE["PATUH_ALERT_EMAIL"]} == {
        name: EXAMPLE[name] for name in defaults
    }


def test_publishes_on_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", OURS)
def test_stops_later_than_the_service_itself_gives_up(name: str) -> None:
    settings = Settings(kafka_bootstrap_servers="kafka:9092", database_url="postgresql://postgres/x")
    grace = timedelta(seconds=int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")))
    assert grace.total_seconds() > float(make_broker(settings).config.graceful_timeout or 0) > 0


def test_the_broker_is_the_one_that_the_tests_run() -> None:
    assert COMPOSE["services"]["kafka"]["image"] == f"apache/kafka:{kafka_version()}"


def test_the_image_is_built_from_pinned_packages_and_is_not_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    copied = [line.split()[1] for line in lines if line.startswith("COPY ")]
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert all((ROOT / one).exists() and f"!{one}" in kept for one in copied)


def test_operations_tells_every_metric() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    ours = {one._name for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)}
    assert ours == {name.removesuffix("_total") for name in re.findall(r"`(patuh_\w+)`", page)}
