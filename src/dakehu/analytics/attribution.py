"""Attribute a change in value and the excess return over a benchmark to asset classes."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.figures import CLASSES
from dakehu.analytics.kernel import Book

CASH = 3  # the class of repo and cash, in the numbering of figures


@dataclass(frozen=True)
class Effects:
    """Arithmetic effects of one period.

    Shape: float64 [K] each, for K classes.
    Meaning: allocation is (w − W) × (B_k − B), the effect of a larger share than the benchmark; selection is W × (r −
        B_k); interaction is (w − W) × (r − B_k). Together they sum to the excess return.
    Unit: return of the period, 0.01 is 1 %.
    Missing: none.
    Source: Brinson and Fachler 1985.
    """

    allocation: np.ndarray
    selection: np.ndarray
    interaction: np.ndarray

    def total(self) -> float:
        """Return the excess return of the period."""
        return float(np.sum(self.allocation + self.selection + self.interaction))


def brinson(
    weights: np.ndarray, returns: np.ndarray, market_weights: np.ndarray, market_returns: np.ndarray
) -> Effects:
    """Return the Brinson effects of one period.

    Shape: all arguments float64 [K].
    Meaning: shares at the beginning, which sum to 1, and returns of each class, in the portfolio and in the benchmark.
    Unit: 0.1 is 10 %.
    Missing: the return of a class that one side does not hold may be NaN; the other side's is used, so that its
        selection is 0.
    Errors: ValueError where shares do not sum to 1 or a held class has no return.
    """
    for shares, own in ((weights, returns), (market_weights, market_returns)):
        if abs(float(np.sum(shares)) - 1.0) > 1e-9:
            raise ValueError("shares must sum to 1")
        if np.isnan(own[shares != 0]).any():
            raise ValueError("a class that is held has no return")
    own = np.where(np.isnan(returns), market_returns, returns)
    benchmark = np.where(np.isnan(market_returns), own, market_returns)
    own, benchmark = np.nan_to_num(own), np.nan_to_num(benchmark)
    benchmark_return = float(np.sum(market_weights * benchmark))
    overweight, excess = weights - market_weights, own - benchmark
    return Effects(overweight * (benchmark - benchmark_return), market_weights * excess, overweight * excess)


def contribution_effects(
    weights: np.ndarray, contributions: np.ndarray, market_weights: np.ndarray, market_returns: np.ndarray
) -> Effects:
    """Return the effects of one period from the contribution of each class.

    Shape: all arguments float64 [K].
    Meaning: contributions sum to the portfolio's return; a class bought and sold within the period has a contribution
        but no return. `selection` is contribution − w × B_k, Brinson's selection and interaction together;
        `interaction` is 0.
    Unit: 0.1 is 10 %.
    Missing: none allowed.
    """
    benchmark_return = float(np.sum(market_weights * market_returns))
    allocation = (weights - market_weights) * (market_returns - benchmark_return)
    return Effects(allocation, contributions - weights * market_returns, np.zeros(len(weights)))


def link_effects(periods: list[Effects], portfolio: np.ndarray, market: np.ndarray) -> Effects:
    """Link the effects of several periods so that they sum to the compounded excess return.

    Shape: `portfolio` and `market` float64 [T], one entry per period.
    Meaning: each period's effects are scaled by its log-return ratio.
    Unit: returns, each above −1.
    Missing: none allowed.
    Errors: ValueError where the numbers of periods differ.
    Source: Cariño 1999.
    """
    if not len(periods) == len(portfolio) == len(market):
        raise ValueError("effects and returns must be of the same periods")
    ratios = np.array([_log_ratio(own, index) for own, index in zip(portfolio.tolist(), market.tolist(), strict=True)])
    share = ratios / _log_ratio(float(np.prod(1 + portfolio) - 1), float(np.prod(1 + market) - 1))
    parts = [
        sum(
            (getattr(effects, name) * scale for effects, scale in zip(periods, share.tolist(), strict=True)),
            np.zeros(1),
        )
        for name in ("allocation", "selection", "interaction")
    ]
    return Effects(*parts)


def _log_ratio(own: float, market: float) -> float:
    """Return (ln(1 + r) − ln(1 + b)) / (r − b), and its limit where both are equal."""
    return 1 / (1 + own) if own == market else float((np.log1p(own) - np.log1p(market)) / (own - market))


def days_by_class(book: Book, client: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Return daily weights and contributions of the asset classes, after column `first` up to `last`.

    Shape: (weights, contributions), float64 [T, 6] each.
    Meaning: a day's weights are shares of the previous day's closing value plus inflows (as in
        daily.daily_returns); contributions sum to the day's return of the securities. On days without value the weight
        is all cash, with contribution 0.
    Unit: shares sum to 1; contributions are fractions.
    Missing: NaN where a held security has no price.
    """
    start, stop = int(book.offsets[client]), int(book.offsets[client + 1])
    asset, day, flow = book.asset[start:stop], book.day[start:stop], book.flow[start:stop]
    classes = book.kind[asset].astype(np.int64)
    value = np.zeros((book.prices.shape[1], CLASSES))
    for row in np.unique(asset).tolist():
        is_asset = asset == row
        changes = np.bincount(day[is_asset], weights=book.quantity[start:stop][is_asset], minlength=len(value))
        quantity = np.cumsum(changes)
        value[:, int(book.kind[row])] += np.where(quantity != 0, quantity / 1000 * book.prices[row], 0.0)
    money_in, money_out = np.zeros_like(value), np.zeros_like(value)
    np.add.at(money_in, (day, classes), np.maximum(flow, 0.0))
    np.add.at(money_out, (day, classes), np.maximum(-flow, 0.0))
    base = np.vstack([np.zeros(CLASSES), value[:-1]]) + money_in
    total = base.sum(axis=1, keepdims=True)
    all_cash = np.eye(CLASSES)[CASH]
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(total != 0, base / total, all_cash)
        contributions = np.where(total != 0, (value + money_out - base) / total, 0.0)
    return weights[first + 1 : last + 1], contributions[first + 1 : last + 1]


@dataclass(frozen=True)
class Change:
    """The change in value of a client's securities between two days, by asset class.

    Shape: float64 [6] each.
    Meaning: closing = opening + net_inflow + market − fees.
    Unit: the currency of the prices.
    Missing: NaN for a class with a held security without a price on either day.
    """

    opening: np.ndarray
    net_inflow: np.ndarray
    market: np.ndarray
    fees: np.ndarray
    closing: np.ndarray


def change(book: Book, client: int, first: int, last: int) -> Change:
    """Return the change in value from the end of day `first` to the end of day `last`; see Change.

    `first` and `last` are columns of the prices; `first` −1 means before the first trade. Net inflow is `Book.flow`
    (for securities
    alone: purchases with fees minus proceeds and dividends after fees); `market` is the result of prices and dividends
    before fees.
    """
    start, stop = int(book.offsets[client]), int(book.offsets[client + 1])
    asset, day = book.asset[start:stop], book.day[start:stop]
    classes = book.kind[asset].astype(np.int64)
    within = (day > first) & (day <= last)

    def summed(values: np.ndarray) -> np.ndarray:
        """Return the sum by class within the period."""
        return np.bincount(classes[within], weights=values[start:stop][within], minlength=CLASSES)

    def value_at(at: int) -> np.ndarray:
        """Return market value by class at the end of a day."""
        result = np.zeros(CLASSES)
        until = day <= at
        quantity = np.bincount(asset[until], weights=book.quantity[start:stop][until].astype(np.float64))
        for row in np.flatnonzero(quantity).tolist():
            result[int(book.kind[row])] += quantity[row] / 1000 * book.prices[row, at]
        return result

    opening, closing, flow, fees = value_at(first), value_at(last), summed(book.flow), summed(book.fee)
    return Change(opening, flow, closing - opening - flow + fees, fees, closing)
