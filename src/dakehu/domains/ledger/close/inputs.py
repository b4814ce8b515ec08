"""Load the journal as arrays for the nightly close (analytics.kernel.Book), straight from Parquet."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dakehu.domains.clients.restriction import restricted_clients
from dakehu.domains.ledger.close import trade_arrays
from dakehu.domains.ledger.close.rows import EPOCH
from dakehu.domains.ledger.close.trade_arrays import VALUE_COLUMNS, Trades
from dakehu.domains.ledger.models import PriceFile, Product
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.ledger.trades.owners import NEEDED, to_numpy
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.recorded import add_audit_note

DAYS_AT_MOST = 1 << 20  # days since 1970-01-01 are fewer


def arrays_for_close(until: date | None = None) -> Trades:
    """Return the trades of the firm up to and including `until` (None: all), without those of restricted clients.

    Raises PermissionError unless the actor is the system.
    """
    table = reader.all_trades([*NEEDED, *VALUE_COLUMNS])
    restricted = restricted_ids()
    if restricted:
        table = table.filter(pc.invert(pc.is_in(table["client"], pa.array(restricted, table["client"].type))))
    return group_by_client(table, until)


def restricted_ids() -> list[int]:
    """Return the visible clients whose data are only stored: nothing is computed for them or added to firm totals."""
    return list(restricted_clients().values_list("pk", flat=True))


def group_by_client(table: pa.Table, until: date | None = None) -> Trades:
    """Return the security trades among journal rows (in journal.ORDER) up to and including `until`."""
    return trade_arrays.group_by_client(table, product_classes(), until)


def product_classes() -> dict[int, int]:
    """Return {product id: asset class}."""
    return {pk: trade_arrays.class_of(kind) for pk, kind in Product.objects.values_list("pk", "kind")}


@dataclass(frozen=True)
class Prices:
    """Closing prices carried forward over days without one. A assets, D days.

    matrix: float64 [A, D], NaN before an asset's first price. as_of: int32 [A, D], day of the price since 1970-01-01,
    -1 without one; the close reports prices older than the firm allows. days: int32 [D], ascending.
    """

    matrix: np.ndarray
    as_of: np.ndarray
    days: np.ndarray


@dataclass(frozen=True)
class PriceRows:
    """Prices as in the files, R rows ordered by asset, then by day and registration.

    asset: int32 [R], product ids. day: int32 [R], days since 1970-01-01. price: float64 [R].
    """

    asset: np.ndarray
    day: np.ndarray
    price: np.ndarray


@lru_cache(maxsize=1)
def _load_prices(folder: Path, register: tuple[tuple[str, date], ...]) -> PriceRows:
    """Read the registered days of price files, (file, day) in order of precedence; keep the last result.

    Registered files never change; without the cache (16 bytes a price) a client's page would open one file for every month
    of every price ever imported. Of a file with several days, only the days for which the register names it apply.
    """
    place = {name: n for n, name in enumerate(dict.fromkeys(name for name, _ in register))}
    tables = journal.read_each([folder / f"{name}.parquet" for name in place], journal.PRICES)
    table = pa.concat_tables(tables or [journal.PRICES.empty_table()])
    asset, day, price = to_numpy(table["asset"]), to_numpy(table["day"].cast(pa.int32())), to_numpy(table["price"])
    key = np.repeat(np.arange(len(tables)), [one.num_rows for one in tables]) * DAYS_AT_MOST + day
    keys = np.array([place[name] * DAYS_AT_MOST + (on - EPOCH).days for name, on in register], np.int64)
    by_key = np.argsort(keys)
    found = by_key[np.minimum(np.searchsorted(keys[by_key], key), max(len(keys) - 1, 0))] if len(keys) else key
    counts = np.flatnonzero(keys[found] == key) if len(keys) else key
    order = counts[np.lexsort((found[counts], asset[counts]))]
    return PriceRows(asset[order], day[order], price[order])


def price_matrix(assets: np.ndarray, days: np.ndarray) -> Prices:
    """Return prices of `assets` on `days`, carried forward.

    assets: product ids [A], ascending. days: int32 [D], days since 1970-01-01, ascending. A price between two of the
    days applies from the later one on; if two sources price a day, the one registered last applies.
    """
    last = int(days[-1]) if len(days) else -1
    files = PriceFile.objects.order_by("day", "pk").values_list("file", "day")
    rows = _load_prices(journal.folder(), tuple((file, day) for file, day in files if (day - EPOCH).days <= last))
    begin, end = np.searchsorted(rows.asset, assets), np.searchsorted(rows.asset, assets, side="right")
    row = np.repeat(np.arange(len(assets)), end - begin)
    source = np.arange(len(row)) + np.repeat(begin - np.append(0, np.cumsum(end - begin)[:-1]), end - begin)
    matrix = np.full((len(assets), len(days)), np.nan)
    as_of = np.full((len(assets), len(days)), -1, np.int32)
    column = np.searchsorted(days, rows.day[source])
    matrix[row, column] = rows.price[source]
    as_of[row, column] = rows.day[source]
    known = np.where(as_of >= 0, np.arange(len(days), dtype=np.int32), 0)
    latest = np.maximum.accumulate(known, axis=1)  # the column of the last price known on each day
    return Prices(np.take_along_axis(matrix, latest, axis=1), np.take_along_axis(as_of, latest, axis=1), days)


def price_history(product: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (days, prices) of a product, ascending.

    days: int32 [N], days since 1970-01-01. prices: float64 [N], above 0. If two sources price a day, the one
    registered last applies.
    """
    files = PriceFile.objects.order_by("day", "pk").values_list("file", "day")
    rows = _load_prices(journal.folder(), tuple(files))
    begin, end = np.searchsorted(rows.asset, product), np.searchsorted(rows.asset, product, side="right")
    day, price = rows.day[begin:end], rows.price[begin:end]
    keep = (price > 0) & (np.append(day[1:], -1) != day)
    return day[keep], price[keep]


@action("ledger.import_prices", needs=Permission.IMPORT, zh="导入行情", en="Import prices", is_public=False)
def import_prices(*, source: str, day: date, prices: dict[int, float]) -> Any:
    """Import closing prices of one business day by product id, in the product's currency.

    A day that the source delivered before is replaced: its register row names the new file, and the old file is deleted
    later.
    """
    row = PriceFile.objects.filter(source=source, day=day).first() or PriceFile(source=source, day=day)
    row.file, row.rows = journal.new_name(), len(prices)
    table = {"asset": list(prices), "day": [day] * len(prices), "price": list(prices.values())}
    journal.write(journal.path_of(row.file), pa.table(table, schema=journal.PRICES))
    row.save()
    add_audit_note(prices=source, day=day.isoformat(), rows=len(prices))
    return row
