"""Lists about projects: registered in ejakon, contributions paid for them, P2RW grants that no feed knows."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from patuh.importing.outcomes import Mapped, Outcome, PlacedEvent, Skipped, Unusable
from patuh.importing.registers.about import About
from patuh.importing.registers.rows import Row
from patuh.importing.registers.saying import subject
from patuh.importing.registers.slugs import slug
from patuh.importing.registers.telling import Teller
from shared.events import types as t

ADDED_UP = "told together with a later payment of the month"


def project_of(row: Row) -> str:
    """The subject of the project that a row names: its whole code, its package in SPSE, its number in ejakon.

    Raises Unusable.
    """
    if row["project_code"]:
        return subject("project", row["project_code"].removeprefix("project:"), "project_code")
    if row["package"]:
        if not row["kd_lpse"] or not row["package_kind"]:
            raise Unusable("package", "needs the LPSE code and the kind of package beside it")
        return subject("project", f"lkpp-{row['kd_lpse']}-{row['package_kind']}-{row['package']}", "package")
    if row["project_number"]:
        return subject("project", f"ejakon-{slug(row['project_number'])}", "project_number")
    raise Unusable("project_code", "a code of the project, its package or its BPJS number is required")


class EjakonProjects(Teller):
    """A registration in ejakon: `mendaftar`, not yet `peserta`."""

    def events(self, row: Row) -> list[PlacedEvent]:
        about = project_of(row)
        said = {"registered_on": row["registered_on"], "workers_listed": row["workers_listed"]}
        if not self.once.is_new(about, said, row.place, "registered_on"):
            return []
        return [self.saying.event(t.PROJECT_REGISTERED, about, said, f"{about}/registered", row.place)]


class EjakonPayments(Teller):
    """Contributions paid. A month has one total (design 5.2), so payments in a month are added up."""

    def __init__(self, about: About) -> None:
        super().__init__(about)
        self.paid: dict[tuple[str, date], list[Row]] = defaultdict(list)
        self.broken: dict[str, Row] = {}

    def lost(self, row: Row) -> None:
        with suppress(Unusable):
            self.broken.setdefault(project_of(row), row)

    def tell(self, row: Row) -> Outcome | None:
        month = row["period"] or row["posted_on"].replace(day=1)
        self.paid[project_of(row), month].append(row)
        return None

    def end(self) -> Iterator[Outcome]:
        for (about, month), rows in self.paid.items():
            if about in self.broken:
                line = self.broken[about].place.line
                error = Unusable(
                    "amount_idr", f"cannot be added up: line {line} of the same project is rejected"
                )
                yield from (row.rejected(error) for row in rows)
            else:
                yield from (Skipped(row.place, None, ADDED_UP) for row in rows[:-1])
                yield self._total(about, month, rows)

    def _total(self, about: str, month: date, rows: list[Row]) -> Outcome:
        said = {
            "period": f"{month:%Y-%m}",
            "amount_idr": sum(row["amount_idr"] for row in rows),
            "workers": max(row["workers"] for row in rows),
            "posted_on": max(row["posted_on"] for row in rows),
        }
        key = f"{about}/contribution/{month:%Y-%m}"
        try:
            event = self.saying.event(t.CONTRIBUTION_POSTED, about, said, key, rows[-1].place)
        except Unusable as error:
            return rows[-1].rejected(error)
        return Mapped((event,))


class Grants(Teller):
    """P2RW: a grant to an RW, whose residents build for themselves; there is no contractor."""

    def events(self, row: Row) -> list[PlacedEvent]:
        about = _grant(row)
        said = _award(row)
        if not self.once.is_new(about, said, row.place, "rw"):
            return []
        return [self.saying.event(t.PROJECT_AWARDED, about, said, f"{about}/award", row.place)]


def _grant(row: Row) -> str:
    number = row["rw"].upper().removeprefix("RW").strip(" .")
    if not number.isdecimal() or len(number) > 3:
        raise Unusable("rw", "the number of an RW, such as 07")
    return subject("project", f"p2rw-{row['year']}-{slug(row['kelurahan'])}-rw{int(number):02d}", "kelurahan")


def _award(row: Row) -> dict[str, Any]:
    same = (
        "value_idr",
        "funding",
        "contract_on",
        "start_on",
        "end_on",
        "workers_planned",
        "region",
    )
    work, place = row["title"], f"RW {row['rw']} Kelurahan {row['kelurahan']}"
    return {name: row[name] for name in same} | {
        "title": f"P2RW {place}: {work}" if work else f"P2RW {place}",
        "kind": "community",
        "method": "grant",
        "owner": {"agency": row["owner_agency"]} | ({"name": row["owner_name"]} if row["owner_name"] else {}),
        "contractors": [],
    }
