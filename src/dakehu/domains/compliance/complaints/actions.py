"""Actions on complaints: register, correct, acknowledge, accept or reject, assign, note."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.choices import ComplaintDecision, ComplaintEventKind, ComplaintState
from dakehu.domains.compliance.complaints import rules, store
from dakehu.domains.compliance.models import Complaint, ComplaintEvent
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

COMPLAINT = Parameter("complaint", kind="integer", spec=FieldSpec("投诉编号", "Number of the complaint"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
NOTE = Parameter("note", spec=FieldSpec("说明", "Note"))
SHORT_NOTE = Parameter("note", required=False, spec=FieldSpec("说明", "Note"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
OWNER = Parameter("owner", "team.User", spec=FieldSpec("经办人", "Handled by"))


def get_complaint(pk: int, step: str = "") -> Complaint:
    """Return a visible case in which a step may be taken. Raises NotFound, and Refused in another stage."""
    row: Complaint | None = Complaint.objects.filter(pk=pk).select_related("client", "owner", "about_staff").first()
    if row is None:
        raise NotFound(bilingual("投诉", "complaint"), pk)
    if step and not rules.may_step(str(row.state), step):
        raise refusal(
            "complaint",
            "“{state}”阶段不能这样处理。",
            "This is not possible in the stage “{state}”.",
            state=ComplaintState.text_of(row.state),
        )
    return row


def append_event(row: Complaint, kind: ComplaintEventKind, text: str = "") -> ComplaintEvent:
    """Append an event to a case. Call inside an action."""
    event = ComplaintEvent(complaint=row, client_id=row.client_id, kind=kind.value, text=text, by=team.current_user())
    event.save()
    return event


def check_owner(row: Complaint) -> None:
    """Raise Refused if the person complained about would handle the case."""
    error = rules.owner_error(row.owner_id, row.about_staff_id)
    if error is not None:
        raise refusal(*error)


@action(
    "compliance.register_complaint",
    needs=Permission.COMPLAINT_HANDLE,
    zh="登记投诉",
    en="Register a complaint",
    parameters=(Fields("compliance.Complaint", required=("subject",), new=True),),
)
def register_complaint(
    *,
    subject: str,
    client: Any = None,
    received_on: date | None = None,
    due_on: date | None = None,
    owner: Any = None,
    **values: Any,
) -> Complaint:
    """Register a complaint of a client or of another person. Its deadlines follow from the settings.

    Without `owner` the person who registers it handles it, or their lead if it is about that person.
    """
    today, days = clock.today(), store.deadlines()
    received = received_on or today
    known = {name: value for name, value in values.items() if value is not None}
    error = rules.registration_error(
        client is not None, known.get("complainant", ""), received, today, due_on, days.outer
    )
    if error is not None:
        raise refusal(*error)
    acknowledge, accept, reply = rules.deadlines_of(received, days, trading_days.is_trading_day)
    me = team.current_user()
    row = Complaint(client=client, subject=subject, received_on=received, registered_by=me, **known)
    row.acknowledge_by, row.accept_by, row.due_on = acknowledge, accept, due_on or reply
    row.owner = owner or first_owner(row, me)
    check_owner(row)
    row.save()
    append_event(row, ComplaintEventKind.REGISTERED)
    publish_event("complaint.registered", complaint=row.pk)
    return row


def first_owner(row: Complaint, me: Any) -> Any:
    """Return the first owner of a case: the person who registers it, or their lead if it is about that person; None without one."""
    if me is None or row.about_staff_id != me.pk:
        return me
    lead = team.find_lead(me)
    return lead if lead is not None and lead.pk != me.pk else None


@action(
    "compliance.change_complaint",
    needs=Permission.COMPLAINT_HANDLE,
    zh="更正投诉登记",
    en="Correct a complaint",
    parameters=(
        COMPLAINT,
        VERSION,
        Fields("compliance.Complaint", without=("client", "owner", "received_on", "due_on")),
    ),
)
def change_complaint(*, complaint: int, version: int | None = None, **values: Any) -> Complaint:
    """Correct the data of a case: category, cause, severity, staff and subject. Its deadlines do not change."""
    row = get_complaint(complaint)
    check_version(row, version)
    about = row.about_staff_id
    for name, value in values.items():
        column: Any = Complaint._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    if row.about_staff_id is not None and row.about_staff_id == row.owner_id:
        row.owner = first_owner(row, row.owner)
    check_owner(row)
    row.save()
    names = [str(Complaint._meta.get_field(name).spec.label) for name in values]
    append_event(row, ComplaintEventKind.CHANGED, "、".join(names))
    if row.about_staff_id != about:
        publish_event("complaint.moved", complaint=row.pk)
    return row


@action(
    "compliance.acknowledge_complaint",
    needs=Permission.COMPLAINT_HANDLE,
    zh="登记已告知客户",
    en="Acknowledge a complaint",
    parameters=(COMPLAINT, SHORT_NOTE),
)
def acknowledge_complaint(*, complaint: int, note: str | None = None) -> Complaint:
    """Record that receipt of the complaint was acknowledged to the complainant."""
    row = get_complaint(complaint, "acknowledge")
    if row.acknowledged_on is not None:
        raise refusal("complaint", "已经登记过告知。", "It is acknowledged already.")
    row.acknowledged_on = clock.today()
    row.save()
    append_event(row, ComplaintEventKind.ACKNOWLEDGED, note or "")
    return row


@action(
    "compliance.accept_complaint",
    needs=Permission.COMPLAINT_DECIDE,
    zh="受理投诉",
    en="Accept a complaint",
    parameters=(COMPLAINT, SHORT_NOTE),
)
def accept_complaint(*, complaint: int, note: str | None = None) -> Complaint:
    """Accept a complaint for handling."""
    row = get_complaint(complaint, "accept")
    row.accepted_on, row.state = clock.today(), ComplaintState.WORKING.value
    row.save()
    append_event(row, ComplaintEventKind.ACCEPTED, note or "")
    publish_event("complaint.moved", complaint=row.pk)
    return row


@action(
    "compliance.reject_complaint",
    needs=Permission.COMPLAINT_DECIDE,
    zh="不予受理",
    en="Reject a complaint",
    parameters=(COMPLAINT, REASON),
)
def reject_complaint(*, complaint: int, reason: str) -> Complaint:
    """Decline to handle a complaint, with the reason given to the complainant."""
    row = get_complaint(complaint, "reject")
    row.accepted_on, row.decision = clock.today(), ComplaintDecision.NOT_ACCEPTED.value
    append_event(row, ComplaintEventKind.REJECTED, reason)
    end_case(row, reason)
    return row


def end_case(row: Complaint, outcome: str) -> None:
    """Close a case today, with the end of its retention. Call inside an action."""
    row.state, row.closed_on, row.outcome = ComplaintState.CLOSED.value, clock.today(), outcome[:500]
    row.retention_until = rules.kept_until(clock.today(), store.settings().retention_years)
    row.save()
    publish_event("complaint.moved", complaint=row.pk)


@action(
    "compliance.assign_complaint",
    needs=Permission.COMPLAINT_DECIDE,
    zh="指派经办人",
    en="Assign a complaint",
    parameters=(COMPLAINT, OWNER, REASON),
)
def assign_complaint(*, complaint: int, owner: Any, reason: str) -> Complaint:
    """Assign a case to another person. Raises Refused for the person complained about."""
    row = get_complaint(complaint, "assign")
    return pass_complaint(row, owner, reason)


def pass_complaint(row: Complaint, owner: Any, reason: str) -> Complaint:
    """Assign a case to a person and record the reason. Call inside an action. Raises Refused."""
    row.owner = owner
    check_owner(row)
    row.save()
    append_event(row, ComplaintEventKind.ASSIGNED, f"{owner.name}：{reason}")
    return row


@action(
    "compliance.add_complaint_note",
    needs=Permission.COMPLAINT_HANDLE,
    zh="添加内部记录",
    en="Add an internal note",
    parameters=(COMPLAINT, NOTE),
)
def add_complaint_note(*, complaint: int, note: str) -> ComplaintEvent:
    """Append an internal note to a case: what was asked, found, agreed."""
    return append_event(get_complaint(complaint, "note"), ComplaintEventKind.NOTE, note)


def is_handled_by_actor(row: Complaint) -> bool:
    """Return whether the actor may work on a case: its owner, or a person who decides on complaints."""
    actor = current_actor()
    return row.owner_id == actor.user_id or actor.may(Permission.COMPLAINT_DECIDE)
