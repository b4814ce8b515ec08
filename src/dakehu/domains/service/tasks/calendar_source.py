"""Tasks on the calendar, on the day by which they are due."""

from datetime import date, datetime, time

from dakehu.domains.service.models import Task
from dakehu.domains.service.tasks.rules import ENDED, OPEN_STATES
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.calendar_sources import CalendarEntry, CalendarSource, declare

MOST = 2000


def task_entries(first: date, last: date, users: tuple[int, ...] | None) -> list[CalendarEntry]:
    """Return the tasks due on some days, of some people or of all visible ones; those with open parts by parts."""
    rows = Task.objects.filter(due_on__gte=first, due_on__lte=last).exclude(state="cancelled")
    rows = rows.exclude(pk__in=Task.objects.filter(state__in=OPEN_STATES).exclude(parent=None).values("parent_id"))
    if users is not None:
        rows = rows.filter(owner_id__in=users)
    is_cleared = current_actor().clearance >= PERSONAL
    columns = ("pk", "client_id", "due_on", "subject", "owner_id", "state", "minutes")
    return [
        CalendarEntry(
            starts=datetime.combine(due, time.min),
            ends=datetime.combine(due, time.min),
            all_day=True,
            title=subject if is_cleared else DOTS,
            client=client,
            kind="task",
            owner=owner,
            link=f"/tasks/{pk}/",
            key=f"task:{pk}",
            minutes=minutes or 0,
            people=(owner,) if owner else (),
            state="done" if state in ENDED else "open",
        )
        for pk, client, due, subject, owner, state, minutes in rows.order_by("due_on", "pk").values_list(*columns)[
            :MOST
        ]
    ]


declare(
    CalendarSource(
        "service.tasks",
        "任务",
        "Tasks",
        task_entries,
        needs=Permission.SERVICE_READ,
        order=35,
        kinds={"task": bilingual("任务", "Task")},
    )
)
