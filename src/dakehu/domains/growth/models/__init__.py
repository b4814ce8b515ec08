"""Models of growth, one subject per file."""

from dakehu.domains.growth.models.campaign import Campaign, CampaignMember, CampaignMessage
from dakehu.domains.growth.models.event import Event, Invitation
from dakehu.domains.growth.models.opportunity import Goal, Opportunity, Pipeline, Stage, StageChange
from dakehu.domains.growth.models.pool import Pool, PoolCounter, PoolEvent, PoolView
from dakehu.domains.growth.models.prospect import Prospect, ProspectContact, Referral

__all__ = [
    "Campaign",
    "CampaignMember",
    "CampaignMessage",
    "Event",
    "Goal",
    "Invitation",
    "Opportunity",
    "Pipeline",
    "Pool",
    "PoolCounter",
    "PoolEvent",
    "PoolView",
    "Prospect",
    "ProspectContact",
    "Referral",
    "Stage",
    "StageChange",
]
