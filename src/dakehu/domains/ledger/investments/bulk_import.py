"""Taking in many investments at once."""

from collections import Counter
from typing import Any

from dakehu.domains.ledger.models import Investment
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.fields import editable_fields


def investment_fields() -> tuple[str, ...]:
    return tuple(name for name in editable_fields("ledger.Investment") if name != "client")


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
    return row_matching.require_columns(ACTIONS["ledger.note_investment"].parameters, columns, weighed)


@action(
    "ledger.take_in",
    needs=Permission.LEDGER_WRITE,
    zh="批量导入投资记录",
    en="Take in many investments",
    is_public=False,
)
def import_investments(*, columns: Columns, weighed: ImportEvaluation, clients: list[int]) -> None:
    with elevated("investments of clients just taken in"):
        row_matching.write_dependents(Investment, columns, weighed, investment_fields(), clients)
