"""Every rule by its code, and which rules a subject is judged by."""

from services.employer.rules import (
    arrears,
    crew,
    employer,
    feed,
    incident,
    project_payment,
    public,
    registration,
)
from services.employer.rules.contractor import CODE, ContractorFlagged
from services.employer.rules.examining import Rules

_EMPLOYER: Rules = {
    "employer.not-registered": employer.not_registered,
    "employer.workers-missing": employer.workers_missing,
    "employer.programme-missing": employer.programme_missing,
    "employer.wage-underreported": employer.wage_underreported,
    "employer.in-arrears": arrears.in_arrears,
}
_INCIDENT: Rules = {"worker.unprotected-incident": incident.unprotected_incident}
_RULES: dict[str, Rules] = {
    "employer": {**_EMPLOYER, **_INCIDENT},
    "project": {
        "project.registration-due": registration.registration_due,
        "project.not-registered": registration.not_registered,
        "project.registered-late": registration.registered_late,
        "project.registered-unpaid": project_payment.registered_unpaid,
        "project.underpaid": project_payment.underpaid,
        "project.workers-missing": crew.workers_missing,
        CODE: ContractorFlagged(_EMPLOYER),
        "project.worker-removed": crew.worker_removed,
        "community.not-covered": crew.not_covered,
        **_INCIDENT,
    },
    "agency": {"agency.non-asn-missing": public.non_asn_missing, **_INCIDENT},
    "group": {"group.cover-ending": public.cover_ending, **_INCIDENT},
    "feed": {"feed.silent": feed.silent},
    "worker": {**_INCIDENT},
}
ALL: Rules = {code: rule for rules in _RULES.values() for code, rule in rules.items()}


def rules_for(subject: str) -> Rules:
    """The rules for a subject, by what stands before its colon."""
    return _RULES[subject.partition(":")[0]]
