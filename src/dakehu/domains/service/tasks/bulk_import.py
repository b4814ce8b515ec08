"""Import many tasks of clients together, by the rules of a single one."""

from typing import Any

from dakehu.domains.service.models import Task, TaskState
from dakehu.domains.service.tasks import rules
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields


def task_fields() -> tuple[str, ...]:
    """Return the importable fields of tasks."""
    return tuple(name for name in editable_fields("service.Task") if name != "client")


def evaluate_tasks(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported tasks with stored ones and set the outcome of each row.

    A task is identified by client, day and subject. Raises nothing: rows that break a rule are errors with their place.
    """
    count = len(clients)
    due_dates = columns.get("due_on") or [None] * count
    subjects = columns.get("subject") or [None] * count
    fields = tuple(name for name in task_fields() if name in columns and name not in ("due_on", "subject"))
    stored = row_matching.stored_by_client(Task, ("due_on", "subject"), fields, clients)
    keys: list[Any] = list(zip(clients, due_dates, subjects, strict=True))
    row_matching.evaluate(Task, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Task, columns, evaluation)
    row_matching.require_columns(ACTIONS["service.create_task"].parameters, columns, evaluation)
    starts = columns.get("starts_on") or [None] * count
    for row in evaluation.rows(CREATED, UPDATED):
        fault = rules.dates_fault(starts[row], due_dates[row]) if due_dates[row] is not None else None
        if fault is not None:
            evaluation.fault(row, fault[0], due_dates[row], bilingual(fault[1], fault[2]))
    return evaluation


@action("service.import_tasks", needs=Permission.PLAN_WRITE, zh="批量导入任务", en="Import tasks", is_public=False)
def import_tasks(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated tasks; the owner defaults to the actor."""
    user_id, today = current_actor().user_id, clock.today()

    def finish(row: Task, index: int, is_new: bool) -> None:
        """Set the default owner and the day of completion of a row."""
        if is_new:
            row.owner_id = row.owner_id or user_id
            row.created_by_id = user_id
        is_done = str(row.state) == TaskState.DONE
        row.done_on = (row.done_on or min(row.due_on, today)) if is_done else None

    with elevated("tasks of clients imported in the same file"):
        row_matching.write_dependents(Task, columns, row_evaluation, task_fields(), clients, finish, also=("done_on",))
