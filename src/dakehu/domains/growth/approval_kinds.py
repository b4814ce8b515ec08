"""Approval kinds of growth: campaigns with their frozen list, and invitations to events."""

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.growth.campaigns import actions as campaigns
from dakehu.domains.growth.campaigns.segments import content_digest as campaign_digest
from dakehu.domains.growth.events import actions as events
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        campaigns.SUBJECT,
        "营销活动",
        "Campaign",
        model="growth.Campaign",
        permission=Permission.CAMPAIGN_APPROVE,
        open_url="/campaigns/{id}/",
        digest_of=lambda campaign: campaign_digest(campaigns.get_campaign(campaign)),
        on_decision=campaigns.decide_campaign,
    ),
    ApprovalKind(
        events.SUBJECT,
        "活动邀请",
        "Invitation to an event",
        model="growth.Event",
        permission=Permission.CAMPAIGN_APPROVE,
        open_url="/events/{id}/",
        digest_of=lambda event: events.content_digest(events.get_event(event)),
        on_decision=events.decide_event,
    ),
)
