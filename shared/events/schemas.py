"""JSON Schemas (draft 2020-12) of the data of every event type, made from the structs.

They say what a producer is held to, so they are closed; consumers ignore fields they do not know.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from shared.events import EventType, types
from shared.events.types import PREFIX

_NIK = {
    "description": "For the gateway, in place of the subject; only a reference made from it is published.",
    "anyOf": [{"type": "string", "pattern": r"^[1-9]\d{15}$"}, {"type": "null"}],
    "default": None,
}
Schema = dict[str, Any]


def version(kind: EventType) -> str:
    """`v1` for `id.patuh.project.awarded.v1`."""
    return kind.name.rpartition(".")[2]


def urn(kind: EventType) -> str:
    """The name of the schema of a type's data: the `$id` in it, and what `dataschema` may say."""
    return f"urn:patuh:schema:{kind.name.removeprefix(PREFIX).rpartition('.')[0]}:{version(kind)}"


def schema(kind: EventType) -> Schema:
    """The closed JSON Schema of the data of one event type."""
    (root,), defined = msgspec.json.schema_components([kind.data], ref_template="#/$defs/{name}")
    body = defined.pop(_name(root))
    whole: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": urn(kind)}
    whole |= _closed(_with_nik(body, kind)) | {"title": kind.name, "description": _description(kind)}
    return whole | ({"$defs": _closed(defined)} if defined else {})


def components(kinds: Iterable[EventType]) -> tuple[dict[str, str], dict[str, Schema]]:
    """The same for a document that holds many: the component of each type, and all the components."""
    wanted = list(kinds)
    template = "#/components/schemas/{name}"
    roots, defined = msgspec.json.schema_components([k.data for k in wanted], ref_template=template)
    names = {kind.name: _name(root) for kind, root in zip(wanted, roots, strict=True)}
    for kind in wanted:
        _with_nik(defined[names[kind.name]], kind)["description"] = _description(kind)
    return names, _closed(defined)


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _with_nik(body: Schema, kind: EventType) -> Schema:
    if kind.name in types.FACTS and kind.subjects == ("worker",):
        body["properties"]["nik"] = _NIK
    return body


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
