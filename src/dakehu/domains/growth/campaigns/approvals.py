"""Approval by a second person of exactly one content: requested, decided, and void once the content is another."""

from collections.abc import Iterable

from dakehu.domains.growth.campaigns import rules
from dakehu.domains.growth.choices import ApprovalState
from dakehu.domains.growth.models import Approval
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal


def request_approval(
    subject_kind: str, subject_id: int, summary: str, payload_digest: str, authors: Iterable[int]
) -> Approval:
    """Ask that a second person approve a content. Call inside an action; earlier requests and approvals become void."""
    void_approvals(subject_kind, subject_id)
    row = Approval(
        subject_kind=subject_kind,
        subject_ref=subject_id,
        summary=summary[:300],
        digest=payload_digest,
        author_ids=sorted(set(authors)),
        requested_by=team.current_user(),
        requested_at=clock.now(),
    )
    row.save()
    return row


def decide(subject_kind: str, subject_id: int, payload_digest: str, state: ApprovalState, note: str = "") -> Approval:
    """Approve or send back the waiting request. Raises Refused for its authors, and where the content changed since."""
    row = find_approval(subject_kind, subject_id)
    if row is None or row.state != ApprovalState.WAITING:
        raise refusal("approval", "没有待审批的申请。", "Nothing waits for approval.")
    error = rules.approval_error(current_actor().user_id, row.author_ids)
    if error is not None:
        raise refusal(*error)
    if row.digest != payload_digest:
        raise refusal("approval", "提交后内容已变更，请重新提交。", "The content changed since; submit it again.")
    row.state, row.note = state.value, note
    row.decided_by, row.decided_at = team.current_user(), clock.now()
    row.save()
    return row


def find_approval(subject_kind: str, subject_id: int) -> Approval | None:
    """Return the latest request for approval of something, None without one."""
    rows = Approval.objects.filter(subject_kind=subject_kind, subject_ref=subject_id)
    found: Approval | None = rows.order_by("-pk").first()
    return found


def approved(subject_kind: str, subject_id: int, payload_digest: str) -> bool:
    """Return whether exactly this content stands approved."""
    row = find_approval(subject_kind, subject_id)
    return row is not None and row.state == ApprovalState.APPROVED and row.digest == payload_digest


def void_approvals(subject_kind: str, subject_id: int) -> bool:
    """Void what waits or stands approved; return whether there was any. Call inside an action."""
    states = (ApprovalState.WAITING.value, ApprovalState.APPROVED.value)
    rows = list(Approval.objects.filter(subject_kind=subject_kind, subject_ref=subject_id, state__in=states))
    for row in rows:
        row.state = ApprovalState.VOID.value
        row.save()
    return bool(rows)
