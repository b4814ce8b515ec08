"""What can be asked about the market and the book's place in it: an index, the breadth of what clients hold, how much
prices move, and a band of probability with its own record. No advice, no targets, nothing of a single client."""

from datetime import timedelta
from typing import Any

import numpy as np
from django.conf import settings

from dakehu.analytics import forecast, market
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Product, SecurityCode, SecurityKind
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import reader
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access import scope
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

EPOCH = close_rows.EPOCH
YEAR = 252  # days of prices that breadth looks at
LONGEST = 60
SHOWN = 20
INDEX = Parameter("index", required=False, spec=FieldSpec("指数", "Index", example="000300.SH"))
HORIZON = Parameter(
    "horizon", kind="integer", required=False, spec=FieldSpec("天数", "Days ahead", aliases=("交易日",))
)


@query(
    "ledger.market_index",
    needs=Permission.LEDGER_READ,
    zh="指数与概率区间",
    en="An index and its band",
    parameters=(INDEX, HORIZON),
)
def market_index(*, index: str | None = None, horizon: int | None = None) -> dict[str, Any]:
    """An index (code.market; the one that DAKEHU_BENCHMARK names, else any) from its first price on, and where it may be
    in up to `horizon` (20) trading days: {indices: [{index, name}], index, name, day, level, volatility_20, volatility_60
    (a list each, one entry a day), change, stale_days, band: {quantiles, rows: one list of levels a day ahead}, record:
    {horizon, origins, inner, outer, loss, plain_inner, plain_outer, plain_loss, ratio}}. The record tells how such bands did
    on this index beside a plain random walk (analytics.forecast). None where there is too little to say."""
    ahead = 20 if horizon is None else horizon
    if not 1 <= ahead <= LONGEST:
        raise Refused({"horizon": [bilingual("应为 1 至 {n} 个交易日。", "Must be 1 to {n} trading days.", n=LONGEST)]})
    known = _indices()
    told: dict[str, Any] = {
        "indices": [{"index": one, "name": name} for one, (_, name) in known.items()],
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
    chosen = index or (_benchmark(known) if known else None)
    if chosen is None:
        return told
    if chosen not in known:
        raise Refused(
            {
                "index": [
                    bilingual(
                        "没有指数“{index}”的行情，可选：{all}。",
                        "There are no prices of the index “{index}”; there are: {all}.",
                        index=chosen,
                        all="、".join(known) or "–",
                    )
                ]
            }
        )
    days, levels = close_inputs.price_history(known[chosen][0])
    if not len(levels):
        return {**told, "index": chosen, "name": known[chosen][1]}
    record = forecast.backtest(levels, ahead)
    band = forecast.band(levels, ahead)
    return told | {
        "index": chosen,
        "name": known[chosen][1],
        "day": [_date(d) for d in days.tolist()],
        "level": levels.tolist(),
        "volatility_20": _finite(market.volatility(levels, 20)),
        "volatility_60": _finite(market.volatility(levels, 60)),
        "change": float(levels[-1] / levels[-2] - 1) if len(levels) > 1 else None,
        "stale_days": (clock.today() - EPOCH).days - int(days[-1]),
        "band": None if band is None else {"quantiles": list(forecast.QUANTILES), "rows": band.tolist()},
        "record": _band_record(record) if record.origins else None,
    }


def _benchmark(known: dict[str, Any]) -> str:
    """The index to compare with where it has prices, else the first by name."""
    return settings.BENCHMARK if settings.BENCHMARK in known else next(iter(known))


def _band_record(made: forecast.Backtest) -> dict[str, Any]:
    return {
        "horizon": made.horizon,
        "origins": made.origins,
        "inner": made.inner[0],
        "outer": made.outer[0],
        "loss": made.loss[0],
        "plain_inner": made.inner[1],
        "plain_outer": made.outer[1],
        "plain_loss": made.loss[1],
        "ratio": None if np.isnan(made.ratio) else made.ratio,
    }


def _indices() -> dict[str, tuple[int, str]]:
    """{code.market: (product, name)} of the indices that are entered."""
    rows = SecurityCode.objects.filter(product__kind=SecurityKind.INDEX, until=None).order_by("product__name", "pk")
    return {
        f"{code}.{place}": (number, name)
        for code, place, number, name in rows.values_list("code", "market", "product_id", "product__name")
    }


@query("ledger.market_breadth", needs=Permission.LEDGER_READ, zh="持仓广度", en="Breadth of the book")
def market_breadth() -> dict[str, Any]:
    """The securities that clients in sight hold, as of the last close: {as_of, clients, securities, rose, fell, stayed, highs,
    lows, above_20, above_60, above_250 (shares, None without a full window), concentration (sum of squared weights),
    unpriced, foreign (left out of weights: another currency), holdings: [{code, market, name, kind (in words), weight, clients, change}]
    the largest first}. Weights only, no sums: they tell nothing of one client."""
    day = portfolio.day_of()
    held, holders = _holdings_weights()
    told: dict[str, Any] = {
        "as_of": day.isoformat(),
        "clients": 0,
        "securities": len(held),
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
    }
    if not held:
        return told
    assets = np.array(sorted(held))
    begin = day - timedelta(days=int(YEAR * 1.6))
    days = np.array([(d - EPOCH).days for d in trading_days.trading_days_between(begin, day)], np.int32)
    prices = close_inputs.price_matrix(assets, days)
    made = market.breadth(prices.matrix)
    home = dict(Product.objects.filter(pk__in=assets.tolist()).values_list("pk", "currency"))
    here = np.array([home.get(a) == close_run.CURRENCY for a in assets.tolist()])
    last = prices.matrix[:, -1]
    worth = np.where(
        here & np.isfinite(last), np.array([held[a][0] for a in assets.tolist()]) * np.nan_to_num(last), 0.0
    )
    total = worth.sum()
    named = products.product_names(assets.tolist())
    before = prices.matrix[:, -2] if len(days) > 1 else np.full(len(assets), np.nan)
    rows = []
    for place in np.argsort(-worth, kind="stable")[:SHOWN].tolist():
        if worth[place] > 0:
            change = last[place] / before[place] - 1
            own = named[int(assets[place])]
            rows.append(
                {
                    **own,
                    "kind": str(SecurityKind(own["kind"]).text),
                    "weight": float(worth[place] / total),
                    "clients": held[int(assets[place])][1],
                    "change": float(change) if np.isfinite(change) else None,
                }
            )
    share = market.concentration(worth)
    return told | {
        "clients": holders,
        "rose": made.rose,
        "fell": made.fell,
        "stayed": made.stayed,
        "highs": made.highs,
        "lows": made.lows,
        **{f"above_{n}": None if np.isnan(v) else v for n, v in zip(market.MEANS, made.above, strict=True)},
        "concentration": None if np.isnan(share) else share,
        "unpriced": int((~np.isfinite(last)).sum()),
        "foreign": int((~here).sum()),
        "holdings": rows,
    }


def _holdings_weights() -> tuple[dict[int, tuple[float, int]], int]:
    """({product: (shares held, by how many clients)}, how many clients hold anything) of the clients in sight."""
    seen = scope.client_model().objects.values_list("pk", flat=True)
    table = close_inputs.group_by_client(reader.trades_of_clients(seen))
    owner = np.repeat(table.clients, np.diff(table.offsets))
    pair = owner * (len(table.assets) + 1) + table.asset
    each, place = np.unique(pair, return_inverse=True)
    shares = np.zeros(len(each), np.int64)
    np.add.at(shares, place, table.quantity)
    client, asset = np.divmod(each[shares > 0], len(table.assets) + 1)
    total, holders = np.zeros(len(table.assets)), np.bincount(asset, minlength=len(table.assets))
    np.add.at(total, asset, shares[shares > 0] / 1000)
    held = {int(table.assets[a]): (float(total[a]), int(holders[a])) for a in np.flatnonzero(holders).tolist()}
    return held, len(np.unique(client))


def _finite(values: np.ndarray) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values.tolist()]


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=int(day))).isoformat()
