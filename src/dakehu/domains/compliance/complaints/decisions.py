"""Actions that end a complaint: extend, reply, close, reopen; and the settings of its deadlines."""

from typing import Any

from dakehu.domains.compliance.choices import ComplaintDecision, ComplaintEventKind, ComplaintState, Satisfaction
from dakehu.domains.compliance.complaints import rules, store
from dakehu.domains.compliance.complaints.actions import (
    COMPLAINT,
    REASON,
    VERSION,
    append_event,
    end_case,
    get_complaint,
    is_handled_by_actor,
)
from dakehu.domains.compliance.models import Complaint, ComplaintSettings
from dakehu.domains.compliance.wording.refusals import refuse_blocked_words
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

REPLY = parameters_of("compliance.Complaint", "reply", "decision")
CAUSE = parameters_of("compliance.Complaint", optional=("cause",))
SATISFIED = parameters_of("compliance.Complaint", optional=("satisfied",))
OUTCOME = Parameter("outcome", spec=FieldSpec("处理结果", "Outcome"))


@action(
    "compliance.extend_complaint",
    needs=Permission.COMPLAINT_DECIDE,
    zh="延长答复期限",
    en="Extend a complaint",
    parameters=(COMPLAINT, REASON),
)
def extend_complaint(*, complaint: int, reason: str) -> Complaint:
    """Extend the deadline once, with the reason given to the complainant. Raises Refused a second time."""
    row = get_complaint(complaint, "extend")
    if row.extended_on is not None:
        raise refusal("complaint", "期限只能延长一次。", "The deadline is extended once only.")
    row.extended_on = clock.today()
    row.due_on = rules.extended_deadline(row.received_on, row.due_on, store.deadlines(), trading_days.is_trading_day)
    row.save()
    append_event(row, ComplaintEventKind.EXTENDED, f"{row.due_on}：{reason}")
    return row


@action(
    "compliance.reply_complaint",
    needs=Permission.COMPLAINT_HANDLE,
    zh="答复投诉",
    en="Reply to a complaint",
    parameters=(COMPLAINT, REPLY, CAUSE),
    irreversible=bilingual("答复客户后不能撤销；可以再次答复。", "A reply to the client stays; reply again instead."),
)
def reply_complaint(*, complaint: int, reply: str, decision: str, cause: str | None = None) -> Complaint:
    """Record the reply to the complainant with the decision. Raises Refused for words that may not be sent to a client.

    Only the owner of the case or a person who decides on complaints replies. The text is checked like every text to a client.
    """
    row = get_complaint(complaint, "reply")
    if not is_handled_by_actor(row):
        raise refusal("complaint", "由经办人答复。", "Its owner replies.")
    if decision == ComplaintDecision.NOT_ACCEPTED:
        raise refusal("decision", "不予受理请用“不予受理”。", "Use “Reject a complaint” for that.")
    refuse_blocked_words(reply, "reply")
    row.reply, row.decision, row.replied_on = reply, decision, clock.today()
    row.cause = cause or row.cause
    row.state = ComplaintState.REPLIED.value
    row.accepted_on = row.accepted_on or clock.today()
    row.acknowledged_on = row.acknowledged_on or clock.today()
    row.save()
    append_event(row, ComplaintEventKind.REPLIED, reply)
    publish_event("complaint.moved", complaint=row.pk)
    return row


@action(
    "compliance.close_complaint",
    needs=Permission.COMPLAINT_DECIDE,
    zh="办结投诉",
    en="Close a complaint",
    parameters=(COMPLAINT, OUTCOME, SATISFIED),
)
def close_complaint(*, complaint: int, outcome: str, satisfied: str | None = None) -> Complaint:
    """Close a case with its outcome. A case without a reply is closed as withdrawn by the client."""
    row = get_complaint(complaint, "close")
    row.satisfied = satisfied or Satisfaction.UNKNOWN.value
    row.decision = row.decision or ComplaintDecision.WITHDRAWN.value
    append_event(row, ComplaintEventKind.CLOSED, outcome)
    end_case(row, outcome)
    return row


@action(
    "compliance.reopen_complaint",
    needs=Permission.COMPLAINT_DECIDE,
    zh="重新处理投诉",
    en="Take a complaint up again",
    parameters=(COMPLAINT, REASON),
)
def reopen_complaint(*, complaint: int, reason: str) -> Complaint:
    """Reopen a replied or closed case; its deadline does not change."""
    row = get_complaint(complaint, "reopen")
    row.state, row.closed_on, row.retention_until = ComplaintState.WORKING.value, None, None
    row.save()
    append_event(row, ComplaintEventKind.REOPENED, reason)
    publish_event("complaint.moved", complaint=row.pk)
    return row


@action(
    "compliance.change_complaint_settings",
    needs=Permission.COMPLAINT_SETTINGS,
    zh="设置投诉期限",
    en="Set the deadlines of complaints",
    parameters=(VERSION, Fields("compliance.ComplaintSettings")),
)
def change_complaint_settings(*, version: int | None = None, **values: Any) -> ComplaintSettings:
    """Change the deadlines for complaints registered from now on; those registered before keep theirs."""
    row = store.settings()
    if row.pk:
        check_version(row, version)
    for name, value in values.items():
        if value is not None:
            setattr(row, name, value)
    row.save()
    return row
