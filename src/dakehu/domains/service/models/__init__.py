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
from dakehu.domains.service.models.mail import AsideReason, AsideState, Mail, MailCandidate, MailDirection, SetAsideMail
from dakehu.domains.service.models.mail_template import MailTemplate, TemplateLanguage
from dakehu.domains.service.models.messages import MessageSettings, NoticeAddress, NoticePreference, SeenNotice
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
    "AsideReason",
    "AsideState",
    "Attachment",
    "Channel",
    "ContactPlan",
    "Delivery",
    "Every",
    "FollowUp",
    "Goal",
    "Interaction",
    "Mail",
    "MailCandidate",
    "MailDirection",
    "MailTemplate",
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
    "SeenNotice",
    "SetAsideMail",
    "TemplateLanguage",
    "WorkingHours",
]
