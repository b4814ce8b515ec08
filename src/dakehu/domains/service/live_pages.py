"""The pages of this domain that stay up to date while they are open."""

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.live_pages import LivePage, declare

COMMENTS = ("service.Comment",)
WORK = ("service.Interaction", "service.FollowUp", "service.Request", "compliance.Complaint")
CLIENT = (
    "clients.Client",
    "clients.Coverage",
    "clients.Needs",
    "clients.Contact",
    "clients.Consent",
    "clients.KeyDate",
)

declare(
    LivePage(
        "client",
        "客户页",
        "Client page",
        subject="clients.Client",
        parts={
            "head": (*CLIENT, *WORK),
            "facts": (*CLIENT, *WORK),
            "timeline": (*WORK, "service.Attachment", "service.Mail"),
            "work": (*WORK, "service.Meeting"),
            "comments": ("service.Comment",),
        },
        needs=Permission.CLIENT_READ,
    ),
    LivePage(
        "note",
        "共享笔记",
        "Shared note",
        subject="clients.Client",
        parts={"note": ("service.NoteParagraph",)},
        needs=Permission.SERVICE_READ,
    ),
    LivePage(
        "calendar",
        "日程",
        "Calendar",
        parts={"calendar": (*WORK, "service.Meeting", "service.MeetingAttendee", "service.Moment")},
        needs=Permission.SERVICE_READ,
    ),
    *(
        LivePage(
            name,
            zh,
            en,
            subject=subject,
            parts={"comments": COMMENTS},
            anywhere=COMMENTS,
            needs=Permission.SERVICE_READ,
        )
        for name, zh, en, subject in (
            ("task", "任务页", "Task page", "service.Task"),
            ("meeting", "会议页", "Meeting page", "service.Meeting"),
        )
    ),
)
