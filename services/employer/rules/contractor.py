"""The rule that joins the two worlds: projects in the hands of employers that do not comply."""

from services.employer.facts import EmployerFacts, ProjectFacts
from services.employer.finding import Finding, same
from services.employer.known import evidence_of
from services.employer.rules.examining import Rules, run
from services.employer.rules.inquiry import Examination, Inquiry
from services.employer.rules.site import clock, running
from shared.events.data import Bilingual, Evidence

CODE = "project.contractor-flagged"


class ContractorFlagged:
    """Judges a project's contractors by the rules for employers."""

    def __init__(self, employer_rules: Rules) -> None:
        self._rules = employer_rules

    def __call__(self, x: Inquiry, project: ProjectFacts) -> Finding:
        """A running project whose contractor (any member of a KSO) has open flags.

        Legal source: PP 86/2013 art. 9 (services withheld from employers that do not comply).
        """
        contractors = project.known("contractors", x.day)
        x.applies("contracted", contractors, *evidence_of("contractors", contractors))
        assert contractors is not None
        x.applies("running", running(project, x.day))
        known = {subject: project.contractors.get(subject) for subject in contractors.value}
        wrong = self._wrong(x, known)
        if not wrong:
            _nothing_unknown(x, known)
        flags = sorted(
            (Evidence(name=f.subject, value=f.code) for f in wrong), key=lambda e: (e.name, e.value)
        )
        x.wrong_if("contractors-flagged", wrong, *flags)
        return self._finding(x, project, wrong, [contractors.evidence("contractors"), *flags])

    def _wrong(self, x: Inquiry, known: dict[str, EmployerFacts | None]) -> list[Finding]:
        distinct = {c.subject: c for c in known.values() if c is not None and c.facts}
        return [found for c in distinct.values() for found in self._findings(x, c)]

    def _findings(self, x: Inquiry, contractor: EmployerFacts) -> list[Finding]:
        """What is wrong with a contractor: judged once, and not anew for each of its projects."""
        judged = contractor.judged.setdefault((x.law, x.day), {})
        missing = {code: rule for code, rule in self._rules.items() if code not in judged}
        if missing:
            seen = {one.code: one for one in run(missing, contractor, x.law, x.day, keeps=False)}
            judged |= {c: _found(seen[c]) if c in seen else None for c in missing}
        return [found for code in self._rules if (found := judged[code])]

    def _finding(
        self, x: Inquiry, project: ProjectFacts, wrong: list[Finding], evidence: list[Evidence]
    ) -> Finding:
        began, planned = clock(project, x.day), project.known("workers_planned", x.day)
        assert began is not None
        since = max(began[1].value, min(f.since for f in wrong if f.since))
        titles = [x.law.rules[code].title for code in sorted({f.code for f in wrong})]
        return x.finding(
            evidence,
            since=since,
            # No deadline of its own: the contractor's, unless that had passed before the project began.
            due=min((f.due for f in wrong if f.due and f.due >= since), default=None),
            workers=planned.value if planned else None,
            facts={
                "contractors": same(", ".join(sorted({f.name for f in wrong}))),
                "codes": Bilingual(id=", ".join(t.id for t in titles), en=", ".join(t.en for t in titles)),
            },
        )


def _found(one: Examination) -> Finding | None:
    return one.finding if one.outcome == "wrong" else None


def _nothing_unknown(x: Inquiry, known: dict[str, EmployerFacts | None]) -> None:
    unknown = sorted(s for s, c in known.items() if c is None or not c.facts)
    if unknown:
        x.cannot_decide("contractors-known", f"nothing is known about {', '.join(unknown)}")
