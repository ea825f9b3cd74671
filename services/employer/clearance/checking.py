"""What a check of a signed clearance finds: is it genuine, does it still hold, what holds now. Pure."""

from datetime import date
from typing import Literal

from msgspec import Struct

from services.employer.clearance.decision import Clearance
from services.employer.clearance.signing import Statement

Verdict = Literal["in-force", "expired", "superseded", "invalid"]


class Check(Struct, kw_only=True):
    """`said` is what was signed, `now` what holds at the check; neither when it is not genuine."""

    signature: Literal["valid", "invalid"]
    verdict: Verdict
    expired: bool = False
    superseded: bool = False
    said: Statement | None = None
    now: Clearance | None = None


INVALID = Check(signature="invalid", verdict="invalid")


def check(said: Statement, now: Clearance, today: date) -> Check:
    """What became of a genuine clearance: superseded when its status or its reasons are others now."""
    expired = today > said.valid_until
    told = {reason.code for reason in now.reasons}
    superseded = said.status != now.status or set(said.reasons) != told
    verdict: Verdict = "superseded" if superseded else "expired" if expired else "in-force"
    return Check(
        signature="valid", verdict=verdict, expired=expired, superseded=superseded, said=said, now=now
    )
