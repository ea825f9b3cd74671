"""What the data of all events is made of: bounded numbers, texts and codes, and the base of the structs."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Rupiah = Annotated[int, Meta(ge=0, le=10**15)]
Headcount = Annotated[int, Meta(ge=0, le=10_000_000)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Region = Annotated[str, Meta(pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")]
# A length beside the pattern, because Python's `$` also stands before a last newline.
Period = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", max_length=7)]
Subject = Annotated[str, Meta(min_length=3, max_length=140)]
Programme = Literal["jkk", "jkm", "jht", "jp", "jkp"]
Size = Literal["micro", "small", "medium", "large", "unknown"]
Sector = Literal["private", "state", "community"]
ProjectKind = Literal["construction", "construction-consultancy", "goods", "services", "community"]
Method = Literal["tender", "direct", "self-managed", "grant"]
Segment = Literal["pu", "bpu", "jakon", "non-asn", "vulnerable"]


class Data(Struct, gc=False, kw_only=True, omit_defaults=True):
    """Base of all event data: no cycles, never changed once made, unset fields are not sent."""
