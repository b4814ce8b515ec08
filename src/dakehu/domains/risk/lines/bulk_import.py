"""Import many lines of clients at once, by the rules of a single one."""

from typing import Any

from dakehu.domains.risk.choices import LineBasis, LineEventKind, LineState
from dakehu.domains.risk.lines import rules
from dakehu.domains.risk.models import Line, LineEvent
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import editable_fields


def line_fields() -> tuple[str, ...]:
    """Return the importable fields of lines."""
    return tuple(name for name in editable_fields("risk.Line") if name != "client")


def evaluate_lines(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported lines with stored ones and set the outcome of each row.

    A line is identified by client, security (none: the whole account), direction and basis. Rows that break a rule are
    errors with their position.
    """
    count = len(clients)
    blank: list[Any] = [None] * count
    securities, kinds, bases = (columns.get(name) or blank for name in ("security", "kind", "basis"))
    fields = tuple(name for name in line_fields() if name in columns and name not in ("security", "kind", "basis"))
    stored = row_matching.stored_by_client(Line, ("security_id", "kind", "basis"), fields, clients)
    keys: list[Any] = [
        (client, getattr(security, "pk", None), str(kind or ""), str(basis or LineBasis.COST.value))
        for client, security, kind, basis in zip(clients, securities, kinds, bases, strict=True)
    ]
    row_matching.evaluate(Line, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Line, columns, evaluation)
    row_matching.require_columns(ACTIONS["risk.set_line"].parameters, columns, evaluation)
    thresholds, days = columns.get("threshold") or blank, columns.get("set_on") or blank
    today = clock.today()
    for row in evaluation.rows(CREATED, UPDATED):
        if thresholds[row] is None or not kinds[row]:
            continue
        basis = str(bases[row] or LineBasis.COST.value)
        error = rules.line_error(
            str(kinds[row]), basis, float(thresholds[row]), securities[row] is not None, days[row] or today, today
        )
        if error is not None:
            evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))
    return evaluation


@action("risk.import_lines", needs=Permission.LINE_WRITE, zh="批量导入提醒线", en="Import lines", is_public=False)
def import_lines(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated lines, each with its event; a withdrawn one that is in the file again stays withdrawn."""
    user, today = team.current_user(), clock.today()

    def finish(row: Line, index: int, is_new: bool) -> None:
        """Set who recorded a new line, and its date where the file has none."""
        if is_new:
            row.recorded_by, row.state = user, LineState.ACTIVE.value
            row.set_on = row.set_on or today

    with elevated("lines of clients imported in the same file"):
        created, changed = row_matching.write_dependents(Line, columns, row_evaluation, line_fields(), clients, finish)
        said = [(row, LineEventKind.SET) for row in created] + [(row, LineEventKind.CHANGED) for row in changed]
        events = [
            LineEvent(
                client_id=row.client_id,
                line_id=row.pk,
                kind=kind.value,
                on=today,
                by=user,
                values={"threshold": str(row.threshold)},
            )
            for row, kind in said
        ]
        if events:
            record_rows(LineEvent, events, [], [], client_ids={row.client_id for row, _ in said})
