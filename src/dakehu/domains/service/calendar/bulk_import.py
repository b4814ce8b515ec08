"""Import many meetings with clients together, by the rules of a single one."""

from typing import Any

from dakehu.domains.service.bulk_import import to_minute
from dakehu.domains.service.calendar import meeting_rules, series
from dakehu.domains.service.calendar.meetings import local
from dakehu.domains.service.models import Meeting
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.fields import editable_fields


def meeting_fields() -> tuple[str, ...]:
    """Return the importable fields of meetings, custom fields included."""
    return tuple(name for name in editable_fields("service.Meeting") if name != "client")


def _column(columns: Columns, name: str, count: int) -> list[Any]:
    """Return a column, or None for every row if it is missing."""
    return columns.get(name) or [None] * count


def evaluate_meetings(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported meetings with stored ones and set the outcome of each row.

    A meeting is identified by client, minute of its start and subject. Fills in a missing end.
    """
    count = len(clients)
    starts, subjects = _column(columns, "starts_at", count), _column(columns, "subject", count)
    fields = tuple(name for name in meeting_fields() if name in columns and name not in ("starts_at", "subject"))
    stored: Stored = {}
    for (client, at, subject), rows in row_matching.stored_by_client(
        Meeting, ("starts_at", "subject"), fields, clients
    ).items():
        stored.setdefault((client, to_minute(at), subject), []).extend(rows)
    keys = [(client, to_minute(at), subject) for client, at, subject in zip(clients, starts, subjects, strict=True)]
    row_matching.evaluate(Meeting, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Meeting, columns, evaluation)
    row_matching.require_columns(ACTIONS["service.plan_meeting"].parameters, columns, evaluation)
    _apply_rules(columns, evaluation, count)
    return evaluation


def _apply_rules(columns: Columns, evaluation: ImportEvaluation, count: int) -> None:
    """Reject rows that break the rules of a single meeting; compute `ends_at` of new ones."""
    ends, kinds, rules = (_column(columns, name, count) for name in ("ends_at", "kind", "rrule"))
    filled = list(ends)
    for row in evaluation.rows(CREATED, UPDATED):
        starts, kind = columns["starts_at"][row], str(kinds[row] or "office")
        if filled[row] is None and row in evaluation.rows(CREATED):
            filled[row] = meeting_rules.usual_end(kind, starts)
        error = meeting_rules.meeting_error(starts, filled[row] or starts, True, kind)
        if error is None and rules[row]:
            error = series.rule_error(str(rules[row]), local(clock.at_local(starts)))
        if error is not None:
            evaluation.fault(row, error[0], _column(columns, error[0], count)[row], bilingual(error[1], error[2]))
    columns["ends_at"] = filled


@action(
    "service.import_meetings",
    needs=Permission.PLAN_WRITE,
    zh="批量导入会议",
    en="Import meetings",
    is_public=False,
)
def import_meetings(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated meetings; the organiser of a new one defaults to the actor."""
    user_id = current_actor().user_id

    def finish(row: Meeting, index: int, is_new: bool) -> None:
        """Set the default organiser of a new row."""
        if is_new and row.organiser_id is None:
            row.organiser_id = user_id

    with elevated("meetings of clients imported in the same file"):
        row_matching.write_dependents(Meeting, columns, row_evaluation, meeting_fields(), clients, finish)
