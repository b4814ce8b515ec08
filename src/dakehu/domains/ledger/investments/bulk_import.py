"""Import many investments together."""

from collections import Counter
from typing import Any

from dakehu.domains.ledger.models import Investment
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.fields import editable_fields


def investment_fields() -> tuple[str, ...]:
    """Return the importable fields, custom fields included."""
    return tuple(name for name in editable_fields("ledger.Investment") if name != "client")


def evaluate(
    columns: Columns, clients: list[int], row_evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported rows with stored investments and set the outcome of each row.

    An investment is identified by client, day and product; if a client bought a product twice on a day, by the
    amount as well.
    """
    blank: list[Any] = [None] * len(clients)
    days, products, amounts = (columns.get(name) or blank for name in ("invested_on", "product", "amount"))
    present = tuple(name for name in investment_fields() if name in columns)
    stored = row_matching.stored_by_client(Investment, ("invested_on", "product", "amount"), present, clients)
    keys: list[Any] = list(zip(clients, days, products, amounts, strict=True))
    stored_count: Counter[Any] = Counter()
    for key, rows in stored.items():
        stored_count[key[:3]] += len(rows)
    row_count = Counter(key[:3] for key in keys)
    ambiguous = {key for key in row_count if row_count[key] > 1 or stored_count[key] > 1}
    known: Stored = {}
    for key, rows in stored.items():
        known.setdefault(key if key[:3] in ambiguous else key[:3], []).extend(rows)
    keys = [key if key[:3] in ambiguous else key[:3] for key in keys]
    row_matching.evaluate(Investment, columns, keys, known, present, row_evaluation, mode=mode)
    row_matching.hide_foreign_values(Investment, columns, row_evaluation)
    return row_matching.require_columns(ACTIONS["ledger.add_investment"].parameters, columns, row_evaluation)


@action(
    "ledger.import_investments",
    needs=Permission.LEDGER_WRITE,
    zh="批量导入投资记录",
    en="Import investments",
    is_public=False,
)
def import_investments(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated investment rows."""
    with elevated("investments of clients imported in the same file"):
        row_matching.write_dependents(Investment, columns, row_evaluation, investment_fields(), clients)
