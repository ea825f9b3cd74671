"""A fact of the sample city, and who tells facts there."""

from datetime import date

from msgspec import Struct

from shared.events import data as d
from shared.events.types import EventType

OSS = "https://oss.example.id/32.72"
LPSE = "https://lpse.example.id/sukabumikota"
SIPP = "https://sipp.example.id/32.72"
EJAKON = "https://ejakon.example.id/32.72"
TAPEM = "https://tapem.sukabumikota.example.id"
BKPSDM = "https://bkpsdm.sukabumikota.example.id"
DISNAKER = "https://disnaker.sukabumikota.example.id"

# Each source by what the ids of its events begin with.
PREFIXES = {
    OSS: "oss",
    LPSE: "lpse",
    SIPP: "sipp",
    EJAKON: "ejakon",
    TAPEM: "tapem",
    BKPSDM: "bkpsdm",
    DISNAKER: "disnaker",
}


class Fact(Struct, frozen=True, gc=False):
    """What `source` says about `subject` on `day`."""

    day: date
    source: str
    kind: EventType
    subject: str
    data: d.Data
