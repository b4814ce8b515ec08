"""Build the kernel's book of many clients from their trades and the known prices: in CNY, on trading days."""

from datetime import date, timedelta

import numpy as np

from dakehu.analytics import kernel
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close.rows import EPOCH
from dakehu.domains.ledger.models import Product, SecurityCode, SecurityKind
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days

CURRENCY = "CNY"


def calendar_of(traded: np.ndarray, day: date) -> np.ndarray:
    """Return trading days from the first of `traded` to `day`, including both: int32 [D].

    `traded` are days since 1970-01-01; all of them are included.
    """
    first = EPOCH + timedelta(days=int(traded.min()))
    trading = [(trading_day - EPOCH).days for trading_day in trading_days.trading_days_between(first, day)]
    return np.unique(np.append(traded, np.array([*trading, (day - EPOCH).days], np.int32))).astype(np.int32)


def book_of(trades: close_inputs.Trades, prices: close_inputs.Prices) -> kernel.Book:
    """Return the kernel's book on the days of the prices.

    Raises Refused if an exchange rate is missing.
    """
    days = prices.days
    return close_book.build_book(
        offsets=trades.offsets,
        asset=trades.asset,
        day=trades.day,
        quantity=trades.quantity,
        amount=trades.amount,
        fee=trades.fee,
        kind=trades.kind,
        matrix=prices.matrix,
        days=days,
        rates=rates(trades.assets, days),
        market=index_levels(firm_settings.current("BENCHMARK"), days),
    )


def rates(assets: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the value of one unit of each security's currency in CNY: float64 [A, D].

    Rates are products of kind 汇率 whose code is the pair (USDCNY). Raises Refused if a rate is missing on any day
    from the first trade on.
    """
    currency = dict(Product.objects.values_list("pk", "currency"))
    result = np.ones((len(assets), len(days)))
    foreign = sorted({currency[asset] for asset in assets.tolist()} - {CURRENCY})
    codes = SecurityCode.objects.filter(
        product__kind=SecurityKind.RATE, code__in=[f"{name}{CURRENCY}" for name in foreign]
    )
    pairs = {code[:3]: product for code, product in codes.values_list("code", "product_id")}
    missing = []
    for name in foreign:
        row = close_inputs.price_matrix(np.array([pairs.get(name, 0)]), days).matrix[0]
        if np.isnan(row).any():
            missing.append(name)
        result[[i for i, asset in enumerate(assets.tolist()) if currency[asset] == name]] = row
    if missing:
        raise Refused(
            {
                "currency": [
                    bilingual(
                        "缺少汇率：{names}。请导入自首笔交易起的汇率（dakehu import 汇率.csv，列：日期、证券代码、收盘价，代码如 USDCNY）。",
                        "No exchange rate for {names}: import rates from the first trade on (dakehu import rates.csv, columns: date, code, close, with codes such as USDCNY).",
                        names=missing,
                    )
                ]
            }
        )
    return result


def index_levels(name: str, days: np.ndarray) -> np.ndarray:
    """Return the levels of an index (code.market) on some days: float64 [D], all NaN if unknown."""
    code, _, market = name.partition(".")
    product = SecurityCode.objects.filter(code=code, market=market).values_list("product_id", flat=True).first()
    return close_inputs.price_matrix(np.array([product or 0]), days).matrix[0]


def benchmark_name() -> str:
    """Return the name of the benchmark index, "" if it is not registered."""
    return index_name(firm_settings.current("BENCHMARK"))


def index_name(name: str) -> str:
    """Return the name of an index (code.market), "" if it is not registered."""
    code, _, market = name.partition(".")
    product_name = SecurityCode.objects.filter(code=code, market=market).values_list("product__name", flat=True).first()
    return product_name or ""
