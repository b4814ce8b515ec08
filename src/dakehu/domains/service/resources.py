"""What pages, API and workbook show of interactions, plans, requests and files."""

from dakehu.domains.service import bulk_import
from dakehu.domains.service.parameters import NEXT
from dakehu.domains.service.tasks import bulk_import as task_import
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
        "service.Task",
        path="tasks",
        key="task",
        list="service.tasks",
        of_client="service.client_tasks",
        create="service.create_task",
        update="service.change_task",
        delete="service.cancel_task",
        bulk=(BulkOf("task", many="service.create_tasks", one="service.create_task"),),
        offers=("service.start_checklist",),
        worksheet=SheetOf(
            "tasks",
            bilingual("任务", "Tasks"),
            position=55,
            evaluate=task_import.evaluate_tasks,
            import_rows=task_import.import_tasks,
            import_only=("part_of",),
            more=(Parameter("state", "service.Task", "state", required=False),),
            open_state=("state", "open"),
            ended=bilingual("这项任务已经开始或结束，记录保留。", "This task has begun or ended; its record stays."),
        ),
        timeline=TimelineOf("task", bilingual("已完成任务", "Tasks done"), "list-checks"),
        asked_first=("client", "subject", "due_on", "owner", "priority"),
    ),
    Resource(
        "service.ChecklistTemplate",
        path="checklists",
        key="checklist",
        list="service.checklists",
        create="service.create_checklist",
        update="service.change_checklist",
        delete="service.remove_checklist",
    ),
    Resource(
        "service.ChecklistItem",
        path="checklist-items",
        key="item",
        list="service.checklist_items",
        create="service.add_checklist_item",
        update="service.change_checklist_item",
        delete="service.remove_checklist_item",
    ),
    Resource(
        "service.Absence",
        path="absences",
        key="absence",
        list="service.absences",
        create="service.record_absence",
        update="service.change_absence",
        delete="service.cancel_absence",
        is_merged=False,
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
        "service.Attachment",
        key="attachment",
        update="service.describe_attachment",
        timeline=TimelineOf("attachment", bilingual("文件", "Files"), "paperclip"),
    ),
)
