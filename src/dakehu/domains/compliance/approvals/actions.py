"""Actions: approve or send back what another person wrote."""

from dakehu.domains.compliance.approvals import rules
from dakehu.domains.compliance.approvals.kinds import ApprovalKind, find_kind
from dakehu.domains.compliance.choices import ApprovalState
from dakehu.domains.compliance.models import Approval
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

APPROVAL = Parameter("approval", kind="integer", spec=FieldSpec("审批编号", "Number of the approval"))
NOTE = Parameter("note", spec=FieldSpec("审批意见", "Note"))
SHORT_NOTE = Parameter("note", required=False, spec=FieldSpec("审批意见", "Note"))
MAX_NOTE = 300  # characters
STARTED = bilingual(
    "审批通过后可能已经开始执行，不能撤销；内容变更会使审批失效。",
    "What was approved may have begun; an approval becomes void by changing the content.",
)


@action(
    "compliance.approve",
    needs=Permission.APPROVAL_READ,
    zh="批准",
    en="Approve",
    parameters=(APPROVAL, SHORT_NOTE),
    irreversible=STARTED,
)
def approve(*, approval: int, note: str | None = None) -> Approval:
    """Approve exactly what was submitted. Raises Refused for its authors, and if it has changed since."""
    return _decide(approval, ApprovalState.APPROVED, note or "")


@action(
    "compliance.reject",
    needs=Permission.APPROVAL_READ,
    zh="退回",
    en="Send back",
    parameters=(APPROVAL, NOTE),
    irreversible=bilingual("请由提交人修改后重新提交。", "Whoever submitted it changes it and submits it again."),
)
def reject(*, approval: int, note: str) -> Approval:
    """Send back what was submitted, with the reason. Raises Refused for its authors, and if it has changed since."""
    return _decide(approval, ApprovalState.REJECTED, note)


def _decide(pk: int, state: ApprovalState, note: str) -> Approval:
    """Store a decision and notify the domain of the subject. Raises NotFound, NotAllowed and Refused."""
    row, kind = _get_visible(pk)
    if not current_actor().may(kind.permission):
        raise NotAllowed(kind.label, kind.permission)
    if len(note) > MAX_NOTE:
        raise refusal("note", "意见不超过 {n} 字。", "At most {n} characters.", n=MAX_NOTE)
    if row.state != ApprovalState.WAITING:
        raise refusal("approval", "没有待审批的申请。", "Nothing waits for approval.")
    error = rules.approval_error(current_actor().user_id, row.author_ids)
    if error is not None:
        raise refusal(*error)
    if row.digest != kind.digest_of(row.subject_ref):
        raise refusal("approval", "提交后内容已变更，请重新提交。", "The content changed since; submit it again.")
    row.state, row.note = state.value, note
    row.decided_by, row.decided_at = team.current_user(), clock.now()
    row.save()
    kind.on_decision(row.subject_ref, state is ApprovalState.APPROVED, note)
    return row


def _get_visible(pk: int) -> tuple[Approval, ApprovalKind]:
    """Return a request whose subject the actor sees, and its kind. Raises NotFound."""
    row: Approval | None = Approval.objects.filter(pk=pk).first()
    kind = None if row is None else find_kind(row.subject_kind)
    if row is None or kind is None:
        raise NotFound(bilingual("审批", "approval"), pk)
    return row, kind
