"""Models of growth, one subject per file."""

from dakehu.domains.growth.models.opportunity import Goal, Opportunity, Pipeline, Stage, StageChange
from dakehu.domains.growth.models.pool import Pool, PoolCounter, PoolEvent, PoolView
from dakehu.domains.growth.models.prospect import Prospect, ProspectContact, Referral

__all__ = [
    "Goal",
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
