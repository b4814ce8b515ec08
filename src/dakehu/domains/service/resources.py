"""What pages, API and workbook show of interactions, plans, requests and files."""

from dakehu.domains.service import bulk_import
from dakehu.domains.service.calendar import bulk_import as meeting_import
from dakehu.domains.service.parameters import NEXT
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import BulkOf, Resource, SheetOf, TimelineOf, declare

CHANNEL_ICONS = {
    "call": "phone",
    "wechat": "message-circle",
    "mail": "mail",
    "message": "message-circle",
    "meeting": "handshake",
    "event": "users-round",
    "video": "monitor",
}

declare(
    Resource(
        "service.Interaction",
        path="interactions",
        key="interaction",
        list="service.interactions",
        create="service.log_interaction",
        update="service.change_interaction",
        worksheet=SheetOf(
            "interactions",
            bilingual("客户服务记录", "Service records"),
            position=30,
            evaluate=bulk_import.evaluate_interactions,
            import_rows=bulk_import.import_interactions,
            import_only=tuple(parameter.name for parameter in NEXT),
            kept=bilingual("服务记录须留存，不能删除。", "Service records must be kept and cannot be deleted."),
        ),
        timeline=TimelineOf(
            "interaction", bilingual("服务", "Service"), "sticky-note", icon_field="channel", icons=CHANNEL_ICONS
        ),
    ),
    Resource(
        "service.FollowUp",
        path="follow-ups",
        key="follow_up",
        list="service.follow_ups",
        create="service.plan_follow_up",
        update="service.change_follow_up",
        delete="service.cancel_follow_up",
        bulk=(BulkOf("plan", many="service.plan_many", one="service.plan_follow_up"),),
        worksheet=SheetOf(
            "follow_ups",
            bilingual("定期跟进计划", "Follow-up plans"),
            position=50,
            evaluate=bulk_import.evaluate_follow_ups,
            import_rows=bulk_import.import_follow_ups,
            more=(Parameter("state", "service.FollowUp", "state", required=False),),
            open_state=("state", "planned"),
            ended=bilingual("这项计划已经结束，记录保留。", "This plan has ended; its record stays."),
        ),
        timeline=TimelineOf("follow_up", bilingual("已完成计划", "Plans done"), "check"),
    ),
    Resource(
        "service.Request",
        path="requests",
        key="request",
        list="service.requests",
        create="service.open_request",
        update="service.move_request",
        is_merged=False,
        timeline=TimelineOf(
            "request",
            bilingual("诉求与投诉", "Requests"),
            "inbox",
            icon_field="kind",
            icons={"complaint": "flag"},
        ),
    ),
    Resource(
        "service.Moment",
        key="moment",
        list="service.moments",
        of_client="service.client_moments",
        is_merged=False,
        tab=True,
    ),
    Resource(
        "service.Meeting",
        path="meetings",
        key="meeting",
        list="service.meetings",
        of_client="service.client_meetings",
        create="service.plan_meeting",
        update="service.change_meeting",
        delete="service.cancel_meeting",
        is_merged=False,
        worksheet=SheetOf(
            "meetings",
            bilingual("会议安排", "Meetings"),
            position=55,
            evaluate=meeting_import.evaluate_meetings,
            import_rows=meeting_import.import_meetings,
            import_only=("guests", "attending"),
            kept=bilingual(
                "会议记录须留存；不再举行的会议请在日程中取消。", "Meetings are kept; cancel them in the calendar."
            ),
        ),
        asked_first=("client", "subject", "kind", "starts_at", "ends_at", "place", "staff", "agenda"),
    ),
    Resource(
        "service.ContactPlan",
        key="client",
        list="service.contact_wishes",
        create="service.set_contact_wishes",
        update="service.set_contact_wishes",
        offers=("service.postpone_contact",),
    ),
    Resource(
        "service.Goal",
        path="goals",
        key="goal",
        list="service.goals",
        create="service.set_goal",
        update="service.change_goal",
        delete="service.remove_goal",
        is_merged=False,
    ),
    Resource(
        "service.Attachment",
        key="attachment",
        update="service.describe_attachment",
        timeline=TimelineOf("attachment", bilingual("文件", "Files"), "paperclip"),
    ),
    Resource(
        "service.Mail",
        key="client_mail",
        of_client="service.client_mails",
        is_merged=False,
        timeline=TimelineOf(
            "mail", bilingual("邮件", "Mails"), "mail", icon_field="direction", icons={"in": "inbox", "out": "mail"}
        ),
    ),
    Resource(
        "service.MailTemplate",
        key="mail_template",
        list="service.mail_templates",
        create="service.add_mail_template",
        update="service.change_mail_template",
        delete="service.retire_mail_template",
        is_merged=False,
    ),
    Resource("service.SetAsideMail", key="set_aside", list="service.set_aside_mails", is_merged=False),
)
