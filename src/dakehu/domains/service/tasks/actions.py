"""Actions on tasks: created, changed, moved, finished, cancelled; helpers and dependencies; many together."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dakehu.domains.clients.bulk_edit import actions as bulk_edit
from dakehu.domains.service import rules as service_rules
from dakehu.domains.service.actions import VERSION
from dakehu.domains.service.models import Task, TaskDependency, TaskHelper, TaskState
from dakehu.domains.service.tasks import rules
from dakehu.domains.service.tasks.owners import check_sees_client
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

TASK = Parameter("task", kind="integer", spec=FieldSpec("任务", "Task"))
AFTER = Parameter("after", kind="integer", spec=FieldSpec("前置任务", "After"))
PART_OF = Parameter("part_of", kind="integer", required=False, spec=FieldSpec("上级任务编号", "Part of task"))
TASKS = Parameter("tasks", kind="ids", spec=FieldSpec("任务", "Tasks"))
USER = Parameter("user", "team.User", spec=FieldSpec("协办人", "Helper"))
ON = Parameter("on", kind="date", required=False, spec=FieldSpec("完成日期", "Done on"))
MOST = 500  # tasks changed in one action
OF_ROW = ("subject", "priority", "minutes", "detail", "every")  # fields copied to the next of a series


def get_task(task: int) -> Task:
    """Return a visible task. Raises NotFound."""
    row: Task | None = Task.objects.filter(pk=task).select_related("client", "owner").first()
    if row is None:
        raise NotFound(bilingual("任务", "task"))
    return row


@action(
    "service.create_task",
    needs=Permission.PLAN_WRITE,
    zh="新建任务",
    en="Create a task",
    parameters=(Fields("service.Task", required=("subject", "due_on"), without=("state",), new=True), PART_OF),
)
def create_task(
    *, subject: str, due_on: date, client: Any = None, owner: Any = None, part_of: int | None = None, **values: Any
) -> Task:
    """Create a task; the owner defaults to the actor. `part_of` makes it a part of another task and of its client.

    Raises Refused if the owner does not see the client, and for dates that contradict one another.
    """
    parent = get_task(part_of) if part_of else None
    row = Task(
        subject=subject,
        due_on=due_on,
        client=client or (parent.client if parent else None),
        parent=parent,
        **{name: value for name, value in values.items() if value is not None},
    )
    row.created_by = team.current_user()
    row.owner = owner or row.created_by
    _check(row)
    row.save()
    return row


def _check(row: Task) -> None:
    """Raise Refused for an invalid task."""
    fault = rules.dates_fault(row.starts_on, row.due_on)
    if fault is not None:
        raise refusal(*fault)
    if row.parent_id is not None:
        parents = dict(Task.objects.filter(client_id=row.client_id).values_list("pk", "parent_id"))
        if rules.depth_of(row.parent_id, parents) >= rules.MOST_DEPTH:
            raise refusal("part_of", "子任务最多三层。", "Tasks have three levels at most.")
    if row.owner_id is not None and row.client_id is not None:
        check_sees_client(row.owner, row.client_id)


@action(
    "service.create_tasks",
    needs=Permission.PLAN_WRITE,
    zh="批量新建任务",
    en="Create tasks for clients",
    parameters=(
        bulk_edit.WHO,
        Fields("service.Task", required=("subject", "due_on"), without=("client", "state"), new=True),
    ),
)
def create_tasks(*, clients: Any = None, filters: Any = None, **task: Any) -> dict[str, Any]:
    """Create the same task for many clients in one action; `clients` (codes or ids) or `filters` select them.

    Returns {changed, batch: the id with which `dakehu undo` reverts it}.
    """
    chosen = bulk_edit.chosen_clients(clients, filters)
    for client in chosen:
        create_task(client=client, **task)
    return {"changed": len(chosen), "batch": undo_entries.entry_number(bulk_edit.batch_title(chosen))}


@action(
    "service.change_task",
    needs=Permission.PLAN_WRITE,
    zh="修改任务",
    en="Change a task",
    parameters=(TASK, VERSION, Fields("service.Task", without=("client",))),
)
def change_task(*, task: int, version: int | None = None, state: str | None = None, **values: Any) -> Task:
    """Change fields of a task, its state by the rules of service.move_task. Raises a conflict where `version` is not stored."""
    row = get_task(task)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    return _move(row, state or str(row.state), None)


@action(
    "service.move_task",
    needs=Permission.PLAN_WRITE,
    zh="移动任务",
    en="Move a task",
    parameters=(TASK, VERSION, Parameter("state", "service.Task", "state")),
)
def move_task(*, task: int, state: str, version: int | None = None) -> Task:
    """Move a task to another state, as on the board.

    Raises Refused for work on a task that waits for others, and for the end of one whose parts are open.
    """
    row = get_task(task)
    check_version(row, version)
    return _move(row, state, None)


@action(
    "service.finish_task",
    needs=Permission.PLAN_WRITE,
    zh="完成任务",
    en="Finish a task",
    parameters=(TASK, VERSION, ON),
)
def finish_task(*, task: int, version: int | None = None, on: date | None = None) -> Task:
    """Mark a task as done (default today), and create the next one of a repeating task."""
    row = get_task(task)
    check_version(row, version)
    if row.state in rules.ENDED:
        raise refusal("task", "这项任务已经结束。", "This task has already ended.")
    return _move(row, TaskState.DONE.value, on)


@action(
    "service.cancel_task",
    needs=Permission.PLAN_WRITE,
    zh="取消任务",
    en="Cancel a task",
    parameters=(TASK, VERSION),
)
def cancel_task(*, task: int, version: int | None = None) -> Task:
    """Cancel a task together with its open parts."""
    row = get_task(task)
    check_version(row, version)
    for part in Task.objects.filter(parent=row, state__in=rules.OPEN_STATES):
        cancel_task(task=part.pk)
    return _move(row, TaskState.CANCELLED.value, None)


def open_before(row: Task) -> int:
    """Return how many unfinished tasks this one waits for."""
    return TaskDependency.objects.filter(task=row, after__in=Task.objects.filter(state__in=rules.OPEN_STATES)).count()


def _move(row: Task, state: str, on: date | None) -> Task:
    """Save a task in a state, with its consequences."""
    was = str(Task.objects.filter(pk=row.pk).values_list("state", flat=True).first())
    if state != was:
        parts = Task.objects.filter(parent=row, state__in=rules.OPEN_STATES).count()
        fault = rules.move_fault(was, state, open_before(row), parts)
        if fault is not None:
            raise refusal(*fault)
    row.state = state
    row.done_on = (on or row.done_on or clock.today()) if state == TaskState.DONE else None
    row.save()
    if state == TaskState.DONE and was != state:
        _repeat(row)
    if state in rules.ENDED and was != state:
        _finish_whole(row)
    return row


def _finish_whole(part: Task) -> None:
    """Finish the task of which this was the last open part."""
    whole = part.parent
    if whole is None or whole.state not in rules.OPEN_STATES:
        return
    states = set(Task.objects.filter(parent=whole).values_list("state", flat=True))
    if states <= set(rules.ENDED) and TaskState.DONE.value in states and not open_before(whole):
        _move(whole, TaskState.DONE.value, part.done_on)


def _repeat(row: Task) -> None:
    """Create the next task of a series, with the same helpers."""
    due_on = service_rules.next_in_series(row.due_on, str(row.every), max(row.done_on or row.due_on, row.due_on))
    if due_on is None:
        return
    due_on = trading_days.next_trading_day(due_on)
    following = Task(
        client_id=row.client_id,
        owner_id=row.owner_id,
        parent_id=row.parent_id,
        due_on=due_on,
        starts_on=None if row.starts_on is None else row.starts_on + (due_on - row.due_on),
        created_by_id=row.created_by_id,
        source=row.source,
        **{name: getattr(row, name) for name in OF_ROW},
    )
    following.save()
    for helper in TaskHelper.objects.filter(task=row):
        TaskHelper(task=following, user_id=helper.user_id).save()


@action(
    "service.change_tasks",
    needs=Permission.PLAN_WRITE,
    zh="批量修改任务",
    en="Change tasks",
    parameters=(TASKS, parameters_of("service.Task", optional=("owner", "due_on", "priority", "state"))),
)
def change_tasks(*, tasks: list[int], **values: Any) -> dict[str, Any]:
    """Set the same owner, day, priority or state on several tasks, all or nothing. Returns {changed}."""
    given = {name: value for name, value in values.items() if value not in (None, "")}
    if not given:
        raise refusal("tasks", "请至少填写一个要修改的字段。", "Give at least one field to change.")
    chosen = list(dict.fromkeys(tasks))
    if not chosen or len(chosen) > MOST:
        raise refusal("tasks", "请选择 1 到 {n} 项任务。", "Choose from 1 to {n} tasks.", n=MOST)
    for pk in chosen:
        change_task(task=pk, **given)
    return {"changed": len(chosen)}


@action(
    "service.add_task_helper",
    needs=Permission.PLAN_WRITE,
    zh="添加协办人",
    en="Add a helper",
    parameters=(TASK, USER),
)
def add_task_helper(*, task: int, user: Any) -> TaskHelper:
    """Add a helper to a task; the owner stays accountable."""
    row = get_task(task)
    if user.pk == row.owner_id or TaskHelper.objects.filter(task=row, user=user).exists():
        raise refusal("user", "“{name}”已经在这项任务上。", "“{name}” is on this task already.", name=user.name)
    if row.client_id is not None:
        check_sees_client(user, row.client_id, "user")
    made = TaskHelper(task=row, user=user)
    made.save()
    return made


@action(
    "service.remove_task_helper",
    needs=Permission.PLAN_WRITE,
    zh="移除协办人",
    en="Remove a helper",
    parameters=(TASK, USER),
)
def remove_task_helper(*, task: int, user: Any) -> dict[str, Any]:
    """Remove a helper from a task. Returns {changed}."""
    rows = list(TaskHelper.objects.filter(task=get_task(task), user=user))
    return _remove(rows, "user")


@action(
    "service.add_task_dependency",
    needs=Permission.PLAN_WRITE,
    zh="添加前置任务",
    en="Let a task wait for another",
    parameters=(TASK, AFTER),
)
def add_task_dependency(*, task: int, after: int) -> TaskDependency:
    """Make a task wait for another one. Raises Refused for a cycle."""
    row, before = get_task(task), get_task(after)
    known: dict[int, list[int]] = {}
    for one, other in TaskDependency.objects.values_list("task_id", "after_id"):
        known.setdefault(one, []).append(other)
    fault = rules.dependency_fault(row.pk, before.pk, known)
    if fault is None and before.pk in known.get(row.pk, ()):
        fault = ("after", "已经依赖这项任务。", "It waits for this task already.")
    if fault is not None:
        raise refusal(*fault)
    made = TaskDependency(task=row, after=before)
    made.save()
    return made


@action(
    "service.remove_task_dependency",
    needs=Permission.PLAN_WRITE,
    zh="移除前置任务",
    en="Let a task no longer wait for another",
    parameters=(TASK, AFTER),
)
def remove_task_dependency(*, task: int, after: int) -> dict[str, Any]:
    """Remove the dependency of a task on another. Returns {changed}."""
    rows = list(TaskDependency.objects.filter(task=get_task(task), after_id=after))
    return _remove(rows, "after")


def _remove(rows: Iterable[Any], name: str) -> dict[str, Any]:
    """Delete rows. Raises Refused if there is none."""
    found = list(rows)
    if not found:
        raise refusal(name, "没有找到，可能已被移除。", "Not found; it may have been removed.")
    for row in found:
        row.delete()
    return {"changed": len(found)}
