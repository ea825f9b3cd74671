"""Lists of persons whom government enrols: non-ASN staff of its offices, and vulnerable workers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Skipped, Unusable
from patuh.importing.registers.rows import Row
from patuh.importing.registers.saying import subject
from patuh.importing.registers.slugs import slug
from patuh.importing.registers.telling import Teller
from shared.events import types as t

NOT_ENROLLED = "not enrolled, as the list says"


class _Enrolling(Teller):
    """Enrols a person with a subject from a day that the row, or else the import, names."""

    def enrolment(self, row: Row, employer: str, segment: str) -> list[PlacedEvent]:
        on = self._since(row)
        said = _enrolment(row, on) | {"employer": employer, "segment": segment}
        key = f"{employer}/{self.about.person(row['nik'])}/{on}"
        if not self.once.is_new(key, said, row.place, "nik"):
            return []
        return [self.saying.event(t.WORKER_REGISTERED, f"worker:{row['nik']}", said, key, row.place)]

    def _since(self, row: Row) -> date:
        since: date | None = row["effective_on"] or self.about.as_of
        if since is None:
            raise Unusable("effective_on", "required: in the row, or as the day of the list (--as-of)")
        return since


def _enrolment(row: Row, on: date) -> dict[str, Any]:
    same = ("programmes", "wage_idr", "region", "covered_until")
    return {name: row[name] for name in same if row[name] is not None} | {"effective_on": on}


class Vulnerable(_Enrolling):
    """Workers whose cover government pays until a day; `employer` is their group."""

    def events(self, row: Row) -> list[PlacedEvent]:
        return self.enrolment(row, subject("group", slug(row["group"]), "group"), "vulnerable")


class NonAsn(_Enrolling):
    """Staff of an office, and how many it has; the office itself is told once."""

    def tell(self, row: Row) -> Outcome | None:
        outcome = super().tell(row)
        if isinstance(outcome, Mapped) or row["enrolled"]:
            return outcome
        return Skipped(row.place, None, NOT_ENROLLED)

    def events(self, row: Row) -> list[PlacedEvent]:
        office = subject("agency", row["office_code"], "office_code")
        if row["nik"] is None and row["headcount"] is None:
            raise Unusable("nik", "required: a person, or how many the office has")
        staff = self.enrolment(row, office, "non-asn") if row["nik"] and row["enrolled"] else []
        return [*self._office(row, office), *staff]

    def _office(self, row: Row, office: str) -> list[PlacedEvent]:
        heads, as_of = row["headcount"], row["as_of"] or self.about.as_of
        events: list[PlacedEvent] = []
        profile = {"name": row["name"], "sector": "state", "workforce": None if as_of else heads}
        if row["name"]:
            events += self._first(t.EMPLOYER_REGISTERED, office, profile, "profile", row, "name")
        elif heads is not None and not as_of:
            events += self._first(
                t.EMPLOYER_UPDATED, office, {"workforce": heads}, "profile", row, "headcount"
            )
        if heads is not None and as_of:
            said = {"headcount": heads, "as_of": as_of}
            step = f"workforce/{as_of}"
            events += self._first(t.WORKFORCE_DECLARED, office, said, step, row, "headcount")
        return events

    def _first(
        self, kind: t.EventType, office: str, said: Mapping[str, Any], step: str, row: Row, field: str
    ) -> list[PlacedEvent]:
        key = f"{office}/{step}"
        if not self.once.is_new(key, said, row.place, field):
            return []
        return [self.saying.event(kind, office, said, key, row.place)]
