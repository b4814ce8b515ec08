"""Returns of securities and indices over trading days, and closes at the lower price limit, from imported prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close.rows import EPOCH
from dakehu.domains.ledger.models import (
    CorporateAction,
    CorporateKind,
    PriceFile,
    Product,
    SecurityCode,
    SecurityKind,
)
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days

WINDOWS = (1, 3, 5)
# Daily price limits of shares (Shanghai and Shenzhen trading rules of 2023, Beijing's of 2021): by market and first digits.
LIMITS = (("BJ", "", 0.30), ("SH", "68", 0.20), ("SZ", "30", 0.20), ("SH", "", 0.10), ("SZ", "", 0.10))
UNDER_WARNING = 0.05  # shares of the main boards under risk warning (ST, *ST), until the exchanges change it
HALF_A_FEN = 0.005


@dataclass(frozen=True)
class PriceTable:
    """Closing prices of every product with one, carried forward. A products, D trading days.

    products: int64 [A], ids ascending. days: int32 [D], days since 1970-01-01. matrix: float64 [A, D], in the product's
    currency, NaN before the first. as_of: int32 [A, D], the day of each price.
    """

    products: np.ndarray
    days: np.ndarray
    matrix: np.ndarray
    as_of: np.ndarray

    def column(self, day: date) -> int:
        """Return the column of a day, or of the last trading day before it; -1 for a day before the first."""
        return int(np.searchsorted(self.days, (day - EPOCH).days, "right")) - 1


def frame(day: date, windows: Iterable[int] = WINDOWS) -> pl.DataFrame:
    """Return the returns of every security over the trading days that end with `day`.

    Columns: product (id), return_N for each of `windows` (0.05 is 5 %), close (last price, in the product's currency),
    limit_down (whether it closed at the lower price limit; shares of the mainland's markets only). Splits, bonus shares,
    dividends and rights that are registered are adjusted for. A return is missing if no price was set within
    its window, or none before it.
    """
    prices = _table(day)
    last = prices.column(day)
    schema = {"product": pl.Int64, **{f"return_{n}": pl.Float64 for n in windows}, "close": pl.Float64}
    if last < 0:
        return pl.DataFrame(schema={**schema, "limit_down": pl.Boolean})
    close = prices.matrix[:, last]
    columns = {
        "product": prices.products,
        **{f"return_{n}": _returns(prices, last, n) for n in windows},
        "close": close,
    }
    result = pl.DataFrame(columns, schema=schema).with_columns(pl.exclude("product").fill_nan(None))
    return result.with_columns(pl.Series("limit_down", _is_limit_down(prices, last))).filter(
        pl.col("close").is_not_null()
    )


def highs(day: date, wanted: pl.DataFrame) -> pl.DataFrame:
    """Return the highest close of securities from a day on, up to `day`: product, since, high, first (the close of `since`).

    wanted: product (id), since (day). Prices before a split or bonus issue are adjusted for it; dividends are
    not adjusted for, since the price fell by them. Rows without a price are left out.
    """
    schema = {"product": pl.Int64, "since": pl.Date, "high": pl.Float64, "first": pl.Float64}
    prices = _table(day)
    last = prices.column(day)
    if last < 0 or not wanted.height:
        return pl.DataFrame(schema=schema)
    factors = _split_factors(prices, day)
    pieces = [pl.DataFrame(schema=schema)]
    for (since,), group in wanted.unique().group_by("since"):
        first = max(0, prices.column(since))
        product = group["product"].to_numpy()
        row = np.minimum(np.searchsorted(prices.products, product), len(prices.products) - 1)
        is_known = prices.products[row] == product
        product, row = product[is_known], row[is_known]
        closes = prices.matrix[row, first : last + 1] * factors[row, first : last + 1]
        high = np.fmax.reduce(closes, axis=1) if len(row) else np.zeros(0)
        columns = {"product": product, "since": [since] * len(row), "high": high, "first": closes[:, 0]}
        pieces.append(pl.DataFrame(columns, schema=schema))
    return pl.concat(pieces).with_columns(pl.col("high", "first").fill_nan(None)).drop_nulls("high")


def _split_factors(prices: PriceTable, day: date) -> np.ndarray:
    """Return the factor that adjusts each price for the splits and bonus shares up to `day`: float64 [A, D]."""
    factors = np.ones(prices.matrix.shape)
    actions = CorporateAction.objects.filter(on__lte=day, ratio__gt=0).exclude(kind=CorporateKind.RIGHTS.value)
    for product, on, ratio in actions.values_list("product_id", "on", "ratio"):
        row = int(np.searchsorted(prices.products, product))
        if row < len(prices.products) and prices.products[row] == product:
            factors[row, : prices.column(on - timedelta(days=1)) + 1] /= 1.0 + float(ratio)
    return factors


def index_return(name: str, day: date, window: int = 1) -> float | None:
    """Return the return of an index (code.market) over the trading days that end with `day`, None if unknown."""
    code, _, market = name.partition(".")
    product = SecurityCode.objects.filter(code=code, market=market).values_list("product_id", flat=True).first()
    prices = _table(day)
    last, row = prices.column(day), np.searchsorted(prices.products, product or 0)
    if product is None or last < 0 or row == len(prices.products) or prices.products[row] != product:
        return None
    value = float(_returns(prices, last, window)[row])
    return value if np.isfinite(value) else None


def daily(day: date, count: int, products: list[int]) -> tuple[np.ndarray, dict[int, int]]:
    """Return (returns of each of `count` trading days that end with `day`, {product: row}) of products that have prices.

    float64 [A, D], D at most `count`. Missing: NaN unless a price was set on both the day and the trading day before,
    so that returns of an index and of a security are of the same day. Adjusted for corporate actions as in `frame`.
    """
    prices = _table(day)
    last = prices.column(day)
    first = max(0, last - count)
    places = np.flatnonzero(np.isin(prices.products, np.array(products, np.int64)))
    rows = {int(prices.products[place]): at for at, place in enumerate(places)}
    if last < 1:
        return np.full((len(places), 0), np.nan), rows
    span = slice(first, last + 1)
    closes, is_set = prices.matrix[places, span], prices.as_of[places, span] == prices.days[span]
    base = closes[:, :-1].copy()
    since, until = (EPOCH + timedelta(days=int(prices.days[column])) for column in (first, last))
    actions = CorporateAction.objects.filter(on__gt=since, on__lte=until).order_by("on", "pk")
    for product, kind, ratio, amount, on in actions.values_list("product_id", "kind", "ratio", "amount", "on"):
        if product in rows:
            column = int(np.searchsorted(prices.days, (on - EPOCH).days)) - first - 1
            paid = float(amount) if kind == CorporateKind.RIGHTS else -float(amount)
            base[rows[product], column] = (base[rows[product], column] + paid) / (1.0 + float(ratio))
    is_known = is_set[:, 1:] & is_set[:, :-1] & (base > 0)
    return np.where(is_known, closes[:, 1:] / np.where(base > 0, base, np.nan) - 1.0, np.nan), rows


def _returns(prices: PriceTable, last: int, window: int) -> np.ndarray:
    """Return the returns over `window` columns up to `last`: float64 [A], NaN where missing."""
    if last < window:
        return np.full(len(prices.products), np.nan)
    base = _adjusted_prices(prices, last - window, last)
    is_set = prices.as_of[:, last] > prices.days[last - window]
    return np.where(is_set & (base > 0), prices.matrix[:, last] / np.where(base > 0, base, np.nan) - 1.0, np.nan)


def _adjusted_prices(prices: PriceTable, first: int, last: int) -> np.ndarray:
    """Return the prices of column `first` adjusted for the corporate actions up to column `last`: float64 [A]."""
    base = prices.matrix[:, first].copy()
    days = [EPOCH + timedelta(days=int(prices.days[column])) for column in (first, last)]
    actions = CorporateAction.objects.filter(on__gt=days[0], on__lte=days[1]).order_by("on", "pk")
    for product, kind, ratio, amount in actions.values_list("product_id", "kind", "ratio", "amount"):
        row = int(np.searchsorted(prices.products, product))
        if row < len(base) and prices.products[row] == product:
            paid = float(amount) if kind == CorporateKind.RIGHTS else -float(amount)
            base[row] = (base[row] + paid) / (1.0 + float(ratio))
    return base


def _is_limit_down(prices: PriceTable, last: int) -> np.ndarray:
    """Return which shares closed at their lower limit in column `last`, with a price of that day: bool [A]."""
    limits = _limits(prices.products)
    if last < 1:
        return np.zeros(len(prices.products), bool)
    lowest = np.floor(_adjusted_prices(prices, last - 1, last) * (1.0 - limits) * 100 + 0.5 + 1e-9) / 100
    is_today = prices.as_of[:, last] == prices.days[last]
    reached: np.ndarray = is_today & (prices.matrix[:, last] < lowest + HALF_A_FEN)  # never if one is missing
    return reached


def _limits(products: np.ndarray) -> np.ndarray:
    """Return the daily price limit of each product, NaN for what is not a mainland share: float64 [A]."""
    codes = SecurityCode.objects.filter(product__kind=SecurityKind.STOCK, market__in=("SH", "SZ", "BJ"), until=None)
    limit_of: dict[int, float] = {}
    for product, market, code, name in codes.values_list("product_id", "market", "code", "product__name"):
        limit = next(limit for place, digits, limit in LIMITS if place == market and code.startswith(digits))
        is_warned = limit == LIMITS[-1][2] and name.lstrip("*").upper().startswith("ST")
        limit_of[product] = UNDER_WARNING if is_warned else limit
    return np.array([limit_of.get(int(product), np.nan) for product in products])


def _table(until: date) -> PriceTable:
    """Return the prices imported so far, up to `until` or today; the last result is cached while no file is added."""
    files = tuple(PriceFile.objects.order_by("day", "pk").values_list("file", flat=True))
    return _read_table(str(journal.folder()), hash(files), max(until, clock.today()))


@lru_cache(maxsize=1)
def _read_table(folder: str, files: int, until: date) -> PriceTable:
    """Read all prices onto the trading days from the first price to `until` (12 bytes a product and day)."""
    first = PriceFile.objects.order_by("day").values_list("day", flat=True).first() or until
    products = np.array(sorted(Product.objects.values_list("pk", flat=True)), np.int64)
    calendar = trading_days.trading_days_between(first, until)
    ordinals = np.array([(day - EPOCH).days for day in calendar], np.int32)
    prices = close_inputs.price_matrix(products, ordinals)
    return PriceTable(products, ordinals, prices.matrix, prices.as_of)
