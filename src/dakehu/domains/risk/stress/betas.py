"""Betas of shares to the index that they follow in a stress test, from a year of prices; used where precise enough.

A beta is used where at least 120 of the last 250 trading days are known and its standard error is at most 0.25: house
defaults [D]. Otherwise the share falls as its index does, and the page shows the share of holdings for which this is
assumed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from dakehu.analytics import betas as regression
from dakehu.domains.ledger.prices import returns
from dakehu.domains.risk.stress.mapping import Followed
from dakehu.domains.risk.stress.scenarios import INDEX_CODES
from dakehu.foundation.schema.fields import model_of

DAYS, LEAST_DAYS = 250, 120  # trading days in the window, and minimum known [D]
LARGEST_ERROR = 0.25  # maximum for a beta to be used [D]


@dataclass(frozen=True)
class Beta:
    """The beta of a share to an index; `value` and `error` are None with too few days. `is_used`: precise enough."""

    index: str
    value: float | None
    error: float | None
    days: int
    is_used: bool


def betas_on(day: date, followed: dict[int, Followed]) -> dict[int, Beta]:
    """Return the beta of each share that follows an index, as known at the close of a day; {} without prices of an index."""
    shares = {pk: one.index for pk, one in followed.items() if one.is_share}
    if not shares:
        return {}
    indices = _products_of_indices()
    table, rows = returns.daily(day, DAYS, [*shares, *indices.values()])
    found: dict[int, Beta] = {}
    for index, product in indices.items():
        own = [pk for pk, name in shares.items() if name == index and pk in rows]
        if product not in rows or not own:
            continue
        value, error, days = regression.betas(table[[rows[pk] for pk in own]], table[rows[product]], LEAST_DAYS)
        for at, pk in enumerate(own):
            is_known = bool(np.isfinite(value[at]))
            found[pk] = Beta(
                index,
                float(value[at]) if is_known else None,
                float(error[at]) if is_known else None,
                int(days[at]),
                is_known and float(error[at]) <= LARGEST_ERROR,
            )
    return found


def _products_of_indices() -> dict[str, int]:
    """Return {name of an index: its product} of those whose prices the desk may have."""
    names = {code.partition(".")[0]: name for name, code in INDEX_CODES.items()}
    codes: Any = model_of("ledger.SecurityCode").objects.filter(code__in=sorted(names), market="SH", until=None)
    return {names[code]: product for code, product in codes.values_list("code", "product_id")}
