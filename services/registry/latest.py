"""What was last said of each worker of a staged batch, in one statement that does not grow with her past."""

from collections.abc import Sequence

from services.registry.changes import Said
from services.registry.coverage import Terms
from services.registry.incidents import Unit
from services.registry.store import INSTANT, SAME_UNIT
from shared.database import Transaction

_STAGED_RANK = f"(u.effective_on, {INSTANT.format('u.at')}, u.source, u.id)"
# By day alone, as in the index: to sort two facts of one day would cost more than to read them. The last
# months first: of a worker PostgreSQL takes up all that is on a page of the index, though asked for one.
_LATEST = f"""LEFT JOIN LATERAL (
    SELECT e.* FROM enrolment e WHERE {SAME_UNIT} AND {{}}
    ORDER BY e.effective_on DESC FETCH FIRST ROW WITH TIES) {{}} ON true"""
_OF_FACT = "effective_on", "at", "source", "id", "programmes", "covered_until", "wage_idr", "region"
_RANK, _TERMS = (", ".join(f"coalesce(n.{c}, o.{c})" for c in part) for part in (_OF_FACT[:4], _OF_FACT[4:]))
_LAST = f"""
SELECT u.earliest, ({_RANK}) < {_STAGED_RANK}, {_TERMS} FROM staged_enrolment u
{_LATEST.format("e.effective_on > u.effective_on - 100", "n")}
{_LATEST.format("n.id IS NULL", "o")}
WHERE u.earliest IS NOT NULL
"""


async def last(transaction: Transaction, said: Sequence[Said]) -> dict[Unit, Terms | None]:
    """What was last said of the units whose earliest staged fact is known; None where nobody spoke of it.

    Left out are those of whom something later is stored, and those of whose last day there are several.
    """
    found: dict[int, Terms | None] = {}
    unclear: set[int] = set()
    for number, earlier, *terms in await transaction.rows(_LAST):
        if earlier is False or number in found:
            unclear.add(number)
        found[number] = None if earlier is None else Terms(*terms)
    return {said[number][0]: terms for number, terms in found.items() if number not in unclear}
