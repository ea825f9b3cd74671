"""One employer under several subjects: NPWP, NIB and NPP that facts name together are one party. Pure."""

from collections.abc import Iterable

from shared.events import Event
from shared.events import data as d
from shared.identifiers import employer_subject


def identifiers(event: Event) -> list[str]:
    """Every employer subject that a profile fact says are one and the same, its own first.

    An office (`agency:`) has a number too and stays itself.
    """
    data = event.data
    if not isinstance(data, d.EmployerUpdated) or not event.subject.startswith("employer:"):
        return [event.subject]
    named = [(data.npwp, None, None), (None, data.nib, None), (None, None, data.npp)]
    return [event.subject, *(s for n in named if (s := employer_subject(*n)) and s != event.subject)]


def parties(facts: Iterable[Event], subjects: Iterable[str]) -> dict[str, str]:
    """The canonical subject of every subject that the facts (none retracted) or the caller names."""
    parent: dict[str, str] = {}

    def root(subject: str) -> str:
        parent.setdefault(subject, subject)
        while parent[subject] != subject:
            subject = parent[subject]
        return subject

    for subject in subjects:
        root(subject)
    for fact in facts:
        first, *others = identifiers(fact)
        root(first)
        for other in others:
            one, two = sorted((root(first), root(other)), key=_preference)
            parent[two] = one
    return {subject: root(subject) for subject in parent}


def _preference(subject: str) -> tuple[int, str]:
    """NPWP first, then NIB, then NPP (design 5.1); the smaller one between two of a kind."""
    kinds = ("employer:nib-", "employer:npp-")
    return (next((rank for rank, kind in enumerate(kinds, 1) if subject.startswith(kind)), 0), subject)
