"""The recipe of each service, under the settings that the live one runs with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import services
from services.console import replay as console
from services.employer import replay as employer
from services.notifier import replay as notifier
from services.notifier.settings import NotifierSettings
from services.registry import replay as registry
from services.registry.wages import in_force
from shared.clock import SystemClock
from shared.law import load
from shared.replay import Recipe
from shared.settings import Settings

SERVICES = ("registry", "employer", "notifier", "console")


@dataclass(frozen=True)
class Rebuilding:
    """A service's recipe, its settings, and where its migrations are."""

    settings: Settings
    recipe: Recipe
    migrations: Path


def rebuilding(service: str, environ: Mapping[str, str]) -> Rebuilding:
    """How to rebuild `service`, which runs with the environment `environ`."""
    said = {name: value for name, value in environ.items() if value}
    settings = NotifierSettings(**said) if service == "notifier" else Settings(**said)  # type: ignore[arg-type]
    migrations = Path(services.__path__[0]) / service / "migrations"
    return Rebuilding(settings, _RECIPES[service](settings), migrations)


def _notifier(settings: Settings) -> Recipe:
    assert isinstance(settings, NotifierSettings)
    return notifier.recipe(settings, SystemClock().now)


_RECIPES: dict[str, Callable[[Settings], Recipe]] = {
    "registry": lambda settings: registry.recipe(settings.clock, in_force()),
    "employer": lambda settings: employer.recipe(settings.clock, load()),
    "notifier": _notifier,
    "console": lambda _: console.recipe(),
}
