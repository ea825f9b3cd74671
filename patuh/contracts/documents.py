"""OpenAPI and AsyncAPI of every service, as text by path below `schemas/`."""

import json
from typing import Any

import yaml

from patuh.contracts import asyncapi
from patuh.contracts.wiring import Wired, wired


def files() -> dict[str, str]:
    """All documents. The services must be free of side effects when imported, and are."""
    made: dict[str, str] = {}
    for one in wired():
        made[f"openapi/{one.name}.json"] = json.dumps(_openapi(one), indent=2, ensure_ascii=False) + "\n"
        made[f"asyncapi/{one.name}.yaml"] = _yaml(asyncapi.document(one))
    return made


def _openapi(one: Wired) -> dict[str, Any]:
    return one.app.openapi()


class _Plain(yaml.SafeDumper):
    """No aliases: a reader of the document should find each thing where it belongs."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(document: Any) -> str:
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
