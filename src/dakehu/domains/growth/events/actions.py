"""Actions on client events: plan them, invite, record answers and attendance, follow up."""

from datetime import date, datetime
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.growth.campaigns.conflicts import check_conflicts
from dakehu.domains.growth.campaigns.texts import check_text
from dakehu.domains.growth.choices import EventState, InvitationAnswer
from dakehu.domains.growth.events import rules
from dakehu.domains.growth.models import Event, Invitation
from dakehu.domains.growth.parameters import EVENT, INVITATION, SEARCH, SEGMENT, VERSION
from dakehu.domains.service import actions as service
from dakehu.domains.service.deliveries import client_text
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.schema.parameters import Fields, parameters_of

SUBJECT = "growth.event"  # of approvals
KIND = "event"  # of deliveries
MOST = 5_000  # clients per invitation action
APPROVED_WITH = {"name", "kind", "starts_at", "place", "subject", "body"}  # covered by an approval of the invitation


def get_event(pk: int) -> Event:
    """Return a visible event. Raises NotFound."""
    row: Event | None = Event.objects.select_related("owner").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("客户活动", "event"))
    return row


def get_own_event(pk: int) -> Event:
    """Return a visible event of the actor or their team. Raises NotFound, Refused."""
    row, actor = get_event(pk), current_actor()
    if not (actor.is_system or row.owner_id == actor.user_id or row.owner_id in actor.covers):
        raise refusal("event", "只有负责人及其主管可以修改。", "Only its owner and the owner’s lead may change it.")
    return row


def get_invitation(pk: int) -> Invitation:
    """Return the invitation of a visible client. Raises NotFound."""
    row: Invitation | None = Invitation.objects.select_related("event", "client").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("邀请", "invitation"))
    return row


def content_digest(row: Event) -> str:
    """Return the digest of the approved content: the invitation and the event data in it."""
    return digest({name: str(getattr(row, name)) for name in sorted(APPROVED_WITH)})


def _set(row: Event, values: dict[str, Any]) -> None:
    for name, value in values.items():
        column: Any = Event._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    error = rules.times_error(row.starts_at, row.ends_at)
    if error is not None:
        raise refusal(*error)
    if row.subject or row.body:
        check_text("mail", row.subject, row.body)
    me = current_actor().user_id
    if me is not None and me not in row.edited_by:
        row.edited_by = [*row.edited_by, me]


@action(
    "growth.add_event",
    needs=Permission.CAMPAIGN_WRITE,
    zh="新建客户活动",
    en="Add a client event",
    parameters=(Fields("growth.Event", required=("name", "starts_at"), new=True),),
)
def add_event(*, name: str, starts_at: datetime, **values: Any) -> Event:
    """Add a client event of the actor."""
    row = Event(owner=team.current_user())
    given = {key: value for key, value in values.items() if value is not None}
    _set(row, {"name": name, "starts_at": starts_at, **given})
    row.save()
    return row


@action(
    "growth.change_event",
    needs=Permission.CAMPAIGN_WRITE,
    zh="修改客户活动",
    en="Change a client event",
    parameters=(EVENT, VERSION, Fields("growth.Event")),
)
def change_event(*, event: int, version: int | None = None, **values: Any) -> Event:
    """Change an event. Changing the invitation or the event data in it voids its approval; changing cost and places does not."""
    row = get_own_event(event)
    check_version(row, version)
    before = content_digest(row)
    _set(row, values)
    if content_digest(row) != before and row.state in (EventState.WAITING, EventState.APPROVED):
        approvals.void_approvals(SUBJECT, row.pk)
        row.state = EventState.DRAFT.value
    row.save()
    return row


@action(
    "growth.cancel_event",
    needs=Permission.CAMPAIGN_WRITE,
    zh="取消客户活动",
    en="Cancel a client event",
    parameters=(EVENT,),
)
def cancel_event(*, event: int) -> Event:
    """Cancel an event; its invitations are kept, so that the clients can be informed."""
    row = get_own_event(event)
    row.state = EventState.CANCELLED.value
    approvals.void_approvals(SUBJECT, row.pk)
    row.save()
    return row


@action(
    "growth.invite_clients",
    needs=Permission.CAMPAIGN_WRITE,
    zh="加入邀请名单",
    en="Put clients on the list",
    parameters=(EVENT, SEGMENT, SEARCH),
)
def invite_clients(*, event: int, filters: dict[str, Any] | None = None, text: str | None = None) -> dict[str, int]:
    """Add the clients matched by the filter of the client list to the list; returns {added, known}."""
    row = get_own_event(event)
    found = list(clients.clients(text=text, filters=filters, order="code").values_list("pk", flat=True)[: MOST + 1])
    if not found or len(found) > MOST:
        raise refusal("filters", "一次应邀请 1–{n} 位客户。", "Invite 1 to {n} clients at once.", n=MOST)
    known = set(Invitation.objects.filter(event=row).values_list("client_id", flat=True))
    added = [number for number in dict.fromkeys(found) if number not in known]
    columns: dict[str, list[Any]] = {"event_id": [row.pk] * len(added), "client_id": list(added)}
    if added:
        record_columns(Invitation, len(added), columns)
    return {"added": len(added), "known": len(found) - len(added)}


@action(
    "growth.invite_client",
    needs=Permission.CAMPAIGN_WRITE,
    zh="邀请客户参加活动",
    en="Invite a client to an event",
    parameters=(
        parameters_of("growth.Invitation", "client"),
        EVENT,
        parameters_of("growth.Invitation", optional=("answer",)),
    ),
)
def invite_client(*, client: Any, event: int, answer: str | None = None) -> Invitation:
    """Add one client to the list of an event, optionally with their answer. Raises Refused if they are on it."""
    row = get_event(event)
    if Invitation.objects.filter(event=row, client=client).exists():
        raise refusal("client", "这位客户已在邀请名单。", "This client is on the list already.")
    invitation = Invitation(event=row, client=client)
    if answer and answer != InvitationAnswer.OPEN:
        invitation.answer, invitation.answered_at = answer, clock.now()
    invitation.save()
    return invitation


@action(
    "growth.remove_invitation",
    needs=Permission.CAMPAIGN_WRITE,
    zh="移出邀请名单",
    en="Take a client off the list",
    parameters=(INVITATION,),
)
def remove_invitation(*, invitation: int) -> None:
    """Remove a client from the list. Raises Refused for one who was invited in writing or attended."""
    row = get_invitation(invitation)
    if row.delivery_ref is not None or row.attended_at is not None:
        raise refusal("invitation", "已发出邀请或已到场，不能移出。", "They were written to or came, and stay.")
    row.delete()


@action(
    "growth.answer_invitation",
    needs=Permission.CAMPAIGN_WRITE,
    zh="登记邀请答复",
    en="Note the answer to an invitation",
    parameters=(INVITATION, parameters_of("growth.Invitation", "answer")),
)
def answer_invitation(*, invitation: int, answer: str) -> Invitation:
    """Record the answer of an invited client."""
    row = get_invitation(invitation)
    row.answer = answer
    row.answered_at = None if answer == InvitationAnswer.OPEN else clock.now()
    row.save()
    return row


@action(
    "growth.mark_attendance",
    needs=Permission.CAMPAIGN_WRITE,
    zh="登记到场",
    en="Note that a client came",
    parameters=(INVITATION,),
)
def mark_attendance(*, invitation: int) -> Invitation:
    """Record that a client attended; it is added to the client's timeline as an interaction."""
    row = get_invitation(invitation)
    now, event = clock.now(), row.event
    is_cancelled = event.state == EventState.CANCELLED
    error = rules.attendance_error(
        row.attended_at is not None, is_cancelled, clock.local(event.starts_at), clock.local(now)
    )
    if error is not None:
        raise refusal(*error)
    said = bilingual("参加活动“{name}”", "Came to “{name}”", name=event.name)
    interaction = service.log_interaction(
        client=row.client, held_at=now, summary=str(said), channel="event", purpose=event.name
    )
    row.attended_at, row.interaction_ref = now, interaction.pk
    row.save()
    return row


@action(
    "growth.follow_up_event",
    needs=Permission.CAMPAIGN_WRITE,
    zh="安排到场客户跟进",
    en="Plan follow-ups of those who came",
    parameters=(EVENT, parameters_of("service.FollowUp", "due_on", "subject")),
)
def follow_up_event(*, event: int, due_on: date, subject: str) -> dict[str, int]:
    """Plan a follow-up for each visible client who attended and has none for this event; returns {planned}."""
    row = get_own_event(event)
    came = Invitation.objects.filter(event=row, follow_up_ref=None).exclude(attended_at=None)
    planned = 0
    for invitation in came.select_related("client").order_by("pk"):
        invitation.follow_up_ref = service.plan_follow_up(client=invitation.client, due_on=due_on, subject=subject).pk
        invitation.save()
        planned += 1
    return {"planned": planned}


@action(
    "growth.submit_event",
    needs=Permission.CAMPAIGN_WRITE,
    zh="提交邀请审批",
    en="Submit an invitation for approval",
    parameters=(EVENT,),
)
def submit_event(*, event: int) -> Event:
    """Request a second person's approval of the text of an invitation. Raises Refused without one, and by the wording rules."""
    row = get_own_event(event)
    if row.state != EventState.DRAFT or not (row.subject and row.body):
        raise refusal(
            "event", "请先写好邀请标题与正文；已提交的不必再交。", "Write the invitation first; submit it once."
        )
    against = client_text.refusals(row.body.replace("{{", "").replace("}}", ""), KIND)
    if against:
        raise Refused({"": [one.text for one in against]})
    check_conflicts(row.owner_id, (), [f"{row.subject}\n{row.body}"])
    row.state = EventState.WAITING.value
    row.save()
    approvals.request_approval(SUBJECT, row.pk, row.name, content_digest(row), [*row.edited_by, row.owner_id])
    return row


def decide_event(event: int, is_approved: bool, note: str) -> None:
    """Apply the decision on an invitation: it may be sent, or the event is in preparation again."""
    row = get_event(event)
    row.state = (EventState.APPROVED if is_approved else EventState.DRAFT).value
    row.save()
