"""Look again at subjects: gather what is known, assess, and turn the difference into flags."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from services.employer import store
from services.employer.assessment import assess, ever_held, next_look
from services.employer.finding import Finding
from services.employer.flags import Change, changes
from services.employer.subjects import Subject, compose
from shared import metrics
from shared.consuming import Work
from shared.database import Transaction
from shared.events import Event
from shared.events.data import FlagState
from shared.law import Law

SOURCE = "urn:patuh:employer"


async def gather(transaction: Transaction, affected: Collection[str]) -> dict[str, Subject]:
    """All that is known about these subjects, their aliases, and the projects that they work on.

    A subject that is only another name of an employer comes out empty: what is open under it ends.
    """
    projects = {s for s in affected if s.startswith("project:")}
    feeds = {s for s in affected if s.startswith("feed:")}
    employers = await store.reach(transaction, set(affected) - projects - feeds)
    projects |= await store.projects_of(transaction, employers)
    everyone = await parties_to(transaction, employers, projects)
    facts = await store.facts(transaction, everyone | projects)
    coverage = await store.coverage(transaction, everyone | projects)
    spoke = await store.feed_days(transaction, feeds)
    return compose(employers, everyone, projects, facts, coverage, spoke)


async def parties_to(transaction: Transaction, employers: set[str], projects: set[str]) -> set[str]:
    """These employers and the contractors of these projects, under all their names."""
    return await store.reach(transaction, employers | await store.contractors_of(transaction, projects))


async def reassess(work: Work, law: Law, affected: Collection[str], today: date, now: datetime) -> None:
    """Assess the affected subjects as of today; store and announce what changed about their flags."""
    subjects = await gather(work.transaction, affected)
    flags = await store.flags(work.transaction, subjects)
    looks: dict[str, date | None] = {}
    changed: list[Change] = []
    for name, subject in subjects.items():
        findings = assess(subject, law, today)
        changed += _changes(subject, flags.get(name, {}), findings, law, today)
        looks[name] = next_look(subject, law, today, any(not f.undecided for f in findings))
    await store.put_flags(work.transaction, [state for _, state in changed])
    await store.put_looks(work.transaction, looks)
    _announce(work, changed, now)


def _changes(
    subject: Subject, flags: dict[str, FlagState], findings: list[Finding], law: Law, today: date
) -> list[Change]:
    def held(code: str, first: date) -> bool:
        return ever_held(subject, law, code, first, today)

    return changes(flags, findings, held, law, today)


def _announce(work: Work, changed: list[Change], now: datetime) -> None:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for kind, state in changed:
        event_id = f"{state.flag_id}:{state.version}"
        work.announce(Event(kind, event_id, SOURCE, state.subject, now, state, correlationid=state.flag_id))
        counts[state.code, kind.short] += 1
    for (code, change), number in counts.items():
        metrics.FLAGS_CHANGED.labels(code, change).inc(number)
