"""Import goals from a worksheet, by the rules of a single one."""

from typing import Any

from dakehu.domains.service.calendar import goals
from dakehu.domains.service.models import Goal
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.imports.row_by_row import evaluate_rows, write_rows
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields

KEY = ("name", "first_on", "user", "team")


def evaluate_goals(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported goals with stored ones: one is identified by its name, first day and owner."""
    return evaluate_rows(
        Goal,
        columns,
        len(clients),
        evaluation,
        key=KEY,
        fields=editable_fields("service.Goal"),
        parameters=ACTIONS["service.set_goal"].parameters,
        check=lambda row, is_new: goals.check_goal(row),
        mode=mode,
    )


@action("service.import_goals", needs=Permission.GOALS_SET, zh="批量导入目标", en="Import goals", is_public=False)
def import_goals(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated goals."""

    def change(pk: int, values: dict[str, Any]) -> Any:
        return goals.change_goal(goal_id=pk, **values)

    write_rows(
        columns,
        row_evaluation,
        editable_fields("service.Goal"),
        lambda values: goals.set_goal(**values),
        change,
    )
