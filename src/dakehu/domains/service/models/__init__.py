"""Models of service, one subject per file."""

from dakehu.domains.service.models.hand_over import HandOver, HandOverPack, HandOverState
from dakehu.domains.service.models.moment import Absence, Moment, MomentOutcome, MomentRule, MomentRun, MomentState
from dakehu.domains.service.models.task import (
    ChecklistItem,
    ChecklistTemplate,
    Task,
    TaskDependency,
    TaskHelper,
    TaskPriority,
    TaskSource,
    TaskState,
    Trigger,
)
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
    "ChecklistItem",
    "ChecklistTemplate",
    "Every",
    "FollowUp",
    "HandOver",
    "HandOverPack",
    "HandOverState",
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
    "Task",
    "TaskDependency",
    "TaskHelper",
    "TaskPriority",
    "TaskSource",
    "TaskState",
    "Trigger",
]
