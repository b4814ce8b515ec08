"""Queries of client events: the list, one with its invitations and counts, those of a client."""

from collections import Counter
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.growth.campaigns.queries import RULES, rule_lines
from dakehu.domains.growth.choices import EventState, InvitationAnswer
from dakehu.domains.growth.events import rules
from dakehu.domains.growth.events.actions import SUBJECT, get_event
from dakehu.domains.growth.events.sending import invitations_to_send
from dakehu.domains.growth.models import Event, Invitation
from dakehu.domains.growth.parameters import EVENT, FILTERS, LIMIT, ORDER
from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ROWS, MOST_ROWS = 200, 2000
NAME = Parameter("name", required=False, spec=FieldSpec("客户姓名", "Name of the client"))
CLIENT = parameters_of("growth.Invitation", "client")


@query(
    "growth.events", needs=Permission.GROWTH_READ, zh="客户活动列表", en="Client events", parameters=(FILTERS, ORDER)
)
def events(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible client events, the latest first."""
    return filter_rows(Event.objects.all(), filters or {}, order or "-starts_at")


@query("growth.event", needs=Permission.GROWTH_READ, zh="客户活动", en="A client event", parameters=(EVENT,))
def event_detail(*, event: int) -> Event:
    """Return one client event."""
    return get_event(event)


@query(
    "growth.invitations", needs=Permission.GROWTH_READ, zh="活动邀请列表", en="Invitations", parameters=(FILTERS, ORDER)
)
def invitations(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the invitations of visible clients, the newest first."""
    rows = filter_rows(Invitation.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query(
    "growth.client_invitations",
    needs=Permission.GROWTH_READ,
    zh="客户的活动邀请",
    en="Invitations of a client",
    parameters=CLIENT,
)
def client_invitations(*, client: Any) -> Any:
    """Return the events to which a client was invited, with answer and attendance, the newest first."""
    return Invitation.objects.filter(client=client).order_by("-pk")


@query(
    "growth.event_page",
    needs=Permission.GROWTH_READ,
    zh="客户活动页面",
    en="Page of a client event",
    parameters=(EVENT, NAME, LIMIT),
)
def event_page(*, event: int, name: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """Return a client event with its counts and the invitations of visible clients.

    {event, shown, counts: {invited, yes, maybe, no, open, came, sent, to_send}, refused: [{rule, text, count}], cost_each,
    invitations: [{id, client, client_id, answer, answer_code, attended_at, rule}], approval, can: {edit, submit, decide, send,
    attend}}. Counts are of all invited but restricted clients, regardless of scope. `name` filters clients by a part of their name.
    """
    row = get_event(event)
    with elevated("count the invitations of an event"):
        every = Invitation.objects.filter(event=row).exclude(client__restricted=True)
        answers = Counter(str(one) for one in every.values_list("answer", flat=True))
        refused = Counter(every.exclude(refused_by="").values_list("refused_by", flat=True))
        came = every.exclude(attended_at=None).count()
        sent = every.exclude(delivery_ref=None).count()
    rows = Invitation.objects.filter(event=row)
    if name:
        rows = rows.filter(client__in=clients.clients(filters={"name.has": name}, order="code").order_by().values("pk"))
    some = list(rows.select_related("client").order_by("pk")[: min(limit or ROWS, MOST_ROWS)])
    shown = render_rows(some, ("client", "answer", "attended_at"), shown=True)
    approval = approvals.find_approval(SUBJECT, row.pk)
    to_send = invitations_to_send(row).count()
    cost = float(row.cost) if row.cost is not None else None
    return {
        "event": render_row(row),
        "shown": render_row(row, shown=True),
        "counts": {
            "invited": sum(answers.values()),
            **{one.value: answers[one.value] for one in InvitationAnswer},
            "came": came,
            "sent": sent,
            "to_send": to_send,
        },
        "refused": rule_lines(dict(refused)),
        "cost_each": rules.cost_per_attendee(cost, came),
        "invitations": [
            {
                **text,
                "id": one.pk,
                "client_id": one.client_id,
                "answer_code": str(one.answer),
                "rule": rule_text(one.refused_by, RULES) if one.refused_by else "",
                "is_sent": one.delivery_ref is not None,
            }
            for one, text in zip(some, shown, strict=True)
        ],
        "approval": {**render_row(approval, shown=True), "state_code": str(approval.state)} if approval else None,
        "can": _can(row, approval, to_send),
    }


def _can(row: Event, approval: Any, to_send: int) -> dict[str, bool]:
    """Return the actor's permitted actions on an event now."""
    actor, now = current_actor(), clock.now()
    is_own = row.owner_id == actor.user_id or row.owner_id in actor.covers
    writes = actor.may(Permission.CAMPAIGN_WRITE) and is_own and row.state != EventState.CANCELLED
    return {
        "edit": writes,
        "submit": writes and row.state == EventState.DRAFT and bool(row.subject and row.body),
        "decide": approval is not None and can_decide(approval),
        "send": writes and row.state == EventState.APPROVED and to_send > 0 and row.starts_at > now,
        "attend": actor.may(Permission.CAMPAIGN_WRITE)
        and row.state != EventState.CANCELLED
        and clock.local(row.starts_at).date() <= clock.today(),
    }
