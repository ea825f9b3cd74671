"""The explanation of a subject: rule -> condition -> value -> event or parameter, in both languages. Pure."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from services.employer.rules.inquiry import Condition, Examination
from shared.events.data import Bilingual
from shared.law import LAW, Law

_OUTCOMES = {
    "wrong": Bilingual(id="tidak patuh", en="wrong"),
    "undecided": Bilingual(id="belum dapat diputuskan", en="cannot decide"),
    "fine": Bilingual(id="patuh", en="fine"),
    "not-applicable": Bilingual(id="tidak berlaku", en="does not apply"),
}


@cache
def texts(folder: Path = LAW) -> dict[str, Bilingual]:
    """How each question reads, by its name."""
    return msgspec.yaml.decode((folder / "conditions.yaml").read_bytes(), type=dict[str, Bilingual])


def explain(examinations: list[Examination], law: Law) -> list[dict[str, Any]]:
    """Every rule with what it asked and how it ended; what is wrong comes first."""
    order = list(_OUTCOMES)
    return [_tree(one, law) for one in sorted(examinations, key=lambda one: order.index(one.outcome))]


def _tree(one: Examination, law: Law) -> dict[str, Any]:
    rule = law.rules[one.code]
    told: dict[str, Any] = {
        "code": one.code,
        "rule": f"{one.code}@{rule.version}",
        "title": rule.title,
        "law": rule.law,
        "outcome": one.outcome,
        "outcome_text": _OUTCOMES[one.outcome],
        "conditions": [_condition(condition) for condition in one.conditions],
        "undecided": one.undecided,
    }
    if one.finding and one.outcome == "wrong":
        title, reason, remedy = one.finding.texts(law)
        told |= {"finding": one.finding, "texts": {"title": title, "reason": reason, "remedy": remedy}}
    return msgspec.to_builtins(told)  # type: ignore[no-any-return]


def _condition(condition: Condition) -> dict[str, Any]:
    text = texts().get(condition.name)
    if text is None:  # a parameter of the law explains itself by its name
        text = Bilingual(id=condition.name, en=condition.name)
    told: dict[str, Any] = msgspec.to_builtins(condition)
    value = condition.value or ", ".join(e.value for e in condition.evidence) or None
    return told | {"text": msgspec.to_builtins(text), "value": value}
