"""Send an approved campaign: each client is checked at that moment, and a refusal stores the name of its rule."""

from typing import Any

from dakehu.domains.clients.mail_addresses import find_mail_contact
from dakehu.domains.clients.queries import get_client_by_id
from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.growth.campaigns import segments, texts
from dakehu.domains.growth.campaigns.actions import SUBJECT, get_campaign, get_own_campaign
from dakehu.domains.growth.campaigns.conflicts import RULE, check_campaign, conflicting_members
from dakehu.domains.growth.campaigns.rules import PASSING
from dakehu.domains.growth.choices import CampaignState, MemberGroup
from dakehu.domains.growth.models import Campaign, CampaignMember
from dakehu.domains.growth.parameters import CAMPAIGN
from dakehu.domains.service.deliveries import client_text, outbox
from dakehu.domains.service.deliveries.permission_to_send import refusals_by_client
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.schema.fields import model_of

SEND = "growth.send_campaign"  # the job
SLICE = 100  # clients per transaction
NOT_VISIBLE = "not_served"  # rule: the client is no longer in the sender's scope


def check_approved(row: Campaign) -> None:
    """Raise Refused unless exactly this content is approved."""
    if not approvals.approved(SUBJECT, row.pk, segments.content_digest(row)):
        raise refusal(
            "campaign",
            "未获批准，或批准后内容已变更：请重新提交审批。",
            "It is not approved, or it changed since: submit it again.",
        )


def members_to_send(row: Campaign) -> Any:
    """Return the members still to be contacted: those not tried, and those refused only by the quiet hours."""
    rows = CampaignMember.objects.filter(campaign=row, group=MemberGroup.CONTACTED.value, delivery_ref=None)
    return rows.filter(refused_by__in=("", *PASSING))


@action(
    "growth.send_campaign",
    needs=Permission.CAMPAIGN_WRITE,
    zh="发送营销活动",
    en="Send a campaign",
    parameters=(CAMPAIGN,),
    irreversible=bilingual("发出的信息不能撤回。", "What was sent cannot be taken back."),
)
def send_campaign(*, campaign: int) -> Campaign:
    """Start sending an approved campaign; repeat for members refused only by the quiet hours.

    Raises Refused unless exactly this content is approved, and for a conflict of interest that arose since.
    """
    row = get_own_campaign(campaign)
    check_approved(row)
    check_campaign(row, texts.texts_of(row))
    with elevated("look for clients to write to"):
        if not members_to_send(row).exists():
            raise refusal("campaign", "没有待发送的客户。", "Nobody is left to be written to.")
        last = members_to_send(row).order_by("-pk").values_list("pk", flat=True).first()
    row.state, row.sent_at = CampaignState.SENDING.value, row.sent_at or clock.now()
    row.save()
    jobs.start(SEND, campaign=row.pk, last=last)
    return row


@jobs.job(SEND)
def send_members(progress: Any, campaign: int, last: int) -> dict[str, int]:
    """Queue the messages of a campaign slice by slice, up to the member `last`; return how many were queued and refused."""
    counts, after = {"queued": 0, "refused": 0}, 0
    while True:
        found = send_slice(campaign=campaign, after=after, last=last)
        counts["queued"] += found["queued"]
        counts["refused"] += found["refused"]
        if not found["after"]:
            return counts
        after = found["after"]


@action(
    "growth.send_campaign_slice",
    needs=Permission.CAMPAIGN_WRITE,
    zh="发送一批活动信息",
    en="Send a part of a campaign",
    is_public=False,
    offers_undo=False,
)
def send_slice(*, campaign: int, after: int, last: int) -> dict[str, int]:
    """Queue or refuse the next members after one; returns {queued, refused, after: the last one, 0 at the end}.

    The approval is checked again for each part; once it is void nothing more is sent.
    """
    row = get_campaign(campaign)
    with elevated("read the members of a campaign"):
        members = list(members_to_send(row).filter(pk__gt=after, pk__lte=last).order_by("pk")[:SLICE])
    is_void = not approvals.approved(SUBJECT, row.pk, segments.content_digest(row))
    if not members or is_void:
        row.state = CampaignState.SENT.value
        row.save()
        return {"queued": 0, "refused": 0, "after": 0}
    visible = get_client_by_id([one.client_id for one in members])
    conflicting = conflicting_members(row, [one.client_id for one in members], texts.texts_of(row))
    queued = 0
    for channel in {one.channel for one in members}:
        some = [one for one in members if one.channel == channel]
        against = refusals_by_client([one.client_id for one in some], channel, texts.delivery_kind(row))
        for member in some:
            rules = [one.rule for one in against.get(member.client_id, ())]
            rules += [RULE] if member.client_id in conflicting else []
            queued += _send_one(row, member, visible.get(member.client_id), rules)
    return {"queued": queued, "refused": len(members) - queued, "after": members[-1].pk}


def _send_one(row: Campaign, member: CampaignMember, client: Any, rules: list[str]) -> bool:
    """Queue the message to one member, or record the first rule that refuses it; return whether it is queued."""
    if client is None:
        return _refuse(member, NOT_VISIBLE)
    message = texts.text_for(texts.texts_of(row), member.channel, member.language)
    address = _address(client, member.channel)
    if rules or message is None or not address:
        return _refuse(member, rules[0] if rules else "empty_text" if message is None else "no_address")
    subject, text = texts.fill_message(message, client)
    wording = client_text.refusals_now(f"{subject}\n{text}", texts.delivery_kind(row))
    if wording:
        return _refuse(member, wording[0].rule)
    me = team.current_user()
    member.delivery_ref = outbox.queue(
        channel=member.channel,
        address=address,
        subject=subject,
        text=text,
        key=f"campaign:{row.pk}:client:{client.pk}",
        kind=texts.delivery_kind(row),
        client=client.pk,
        headers={"Reply-To": me.mail} if me is not None and me.mail else None,
        title=row.name,
        link=f"/campaigns/{row.pk}/",
    )
    member.refused_by = ""
    member.save()
    return True


def _refuse(member: CampaignMember, rule: str) -> bool:
    with elevated("note why a client is not written to"):
        member.refused_by = rule
        member.save()
    return False


def _address(client: Any, channel: str) -> str:
    """Return the address of a client for a channel, "" without one."""
    if channel == "mail":
        found = find_mail_contact(client)
    else:
        rows = model_of("clients.Contact").objects.filter(client=client, kind=texts.CHANNELS[channel])
        found = rows.order_by("-primary", "pk").first()
    if found is None:
        return ""
    with elevated("write to the client by the address on record"):
        address: str = found.value.open()
    return address
