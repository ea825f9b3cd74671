"""The services as they are wired, to be looked at: nothing is started and nobody is connected to."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI

from patuh.embedded.stack import SERVICES
from shared.service import Service

# What the settings insist on. Nothing answers under these names.
_NOWHERE = {
    "DATABASE_URL": "postgresql://nowhere.invalid/{service}",
    "KAFKA_BOOTSTRAP_SERVERS": "nowhere.invalid:9092",
    "PATUH_WORKER_REF_KEY": "only to look at the wiring, nothing is published",
}


@dataclass(frozen=True)
class Wired:
    """A service by its name, its HTTP side, and its first words about itself."""

    name: str
    service: Service
    app: FastAPI
    about: str


def wired() -> list[Wired]:
    """Every service. Reads no settings from the environment: the documents are the same on every machine."""
    return [_wired(name) for name in SERVICES]


def _wired(name: str) -> Wired:
    with patch.dict(os.environ, _only(name), clear=True):
        module: Any = import_module(f"services.{name}.app")
    return Wired(name, module.service, module.app, _about(module.__doc__))


def _only(name: str) -> Mapping[str, str]:
    kept = {key: value for key, value in os.environ.items() if not _is_setting(key)}
    return kept | _NOWHERE | {"PATUH_SERVICE": name}


def _is_setting(key: str) -> bool:
    return key.startswith("PATUH_") or key in _NOWHERE


def _about(doc: str) -> str:
    return doc.partition("\n")[0].partition(": ")[2]
