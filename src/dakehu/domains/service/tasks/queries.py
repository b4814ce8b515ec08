"""Queries of tasks: lists, the page of own tasks and of a team, the board, one task with its related tasks."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from dakehu.domains.service.absences.standing_in import reminded_for
from dakehu.domains.service.models import (
    ChecklistItem,
    ChecklistTemplate,
    Task,
    TaskDependency,
    TaskHelper,
    TaskPriority,
    TaskSource,
    TaskState,
)
from dakehu.domains.service.queries import CLIENT, FILTERS, MINE, ORDER, OWNER
from dakehu.domains.service.tasks import rules
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

IS_OPEN = Parameter("is_open", required=False, kind="bool", spec=FieldSpec("只看未完成", "Only open ones"))
WHOSE = Parameter("whose", required=False, spec=FieldSpec("谁的任务", "Whose tasks"))
TASK = Parameter("task", kind="integer", spec=FieldSpec("任务", "Task"))
SHOWN = 200  # lines of a page
COLUMN_SHOWN = 40  # cards of a column of the board
RECENT_DAYS = 7  # for which ended tasks stay on the board
CANDIDATES = 30
GROUPS = (
    ("overdue", bilingual("逾期", "Overdue")),
    ("today", bilingual("今天到期", "Due today")),
    ("blocked", bilingual("等待前置任务", "Waiting for other tasks")),
    ("later", bilingual("之后", "Later")),
)
COLUMNS = (TaskState.OPEN, TaskState.WORKING, TaskState.WAITING, TaskState.DONE)


@query(
    "service.tasks",
    needs=Permission.SERVICE_READ,
    zh="任务列表",
    en="Tasks",
    parameters=(FILTERS, ORDER, MINE, OWNER, IS_OPEN),
)
def tasks(
    *,
    filters: dict[str, Any] | None = None,
    order: str | None = None,
    mine: bool | None = None,
    owner: int | None = None,
    is_open: bool | None = None,
) -> Any:
    """Return the visible tasks, filtered and ordered; by day and priority by default.

    `mine` limits them to those the actor owns or helps with, `owner` to those of one member of staff.
    """
    rows = Task.objects.all()
    if mine:
        rows = rows.filter(own_condition())
    if owner:
        rows = rows.filter(owner_id=owner)
    if is_open:
        rows = rows.filter(state__in=rules.OPEN_STATES)
    return filter_rows(rows, filters or {}, order or "due_on,priority")


def own_condition(*, with_absent: bool = False) -> Q:
    """Return the condition for tasks that the actor owns or helps with; `with_absent`: also as deputy."""
    actor = current_actor()
    people = reminded_for() if with_absent else [actor.user_id]
    return Q(owner_id__in=people) | Q(pk__in=TaskHelper.objects.filter(user_id=actor.user_id).values("task_id"))


@query(
    "service.client_tasks", needs=Permission.SERVICE_READ, zh="客户的任务", en="Tasks of a client", parameters=CLIENT
)
def client_tasks(*, client: Any) -> Any:
    """Return the tasks of a client, newest day first."""
    return Task.objects.filter(client=client).order_by("-due_on", "-pk")


@query(
    "service.task_list",
    needs=Permission.SERVICE_READ,
    zh="任务页",
    en="The page of tasks",
    parameters=(WHOSE, OWNER),
)
def task_list(*, whose: str | None = None, owner: int | None = None) -> dict[str, Any]:
    """Return the open tasks in groups: overdue, due today, waiting for others, later. Open parts replace their task.

    whose: "mine" (also those the actor helps with, and those of absent colleagues as their deputy), "team" or "given"
    (created by the actor for others). {groups: [{group, title, count, lines}], total, late, blocked, people: [{id,
    name, open, late}]}.
    """
    rows = Task.objects.filter(state__in=rules.OPEN_STATES).filter(_owner_condition(whose or "mine"))
    rows = rows.exclude(
        pk__in=Task.objects.filter(state__in=rules.OPEN_STATES).exclude(parent=None).values("parent_id")
    )
    people = _people(rows) if whose == "team" else []
    if owner:
        rows = rows.filter(owner_id=owner)
    found = list(rows.select_related("client", "owner", "parent").order_by("due_on", "priority", "pk")[:SHOWN])
    lines = lines_of(found)
    groups = [
        {"group": name, "title": str(title), "lines": chosen, "count": len(chosen)}
        for name, title in GROUPS
        if (chosen := [line for line in lines if line["urgency"] == name])
    ]
    return {
        "groups": groups,
        "total": len(lines),
        "late": sum(line["urgency"] == "overdue" for line in lines),
        "blocked": sum(line["is_blocked"] for line in lines),
        "people": people,
        "more": max(rows.count() - len(lines), 0) if len(lines) == SHOWN else 0,
    }


def _owner_condition(whose: str) -> Q:
    """Return the condition for the owners whose tasks a page shows."""
    actor = current_actor()
    if whose == "given":
        return Q(created_by_id=actor.user_id) & ~Q(owner_id=actor.user_id)
    if whose == "team":
        return Q(owner_id__in=actor.covers) | Q(owner=None) if len(actor.covers) > 1 else Q()
    return own_condition(with_absent=True)


def _people(rows: Any) -> list[dict[str, Any]]:
    """Return how many open and late tasks each owner has, those with the most late ones first."""
    late = Count("pk", filter=Q(due_on__lt=clock.today()))
    counted = list(rows.order_by().values("owner_id").annotate(open=Count("pk"), late=late))
    names = team.names_of(one["owner_id"] for one in counted if one["owner_id"])
    nobody = str(bilingual("无负责人", "Nobody"))
    made = [
        {"id": one["owner_id"], "name": names.get(one["owner_id"], nobody), "open": one["open"], "late": one["late"]}
        for one in counted
    ]
    return sorted(made, key=lambda one: (-one["late"], -one["open"], one["name"]))


@query(
    "service.task_board", needs=Permission.SERVICE_READ, zh="任务看板", en="Board of tasks", parameters=(WHOSE, OWNER)
)
def task_board(*, whose: str | None = None, owner: int | None = None) -> dict[str, Any]:
    """Return tasks by state: {columns: [{state, title, count, minutes, cards, more}]}; done ones of the last 7 days."""
    since = clock.today() - timedelta(days=RECENT_DAYS)
    rows = Task.objects.filter(_owner_condition(whose or "team"), parts=None)
    if owner:
        rows = rows.filter(owner_id=owner)
    columns = []
    for state in COLUMNS:
        in_state = rows.filter(state=state.value)
        if state is TaskState.DONE:
            in_state = in_state.filter(done_on__gte=since)
        order = ("-done_on", "-pk") if state is TaskState.DONE else ("due_on", "priority", "pk")
        cards = list(in_state.select_related("client", "owner", "parent").order_by(*order)[:COLUMN_SHOWN])
        count = in_state.count() if len(cards) == COLUMN_SHOWN else len(cards)
        lines = lines_of(cards)
        columns.append(
            {
                "state": state.value,
                "title": TaskState.text_of(state.value),
                "count": count,
                "minutes": sum(line["minutes"] or 0 for line in lines),
                "cards": lines,
                "more": count - len(lines),
            }
        )
    return {"columns": columns}


def blocked_among(ids: Iterable[int]) -> set[int]:
    """Return which of these tasks wait for one that is not done."""
    still_open = Task.objects.filter(state__in=rules.OPEN_STATES)
    rows = TaskDependency.objects.filter(task_id__in=list(ids), after__in=still_open)
    return set(rows.values_list("task_id", flat=True))


def lines_of(rows: list[Task]) -> list[dict[str, Any]]:
    """Return tasks as lines of a page: subject, client, owner, due day, and whether it waits for others."""
    blocked = blocked_among(row.pk for row in rows)
    counted = Task.objects.filter(parent_id__in=[row.pk for row in rows]).order_by().values("parent_id")
    parts = {
        one["parent_id"]: (one["done"], one["all"])
        for one in counted.annotate(all=Count("pk"), done=Count("pk", filter=Q(state__in=rules.ENDED)))
    }
    return [_line(row, row.pk in blocked, parts.get(row.pk, (0, 0))) for row in rows]


def _line(row: Task, is_blocked: bool, parts: tuple[int, int]) -> dict[str, Any]:
    """Return one task as a line."""
    actor, today = current_actor(), clock.today()
    is_cleared = actor.clearance >= PERSONAL
    urgency = rules.urgency(str(row.state), row.due_on, today, is_blocked=is_blocked)
    return {
        "id": row.pk,
        "subject": row.subject if is_cleared else DOTS,
        "client": {"id": row.client_id, "name": name_of(row.client, actor.clearance)} if row.client_id else None,
        "owner": row.owner.name if row.owner else "",
        "owner_id": row.owner_id,
        "stands_in": row.owner_id in actor.extra.get("stands_in_for", ()),
        "due_on": row.due_on.isoformat(),
        "deadline": str(deadline_words(row.due_on, today)),
        "urgency": urgency,
        "tone": {"overdue": "bad", "today": "warn"}.get(urgency, ""),
        "state": str(row.state),
        "state_text": TaskState.text_of(str(row.state)),
        "priority": str(row.priority),
        "priority_text": TaskPriority.text_of(str(row.priority)),
        "minutes": row.minutes,
        "is_blocked": is_blocked,
        "parts_done": parts[0],
        "parts": parts[1],
        "part_of": {"id": row.parent_id, "subject": row.parent.subject if is_cleared else DOTS}
        if row.parent_id
        else None,
        "row_version": row.row_version,
    }


def deadline_words(due: date, today: date) -> Bilingual:
    """Return a day as a short text."""
    days = (due - today).days
    if days < 0:
        return bilingual("逾期 {n} 天", "{n} days overdue", n=-days)
    if days == 0:
        return bilingual("今天", "today")
    if days == 1:
        return bilingual("明天", "tomorrow")
    return bilingual(f"{due.month} 月 {due.day} 日", f"{due.day} {due:%b}")


@query("service.task_detail", needs=Permission.SERVICE_READ, zh="任务详情", en="One task", parameters=(TASK,))
def task_detail(*, task: int) -> dict[str, Any]:
    """Return a task with its related tasks.

    {line, detail, starts_on, every, source, source_text, created_by, done_on, part_of, parts, before, behind: tasks that wait
    for it, helpers: [{id, name}], candidates: tasks that it could wait for: [{id, subject}]}. Raises NotFound.
    """
    row = Task.objects.filter(pk=task).select_related("client", "owner", "parent", "created_by").first()
    if row is None:
        raise NotFound(bilingual("任务", "task"))
    near = Task.objects.select_related("client", "owner", "parent")
    parts = list(near.filter(parent=row).order_by("position", "due_on", "pk"))
    before = list(near.filter(needed_by__task=row).order_by("due_on", "pk"))
    behind = list(near.filter(needs__after=row).order_by("due_on", "pk"))
    siblings = near.filter(client_id=row.client_id, state__in=rules.OPEN_STATES)
    siblings = siblings.exclude(pk__in=[row.pk, row.parent_id or 0, *(one.pk for one in (*before, *behind, *parts))])
    helpers = TaskHelper.objects.filter(task=row).select_related("user").order_by("pk")
    is_cleared = current_actor().clearance >= PERSONAL
    return {
        "line": lines_of([row])[0],
        "detail": row.detail if is_cleared else "",
        "starts_on": row.starts_on.isoformat() if row.starts_on else None,
        "every": str(row.every),
        "every_text": row._meta.get_field("every").choice_set.text_of(str(row.every)),
        "source_text": TaskSource.text_of(str(row.source)),
        "created_by": row.created_by.name if row.created_by else "",
        "done_on": row.done_on.isoformat() if row.done_on else None,
        "parts": lines_of(parts),
        "before": lines_of(before),
        "behind": lines_of(behind),
        "helpers": [{"id": one.user_id, "name": one.user.name} for one in helpers],
        "candidates": [
            {"id": one.pk, "subject": one.subject if is_cleared else DOTS}
            for one in siblings.order_by("due_on", "pk")[:CANDIDATES]
        ],
    }


@query("service.assignees", needs=Permission.SERVICE_READ, zh="可指派的同事", en="Who can be given tasks")
def assignees() -> list[dict[str, Any]]:
    """Return the active colleagues of the actor's team who serve clients, the actor first: [{id, name}]."""
    actor = current_actor()
    teams = actor.extra.get("teams") or ()
    rows = team.users().filter(Q(team_id__in=teams) | Q(pk__in=[*actor.covers, actor.user_id]), is_active=True)
    serving = [row for row in rows if serves_clients(row)]
    return [
        {"id": row.pk, "name": row.name} for row in sorted(serving, key=lambda row: (row.pk != actor.user_id, row.name))
    ]


@query("service.checklists", needs=Permission.SERVICE_READ, zh="清单模板", en="Checklists")
def checklists() -> Any:
    """Return the checklist templates by name."""
    return ChecklistTemplate.objects.order_by("name")


@query("service.checklist_items", needs=Permission.SERVICE_READ, zh="清单条目", en="Items of checklists")
def checklist_items() -> Any:
    """Return the items of all checklists, by checklist and position."""
    return ChecklistItem.objects.select_related("template").order_by("template__name", "position")
