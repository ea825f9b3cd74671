"""For every rule a world in which it finds something wrong, and the facts it cannot do without.

A fact is told as a pair: what says it, and what is left to know without it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from shared.events import Event
from tests.unit.building import (
    FIRM,
    GROUP,
    OFFICE,
    PROJECT,
    award,
    enrolled,
    in_ejakon,
    incident,
    paid,
    posted,
    registered,
    staff,
    started,
    unregistered,
    updated,
)

Facts = list[Event]
Needed = tuple[Facts, Facts]
NIL: Facts = []


class World(NamedTuple):
    """`on` this day the subject breaks the rule; `always` is what else is known."""

    subject: str
    on: str
    needed: dict[str, Needed]
    always: Sequence[Event] = ()

    def facts(self, without: str | None = None) -> Facts:
        told = [
            one for name, (known, left) in self.needed.items() for one in (left if name == without else known)
        ]
        return [*self.always, *told]


FIRM_FACT = [registered("2025-01-06")]


def _says(**profile: Any) -> Needed:
    return [updated("2025-01-07", **profile)], NIL


def _spk(**told: Any) -> Facts:
    return [award("2025-03-20", contract_on="2025-03-20", **told)]


# Without the award, the SPMK is still known: the clock runs and nobody knows for what.
AWARD: Needed = (_spk(), [started("2025-03-20", "2025-03-20")])
EJAKON: Needed = ([in_ejakon("2025-03-24", "2025-03-24")], NIL)
ON_SITE = enrolled(1, "2025-03-24", project=PROJECT)
HEARD = [updated(f"2025-01-{day:02}", size="small") for day in range(7, 10)]

WRONG: dict[str, World] = {
    "employer.not-registered": World(
        FIRM,
        "2025-02-21",
        {"workforce": _says(workforce=5), "obliged_since": _says(obliged_since="2025-01-06")},
        FIRM_FACT,
    ),
    "employer.workers-missing": World(
        FIRM,
        "2025-02-21",
        {"workforce": _says(workforce=5), "member_since": _says(member_since="2025-01-06")},
        FIRM_FACT,
    ),
    "employer.programme-missing": World(
        FIRM,
        "2025-02-21",
        {
            "size": _says(size="small"),
            "programmes": _says(programmes=["jkk"]),
            "member_since": _says(member_since="2025-01-06"),
        },
        FIRM_FACT,
    ),
    "employer.wage-underreported": World(
        FIRM,
        "2025-02-21",
        {
            "size": _says(size="large"),
            "wage": ([enrolled(1, "2025-01-07", wage_idr=1, region="32.72")], staff(1, "2025-01-07")),
        },
        FIRM_FACT,
    ),
    "employer.in-arrears": World(
        FIRM,
        "2025-06-17",
        {"contributions": ([posted("2025-01", "2025-02-14")], NIL)},
        [*FIRM_FACT, updated("2025-01-07", member_since="2025-01-06"), *staff(1)],
    ),
    "worker.unprotected-incident": World(
        FIRM, "2025-05-05", {"incident": ([incident(1, "2025-05-05")], NIL)}, FIRM_FACT
    ),
    "project.registration-due": World(PROJECT, "2025-03-24", {"award": AWARD}),
    "project.not-registered": World(PROJECT, "2025-04-22", {"award": AWARD}),
    "project.registered-late": World(PROJECT, "2025-03-24", {"award": AWARD, "registration": EJAKON}),
    "project.registered-unpaid": World(PROJECT, "2025-04-22", {"award": AWARD, "registration": EJAKON}),
    "project.underpaid": World(
        PROJECT,
        "2025-04-22",
        {
            # Enough if VAT is in the value, too little if it is not.
            "vat_included": (_spk(value_idr=10**9, vat_included=False), _spk(value_idr=10**9)),
            "registration": EJAKON,
            "payment": ([paid("2025-03-24", 1_700_000)], NIL),
        },
    ),
    "project.workers-missing": World(
        PROJECT,
        "2025-04-22",
        {"workers_planned": (_spk(workers_planned=2), _spk()), "registration": EJAKON},
        [ON_SITE],
    ),
    "project.contractor-flagged": World(
        PROJECT,
        "2025-03-20",
        {
            "the contractor": ([registered("2025-01-06", workforce=5, obliged_since="2025-01-06")], NIL),
            "contractors": (_spk(), [started("2025-03-20", "2025-03-20")]),
        },
    ),
    "project.worker-removed": World(
        PROJECT,
        "2025-05-05",
        {"award": (_spk(), EJAKON[0])},
        [ON_SITE, unregistered(1, "2025-05-05", project=PROJECT)],
    ),
    "community.not-covered": World(
        PROJECT,
        "2025-03-24",
        {
            "kind": (
                [award("2025-03-20", kind="community", value_idr=10**8)],
                [started("2025-03-20", "2025-03-20")],
            )
        },
    ),
    "agency.non-asn-missing": World(
        OFFICE,
        "2025-03-24",
        {"workforce": ([updated("2025-01-06", OFFICE, workforce=2)], NIL)},
        [registered("2025-01-06", OFFICE)],
    ),
    "group.cover-ending": World(
        GROUP,
        "2025-03-24",
        {"cover": ([enrolled(1, "2025-01-06", employer=GROUP, covered_until="2025-03-31")], NIL)},
        [registered("2025-01-06", GROUP)],
    ),
    "feed.silent": World(
        "feed:urn:oss",
        "2025-02-03",
        {"the fifth day": ([updated("2025-01-10", size="small")], NIL)},
        [*FIRM_FACT, *HEARD],
    ),
}
