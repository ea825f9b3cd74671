"""The merge of OCDS 1.1: releases of one process, oldest first, into what is true after each of them."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import ocdsmerge

from patuh.importing.ocds.dates import Note
from patuh.importing.ocds.merge_rules import RULES
from patuh.importing.outcomes import Unusable

Content = dict[str, Any]
Look = Callable[[], Content]


def steps(releases: Iterable[Content], note: Note) -> Iterator[tuple[Content, Look]]:
    """Each release, in the order given, and a look at the compiled release up to it, which costs time.

    Memory holds what is true, not the releases. Raises Unusable, on a look too, when one contradicts the
    shape of another.
    """
    merged = ocdsmerge.CompiledRelease(merge_rules=RULES)

    def look() -> Content:
        with _refusing():
            compiled: Content = merged.asdict()
        return compiled

    for release in releases:
        with _refusing(), _noting(note):
            merged.append(release)
        yield release, look


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    # An id that is an object cannot be looked up: TypeError.
    except (ocdsmerge.exceptions.OCDSMergeError, TypeError) as error:
        raise Unusable("", f"releases cannot be merged: {type(error).__name__}") from error


@contextmanager
def _noting(note: Note) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    for _ in told:
        note("id used twice in one list")
