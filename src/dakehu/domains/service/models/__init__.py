"""Models of service, one subject per file."""

from dakehu.domains.service.models.calendar import (
    Answer,
    ContactPlan,
    Goal,
    Measure,
    Meeting,
    MeetingAttendee,
    MeetingKind,
    MeetingState,
    WorkingHours,
)
from dakehu.domains.service.models.delivery import Delivery
from dakehu.domains.service.models.messages import MessageSettings, NoticeAddress, NoticePreference
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
    "Answer",
    "Attachment",
    "Channel",
    "ContactPlan",
    "Delivery",
    "Every",
    "FollowUp",
    "Goal",
    "Interaction",
    "Measure",
    "Meeting",
    "MeetingAttendee",
    "MeetingKind",
    "MeetingState",
    "MessageSettings",
    "Moment",
    "MomentOutcome",
    "MomentRule",
    "MomentRun",
    "MomentState",
    "Mood",
    "NoticeAddress",
    "NoticePreference",
    "PlanState",
    "Request",
    "RequestKind",
    "RequestState",
    "WorkingHours",
]
