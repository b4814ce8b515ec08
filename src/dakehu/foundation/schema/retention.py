"""Retention periods and their basis: one per model of client data."""

from dataclasses import dataclass
from typing import Any

from dakehu.foundation.access.query_guard import scoped_models


@dataclass(frozen=True)
class Retention:
    """`years` after the relation (or the record) ends; `basis` names the rule, `kind` its certainty:
    V the text was read, S a secondary source, K unverified, D our own default."""

    years: int
    basis_zh: str
    basis_en: str
    kind: str


# 证券法 art. 137: account papers, orders, trades and records of management and business, at least 20 years.
TWENTY_YEARS = Retention(20, "《证券法》第一百三十七条", "Securities Law art. 137", "V")


def retention_table() -> list[tuple[str, Retention]]:
    """Return (model label, retention) for every model of client data; LookupError names a model without one."""
    table: list[tuple[str, Any]] = []
    for model in scoped_models():
        kept = getattr(model, "retention", None)
        if kept is None:
            raise LookupError(f"{model._meta.label} does not say how long it is kept")
        table.append((model._meta.label, kept))
    return table
