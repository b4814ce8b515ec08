"""Request approval of subjects that a domain records as waiting and that have no request, for example from an earlier version."""

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, kinds
from dakehu.domains.compliance.approvals.requests import request_for, waiting_requests
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.jobs.due_checks import declare_due_check
from dakehu.foundation.schema.approvals import ApprovalSubject

REQUEST = "compliance.request_missing_approvals"


def missing_subjects() -> list[tuple[ApprovalKind, ApprovalSubject]]:
    """Return the subjects that wait without a request, with their kind."""
    missing = []
    for kind in kinds():
        subjects = list(kind.waiting()) if kind.waiting is not None else []
        requested = waiting_requests(kind.name, [subject.id for subject in subjects]) if subjects else {}
        missing += [(kind, subject) for subject in subjects if subject.id not in requested]
    return missing


@action(
    REQUEST,
    needs=Permission.APPROVAL_READ,
    zh="补登审批申请",
    en="Request missing approvals",
    is_public=False,
    offers_undo=False,
)
def request_missing_approvals() -> int:
    """Request approval of every subject that waits without a request; return their number."""
    missing = missing_subjects()
    for kind, subject in missing:
        request_for(kind.name, subject)
    return len(missing)


def request_if_missing() -> None:
    """Request the missing approvals, once a minute, as the system."""
    if missing_subjects():
        request_missing_approvals()


declare_due_check(REQUEST, request_if_missing)
