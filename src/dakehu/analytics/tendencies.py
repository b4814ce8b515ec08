"""Measure tendencies of one client's trading: size, standard error, count, and whether there are enough data.

A tendency is a pattern in trades, never a diagnosis. Each measure covers a period of trading days; the positions
behind it are replayed from the first trade. Nothing is estimated below the minimum count of a measure.

Sources: disposition effect, Odean (1998); lottery-like shares, Kumar (2009); the minimum counts and the sizes from
which a tendency is reported are house defaults.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dakehu.analytics.trade_counts import PRIOR_DAYS, Counts, Market, Trades, count, mean_of_rows

AFTER_DAYS = 3  # trading days of selling after a shock
SHOCK = -0.03  # return of a day of the index or of the account
YEAR_DAYS = 244
CONFIDENT = 2.0  # standard errors


@dataclass(frozen=True)
class Rule:
    """Thresholds for measuring and reporting a tendency: minimum counts, size, and standard errors from zero."""

    least: int
    size: float
    errors: float = CONFIDENT


@dataclass(frozen=True)
class Tendency:
    """One measure. size and error are nan where `lacks` is set; error is nan for a fact without sampling."""

    name: str
    size: float
    error: float
    count: int
    is_reported: bool
    lacks: str = ""


RULES = {
    "disposition": Rule(20, 0.10),
    "overtrading": Rule(122, 0.03),
    "lottery": Rule(20, 0.15),
    "chasing": Rule(20, 0.10),
    "panic": Rule(3, 0.30),
    "averaging_down": Rule(15, 0.50),
    "concentration": Rule(20, 0.35),
    "loss_aversion": Rule(30, 1.5, 3.0),  # trips in one market correlate: two errors report 8 % of neutral traders
    "leverage": Rule(1, 0.8),
    "recency": Rule(24, 0.4),
}
LEAST_PAPER_LOSSES = 10


def tendencies(
    trades: Trades,
    market: Market,
    first: int,
    last: int,
    *,
    debt_ratio: float = np.nan,
    inflows: np.ndarray | None = None,
    index_months: np.ndarray | None = None,
) -> list[Tendency]:
    """Return every tendency over the days first..last, in the order of RULES.

    Costs, shocks, additions and holding times need more than a quarter: they cover the year that ends on `last`.
    debt_ratio: margin debt / net assets, nan where unknown. inflows and index_months: float64 [24], net inflow of each
    month and the return of the index in the month before it; None where unknown.
    """
    quarter = count(trades, market, first, last)
    year = count(trades, market, max(last - YEAR_DAYS + 1, 0), last)
    return [
        _disposition(quarter),
        _overtrading(year),
        _lottery(quarter, market),
        _chasing(quarter, market),
        _panic(year, market),
        _averaging_down(year),
        _concentration(quarter),
        _loss_aversion(year),
        _fact("leverage", debt_ratio),
        _recency(inflows, index_months),
    ]


def _result(name: str, size: float, error: float, counted: int, excess: float | None = None) -> Tendency:
    """Return a measure, reported where large enough and far enough from zero (`excess`, by default its size)."""
    rule = RULES[name]
    sure = np.isnan(error) or (size if excess is None else excess) >= rule.errors * error
    return Tendency(name, float(size), float(error), counted, bool(size >= rule.size and sure))


def _lacking(name: str, counted: int, what: str) -> Tendency:
    return Tendency(name, np.nan, np.nan, counted, False, what)


def _disposition(counts: Counts) -> Tendency:
    """Return PGR - PLR with its standard error; minimum counts: days with a sale, and losses kept."""
    (gained, winners), (lost, losers) = counts.gains, counts.losses
    if counts.sale_days < RULES["disposition"].least:
        return _lacking("disposition", counts.sale_days, "sale_days")
    if losers < LEAST_PAPER_LOSSES or not gained + winners:
        return _lacking("disposition", counts.sale_days, "paper_losses")
    many, few = gained + winners, lost + losers
    pgr, plr = gained / many, lost / few
    error = np.sqrt(pgr * (1 - pgr) / many + plr * (1 - plr) / few)
    return _result("disposition", pgr - plr, error, counts.sale_days)


def _overtrading(counts: Counts) -> Tendency:
    """Return the fees of a year / average assets; a fact, without sampling error."""
    days = len(counts.values)
    if days < RULES["overtrading"].least:
        return _lacking("overtrading", days, "days")
    average = float(np.mean([*counts.values.values()]))
    return _result("overtrading", counts.fees / average * YEAR_DAYS / days, np.nan, days)


def _of_buys(name: str, counts: Counts, measure: Callable[[int, int], float]) -> Tendency:
    """Return the mean of a measure over purchases, one per asset and day."""
    found = np.array([measure(day, asset) for day, asset in sorted(counts.buys)])
    found = found[~np.isnan(found)]
    if len(found) < RULES[name].least:
        return _lacking(name, len(found), "buys")
    return _result(name, found.mean(), found.std(ddof=1) / np.sqrt(len(found)), len(found))


def _lottery(counts: Counts, market: Market) -> Tendency:
    """Return the share of purchases in lottery-like assets minus the share of such assets in the market that day."""
    share = mean_of_rows(market.lottery)
    return _of_buys("lottery", counts, lambda day, asset: market.lottery[day, asset] - share[day])


def _chasing(counts: Counts, market: Market) -> Tendency:
    """Return the mean return before purchases minus that of all assets over the same days."""
    return _of_buys("chasing", counts, lambda day, asset: market.prior[day, asset])


def _panic(counts: Counts, market: Market) -> Tendency:
    """Return the share of assets sold within three days of a shock minus the share usually sold in three days."""
    days = sorted(counts.values)
    shares = {day: _sold_after(counts, day) for day in days if day + AFTER_DAYS <= days[-1]}
    shocks: list[int] = []
    for before, day in pairwise(days):
        own = counts.values[day] - counts.flows.get(day, 0.0) - counts.values[before]
        falls = market.index_returns[day] <= SHOCK or own / counts.values[before] <= SHOCK
        if falls and day in shares and (not shocks or day - shocks[-1] > AFTER_DAYS):
            shocks.append(day)
    if len(shocks) < RULES["panic"].least:
        return _lacking("panic", len(shocks), "shocks")
    near = {near for day in shocks for near in range(day - AFTER_DAYS, day + AFTER_DAYS + 1)}
    usual = [share for day, share in shares.items() if day not in near]
    if len(usual) < PRIOR_DAYS:
        return _lacking("panic", len(shocks), "usual_days")
    after = np.array([shares[day] for day in shocks])
    error = after.std(ddof=1) / np.sqrt(len(after))
    return _result("panic", after.mean() - float(np.mean(usual)), error, len(shocks))


def _sold_after(counts: Counts, day: int) -> float:
    """Return the share of holdings at the close of a day that is sold in the days after it."""
    sold = sum(counts.sold.get(day + later, 0.0) for later in range(1, AFTER_DAYS + 1))
    return min(sold / counts.values[day], 1.0)


def _averaging_down(counts: Counts) -> Tendency:
    """Return the share of additions to positions at a loss; reported where it also exceeds random choice."""
    if len(counts.additions) < RULES["averaging_down"].least:
        return _lacking("averaging_down", len(counts.additions), "additions")
    chosen, chance = (np.array(column, float) for column in zip(*counts.additions, strict=True))
    error = np.sqrt(max(float((chance * (1 - chance)).sum()), 1.0)) / len(chosen)
    return _result("averaging_down", chosen.mean(), error, len(chosen), excess=chosen.mean() - chance.mean())


def _concentration(counts: Counts) -> Tendency:
    """Return the mean Herfindahl index of the holdings at each close; a fact."""
    if len(counts.herfindahl) < RULES["concentration"].least:
        return _lacking("concentration", len(counts.herfindahl), "days")
    return _result("concentration", float(np.mean(counts.herfindahl)), np.nan, len(counts.herfindahl))


def _loss_aversion(counts: Counts) -> Tendency:
    """Return the median holding days of losers / that of winners, with the Mann-Whitney rank test."""
    winners = np.array([days for won, days in counts.trips if won], float)
    losers = np.array([days for won, days in counts.trips if not won], float)
    if len(counts.trips) < RULES["loss_aversion"].least or min(len(winners), len(losers)) < 5:
        return _lacking("loss_aversion", len(counts.trips), "trips")
    middle = float(np.median(winners))
    if middle <= 0:
        return _lacking("loss_aversion", len(counts.trips), "holding_days")
    ratio = float(np.median(losers)) / middle
    z = _rank_test(losers, winners)
    error = abs(ratio - 1) / abs(z) if z else np.inf
    return _result("loss_aversion", ratio, error, len(counts.trips), excess=ratio - 1)


def _rank_test(one: np.ndarray, other: np.ndarray) -> float:
    """Return the normal deviate of the rank test: positive where `one` is larger; ties share their ranks."""
    both = np.concatenate([one, other])
    values, place, many = np.unique(both, return_inverse=True, return_counts=True)
    last = np.cumsum(many)
    ranks = (last - (many - 1) / 2)[place]
    n, m = len(one), len(other)
    spread = n * m / 12 * (n + m + 1 - float((many**3 - many).sum()) / ((n + m) * (n + m - 1)))
    return float((ranks[:n].sum() - n * (n + 1) / 2 - n * m / 2) / np.sqrt(spread)) if len(values) > 1 else 0.0


def _fact(name: str, size: float) -> Tendency:
    return _lacking(name, 0, "debt") if np.isnan(size) else _result(name, size, np.nan, 1)


def _recency(inflows: np.ndarray | None, index_months: np.ndarray | None) -> Tendency:
    """Return the correlation of net inflows with the index of the month before."""
    months = 0 if inflows is None or index_months is None else len(inflows)
    if inflows is None or index_months is None or months < RULES["recency"].least or not inflows.std():
        return _lacking("recency", months, "months")
    size = float(np.corrcoef(inflows, index_months)[0, 1])
    return _result("recency", size, np.sqrt((1 - size**2) / (months - 2)), months)
