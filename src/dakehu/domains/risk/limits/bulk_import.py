"""Import limits of many clients at once: each row is a new version, by the rules of a single one."""

from typing import Any

from dakehu.domains.risk.limits import rules
from dakehu.domains.risk.models import ClientLimit
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields

FIXED = bilingual(
    "限额不改写历史版本；请改写生效日期，作为新版本导入。",
    "A version of a limit is never changed; give a new day, and the row becomes a new version.",
)


def limit_fields() -> tuple[str, ...]:
    """Return the importable fields of clients' limits."""
    return tuple(name for name in editable_fields("risk.ClientLimit") if name != "client")


def evaluate_limits(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported limits with stored versions and set the outcome of each row.

    A version is identified by client, measure and effective day. One already stored with other values is an error:
    versions are never changed.
    """
    count = len(clients)
    blank: list[Any] = [None] * count
    measures, days, values, strong = (
        columns.get(name) or blank for name in ("measure", "effective_from", "value", "strong_value")
    )
    fields = tuple(name for name in limit_fields() if name in columns and name not in ("measure", "effective_from"))
    stored = row_matching.stored_by_client(ClientLimit, ("measure", "effective_from"), fields, clients)
    keys: list[Any] = [
        (client, str(measure or ""), day) for client, measure, day in zip(clients, measures, days, strict=True)
    ]
    row_matching.evaluate(ClientLimit, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(ClientLimit, columns, evaluation)
    row_matching.require_columns(ACTIONS["risk.set_client_limit"].parameters, columns, evaluation)
    for row in evaluation.rows(UPDATED):
        evaluation.fault(row, "value", values[row], FIXED)
    for row in evaluation.rows(CREATED):
        if not measures[row] or values[row] is None or days[row] is None:
            continue
        most = None if strong[row] is None else float(strong[row])
        error = rules.limit_error(str(measures[row]), ["client"], float(values[row]), most, days[row], clock.today())
        if error is not None:
            evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))
    return evaluation


@action(
    "risk.import_client_limits",
    needs=Permission.LIMIT_WRITE,
    zh="批量导入客户限额",
    en="Import limits of clients",
    is_public=False,
)
def import_client_limits(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated limits as new versions."""
    newest: dict[tuple[int, str], int] = {}

    def finish(row: ClientLimit, index: int, is_new: bool) -> None:
        """Number a new version."""
        key = (row.client_id, str(row.measure))
        if key not in newest:
            known = ClientLimit.objects.filter(client_id=row.client_id, measure=row.measure).order_by("-version")
            newest[key] = known.values_list("version", flat=True).first() or 0
        newest[key] += 1
        row.version = newest[key]

    with elevated("limits of clients imported in the same file"):
        row_matching.write_dependents(ClientLimit, columns, row_evaluation, limit_fields(), clients, finish)
