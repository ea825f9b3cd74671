"""What is kept of one row of an LKPP answer, whatever service and year it came from."""

from datetime import date

import msgspec


class Row(msgspec.Struct, array_like=True, omit_defaults=True):
    """What is kept. Dates are local, money is whole rupiah, None is unknown.

    `named`: a winner is named, the name itself is not kept. `form`: a "firm" or a "person", where it is told.
    `notes`: the defects met.
    """

    lpse: str
    family: str
    code: str
    stage: str
    version: int = 0
    day: date | None = None
    title: str | None = None
    category: str | None = None
    method: str | None = None
    agency: str | None = None
    agency_text: str | None = None
    agency_name: str | None = None
    funding: str | None = None
    region: str | None = None
    year: int | None = None
    named: bool = False
    npwp16: str | None = None
    npwp: str | None = None
    form: str | None = None
    members: tuple[str, ...] = ()
    values: dict[str, int] = {}
    status: str | None = None
    contract_status: str | None = None
    status_on: date | None = None
    awarded_on: date | None = None
    contract_on: date | None = None
    start_on: date | None = None
    end_on: date | None = None
    duration: str | None = None
    handed_over_on: date | None = None
    progress: float | None = None
    number: str | None = None
    paid_idr: int | None = None
    paid_on: date | None = None
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """How LKPP's own codes name the package, on one platform."""
        return f"{self.lpse}-{self.family}-{self.code}"

    @property
    def number_of_winner(self) -> str | None:
        """In 16 digits, whichever column had it."""
        number = self.npwp16 or self.npwp
        return number.zfill(16) if number else None

    @property
    def has_winner(self) -> bool:
        return bool(self.named or self.npwp16 or self.npwp or self.members)

    @property
    def is_signed(self) -> bool:
        return self.stage == "contract" and (self.contract_on is not None or "nilai_kontrak" in self.values)
