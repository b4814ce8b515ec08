"""Notifications of tasks: those due and overdue, and those newly assigned by others."""

from datetime import timedelta
from typing import Any

from dakehu.domains.service.models import Task
from dakehu.domains.service.tasks import rules
from dakehu.domains.service.tasks.queries import own_condition
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

DUE = "service.task_notices"
NEW_DAYS = 7
MOST = 10


@query(DUE, needs=Permission.PLAN_WRITE, zh="任务提醒", en="Notices of tasks")
def task_notices() -> list[dict[str, Any]]:
    """Return one notice with the numbers of own tasks due and overdue, and one for each task newly assigned by others.

    The due ones include tasks of absent colleagues as deputy. No subject of a client is named.
    """
    today = clock.today()
    rows = Task.objects.filter(state__in=rules.OPEN_STATES)
    days = list(rows.filter(own_condition(with_absent=True), due_on__lte=today).values_list("due_on", flat=True))
    made = []
    if days:
        late = sum(day < today for day in days)
        text = bilingual(
            "任务：{due} 项今天到期，{late} 项已逾期",
            "Tasks: {due} due today, {late} overdue",
            due=len(days) - late,
            late=late,
        )
        key = f"{DUE}:due:{today.isoformat()}"
        made.append(notice(key, text, at=today.isoformat(), url="/tasks/", tone="warn" if late else ""))
    me = current_actor().user_id
    since = clock.start_of_day(today - timedelta(days=NEW_DAYS))
    given = rows.filter(owner_id=me, created_at__gte=since).exclude(created_by_id=me).exclude(created_by=None)
    for row in given.filter(parent=None).select_related("created_by").order_by("-pk")[:MOST]:
        text = bilingual(
            "{name}交给您一项任务，{day}到期",
            "{name} gave you a task due {day}",
            name=row.created_by.name,
            day=row.due_on.isoformat(),
        )
        made.append(notice(f"{DUE}:new:{row.pk}", text, at=row.created_at.isoformat(), url=f"/tasks/{row.pk}/"))
    return made


declare(NoticeSource(DUE, bilingual("任务", "Tasks"), "list-checks", order=25))
