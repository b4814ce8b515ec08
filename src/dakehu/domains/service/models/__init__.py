"""Models of service, one subject per file."""

from dakehu.domains.service.models.mail import AsideReason, AsideState, Mail, MailCandidate, MailDirection, SetAsideMail
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
    "AsideReason",
    "AsideState",
    "Attachment",
    "Channel",
    "Every",
    "FollowUp",
    "Interaction",
    "Mail",
    "MailCandidate",
    "MailDirection",
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
    "SetAsideMail",
]
