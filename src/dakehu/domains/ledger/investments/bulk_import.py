"""Taking in many investments at once."""

from collections import Counter
from typing import Any

from dakehu.domains.ledger.investments.actions import OPTIONAL
from dakehu.domains.ledger.models import Investment
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation, Stored
from dakehu.foundation.schema import custom_fields


def investment_fields() -> tuple[str, ...]:
    return ("invested_on", "amount", "product", *OPTIONAL, *custom_fields.custom_field_names("ledger.Investment"))


def evaluate(
    columns: Columns, clients: list[int], weighed: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """An investment is known by client, day and product; where a client bought a product twice on a day, by the
    amount as well."""
    nothing: list[Any] = [None] * len(clients)
    days, products, amounts = (columns.get(n) or nothing for n in ("invested_on", "product", "amount"))
    given = tuple(n for n in investment_fields() if n in columns)
    stored = row_matching.stored_by_client(Investment, ("invested_on", "product", "amount"), given, clients)
    keys: list[Any] = list(zip(clients, days, products, amounts, strict=True))
    held: Counter[Any] = Counter()
    for key, rows in stored.items():
        held[key[:3]] += len(rows)
    named = Counter(key[:3] for key in keys)
    several = {key for key in named if named[key] > 1 or held[key] > 1}
    known: Stored = {}
    for key, rows in stored.items():
        known.setdefault(key if key[:3] in several else key[:3], []).extend(rows)
    keys = [key if key[:3] in several else key[:3] for key in keys]
    row_matching.evaluate(Investment, columns, keys, known, given, weighed, mode=mode)
    row_matching.hide_foreign_values(Investment, columns, weighed)
    return row_matching.require_columns(ACTIONS["ledger.add_investment"].parameters, columns, weighed)


@action(
    "ledger.import_investments",
    needs=Permission.LEDGER_WRITE,
    zh="批量导入投资记录",
    en="Import investments",
    is_public=False,
)
def import_investments(*, columns: Columns, weighed: ImportEvaluation, clients: list[int]) -> None:
    with elevated("investments of clients just taken in"):
        row_matching.write_dependents(Investment, columns, weighed, investment_fields(), clients)
