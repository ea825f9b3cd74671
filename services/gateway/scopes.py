"""What a key is limited to: sources, event types and subjects. Pure.

A type is a full name or a pattern such as `id.patuh.project.*`; a subject is a full one or a beginning and a
star, such as `project:lkpp-405-*`. No type, or no subject, means any.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from shared.events import Event, types
from shared.events.data import (
    EmployerUpdated,
    FactRetracted,
    WorkerIncidentReported,
    WorkerRegistered,
    WorkerUnregistered,
)
from shared.identifiers import NIK_ANYWHERE

SCOPE = "outside the scope of this key"
_KINDS = ("employer:", "project:", "worker:", "agency:", "group:")


class BadGrant(ValueError):
    """A key cannot be limited in this way; the message says why."""


def check_patterns(sources: Sequence[str], kinds: Sequence[str], subjects: Sequence[str]) -> None:
    """Raise BadGrant for a source, type or subject that could never match anything."""
    if not sources or not all(one.strip() for one in sources):
        raise BadGrant("source: at least one, and none empty")
    for kind in kinds:
        if not _types(kind):
            raise BadGrant(f"type: {kind} is no event type that is taken here, nor a pattern of some")
    for subject in subjects:
        if not subject.startswith(_KINDS) or "*" in subject[:-1]:
            raise BadGrant(
                f"subject: starts with one of {' '.join(_KINDS)} and has a star at its end or none"
            )
        if NIK_ANYWHERE.search(subject):
            raise BadGrant("subject: must not contain a NIK")


def _types(pattern: str) -> set[str]:
    return {name for name in types.FACTS if fnmatchcase(name, pattern)}


class Scope:
    """The limits of one key, made ready for thousands of events a second."""

    def __init__(
        self, sources: Sequence[str], kinds: Sequence[str] = (), subjects: Sequence[str] = ()
    ) -> None:
        self._own = frozenset(sources)
        self._below = tuple(own.rstrip("/") + "/" for own in sources)
        self._types = frozenset[str]().union(*map(_types, kinds or ["*"]))
        self._subjects = frozenset(one for one in subjects if not one.endswith("*"))
        self._prefixes = tuple(one[:-1] for one in subjects if one.endswith("*"))
        self._any_subject = not subjects

    def speaks_for(self, source: str) -> bool:
        """True for a source of its own and anything below it."""
        return source in self._own or source.startswith(self._below)

    def covers(self, subject: str) -> bool:
        """Whether it may say something about this subject."""
        return self._any_subject or subject in self._subjects or subject.startswith(self._prefixes)

    def outside(self, event: Event) -> str | None:
        """The field of a published event that is not within the limits; None when all are."""
        if not self.speaks_for(event.source):
            return "source"
        if event.kind.name not in self._types:
            return "type"
        if isinstance(event.data, FactRetracted) and not self.speaks_for(event.data.source):
            return "data.source"
        if self._any_subject:
            return None
        return next((field for field, subject in _named(event) if not self.covers(subject)), None)

    def may_take_back(self, key: str | None) -> bool:
        """Whether a fact that went out under this key (its subject, or the employer of its worker) may be
        retracted. Nobody can tell about whom a forgotten fact was, and the subject of a retraction is only
        what its sender says: a key limited to subjects takes back what is remembered.
        """
        return self._any_subject or (key is not None and self.covers(key))


def _named(event: Event) -> Iterator[tuple[str, str]]:
    """Whom an event speaks about: each has to be within the scope.

    Of a worker these are the employer and the project, for a reference says nothing of whose the worker is;
    of an employer also its other numbers, because they make two companies one.
    """
    data = event.data
    if isinstance(data, WorkerRegistered | WorkerUnregistered | WorkerIncidentReported):
        yield from (("data.employer", data.employer),) if data.employer else ()
        yield from (("data.project", data.project),) if data.project else ()
        if data.employer or data.project:
            return
    # The fact that a worker's retraction names is looked up: see `may_take_back`.
    if not (isinstance(data, FactRetracted) and event.subject.startswith("worker:")):
        yield "subject", event.subject
    if isinstance(data, EmployerUpdated):
        numbers = (("npwp", data.npwp, ""), ("nib", data.nib, "nib-"), ("npp", data.npp, "npp-"))
        yield from ((f"data.{name}", f"employer:{kind}{number}") for name, number, kind in numbers if number)
