"""Import many entries of the register at once, by the rules of a single one."""

from typing import Any

from dakehu.domains.compliance.choices import ConflictEffect
from dakehu.domains.compliance.conflicts import rules
from dakehu.domains.compliance.conflicts.actions import check_entry
from dakehu.domains.compliance.models import Conflict
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.fields import editable_fields

KEY = ("description", "product")
BY_COMPLIANCE = bilingual("须回避的事项由合规解除。", "Compliance ends a duty to abstain.")
NOT_OWN = bilingual("只能导入本人的利益冲突。", "Only your own conflicts may be imported.")


def conflict_fields() -> tuple[str, ...]:
    """Return the importable fields of an entry."""
    return tuple(name for name in editable_fields("compliance.Conflict") if name != "client")


def evaluate_conflicts(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported entries with stored ones. An entry is recognised by client, product and description."""
    count = len(clients)
    texts, products = (columns.get(name) or [None] * count for name in KEY)
    fields = tuple(name for name in conflict_fields() if name in columns and name not in KEY)
    keys = [(client, text, code or "") for client, text, code in zip(clients, texts, products, strict=True)]
    row_matching.evaluate(Conflict, columns, keys, _stored_conflicts(fields), fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Conflict, columns, evaluation)
    row_matching.require_columns(ACTIONS["compliance.declare_conflict"].parameters, columns, evaluation)
    _check_rows(columns, evaluation, count)
    return evaluation


def _stored_conflicts(fields: tuple[str, ...]) -> Stored:
    """Return {(client or 0, description, product): [(pk, values)]} of the visible entries."""
    found: Stored = {}
    attnames = [Conflict._meta.get_field(name).attname for name in fields]  # type: ignore[union-attr]
    rows = Conflict.objects.order_by("pk").values_list("pk", "client_id", *KEY, *attnames)
    for pk, client, text, product, *values in rows:
        found.setdefault((client or 0, text, product), []).append((pk, tuple(values)))
    return found


def _check_rows(columns: Columns, evaluation: ImportEvaluation, count: int) -> None:
    """Mark as faulty the rows that the action for one entry would refuse."""
    actor = current_actor()
    keeps = actor.may(Permission.CONFLICT_KEEP)

    def value(name: str, row: int) -> Any:
        given = (columns.get(name) or [None] * count)[row]
        return Conflict._meta.get_field(name).get_default() if given is None else given

    for row in evaluation.rows(CREATED, UPDATED):
        staff = (columns.get("staff") or [None] * count)[row]
        changes = evaluation.differences.get(row, {})
        if not keeps and staff is not None and staff.pk != actor.user_id:
            evaluation.fault(row, "staff", staff.name, NOT_OWN)
        elif not keeps and "effect" in changes and changes["effect"][0] == ConflictEffect.BLOCK:
            evaluation.fault(row, "effect", "", BY_COMPLIANCE)
        elif evaluation.verdicts[row] == CREATED:
            error = rules.entry_error(
                str(value("effect", row)), value("disclosure", row), value("from_on", row), value("until_on", row)
            )
            if error is not None:
                evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))


@action(
    "compliance.import_conflicts",
    needs=Permission.CONFLICT_DECLARE,
    zh="批量导入利益冲突",
    en="Import conflicts of interest",
    is_public=False,
)
def import_conflicts(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated entries, with who declared them. Raises Refused for a changed row that is not valid."""
    keeps, me = current_actor().may(Permission.CONFLICT_KEEP), team.current_user()

    def finish(row: Conflict, index: int, is_new: bool) -> None:
        if is_new:
            row.declared_by = me
            if not keeps:
                row.staff = me
        check_entry(row)

    row_matching.write_dependents(Conflict, columns, row_evaluation, conflict_fields(), clients, finish)
