"""Registers of employers (OSS, WLKP): who they are, how many work there, whether they closed."""

from typing import Any

from patuh.importing.outcomes import PlacedEvent, Unusable
from patuh.importing.registers.rows import Row
from patuh.importing.registers.saying import employer_of
from patuh.importing.registers.telling import Teller
from shared.events import types as t
from shared.identifiers import is_personal_npwp

_PROFILE = (
    "name",
    "nib",
    "size",
    "sector",
    "region",
    "programmes",
    "obliged_since",
    "member_since",
    "min_wage_idr",
)


class Employers(Teller):
    """A row with a name registers the employer, one without updates it."""

    def events(self, row: Row) -> list[PlacedEvent]:
        subject = employer_of(row.values)
        told = [(kind, said, step) for kind, said, step in self._said(row) if said]
        if not self.once.is_new(subject, [said for _, said, _ in told], row.place, "npwp"):
            return []
        if not told:
            raise Unusable("name", "nothing is said of the employer but its number")
        key = self.saying.name(subject)
        return [
            self.saying.event(kind, subject, said, f"{key}/{step}", row.place) for kind, said, step in told
        ]

    def _said(self, row: Row) -> list[tuple[t.EventType, dict[str, Any], str]]:
        as_of = row["as_of"] or self.about.as_of
        dated = row["headcount"] is not None and as_of is not None
        profile = _profile(row) | (
            {} if dated or row["headcount"] is None else {"workforce": row["headcount"]}
        )
        declared = {"headcount": row["headcount"], "as_of": as_of} if dated else {}
        closed = {"closed_on": row["closed_on"]} if row["closed_on"] else {}
        return [
            (t.EMPLOYER_REGISTERED if row["name"] else t.EMPLOYER_UPDATED, profile, "profile"),
            (t.WORKFORCE_DECLARED, declared, f"workforce/{as_of}"),
            (t.EMPLOYER_CLOSED, closed, "closed"),
        ]


def _profile(row: Row) -> dict[str, Any]:
    said = {name: row[name] for name in _PROFILE if row[name] is not None}
    npwp, npp = row["npwp"], row["npp"]
    if npwp and not is_personal_npwp(npwp):
        said["npwp"] = npwp
    if npp:
        said["npp"] = npp if "-" in npp or row["unit"] in (None, "000") else f"{npp}-{row['unit']}"
    if row["kbli"]:
        said["kbli"] = {"version": row["kbli_version"], "code": row["kbli"]}
    return said
