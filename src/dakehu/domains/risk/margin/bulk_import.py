"""Import the terms of many margin contracts at once."""

from typing import Any

from dakehu.domains.risk.margin import rules
from dakehu.domains.risk.models import MarginTerms
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation
from dakehu.foundation.schema.fields import editable_fields

LINES = ("warn_line", "close_line", "instant_line", "target_ratio")


def terms_fields() -> tuple[str, ...]:
    """Return the importable fields of the terms of contracts."""
    return tuple(name for name in editable_fields("risk.MarginTerms") if name != "client")


def evaluate_terms(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported terms with stored ones and set each row's outcome; contracts match by client and number."""
    count = len(clients)
    blank: list[Any] = [None] * count
    contracts = columns.get("contract") or blank
    fields = tuple(name for name in terms_fields() if name in columns and name != "contract")
    stored = row_matching.stored_by_client(MarginTerms, ("contract",), fields, clients)
    row_matching.evaluate(
        MarginTerms, columns, list(zip(clients, contracts, strict=True)), stored, fields, evaluation, mode=mode
    )
    row_matching.hide_foreign_values(MarginTerms, columns, evaluation)
    row_matching.require_columns(ACTIONS["risk.add_margin_terms"].parameters, columns, evaluation)
    values = [columns.get(name) or blank for name in LINES]
    for row in evaluation.rows(CREATED, UPDATED):
        error = rules.lines_error(*(None if one[row] is None else float(one[row]) for one in values))
        if error is not None:
            evaluation.fault(row, error[0], "", bilingual(error[1], error[2]))
    return evaluation


@action(
    "risk.import_margin_terms",
    needs=Permission.LIMIT_WRITE,
    zh="批量导入两融约定",
    en="Import margin terms",
    is_public=False,
)
def import_margin_terms(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated terms of contracts."""
    with elevated("margin terms of clients imported in the same file"):
        row_matching.write_dependents(MarginTerms, columns, row_evaluation, terms_fields(), clients)
