"""What the sample city is asked to be: its size, its day, and how often each habit is met."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

EmployerHabit = Literal[
    "enrols-all", "enrols-some", "enrols-late", "catches-up", "never", "new", "undeclared", "alone", "closed"
]
ProjectHabit = Literal[
    "prompt",
    "early",
    "late",
    "at-invoice",
    "never",
    "removes",
    "removes-after",
    "removes-soon",
    "restores",
    "few",
    "no-list",
]
PayerHabit = Literal["prompt", "late", "arrears"]
DepositHabit = Literal["pays", "slow", "short", "nothing", "zero"]
SizeClass = Literal["micro", "small", "medium", "large"]

SIZES: tuple[SizeClass, ...] = ("micro", "small", "medium", "large")

# Share of employers per size, and the span of their head counts: together about 40 workers per employer.
SIZE_SHARES: dict[SizeClass, float] = {"micro": 0.80, "small": 0.13, "medium": 0.05, "large": 0.02}
HEADCOUNTS: dict[SizeClass, tuple[int, int]] = {
    "micro": (1, 10),
    "small": (10, 50),
    "medium": (50, 250),
    "large": (250, 4500),
}

# Weight of each habit among micro, small, medium and large employers: one who never registers is small.
EMPLOYER_HABITS: dict[EmployerHabit, tuple[int, int, int, int]] = {
    "enrols-all": (46, 56, 66, 74),
    "enrols-some": (12, 18, 20, 20),
    "enrols-late": (5, 5, 4, 0),
    "catches-up": (2, 4, 6, 6),
    "never": (18, 9, 2, 0),
    "new": (4, 2, 0, 0),
    "undeclared": (6, 3, 1, 0),
    "alone": (4, 0, 0, 0),
    "closed": (3, 3, 1, 0),
}
# The two habits that are not here are given afterwards: see RARE_PROJECT_HABITS.
PROJECT_HABITS: dict[ProjectHabit, int] = {
    "prompt": 24,
    "early": 18,
    "late": 13,
    "at-invoice": 13,
    "never": 14,
    "removes": 8,
    "removes-after": 4,
    "removes-soon": 3,
    "restores": 3,
}
PAYER_HABITS: dict[PayerHabit, int] = {"prompt": 84, "late": 10, "arrears": 6}

# Share of the works that are past their deadline (with the first two: and still run), at least one of them.
RARE_PROJECT_HABITS: dict[ProjectHabit, float] = {"few": 0.06, "no-list": 0.03}
RARE_DEPOSIT_HABITS: dict[DepositHabit, float] = {"short": 0.05, "nothing": 0.05, "zero": 0.02, "slow": 0.03}

# How often a project has each of these (in the sources many a contract or work order has no record).
SPK_KNOWN = 0.55
SPMK_IN_AWARD = 0.16
SPMK_LATER = 0.20
VALUE_UNKNOWN = 0.06
CANCELLED = 0.03
AMENDED = 0.12
KSO_OF_TENDERS = 0.2
KSO_OF_DIRECT = 0.02
COMPLETION_RECORDED = 0.9
VAT_INCLUDED: dict[bool | None, int] = {True: 80, False: 12, None: 8}
TOPPED_UP = 0.6


@dataclass(frozen=True)
class CityPlan:
    """A city as it stands on the morning of `today`, projects of the `days` before it.

    `scale` 1 is Kota Sukabumi: about 2,000 employers, 80,000 workers, 1,000 projects, and 3,382 vulnerable
    workers in nine groups.
    Raises ValueError when `scale` is outside 0.01..100 or `days` outside 60..700.
    """

    seed: int
    today: date
    scale: float = 1.0
    days: int = 120

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and 0.01 <= self.scale <= 100):
            raise ValueError("scale: between 0.01 and 100")
        if not 60 <= self.days <= 700:
            raise ValueError("days: between 60 and 700")

    def count(self, at_scale_one: int) -> int:
        """How many of something there are when there are `at_scale_one` of it at scale 1."""
        return round(at_scale_one * self.scale)
