"""Queries of the market: an index with its forecast band, and the breadth of clients' holdings.

No advice, no targets, nothing about a single client.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np

from dakehu.analytics import forecast, market
from dakehu.domains.ledger.close import firm_book
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.models import Product, SecurityCode, SecurityKind
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import reader
from dakehu.foundation.access import scope
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

EPOCH = close_rows.EPOCH
YEAR = 252  # trading days of prices used by breadth
MAX_HORIZON = 60
LARGEST_SHOWN = 20
INDEX = Parameter("index", required=False, spec=FieldSpec("指数", "Index", example="000300.SH"))
HORIZON = Parameter(
    "horizon", kind="integer", required=False, spec=FieldSpec("天数", "Days ahead", aliases=("交易日",))
)


@query(
    "ledger.market_index",
    needs=Permission.LEDGER_READ,
    zh="指数与概率区间",
    en="Index and probability band",
    parameters=(INDEX, HORIZON),
)
def market_index(*, index: str | None = None, horizon: int | None = None) -> dict[str, Any]:
    """Return an index from its first price on, and a forecast band of its level.

    `index` is code.market, by default that of DAKEHU_BENCHMARK, else any; `horizon` is 1 to 60 trading days, 20
    by default. Returns {indices: [{index, name}], index, name, day, level, volatility_20, volatility_60 (lists, one
    entry a day), change, stale_days, band: {quantiles, rows: one list of levels a day ahead}, record: {horizon,
    origins, inner, outer, loss, plain_inner, plain_outer, plain_loss, ratio}}. `record` is the back-test of such bands
    on this index against a plain random walk (analytics.forecast). None where there is too little data.
    """
    days_ahead = 20 if horizon is None else horizon
    if not 1 <= days_ahead <= MAX_HORIZON:
        raise Refused(
            {"horizon": [bilingual("应为 1 至 {n} 个交易日。", "Must be 1 to {n} trading days.", n=MAX_HORIZON)]}
        )
    indices = _indices()
    result: dict[str, Any] = {
        "indices": [{"index": code, "name": name} for code, (_, name) in indices.items()],
        "index": None,
        "name": None,
        "day": [],
        "level": [],
        "volatility_20": [],
        "volatility_60": [],
        "change": None,
        "stale_days": None,
        "band": None,
        "record": None,
    }
    chosen = index or (_benchmark(indices) if indices else None)
    if chosen is None:
        return result
    if chosen not in indices:
        raise Refused(
            {
                "index": [
                    bilingual(
                        "没有指数“{index}”的行情，可选：{all}。",
                        "There are no prices of the index “{index}”; there are: {all}.",
                        index=chosen,
                        all=list(indices) or "–",
                    )
                ]
            }
        )
    days, levels = close_inputs.price_history(indices[chosen][0])
    if not len(levels):
        return {**result, "index": chosen, "name": indices[chosen][1]}
    record = forecast.backtest(levels, days_ahead)
    band = forecast.band(levels, days_ahead)
    return result | {
        "index": chosen,
        "name": indices[chosen][1],
        "day": [_date(d) for d in days.tolist()],
        "level": levels.tolist(),
        "volatility_20": _finite(market.volatility(levels, 20)),
        "volatility_60": _finite(market.volatility(levels, 60)),
        "change": float(levels[-1] / levels[-2] - 1) if len(levels) > 1 else None,
        "stale_days": (clock.today() - EPOCH).days - int(days[-1]),
        "band": None if band is None else {"quantiles": list(forecast.QUANTILES), "rows": band.tolist()},
        "record": _band_record(record) if record.origins else None,
    }


def _benchmark(indices: dict[str, Any]) -> str:
    """Return the benchmark index if it has prices, else the first by name."""
    return firm_settings.current("BENCHMARK") if firm_settings.current("BENCHMARK") in indices else next(iter(indices))


def _band_record(backtest: forecast.Backtest) -> dict[str, Any]:
    """Return the back-test as plain values."""
    return {
        "horizon": backtest.horizon,
        "origins": backtest.origins,
        "inner": backtest.inner[0],
        "outer": backtest.outer[0],
        "loss": backtest.loss[0],
        "plain_inner": backtest.inner[1],
        "plain_outer": backtest.outer[1],
        "plain_loss": backtest.loss[1],
        "ratio": None if np.isnan(backtest.ratio) else backtest.ratio,
    }


def _indices() -> dict[str, tuple[int, str]]:
    """Return {code.market: (product id, name)} of the registered indices."""
    rows = SecurityCode.objects.filter(product__kind=SecurityKind.INDEX, until=None).order_by("product__name", "pk")
    return {
        f"{code}.{market_code}": (product, name)
        for code, market_code, product, name in rows.values_list("code", "market", "product_id", "product__name")
    }


@query("ledger.market_breadth", needs=Permission.LEDGER_READ, zh="客户持仓概览", en="Breadth of the book")
def market_breadth() -> dict[str, Any]:
    """Return the breadth of the securities that visible clients hold, as of the last close.

    Returns {as_of, clients, securities, rose, fell, stayed, highs, lows, above_20, above_60, above_250 (shares, None
    without a full window), concentration (sum of squared weights), unpriced, foreign (another currency, excluded from
    weights), holdings: [{code, market, name, kind (label), weight, clients, change}] largest first, classes: [{kind (label),
    securities, rose, fell, stayed, above_60, weight}] by class, the heaviest first}. Weights only, no sums, so that nothing is
    disclosed about one client.
    """
    day = portfolio.valuation_date()
    holdings, holders = holdings_of(scope.client_model().objects.values_list("pk", flat=True))
    result: dict[str, Any] = {
        "as_of": day.isoformat(),
        "clients": 0,
        "securities": len(holdings),
        "rose": 0,
        "fell": 0,
        "stayed": 0,
        "highs": 0,
        "lows": 0,
        "above_20": None,
        "above_60": None,
        "above_250": None,
        "concentration": None,
        "unpriced": 0,
        "foreign": 0,
        "holdings": [],
        "classes": [],
    }
    if not holdings:
        return result
    assets = np.array(sorted(holdings))
    begin = day - timedelta(days=int(YEAR * 1.6))
    days = np.array([(d - EPOCH).days for d in trading_days.trading_days_between(begin, day)], np.int32)
    prices = close_inputs.price_matrix(assets, days)
    breadth = market.breadth(prices.matrix)
    currencies = dict(Product.objects.filter(pk__in=assets.tolist()).values_list("pk", "currency"))
    is_domestic = np.array([currencies.get(a) == firm_book.CURRENCY for a in assets.tolist()])
    last = prices.matrix[:, -1]
    values = np.where(
        is_domestic & np.isfinite(last), np.array([holdings[a][0] for a in assets.tolist()]) * np.nan_to_num(last), 0.0
    )
    total = values.sum()
    names = products.product_names(assets.tolist())
    before = prices.matrix[:, -2] if len(days) > 1 else np.full(len(assets), np.nan)
    rows = []
    for index in np.argsort(-values, kind="stable")[:LARGEST_SHOWN].tolist():
        if values[index] > 0:
            change = last[index] / before[index] - 1
            product = names[int(assets[index])]
            rows.append(
                {
                    **product,
                    "kind": str(SecurityKind(product["kind"]).text),
                    "weight": float(values[index] / total),
                    "clients": holdings[int(assets[index])][1],
                    "change": float(change) if np.isfinite(change) else None,
                }
            )
    share = market.concentration(values)
    return result | {
        "clients": holders,
        "rose": breadth.rose,
        "fell": breadth.fell,
        "stayed": breadth.stayed,
        "highs": breadth.highs,
        "lows": breadth.lows,
        **{f"above_{n}": None if np.isnan(v) else v for n, v in zip(market.MEANS, breadth.above, strict=True)},
        "concentration": None if np.isnan(share) else share,
        "unpriced": int((~np.isfinite(last)).sum()),
        "foreign": int((~is_domestic).sum()),
        "holdings": rows,
        "classes": _classes(assets, prices.matrix, values),
    }


def _classes(assets: np.ndarray, matrix: np.ndarray, values: np.ndarray) -> list[dict[str, Any]]:
    """Return the breadth of each class of securities, the heaviest first."""
    kinds = dict(Product.objects.filter(pk__in=assets.tolist()).values_list("pk", "kind"))
    kind_of = np.array([str(kinds.get(one, "")) for one in assets.tolist()])
    total, found = float(values.sum()), []
    for kind in np.unique(kind_of).tolist():
        chosen = kind_of == kind
        one = market.breadth(matrix[chosen])
        above = one.above[market.MEANS.index(60)]
        found.append(
            {
                "kind": SecurityKind.text_of(kind),
                "securities": int(chosen.sum()),
                "rose": one.rose,
                "fell": one.fell,
                "stayed": one.stayed,
                "above_60": None if np.isnan(above) else above,
                "weight": float(values[chosen].sum()) / total if total else None,
            }
        )
    return sorted(found, key=lambda row: -(row["weight"] or 0))


def holdings_of(clients: Iterable[int]) -> tuple[dict[int, tuple[float, int]], int]:
    """Return ({product id: (shares held, number of holders)}, number of clients with holdings) of visible clients.

    Short positions are excluded.
    """
    table = close_inputs.group_by_client(reader.trades_of_clients(clients))
    owner = np.repeat(table.clients, np.diff(table.offsets))
    pair = owner * (len(table.assets) + 1) + table.asset
    pairs, pair_index = np.unique(pair, return_inverse=True)
    shares = np.zeros(len(pairs), np.int64)
    np.add.at(shares, pair_index, table.quantity)
    client, asset = np.divmod(pairs[shares > 0], len(table.assets) + 1)
    total, holders = np.zeros(len(table.assets)), np.bincount(asset, minlength=len(table.assets))
    np.add.at(total, asset, shares[shares > 0] / 1000)
    holdings = {int(table.assets[a]): (float(total[a]), int(holders[a])) for a in np.flatnonzero(holders).tolist()}
    return holdings, len(np.unique(client))


def _finite(values: np.ndarray) -> list[float | None]:
    """Return values as a list, None for those that are not finite."""
    return [float(v) if np.isfinite(v) else None for v in values.tolist()]


def _date(day: int) -> str:
    """Return the ISO date of a day since 1970-01-01."""
    return (EPOCH + timedelta(days=int(day))).isoformat()
