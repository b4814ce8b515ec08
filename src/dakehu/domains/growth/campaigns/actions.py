"""Actions on campaigns: write them, submit them for approval."""

import secrets
from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.growth.campaigns import segments, texts
from dakehu.domains.growth.campaigns.conflicts import check_campaign
from dakehu.domains.growth.choices import CampaignState
from dakehu.domains.growth.models import Campaign, CampaignMessage
from dakehu.domains.growth.parameters import CAMPAIGN, SEARCH, SEGMENT, VERSION
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import Fields, parameters_of

SUBJECT = "growth.campaign"  # of approvals
WRITTEN = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)


def get_campaign(pk: int) -> Campaign:
    """Return a visible campaign. Raises NotFound."""
    row: Campaign | None = Campaign.objects.select_related("owner").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("营销活动", "campaign"))
    return row


def get_own_campaign(pk: int) -> Campaign:
    """Return a visible campaign that the actor may write: their own, or one of their team. Raises NotFound, Refused."""
    row, actor = get_campaign(pk), current_actor()
    if not (actor.is_system or row.owner_id == actor.user_id or row.owner_id in actor.covers):
        raise refusal("campaign", "只有负责人及其主管可以修改。", "Only its owner and the owner’s lead may change it.")
    return row


def _to_draft(row: Campaign) -> None:
    """Make a campaign a draft of the actor again; its list and approval become void. Raises Refused once sending began."""
    if row.state not in WRITTEN:
        raise refusal("campaign", "已开始发送，不能再修改。", "It has begun to leave and stays as it is.")
    if row.state != CampaignState.DRAFT:
        with elevated("take back a frozen list"):
            segments.unfreeze(row)
        approvals.void_approvals(SUBJECT, row.pk)
        row.state = CampaignState.DRAFT.value
    me = current_actor().user_id
    if me is not None and me not in row.edited_by:
        row.edited_by = [*row.edited_by, me]


@action(
    "growth.add_campaign",
    needs=Permission.CAMPAIGN_WRITE,
    zh="新建营销活动",
    en="Add a campaign",
    parameters=(Fields("growth.Campaign", required=("name",), new=True), SEGMENT, SEARCH),
)
def add_campaign(
    *, name: str, filters: dict[str, Any] | None = None, text: str | None = None, **values: Any
) -> Campaign:
    """Add a campaign as a draft for the clients matched by the filter of the client list."""
    row = Campaign(name=name, owner=team.current_user(), filters=filters or {}, text=text or "")
    for key, value in values.items():
        if value is not None:
            setattr(row, key, value)
    _to_draft(row)
    segments.clients_of(row)  # an invalid filter is refused now
    row.save()
    return row


@action(
    "growth.change_campaign",
    needs=Permission.CAMPAIGN_WRITE,
    zh="修改营销活动",
    en="Change a campaign",
    parameters=(CAMPAIGN, VERSION, Fields("growth.Campaign"), SEGMENT, SEARCH),
)
def change_campaign(*, campaign: int, version: int | None = None, **values: Any) -> Campaign:
    """Change a campaign before sending begins; its approval becomes void. Afterwards only its cost can be changed."""
    row = get_own_campaign(campaign)
    check_version(row, version)
    changes = {key: value for key, value in values.items() if value is not None or key == "cost"}
    changes = {key: value for key, value in changes.items() if getattr(row, key) != value}
    if set(changes) - {"cost"}:
        _to_draft(row)
    for key, value in changes.items():
        setattr(row, key, value)
    segments.clients_of(row)
    row.save()
    return row


@action(
    "growth.remove_campaign",
    needs=Permission.CAMPAIGN_WRITE,
    zh="删除营销活动",
    en="Remove a campaign",
    parameters=(CAMPAIGN,),
)
def remove_campaign(*, campaign: int) -> None:
    """Remove a campaign before sending begins. Raises Refused afterwards; it is then kept."""
    row = get_own_campaign(campaign)
    _to_draft(row)
    for message in CampaignMessage.objects.filter(campaign=row):
        message.delete()
    row.delete()


@action(
    "growth.set_campaign_text",
    needs=Permission.CAMPAIGN_WRITE,
    zh="编写活动文案",
    en="Write the text of a campaign",
    parameters=(CAMPAIGN, parameters_of("growth.CampaignMessage", "channel", "language", "subject", "body")),
)
def set_campaign_text(*, campaign: int, channel: str, language: str, subject: str, body: str) -> CampaignMessage:
    """Write the text of a campaign for a channel in a language; a different text becomes its next edition.

    Raises Refused for a placeholder that is not a client field.
    """
    row = get_own_campaign(campaign)
    texts.check_text(channel, subject, body)
    _to_draft(row)
    row.save()
    known = CampaignMessage.objects.filter(campaign=row, channel=channel, language=language).first()
    message = known or CampaignMessage(campaign=row, channel=channel, language=language)
    if known is not None and (known.subject, known.body) != (subject, body):
        message.edition += 1
    message.subject, message.body = subject, body
    message.save()
    return message


@action(
    "growth.remove_campaign_text",
    needs=Permission.CAMPAIGN_WRITE,
    zh="删除活动文案",
    en="Remove a text of a campaign",
    parameters=(CAMPAIGN, parameters_of("growth.CampaignMessage", "channel", "language")),
)
def remove_campaign_text(*, campaign: int, channel: str, language: str) -> None:
    """Remove the text of a channel in a language. Raises NotFound."""
    row = get_own_campaign(campaign)
    message = CampaignMessage.objects.filter(campaign=row, channel=channel, language=language).first()
    if message is None:
        raise NotFound(bilingual("活动文案", "text"))
    _to_draft(row)
    row.save()
    message.delete()


@action(
    "growth.submit_campaign",
    needs=Permission.CAMPAIGN_WRITE,
    zh="提交审批",
    en="Submit a campaign for approval",
    parameters=(CAMPAIGN,),
)
def submit_campaign(*, campaign: int) -> Campaign:
    """Freeze the list of a campaign within its owner's scope, draw the control group, and request approval.

    Raises Refused without a text or clients, for a wording rule that a text violates, and for a conflict of interest.
    """
    row = get_own_campaign(campaign)
    if row.owner_id != current_actor().user_id:
        raise refusal(
            "campaign",
            "由负责人提交：名单按其可见客户冻结。",
            "Its owner submits it: the list is frozen in their sight.",
        )
    if row.state != CampaignState.DRAFT:
        raise refusal("campaign", "这个活动已提交。", "It is submitted already.")
    written = texts.texts_of(row)
    if not written:
        raise refusal("campaign", "请先编写文案。", "Write a text first.")
    against = [one for message in written.values() for one in texts.wording_refusals(message, texts.delivery_kind(row))]
    if against:
        raise Refused({"": [one.text for one in against]})
    check_campaign(row, written)
    numbers = segments.clients_of(row)
    if not numbers or len(numbers) > segments.MOST:
        raise refusal("filters", "名单应为 1–{n} 位客户。", "The list must have 1 to {n} clients.", n=segments.MOST)
    checked = segments.check_clients(row, numbers, written)
    _to_draft(row)
    segments.freeze(row, checked, secrets.token_hex(8))
    row.state, row.frozen_at = CampaignState.WAITING.value, clock.now()
    row.save()
    approvals.request_approval(SUBJECT, row.pk, row.name, segments.content_digest(row), [*row.edited_by, row.owner_id])
    publish_event("growth.campaign_submitted", campaign=row.pk)
    return row


@action(
    "growth.withdraw_campaign",
    needs=Permission.CAMPAIGN_WRITE,
    zh="撤回为草稿",
    en="Take a campaign back to draft",
    parameters=(CAMPAIGN,),
)
def withdraw_campaign(*, campaign: int) -> Campaign:
    """Return a campaign to draft; its list and its approval become void."""
    row = get_own_campaign(campaign)
    _to_draft(row)
    row.save()
    return row


def decide_campaign(campaign: int, is_approved: bool, note: str) -> None:
    """Apply the decision on a campaign: it may be sent, or is a draft again, and its list is frozen again on submission."""
    row = get_campaign(campaign)
    if not is_approved:
        with elevated("take back a frozen list"):
            segments.unfreeze(row)
    row.state = (CampaignState.APPROVED if is_approved else CampaignState.DRAFT).value
    row.save()
