"""Actions on feedback: register, correct, confirm contact with a person in distress, reply, close, pass on."""

from datetime import datetime
from typing import Any

from dakehu.domains.care.distress import register
from dakehu.domains.care.distress.choices import CaseSource
from dakehu.domains.care.feedback import rules
from dakehu.domains.care.feedback.choices import FeedbackChannel, FeedbackKind, FeedbackState
from dakehu.domains.care.models import Feedback, IssueLink
from dakehu.domains.compliance.choices import ComplaintChannel, Satisfaction
from dakehu.domains.compliance.complaints.actions import register_complaint
from dakehu.domains.compliance.complaints.rules import working_days_after
from dakehu.domains.compliance.wording.refusals import refuse_blocked_words
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

FEEDBACK = Parameter("feedback", kind="integer", spec=FieldSpec("意见编号", "Number of the feedback"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
CASE = parameters_of("compliance.Complaint", optional=("about_staff", "category", "severity"))
REPLY = parameters_of("care.Feedback", "reply")
SATISFIED = parameters_of("care.Feedback", optional=("satisfied",))
MAIL = Parameter("mail", kind="integer", spec=FieldSpec("邮件编号", "Number of the mail"))


def get_feedback(pk: int, step: str = "") -> Feedback:
    """Return visible feedback with which a step may be taken. Raises NotFound, and Refused for another state."""
    row: Feedback | None = Feedback.objects.filter(pk=pk).select_related("client", "owner").first()
    if row is None:
        raise NotFound(bilingual("客户意见", "feedback"), pk)
    if step and not rules.may_step(str(row.state), step):
        raise refusal(
            "feedback",
            "“{state}”的意见不能这样处理。",
            "This is not possible while it is “{state}”.",
            state=FeedbackState.text_of(row.state),
        )
    return row


@action(
    "care.register_feedback",
    needs=Permission.FEEDBACK_WRITE,
    zh="登记客户意见",
    en="Register feedback",
    parameters=(Fields("care.Feedback", required=("kind", "text"), new=True), CASE),
)
def register_feedback(*, kind: str, text: str, received_at: datetime | None = None, **values: Any) -> Any:
    """Register what a client, or another person, said. Returns the feedback, or the compliance case of a complaint.

    Without `owner`, the actor is the owner. Words of distress open a case in the register of distress.
    """
    return add_feedback(kind=kind, text=text, received_at=received_at, **values)


def add_feedback(
    *,
    kind: str,
    text: str,
    client: Any = None,
    received_at: datetime | None = None,
    about_staff: Any = None,
    category: str | None = None,
    severity: str | None = None,
    **values: Any,
) -> Any:
    """Store feedback, or register a complaint. Call inside an action. Raises Refused."""
    known = {name: value for name, value in values.items() if value is not None}
    received = received_at or clock.now()
    error = rules.registration_error(client is not None, known.get("sender", ""), text, received, clock.now())
    if error is not None:
        raise refusal(*error)
    case = {"about_staff": about_staff, "category": category, "severity": severity}
    if kind == FeedbackKind.COMPLAINT:
        return _open_case(text, client, received, {**case, "owner": known.get("owner")}, known)
    if any(case.values()):
        raise refusal("kind", "被投诉人、类别和严重程度只用于投诉。", "These details are of complaints only.")
    reading = rules.read_text(text)
    row = Feedback(client=client, kind=kind, text=text, received_at=received, mood=reading.mood, **known)
    row.distress, row.topic = reading.distress, known.get("topic") or reading.topic
    row.registered_by = team.current_user()
    row.owner = known.get("owner") or row.registered_by
    row.due_on = working_days_after(clock.local(received).date(), rules.REPLY_DAYS, trading_days.is_trading_day)
    row.save()
    open_feedback_case(row)
    return row


def _open_case(
    text: str,
    client: Any,
    received: datetime,
    case: dict[str, Any],
    known: dict[str, Any],
    feedback: Feedback | None = None,
) -> Any:
    """Register a complaint from what was said, possibly from feedback; its full text becomes the detail."""
    channel = known.get("channel") or FeedbackChannel.PHONE.value
    row = register_complaint(
        subject=rules.subject_of(text),
        detail=text,
        client=client,
        complainant=known.get("sender"),
        complainant_contact=known.get("sender_contact"),
        channel=channel if channel in set(ComplaintChannel) else ComplaintChannel.OTHER.value,
        received_on=clock.local(received).date(),
        **case,
    )
    if feedback is None or register.move_to_complaint(feedback, row) is None:
        register.open_case(
            client=client,
            source=CaseSource.COMPLAINT,
            ref=row.pk,
            words=text,
            at=received,
            first=row.owner,
            withheld_from=row.about_staff,
        )
    return row


def open_feedback_case(row: Feedback) -> None:
    """Open a case of distress for feedback with a sign; its owner is the first person. Call inside an action."""
    register.open_case(
        client=row.client,
        source=CaseSource.FEEDBACK,
        ref=row.pk,
        words=row.text,
        at=row.received_at,
        first=row.owner,
    )


@action(
    "care.register_mail",
    needs=Permission.FEEDBACK_WRITE,
    zh="邮件登记为意见",
    en="Register a mail as feedback",
    parameters=(
        MAIL,
        parameters_of("care.Feedback", "kind", optional=("topic", "owner")),
        CASE,
    ),
)
def register_mail(*, mail: int, kind: str, **values: Any) -> Any:
    """Register what a client wrote in a filed mail, once. Raises Refused for a mail that the firm sent."""
    row = model_of("service.Mail").objects.filter(pk=mail).select_related("client").first()
    if row is None:
        raise NotFound(bilingual("邮件", "mail"), mail)
    if str(row.direction) != "in":
        raise refusal("mail", "只能登记客户来信。", "Only mails that came in are registered.")
    if Feedback.objects.filter(mail=row).exists():
        raise refusal("mail", "这封邮件已登记为意见。", "This mail is registered already.")
    text = "\n".join(part for part in (row.subject, row.text) if part)
    source = {"channel": FeedbackChannel.MAIL.value, "received_at": row.sent_at}
    if kind != FeedbackKind.COMPLAINT:
        source["mail"] = row
    return add_feedback(kind=kind, text=text, client=row.client, **source, **values)


@action(
    "care.change_feedback",
    needs=Permission.FEEDBACK_WRITE,
    zh="更正意见登记",
    en="Correct feedback",
    parameters=(
        FEEDBACK,
        VERSION,
        Fields("care.Feedback", without=("client", "text", "received_at")),
    ),
)
def change_feedback(*, feedback: int, version: int | None = None, **values: Any) -> Feedback:
    """Correct kind, topic, channel, sender or owner; text and deadline stay unchanged."""
    row = get_feedback(feedback, "change")
    check_version(row, version)
    if values.get("kind") == FeedbackKind.COMPLAINT:
        raise refusal("kind", "请用“转为投诉”。", "Use “Pass on as a complaint”.")
    for name, value in values.items():
        column: Any = Feedback._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    row.save()
    return row


@action(
    "care.confirm_contact",
    needs=Permission.FEEDBACK_WRITE,
    zh="登记已联系客户",
    en="Confirm the contact with a client in distress",
    parameters=(FEEDBACK,),
)
def confirm_contact(*, feedback: int) -> Feedback:
    """Note that a person has contacted the person who showed a sign of distress. Raises Refused if none is needed."""
    row = get_feedback(feedback)
    if not rules.needs_contact(str(row.distress), row.contacted_at is not None, str(row.state)):
        raise refusal("feedback", "没有待处理的痛苦信号。", "No sign of distress waits.")
    row.contacted_by, row.contacted_at = team.current_user(), clock.now()
    row.save()
    register.note_feedback_contact(row)
    return row


@action(
    "care.reply_feedback",
    needs=Permission.FEEDBACK_WRITE,
    zh="答复客户意见",
    en="Reply to feedback",
    parameters=(FEEDBACK, REPLY),
    irreversible=bilingual("答复客户后不能撤销；可以再次答复。", "A reply to the client stays; reply again instead."),
)
def reply_feedback(*, feedback: int, reply: str) -> Feedback:
    """Record the reply to the client. Raises Refused for blocked words, and before contact in distress."""
    row = get_feedback(feedback, "reply")
    check_handled_by_actor(row)
    _check_contacted(row)
    refuse_blocked_words(reply, "reply")
    row.reply, row.replied_on, row.state = reply, clock.today(), FeedbackState.REPLIED.value
    row.save()
    return row


@action(
    "care.close_feedback",
    needs=Permission.FEEDBACK_WRITE,
    zh="办结客户意见",
    en="Close feedback",
    parameters=(FEEDBACK, SATISFIED),
)
def close_feedback(*, feedback: int, satisfied: str | None = None) -> Feedback:
    """Close feedback that was answered; praise needs no answer. Raises Refused otherwise."""
    row = get_feedback(feedback, "close")
    check_handled_by_actor(row)
    _check_contacted(row)
    if row.replied_on is None and row.kind != FeedbackKind.PRAISE:
        raise refusal("feedback", "请先答复客户。", "Reply to the client first.")
    row.state, row.closed_on = FeedbackState.CLOSED.value, clock.today()
    row.satisfied = satisfied or Satisfaction.UNKNOWN.value
    row.save()
    return row


@action(
    "care.pass_to_complaints",
    needs=Permission.FEEDBACK_WRITE,
    zh="转为投诉",
    en="Pass on as a complaint",
    parameters=(FEEDBACK, CASE),
    irreversible=bilingual("投诉须留存，请在投诉页面办结。", "A complaint is kept; close it on its page."),
)
def pass_to_complaints(*, feedback: int, **case: Any) -> Any:
    """Register a complaint from feedback, which it replaces; issues linked to the feedback are linked to the case."""
    row = get_feedback(feedback, "pass_on")
    known = {"sender": row.sender, "sender_contact": row.sender_contact, "channel": str(row.channel)}
    made = _open_case(row.text, row.client, row.received_at, {**case, "owner": None}, known, row)
    for link in IssueLink.objects.filter(kind="feedback", ref=row.pk):
        link.kind, link.ref = "complaint", made.pk
        link.save()
    row.delete()
    return made


def check_handled_by_actor(row: Feedback) -> None:
    """Raise Refused unless the actor handles the feedback or decides on complaints."""
    actor = current_actor()
    if row.owner_id != actor.user_id and not actor.may(Permission.COMPLAINT_DECIDE):
        raise refusal("feedback", "由经办人处理。", "Its owner handles it.")


def _check_contacted(row: Feedback) -> None:
    if rules.needs_contact(str(row.distress), row.contacted_at is not None, str(row.state)):
        raise refusal(
            "feedback",
            "内容中有痛苦信号，请先由人联系客户并登记。",
            "It holds a sign of distress: contact the client first and note it.",
        )
