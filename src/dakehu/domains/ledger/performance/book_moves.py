"""Queries of the book's volatility, and of the range of one client's holdings. No direction, no advice."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.analytics import book_moves
from dakehu.analytics.forecast import QUANTILES
from dakehu.domains.ledger.close import firm_book
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import Product
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.performance.market import EPOCH, HORIZON, MAX_HORIZON, holdings_of
from dakehu.foundation.access import scope
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of

BACK = 760  # trading days of prices
SHOWN = 250
LARGEST = 500  # securities from which the volatility of the book is computed, by value
CLIENT = parameters_of("ledger.Figures", "client")


@query("ledger.book_volatility", needs=Permission.LEDGER_READ, zh="客户持仓波动率", en="Volatility of the book")
def book_volatility() -> dict[str, Any]:
    """Return the past volatility of the current holdings of visible clients.

    {as_of, clients, day, weighted (lists of the last 250 trading days), now (exponentially weighted), days_60, days_250: shares a
    year, covered: share of the value of priced CNY securities included, worst, worst_on: the worst past day}. None if
    there is too little data. Shares only, no sums.
    """
    holdings, holders = holdings_of(scope.client_model().objects.values_list("pk", flat=True))
    days, returns, covered = _returns(holdings)
    shown = [None if np.isnan(v) else float(v) for v in book_moves.weighted_volatility(returns)]
    known = np.flatnonzero(np.isfinite(returns))
    worst = known[np.argmin(returns[known])] if len(known) else None
    return {
        "as_of": portfolio.valuation_date().isoformat(),
        "clients": holders,
        "day": [one.isoformat() for one in days[-SHOWN:]],
        "weighted": shown[-SHOWN:],
        "now": shown[-1] if shown else None,
        "days_60": _finite(book_moves.plain_volatility(returns, 60)),
        "days_250": _finite(book_moves.plain_volatility(returns, 250)),
        "covered": covered,
        "worst": None if worst is None else float(returns[worst]),
        "worst_on": None if worst is None else days[worst].isoformat(),
    }


@query(
    "ledger.worth_band",
    needs=Permission.LEDGER_READ,
    zh="客户市值波动区间",
    en="Band of a client's holdings",
    parameters=(*CLIENT, HORIZON),
)
def client_worth_band(*, client: Any, horizon: int | None = None) -> dict[str, Any]:
    """Return the range of values of what a client holds today after 1 to 60 trading days (default 20).

    {client: {id, code, name}, as_of, horizon, value (CNY), covered, bands: [{days, low, lower, upper, high}] at 50 %
    and 90 %, record: {origins, inner, outer}: how such bands did, each made from the days before}. bands are [] before
    250 returns. Cash and securities without a price are left out. Raises Refused for another horizon.
    """
    ahead = 20 if horizon is None else horizon
    if not 1 <= ahead <= MAX_HORIZON:
        raise refusal("horizon", "应为 1 至 {n} 个交易日。", "Must be 1 to {n} trading days.", n=MAX_HORIZON)
    holdings, _ = holdings_of([client.pk])
    values: dict[int, float] = {}
    _, returns, covered = _returns(holdings, values)
    total = sum(values.values())
    bands = []
    for count in dict.fromkeys((1, max(1, ahead // 2), ahead)):
        lines = book_moves.worth_band(returns, count)
        if lines is not None and total:
            low, lower, _, upper, high = (round(total * float(line), 2) for line in lines)
            bands.append({"days": count, "low": low, "lower": lower, "upper": upper, "high": high})
    record = book_moves.band_record(returns, ahead)
    name = render_row(client, ("name",), shown=True)["name"]
    return {
        "client": {"id": client.pk, "code": client.code, "name": name},
        "as_of": portfolio.valuation_date().isoformat(),
        "horizon": ahead,
        "value": round(total, 2),
        "covered": covered,
        "quantiles": list(QUANTILES),
        "bands": bands,
        "record": {"origins": record.origins, "inner": _finite(record.inner), "outer": _finite(record.outer)},
    }


def _returns(
    holdings: dict[int, tuple[float, int]], values: dict[int, float] | None = None
) -> tuple[list[date], np.ndarray, float | None]:
    """Return (days, daily returns, share of the value included) of holdings; their values are added to `values`."""
    if not holdings:
        return [], np.zeros(0), None
    day = portfolio.valuation_date()
    open_days = trading_days.trading_days_between(day - timedelta(days=int(BACK * 1.6)), day)[-BACK:]
    numbers = np.array([(one - EPOCH).days for one in open_days], np.int32)
    assets = np.array(sorted(holdings))
    prices = close_inputs.price_matrix(assets, numbers).matrix
    currencies = dict(Product.objects.filter(pk__in=assets.tolist()).values_list("pk", "currency"))
    is_domestic = np.array([currencies.get(one) == firm_book.CURRENCY for one in assets.tolist()])
    shares = np.array([holdings[one][0] for one in assets.tolist()])
    worth = np.where(is_domestic & np.isfinite(prices[:, -1]), shares * np.nan_to_num(prices[:, -1]), 0.0)
    if values is not None:
        values.update(zip(assets.tolist(), worth.tolist(), strict=True))
    largest = np.argsort(-worth, kind="stable")[:LARGEST]
    largest = largest[worth[largest] > 0]
    if not len(largest):
        return [], np.zeros(0), None
    returns = book_moves.book_returns(prices[largest], worth[largest])
    return open_days[1:], returns, float(worth[largest].sum() / worth.sum())


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
