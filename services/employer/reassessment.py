"""Look again at subjects: gather what is known, assess, and turn the difference into flags."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from services.employer import store
from services.employer.assessment import assess, ever_held, next_look
from services.employer.facts import EmployerFacts, FeedFacts
from services.employer.flags import Change, changes
from services.employer.memory import Codes, Flags, Memory, Touched
from services.employer.subjects import Subject, among, join, project_of
from shared import metrics
from shared.consuming import Work
from shared.database import Transaction
from shared.events import Event
from shared.law import Law

SOURCE = "urn:patuh:employer"


@dataclass
class Gathered:
    """What was read: `subjects` to look at; `parties`, who is behind each name; all names of `employers`."""

    employers: set[str]
    parties: dict[str, EmployerFacts]
    subjects: dict[str, Subject]


async def gather(transaction: Transaction, affected: Collection[str]) -> dict[str, Subject]:
    """All that is known about these subjects, their aliases, and the projects that they work on.

    A subject that is only another name of an employer comes out empty: what is open under it ends.
    """
    return (await _read(transaction, affected)).subjects


async def _read(transaction: Transaction, affected: Collection[str]) -> Gathered:
    projects = {s for s in affected if s.startswith("project:")}
    feeds = {s for s in affected if s.startswith("feed:")}
    employers = await store.reach(transaction, set(affected) - projects - feeds)
    projects |= await store.projects_of(transaction, employers)
    everyone = await parties_to(transaction, employers, projects)
    facts = await store.facts(transaction, everyone | projects)
    coverage = await store.coverage(transaction, everyone | projects)
    parties = join(everyone, facts, coverage)
    subjects = among(employers, parties)
    subjects |= {p: project_of(p, facts.get(p, []), coverage, parties) for p in projects}
    spoke = await store.feed_days(transaction, feeds)
    return Gathered(employers, parties, subjects | {f: FeedFacts(f, days) for f, days in spoke.items()})


async def parties_to(transaction: Transaction, employers: set[str], projects: set[str]) -> set[str]:
    """These employers and the contractors of these projects, under all their names."""
    return await store.reach(transaction, employers | await store.contractors_of(transaction, projects))


async def reassess(
    work: Work, memory: Memory, law: Law, touched: Touched, today: date, now: datetime
) -> None:
    """Assess what is touched as of today; store and announce what changed about flags."""
    subjects = await _to_judge(work.transaction, memory, touched)
    changed: list[Change] = []
    for name, (subject, rules) in subjects.items():
        if rules is None or rules:
            changed += _changes(subject, _by(rules, memory.flags[name]), rules, law, today)
    states = [state for _, state in changed]
    memory.judged(subjects, states)
    looks = {name: next_look(one, law, today, memory.flagged(name)) for name, (one, _) in subjects.items()}
    await store.put_flags(work.transaction, states)
    await store.put_looks(work.transaction, memory.news(looks))
    _announce(work, changed, now)


def _by(rules: Codes, flags: Flags) -> Flags:
    return flags if rules is None else {code: flag for code, flag in flags.items() if code in rules}


async def _to_judge(
    transaction: Transaction, memory: Memory, touched: Touched
) -> dict[str, tuple[Subject, Codes]]:
    """The subjects, each with the rules to judge it by. What must be read is read and left in the memory."""
    found: dict[str, Subject] = {}
    if touched.gather:
        read = await _read(transaction, touched.gather)
        memory.keep(read.employers, read.parties, read.subjects)
        memory.flags |= await store.flags(transaction, read.subjects)
        found = read.subjects
    known = {
        name: (memory.subject(name), rules) for name, rules in touched.judge.items() if name not in found
    }
    return {name: (subject, None) for name, subject in found.items()} | known


def _changes(subject: Subject, flags: Flags, rules: Codes, law: Law, today: date) -> list[Change]:
    findings = assess(subject, law, today, rules)

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
