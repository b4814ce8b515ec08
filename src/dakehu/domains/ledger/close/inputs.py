"""The journal as arrays for the nightly close: what analytics.kernel.Book reads, straight from the Parquet files."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.domains.ledger.models import PriceFile, Product
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.recorded import add_audit_note

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
WANTED = ("side", "quantity", "price", "amount", "commission", "stamp", "transfer", "other")  # beside trades.NEEDED
TRADE_COLUMNS = (
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
    """Every dealing in securities of every client, ordered by (client, asset, day, as dealt). C clients, T trades, A assets.

    clients: int64 [C], numbers ascending. offsets: int64 [C + 1]; client i has the trades offsets[i]..offsets[i + 1].
    assets: int64 [A], product numbers ascending. asset: int32 [T], index into `assets`.
    day: int32 [T], days since 1970-01-01. quantity: int64 [T], thousandths of a share, bought positive, 0 for dividends
    and their tax. price: float64 [T] as the broker wrote it, 0 where none. amount: int64 [T], fen dealt before fees, never
    negative but for taxes on dividends, which are income below zero. fee: int64 [T], fen. kind: int8 [A], asset class.

    Rows of money alone (deposits, interest without a security) and repo are not among them: they move no security.
    Nothing is missing: a trade without a price still has its amount. Amounts are in the currency of the product.
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


def arrays_for_close(until: date | None = None) -> Trades:
    """The trades of the firm up to and including `until` (None: all). Only the system may ask; PermissionError otherwise."""
    return group_by_client(reader.all_trades([*reader.NEEDED, *WANTED]), until)


def group_by_client(table: pa.Table, until: date | None = None) -> Trades:
    """The dealings in securities among some rows of the journal (ordered as journal.ORDER) up to and including `until`."""
    wanted = pc.and_(
        pc.is_in(table["side"], pa.array([int(s) for s in TRADE_COLUMNS], pa.int8())),
        pc.not_equal(table["asset"], journal.NO_ASSET),
    )
    if until is not None:
        wanted = pc.and_(wanted, pc.less_equal(table["day"], pa.scalar(until, pa.date32())))
    table = table.filter(wanted)
    owner = _plain(table["client"])
    first = np.flatnonzero(np.diff(owner, prepend=owner[:1] - 1))
    assets, asset = _numbered(table["asset"])
    tax = _plain(table["side"]) == int(TransactionType.TAX)
    amount = _plain(table["amount"])
    kinds = dict(Product.objects.values_list("pk", "kind"))
    return Trades(
        clients=owner[first].astype(np.int64),
        offsets=np.append(first, len(owner)).astype(np.int64),
        assets=assets,
        asset=asset,
        day=_plain(table["day"].cast(pa.int32())),
        quantity=_plain(table["quantity"]),
        price=_plain(table["price"]),
        amount=np.where(tax, -amount, amount),
        fee=sum(
            (_plain(table[n]) for n in ("commission", "stamp", "transfer", "other")), np.zeros(len(owner), np.int64)
        ),
        kind=np.array([CLASSES.get(str(kinds.get(int(a), "")), OTHER) for a in assets], np.int8),
    )


def _numbered(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """(the different values, ascending int64 [A]; the place of each row's among them, int32). By hashing: ordering four
    million rows to find a few thousand values takes several times as long."""
    coded = column.combine_chunks().dictionary_encode()
    found = coded.dictionary.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(found)
    place = np.empty(len(found), np.int32)
    place[order] = np.arange(len(found), dtype=np.int32)
    return found[order], place[coded.indices.to_numpy(zero_copy_only=False)]


def _plain(column: pa.ChunkedArray) -> np.ndarray:
    return column.combine_chunks().to_numpy(zero_copy_only=False)


@dataclass(frozen=True)
class Prices:
    """Closing prices carried forward over days without one. A assets, D days.

    matrix: float64 [A, D], NaN before an asset's first price. as_of: int32 [A, D], the day (since 1970-01-01) on which
    the price was made, -1 where there is none: a price older than the firm allows is stale, and the close says so.
    days: int32 [D], ascending, the days given.
    """

    matrix: np.ndarray
    as_of: np.ndarray
    days: np.ndarray


@dataclass(frozen=True)
class Loader:
    """Prices as the files say them, R rows ordered by asset, then by day and registration. asset: int32 [R], product
    numbers; day: int32 [R], days since 1970-01-01; price: float64 [R]."""

    asset: np.ndarray
    day: np.ndarray
    price: np.ndarray


@lru_cache(maxsize=1)
def _prices_in(folder: Path, names: tuple[str, ...]) -> Loader:
    """A registered file never changes, so what was read last is kept (16 bytes a price): the page of a client would
    otherwise open one file for every day of every price ever imported."""
    table = journal.read([folder / f"{name}.parquet" for name in names], schema=journal.PRICES)
    asset = _plain(table["asset"])
    order = np.argsort(asset, kind="stable")
    return Loader(asset[order], _plain(table["day"].cast(pa.int32()))[order], _plain(table["price"])[order])


def price_matrix(assets: np.ndarray, days: np.ndarray) -> Prices:
    """Prices of `assets` (product numbers [A], ascending) on `days` (int32 [D], days since 1970-01-01, ascending). A price
    made between two of the days counts from the later one on; where two sources price a day, the one registered last."""
    last = int(days[-1]) if len(days) else -1
    files = PriceFile.objects.order_by("day", "pk").values_list("file", "day")
    known = [file for file, day in files if (day - date(1970, 1, 1)).days <= last]
    said = _prices_in(journal.folder(), tuple(known))
    begin, end = np.searchsorted(said.asset, assets), np.searchsorted(said.asset, assets, side="right")
    row = np.repeat(np.arange(len(assets)), end - begin)
    taken = np.arange(len(row)) + np.repeat(begin - np.append(0, np.cumsum(end - begin)[:-1]), end - begin)
    matrix = np.full((len(assets), len(days)), np.nan)
    as_of = np.full((len(assets), len(days)), -1, np.int32)
    column = np.searchsorted(days, said.day[taken])
    matrix[row, column] = said.price[taken]
    as_of[row, column] = said.day[taken]
    for d in range(1, len(days)):
        empty = as_of[:, d] < 0
        matrix[empty, d], as_of[empty, d] = matrix[empty, d - 1], as_of[empty, d - 1]
    return Prices(matrix, as_of, days)


def price_history(product: int) -> tuple[np.ndarray, np.ndarray]:
    """(days since 1970-01-01, int32 [N], prices above zero, float64 [N]) on which a product was priced, ascending; where two
    sources price a day, the one registered last."""
    files = PriceFile.objects.order_by("day", "pk").values_list("file", flat=True)
    said = _prices_in(journal.folder(), tuple(files))
    begin, end = np.searchsorted(said.asset, product), np.searchsorted(said.asset, product, side="right")
    day, price = said.day[begin:end], said.price[begin:end]
    keep = (price > 0) & (np.append(day[1:], -1) != day)
    return day[keep], price[keep]


@action("ledger.take_prices", needs=Permission.IMPORT, zh="导入行情", en="Take in prices", is_public=False)
def import_prices(*, source: str, day: date, prices: dict[int, float]) -> Any:
    """Closing prices of one business day by product number, in the product's currency. A day that the source has given
    before is replaced: the register row then names the new file, and the old one is an orphan."""
    row = PriceFile.objects.filter(source=source, day=day).first() or PriceFile(source=source, day=day)
    row.file, row.rows = journal.new_name(), len(prices)
    table = {"asset": list(prices), "day": [day] * len(prices), "price": list(prices.values())}
    journal.write(journal.path_of(row.file), pa.table(table, schema=journal.PRICES))
    row.save()
    add_audit_note(prices=source, day=day.isoformat(), rows=len(prices))
    return row
