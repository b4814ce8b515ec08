"""Import client events from a worksheet, by the rules of a single one; invitations are created on the page."""

from typing import Any

from dakehu.domains.growth.campaigns.texts import check_text
from dakehu.domains.growth.events import actions, rules
from dakehu.domains.growth.models import Event
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.imports.row_by_row import evaluate_rows, write_rows
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields


def evaluate_events(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported client events with stored ones: one is recognised by its name and the minute of its start."""
    return evaluate_rows(
        Event,
        columns,
        len(clients),
        evaluation,
        key=("name", "starts_at"),
        fields=editable_fields("growth.Event"),
        parameters=ACTIONS["growth.add_event"].parameters,
        check=_check,
        mode=mode,
    )


def _check(row: Event, is_new: bool) -> None:
    """Raise Refused for another person's event, for wrong times and for an invitation that cannot be filled in."""
    if not is_new:
        actions.get_own_event(row.pk)
    error = rules.times_error(row.starts_at, row.ends_at)
    if error is not None:
        raise refusal(*error)
    if row.subject or row.body:
        check_text("mail", row.subject, row.body)


@action(
    "growth.import_events",
    needs=Permission.CAMPAIGN_WRITE,
    zh="批量导入客户活动",
    en="Import client events",
    is_public=False,
)
def import_events(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated events of the actor; a change of approved content voids the approval."""

    def change(pk: int, values: dict[str, Any]) -> Any:
        return actions.change_event(event=pk, **values)

    write_rows(
        columns,
        row_evaluation,
        editable_fields("growth.Event"),
        lambda values: actions.add_event(**values),
        change,
    )
