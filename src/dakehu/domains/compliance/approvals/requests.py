"""Requests for approval of exactly one content: created, and void once the content changes."""

from collections.abc import Collection, Iterable

from dakehu.domains.compliance.approvals.kinds import find_kind
from dakehu.domains.compliance.choices import ApprovalState
from dakehu.domains.compliance.models import Approval
from dakehu.domains.team import queries as team
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.schema.approvals import ApprovalSubject, set_approval_keeper


def request_approval(
    subject_kind: str, subject_id: int, summary: Bilingual | str, payload_digest: str, authors: Iterable[int]
) -> Approval:
    """Request approval of a content by a second person. Call inside an action; earlier requests and approvals become void."""
    void_approvals(subject_kind, subject_id)
    text = summary if isinstance(summary, Bilingual) else Bilingual(summary, summary)
    row = Approval(
        subject_kind=subject_kind,
        subject_ref=subject_id,
        summary=text.in_("zh")[:300],
        summary_en=text.in_("en")[:300],
        digest=payload_digest,
        author_ids=sorted(set(authors)),
        requested_by=team.current_user(),
        requested_at=clock.now(),
    )
    row.save()
    return row


def request_for(kind: str, subject: ApprovalSubject) -> Approval:
    """Request approval by a second person of a row of a kind, as it is now. Call inside an action. Raises LookupError."""
    declared = find_kind(kind)
    if declared is None:
        raise LookupError(f"nobody declares approvals of {kind}")
    row = request_approval(kind, subject.id, subject.summary, declared.digest_of(subject.id), subject.authors)
    if row.requested_by_id is None and subject.requested_by is not None:
        row.requested_by_id = subject.requested_by
        row.save()
    return row


def waiting_requests(kind: str, subjects: Collection[int]) -> dict[int, int]:
    """Return the waiting requests by their rows: {id of the row: id of the request}."""
    rows = Approval.objects.filter(subject_kind=kind, subject_ref__in=subjects, state=ApprovalState.WAITING.value)
    return dict(rows.values_list("subject_ref", "pk"))


def find_approval(subject_kind: str, subject_id: int) -> Approval | None:
    """Return the latest request for approval of a subject, None without one."""
    rows = Approval.objects.filter(subject_kind=subject_kind, subject_ref=subject_id)
    found: Approval | None = rows.order_by("-pk").first()
    return found


def approved(subject_kind: str, subject_id: int, payload_digest: str) -> bool:
    """Return whether exactly this content is approved."""
    row = find_approval(subject_kind, subject_id)
    return row is not None and row.state == ApprovalState.APPROVED and row.digest == payload_digest


def void_approvals(subject_kind: str, subject_id: int) -> bool:
    """Void waiting and approved requests; return whether there were any. Call inside an action."""
    states = (ApprovalState.WAITING.value, ApprovalState.APPROVED.value)
    rows = list(Approval.objects.filter(subject_kind=subject_kind, subject_ref=subject_id, state__in=states))
    for row in rows:
        row.state = ApprovalState.VOID.value
        row.save()
    return bool(rows)


set_approval_keeper(request_for, void_approvals)
