"""What a client held at the ends of the last months, by kind of security. Valued on demand; nothing is stored."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.analytics import daily, month_ends
from dakehu.analytics.kernel import Book
from dakehu.domains.ledger.models import Product, SecurityKind
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.queries import CLIENT
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.registry import query

KINDS_SHOWN = 7  # the largest ones; the rest are combined


@query(
    "ledger.composition", needs=Permission.LEDGER_READ, zh="持仓构成变化", en="Composition over time", parameters=CLIENT
)
def composition(*, client: Any) -> dict[str, Any]:
    """Return the shares of each kind of security in a client's market value at the ends of up to thirteen months.

    {as_of, months, kinds: [{kind, name, shares}]}, the largest kind now first; a share is None if a price is missing
    or nothing was held. Shares are shown to every reader, as the weights of holdings are.
    """
    day = portfolio.valuation_date()
    nothing: dict[str, Any] = {"as_of": day.isoformat(), "months": [], "kinds": []}
    valuation = portfolio.value(client, day)
    if valuation is None:
        return nothing
    marks = month_ends.month_columns(valuation.book.ordinals)[1:]
    marks = np.unique(marks[marks >= 0])
    worth = values_at(valuation.book, marks)
    held = np.flatnonzero(np.nan_to_num(worth).sum(axis=0) > 0)
    if not len(held):
        return nothing
    worth, marks = worth[:, held[0] :], marks[held[0] :]
    kinds = dict(Product.objects.filter(pk__in=valuation.assets.tolist()).values_list("pk", "kind"))
    names = [str(kinds.get(int(product), "")) or "other" for product in valuation.assets]
    return {
        "as_of": day.isoformat(),
        "months": [_month(int(valuation.book.ordinals[mark])) for mark in marks],
        "kinds": _by_kind(worth, names),
    }


def values_at(book: Book, marks: np.ndarray) -> np.ndarray:
    """Return the value of each asset of a one-client book on some columns of its days: float64 [A, M], NaN without a
    price of what was held."""
    quantity = np.zeros((len(book.prices), len(marks)), np.int64)
    for place, mark in enumerate(marks.tolist()):
        up_to = book.day <= mark
        np.add.at(quantity[:, place], book.asset[up_to], book.quantity[up_to])
    return np.where(quantity != 0, quantity / daily.UNITS * book.prices[:, marks], 0.0)


def _by_kind(worth: np.ndarray, names: list[str]) -> list[dict[str, Any]]:
    """Return the shares of each kind at each column, ordered by the last column with a value, the largest first."""
    total = worth.sum(axis=0)
    valid = np.isfinite(total) & (total > 0)
    sums = {name: worth[[i for i, own in enumerate(names) if own == name]].sum(axis=0) for name in set(names)}
    shares = {name: np.where(valid, value / np.where(valid, total, 1.0), np.nan) for name, value in sums.items()}
    order = sorted(
        shares, key=lambda name: (-float(np.nan_to_num(shares[name][-1])), -float(np.nansum(shares[name])), name)
    )
    shown = [(name, str(SecurityKind.text_of(name)), shares[name]) for name in order if np.nansum(shares[name])]
    if len(shown) > KINDS_SHOWN + 1:
        rest = np.sum([share for _, _, share in shown[KINDS_SHOWN:]], axis=0)
        shown = [*shown[:KINDS_SHOWN], ("rest", "…", rest)]
    return [
        {"kind": kind, "name": name, "shares": [None if value != value else round(float(value), 6) for value in share]}
        for kind, name, share in shown
    ]


def _month(ordinal: int) -> str:
    """Return the month of a day since 1970-01-01."""
    return f"{date(1970, 1, 1) + timedelta(days=ordinal):%Y-%m}"
