"""Send the approved invitations of an event: each client is checked at that moment, and a refusal stores its rule."""

from typing import Any

from dakehu.domains.clients.mail_addresses import find_mail_contact
from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.growth.campaigns.conflicts import RULE, check_conflicts, conflicting_clients
from dakehu.domains.growth.campaigns.rules import PASSING
from dakehu.domains.growth.choices import EventState
from dakehu.domains.growth.events.actions import KIND, SUBJECT, content_digest, get_own_event
from dakehu.domains.growth.models import Event, Invitation
from dakehu.domains.growth.parameters import EVENT
from dakehu.domains.service.deliveries import client_text, outbox
from dakehu.domains.service.deliveries.permission_to_send import refusals_by_client
from dakehu.domains.service.mail.template_text import fill
from dakehu.domains.service.mail.templates import values_for
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual

MOST = 500  # invitations per action


def invitations_to_send(row: Event) -> Any:
    """Return the visible unsent invitations: not tried, or refused only by the quiet hours, of clients who did not decline."""
    rows = Invitation.objects.filter(event=row, delivery_ref=None, refused_by__in=("", *PASSING))
    return rows.exclude(answer="no").filter(attended_at=None)


@action(
    "growth.send_invitations",
    needs=Permission.CAMPAIGN_WRITE,
    zh="发送活动邀请",
    en="Send the invitations",
    parameters=(EVENT,),
    irreversible=bilingual("发出的邀请不能撤回。", "Invitations that were sent cannot be taken back."),
)
def send_invitations(*, event: int) -> dict[str, int]:
    """Queue the next invitations of an event, at most 500; returns {queued, refused, left}.

    Raises Refused unless exactly this invitation is approved, and for an event that is past or cancelled.
    """
    row = get_own_event(event)
    if row.state == EventState.CANCELLED or row.starts_at <= clock.now():
        raise refusal("event", "活动已取消或已开始。", "The event is cancelled or has begun.")
    if not approvals.approved(SUBJECT, row.pk, content_digest(row)):
        raise refusal(
            "event",
            "邀请未获批准，或批准后内容已变更：请重新提交审批。",
            "The invitation is not approved, or it changed since: submit it again.",
        )
    content = f"{row.subject}\n{row.body}"
    check_conflicts(row.owner_id, (), [content])
    rows = list(invitations_to_send(row).select_related("client").order_by("pk")[:MOST])
    against = refusals_by_client([one.client_id for one in rows], "mail", KIND)
    conflicting = conflicting_clients(row.owner_id, [one.client_id for one in rows], (), [content])
    me, queued = team.current_user(), 0
    for invitation in rows:
        rules = [one.rule for one in against.get(invitation.client_id, ())]
        rules += [RULE] if invitation.client_id in conflicting else []
        queued += _send_one(row, invitation, rules, {"Reply-To": me.mail} if me is not None and me.mail else None)
    return {"queued": queued, "refused": len(rows) - queued, "left": invitations_to_send(row).count()}


def _send_one(row: Event, invitation: Invitation, rules: list[str], headers: dict[str, str] | None) -> bool:
    """Queue one invitation, or record the first rule that refuses it; return whether it is queued."""
    client = invitation.client
    contact = find_mail_contact(client)
    values = values_for(client)
    subject, text = fill(row.subject, values), fill(row.body, values)
    rules = rules + ([] if contact is not None else ["no_address"])
    rules += [one.rule for one in client_text.refusals_now(f"{subject}\n{text}", KIND)]
    if rules:
        invitation.refused_by = rules[0]
        invitation.save()
        return False
    with elevated("write to the client by the address on record"):
        address = contact.value.open()
    invitation.delivery_ref = outbox.queue(
        channel="mail",
        address=address,
        subject=subject,
        text=text,
        key=f"event:{row.pk}:client:{client.pk}",
        kind=KIND,
        client=client.pk,
        headers=headers,
        title=row.name,
        link=f"/events/{row.pk}/",
    )
    invitation.refused_by = ""
    invitation.save()
    return True
