"""Turn rows of the journal into arrays for the kernel, grouped by client. Pure.

Does not import Django's models, so that a worker of a cluster needs no settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.domains.ledger.trades import journal
from dakehu.domains.ledger.trades.owners import to_numpy
from dakehu.domains.ledger.trades.transaction_types import TransactionType

# Asset classes in the numbering of analytics.figures: stock, fund, bond, repo and cash, private and structured, other.
CLASSES = {
    "stock": 0,
    "fund": 1,
    "bond": 2,
    "repo": 3,
    "cash": 3,
    "private": 4,
    "asset_plan": 4,
    "structured": 4,
}
OTHER = 5
VALUE_COLUMNS = (
    "side",
    "quantity",
    "price",
    "amount",
    "commission",
    "stamp",
    "transfer",
    "other",
)  # in addition to owners.NEEDED
SECURITY_TYPES = (
    TransactionType.BUY,
    TransactionType.SELL,
    TransactionType.BONUS,
    TransactionType.MOVE_IN,
    TransactionType.MOVE_OUT,
    TransactionType.INCOME,
    TransactionType.TAX,
)


@dataclass(frozen=True)
class Trades:
    """Security trades of all clients, ordered by (client, asset, day, as traded).

    C clients, T trades, A assets. clients: int64 [C], ids ascending. offsets: int64 [C + 1]; client i has the trades
    offsets[i]..offsets[i + 1]. assets: int64 [A], product ids ascending. asset: int32 [T], index into `assets`. day:
    int32 [T], days since 1970-01-01. quantity: int64 [T], thousandths of a share, bought positive, 0 for dividends and
    their tax. price: float64 [T] as written by the broker, 0 without one. amount: int64 [T], fen before fees, never
    negative except for taxes on dividends, which are negative income. fee: int64 [T], fen. kind: int8 [A], asset class.

    Rows of money alone (deposits, interest without a security) and repo are excluded: they move no security. Nothing is
    missing: a trade without a price still has its amount. Amounts are in the currency of the product.
    """

    clients: np.ndarray
    offsets: np.ndarray
    assets: np.ndarray
    asset: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    amount: np.ndarray
    fee: np.ndarray
    kind: np.ndarray


def class_of(kind: str | None) -> int:
    """Return the asset class of a product's kind."""
    return CLASSES.get(str(kind or ""), OTHER)


def group_by_client(table: pa.Table, classes: Mapping[int, int], until: date | None = None) -> Trades:
    """Return the security trades among journal rows (in journal.ORDER) up to and including `until`.

    classes: {product id: asset class}; products that are missing there are of class OTHER.
    """
    is_included = pc.and_(
        pc.is_in(table["side"], pa.array([int(s) for s in SECURITY_TYPES], pa.int8())),
        pc.not_equal(table["asset"], journal.NO_ASSET),
    )
    if until is not None:
        is_included = pc.and_(is_included, pc.less_equal(table["day"], pa.scalar(until, pa.date32())))
    table = table.filter(is_included)
    owner = to_numpy(table["client"])
    first = np.flatnonzero(np.diff(owner, prepend=owner[:1] - 1))
    assets, asset = encode(table["asset"])
    tax = to_numpy(table["side"]) == int(TransactionType.TAX)
    amount = to_numpy(table["amount"])
    return Trades(
        clients=owner[first].astype(np.int64),
        offsets=np.append(first, len(owner)).astype(np.int64),
        assets=assets,
        asset=asset,
        day=to_numpy(table["day"].cast(pa.int32())),
        quantity=to_numpy(table["quantity"]),
        price=to_numpy(table["price"]),
        amount=np.where(tax, -amount, amount),
        fee=sum(
            (to_numpy(table[name]) for name in ("commission", "stamp", "transfer", "other")),
            np.zeros(len(owner), np.int64),
        ),
        kind=np.array([classes.get(product, OTHER) for product in assets.tolist()], np.int8),
    )


def encode(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Return (distinct values, ascending int64 [A]; index of each row's value, int32).

    By hashing: sorting four million rows to find a few thousand values takes several times as long.
    """
    coded = column.combine_chunks().dictionary_encode()
    values = coded.dictionary.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(values)
    rank = np.empty(len(values), np.int32)
    rank[order] = np.arange(len(values), dtype=np.int32)
    return values[order], rank[coded.indices.to_numpy(zero_copy_only=False)]
