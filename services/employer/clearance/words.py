"""The words of a clearance in both languages, from `texts/clearance.yaml`."""

from functools import cache
from pathlib import Path

import msgspec

from shared.events.data import Bilingual

FOLDER = Path(__file__).parent / "texts"


@cache
def all_texts() -> dict[str, Bilingual]:
    """Every text by name. Raises msgspec.ValidationError when one lacks a language."""
    return msgspec.yaml.decode((FOLDER / "clearance.yaml").read_bytes(), type=dict[str, Bilingual])


def text(name: str) -> Bilingual:
    """The text named so. Raises KeyError."""
    return all_texts()[name]


def filled(name: str, what: Bilingual) -> Bilingual:
    """The text with `{what}` in each language."""
    form = text(name)
    return Bilingual(id=form.id.replace("{what}", what.id), en=form.en.replace("{what}", what.en))


def missing(condition: str, otherwise: str) -> Bilingual:
    """What lacks when a rule could not answer this question; without a text, what the rule said."""
    return all_texts().get(f"missing.{condition}") or Bilingual(id=otherwise, en=otherwise)
