"""JSON Schemas of the data of every event type, made from the structs: `python -m patuh.schemas` writes them.

They say what a producer is held to, so they are closed; consumers ignore fields they do not know.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from shared.events import EventType, types
from shared.events.types import PREFIX

FOLDER = Path(__file__).parents[1] / "schemas"
_NIK = {
    "description": "For the gateway, in place of the subject; only a reference made from it is published.",
    "anyOf": [{"type": "string", "pattern": r"^[1-9]\d{15}$"}, {"type": "null"}],
    "default": None,
}
Schema = dict[str, Any]


def schema(kind: EventType) -> Schema:
    """The closed JSON Schema (draft 2020-12) of the data of one event type."""
    (root,), defined = msgspec.json.schema_components([kind.data], ref_template="#/$defs/{name}")
    body = defined.pop(root["$ref"].rpartition("/")[2])
    if kind.subjects == ("worker",):
        body["properties"]["nik"] = _NIK
    whole: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _urn(kind)}
    whole |= _closed(body) | {"title": kind.name, "description": _description(kind)}
    return whole | ({"$defs": _closed(defined)} if defined else {})


def _urn(kind: EventType) -> str:
    short, _, version = kind.name.removeprefix(PREFIX).rpartition(".")
    return f"urn:patuh:schema:{short}:{version}"


def _description(kind: EventType) -> str:
    about = " or ".join(f"`{subject}:`" for subject in kind.subjects) or "any subject"
    place = "the topic of the fact" if kind is types.FACT_RETRACTED else f"`{kind.topic.name}`"
    told = f"{kind.data.__doc__} " if kind.data.__doc__ else ""
    return f"{told}About {about}, on {place}."


def _closed(node: Any) -> Any:
    """The same schema in which no object has further properties and no tuple further items."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(value) for name, value in node.items()}
    if node.get("type") == "object":
        closed["additionalProperties"] = False
    return closed | {"items": False} if "prefixItems" in node else closed


def files() -> dict[str, str]:
    """The text of every schema file by its path below `schemas/`."""
    return {
        f"{kind.short}/{kind.name.rpartition('.')[2]}.json": json.dumps(schema(kind), indent=2) + "\n"
        for kind in types.ALL.values()
    }


def write(folder: Path = FOLDER) -> int:
    """Write every schema file; how many there are."""
    made = files()
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return len(made)


if __name__ == "__main__":
    print(f"{write()} schemas written to {FOLDER}")
