"""Models of service, one subject per file."""

from dakehu.domains.service.models.moment import Absence, Moment, MomentOutcome, MomentRule, MomentRun, MomentState
from dakehu.domains.service.models.work import (
    Attachment,
    Channel,
    Every,
    FollowUp,
    Interaction,
    Mood,
    PlanState,
    Request,
    RequestKind,
    RequestState,
)

__all__ = [
    "Absence",
    "Attachment",
    "Channel",
    "Every",
    "FollowUp",
    "Interaction",
    "Moment",
    "MomentOutcome",
    "MomentRule",
    "MomentRun",
    "MomentState",
    "Mood",
    "PlanState",
    "Request",
    "RequestKind",
    "RequestState",
]
