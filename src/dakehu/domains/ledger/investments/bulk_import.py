"""Taking in many investments at once."""

from collections import Counter
from typing import Any

from dakehu.domains.ledger.investments.actions import REST
from dakehu.domains.ledger.models import Investment
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access import scope
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import Columns, Stored, Weighed
from dakehu.foundation.schema import custom_fields


def fields() -> tuple[str, ...]:
    return ("invested_on", "amount", "product", *REST, *custom_fields.names("ledger.Investment"))


def weigh(columns: Columns, clients: list[int], weighed: Weighed, *, mode: str = "both") -> Weighed:
    """An investment is known by client, day and product; where a client bought a product twice on a day, by the
    amount as well."""
    nothing: list[Any] = [None] * len(clients)
    days, products, amounts = (columns.get(n) or nothing for n in ("invested_on", "product", "amount"))
    given = tuple(n for n in fields() if n in columns)
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
    row_matching.weigh(Investment, columns, keys, known, given, weighed, mode=mode)
    row_matching.only_to_see(Investment, columns, weighed)
    return row_matching.require(ACTIONS["ledger.note_investment"].takes, columns, weighed)


@action(
    "ledger.take_in", needs=Permission.LEDGER_WRITE, zh="批量导入投资记录", en="Take in many investments", by_name=False
)
def take_in(*, columns: Columns, weighed: Weighed, clients: list[int]) -> None:
    with scope.elevated("investments of clients just taken in"):
        row_matching.write_dependents(Investment, columns, weighed, fields(), clients)
