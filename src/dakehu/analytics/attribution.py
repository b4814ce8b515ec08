"""Why a portfolio did other than its benchmark, and what its change of worth is made of, both by asset class."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.figures import CLASSES
from dakehu.analytics.kernel import Book

CASH = 3  # the class of repo and cash, in the numbering of figures


@dataclass(frozen=True)
class Effects:
    """Arithmetic effects of K classes in one period, float64 [K]; their sum over everything is the excess return.

    allocation: (w − W) × (B_k − B), having more in a class than the benchmark, against the benchmark's whole return (Brinson
    and Fachler 1985). selection: W × (r − B_k). interaction: (w − W) × (r − B_k).
    """

    allocation: np.ndarray
    selection: np.ndarray
    interaction: np.ndarray

    def total(self) -> float:
        """The excess return of the period."""
        return float(np.sum(self.allocation + self.selection + self.interaction))


def brinson(
    weights: np.ndarray, returns: np.ndarray, market_weights: np.ndarray, market_returns: np.ndarray
) -> Effects:
    """Effects of one period. All float64 [K]: shares at its beginning, which sum to 1, and returns of each class in the
    portfolio and in the benchmark (0.1 is 10 %). The return of a class in which one side holds nothing may be NaN: the
    other side's stands for it, so that nothing is selected there. Raises ValueError where shares do not sum to 1 or a
    class that is held has no return."""
    for shares, own in ((weights, returns), (market_weights, market_returns)):
        if abs(float(np.sum(shares)) - 1.0) > 1e-9:
            raise ValueError("shares must sum to 1")
        if np.isnan(own[shares != 0]).any():
            raise ValueError("a class that is held has no return")
    own = np.where(np.isnan(returns), market_returns, returns)
    theirs = np.where(np.isnan(market_returns), own, market_returns)
    own, theirs = np.nan_to_num(own), np.nan_to_num(theirs)
    whole = float(np.sum(market_weights * theirs))
    more, better = weights - market_weights, own - theirs
    return Effects(more * (theirs - whole), market_weights * better, more * better)


def contributed(
    weights: np.ndarray, contributions: np.ndarray, market_weights: np.ndarray, market_returns: np.ndarray
) -> Effects:
    """Effects of one period of which what each class contributed is known (float64 [K], summing to the portfolio's return)
    rather than its return, which a class bought and sold within the period need not have. `selection` is then
    contribution − w × B_k, what Brinson calls selection and interaction together, and `interaction` is zero."""
    whole = float(np.sum(market_weights * market_returns))
    allocation = (weights - market_weights) * (market_returns - whole)
    return Effects(allocation, contributions - weights * market_returns, np.zeros(len(weights)))


def linked(periods: list[Effects], portfolio: np.ndarray, market: np.ndarray) -> Effects:
    """Effects of several periods that sum to the excess of the compounded returns (Cariño 1999). `portfolio` and `market`:
    float64 [T], the returns of each period, each above −1. Raises ValueError where their numbers differ."""
    if not len(periods) == len(portfolio) == len(market):
        raise ValueError("effects and returns must be of the same periods")
    each = np.array([_spread(r, b) for r, b in zip(portfolio.tolist(), market.tolist(), strict=True)])
    share = each / _spread(float(np.prod(1 + portfolio) - 1), float(np.prod(1 + market) - 1))
    parts = [
        sum((getattr(one, name) * k for one, k in zip(periods, share.tolist(), strict=True)), np.zeros(1))
        for name in ("allocation", "selection", "interaction")
    ]
    return Effects(*parts)


def _spread(own: float, market: float) -> float:
    """(ln(1 + r) − ln(1 + b)) / (r − b), and its limit where both are equal."""
    return 1 / (1 + own) if own == market else float((np.log1p(own) - np.log1p(market)) / (own - market))


def days_by_class(book: Book, client: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """(weights, contributions) of the asset classes on each day after column `first` up to column `last` of the prices:
    float64 [T, 6]. A day's weights are of what worked that day (worth the evening before and money that came in, as
    daily.daily_returns counts) and sum to 1; its contributions sum to that day's return of the securities. On days on
    which nothing worked all is cash that brought nothing. NaN where something held has no price."""
    start, stop = int(book.offsets[client]), int(book.offsets[client + 1])
    asset, day, flow = book.asset[start:stop], book.day[start:stop], book.flow[start:stop]
    kinds = book.kind[asset].astype(np.int64)
    worth = np.zeros((book.prices.shape[1], CLASSES))
    for number in np.unique(asset).tolist():
        mine = asset == number
        dealt = np.bincount(day[mine], weights=book.quantity[start:stop][mine], minlength=len(worth))
        held = np.cumsum(dealt)
        worth[:, int(book.kind[number])] += np.where(held != 0, held / 1000 * book.prices[number], 0.0)
    came, went = np.zeros_like(worth), np.zeros_like(worth)
    np.add.at(came, (day, kinds), np.maximum(flow, 0.0))
    np.add.at(went, (day, kinds), np.maximum(-flow, 0.0))
    base = np.vstack([np.zeros(CLASSES), worth[:-1]]) + came
    whole = base.sum(axis=1, keepdims=True)
    idle = np.eye(CLASSES)[CASH]
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(whole != 0, base / whole, idle)
        contributions = np.where(whole != 0, (worth + went - base) / whole, 0.0)
    return weights[first + 1 : last + 1], contributions[first + 1 : last + 1]


@dataclass(frozen=True)
class Change:
    """What became of the worth of a client's securities between two days, by asset class: float64 [6] each, in the currency
    of the prices. closing = opening + net_inflow + market − fees."""

    opening: np.ndarray
    net_inflow: np.ndarray
    market: np.ndarray
    fees: np.ndarray
    closing: np.ndarray


def change(book: Book, client: int, first: int, last: int) -> Change:
    """From the evening of day `first` to the evening of day `last`, columns of the prices (first may be −1: before
    everything, when nothing was owned). Net inflow is `Book.flow` (in the view of securities alone: purchases with their
    fees, less proceeds and dividends after fees); `market` is what prices and dividends brought before fees. NaN for a
    class of which something held on either day has no price."""
    start, stop = int(book.offsets[client]), int(book.offsets[client + 1])
    asset, day = book.asset[start:stop], book.day[start:stop]
    kinds = book.kind[asset].astype(np.int64)
    within = (day > first) & (day <= last)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(kinds[within], weights=values[start:stop][within], minlength=CLASSES)

    def worth(at: int) -> np.ndarray:
        made = np.zeros(CLASSES)
        dealt = day <= at
        owned = np.bincount(asset[dealt], weights=book.quantity[start:stop][dealt].astype(np.float64))
        for number in np.flatnonzero(owned).tolist():
            made[int(book.kind[number])] += owned[number] / 1000 * book.prices[number, at]
        return made

    opening, closing, flow, fees = worth(first), worth(last), summed(book.flow), summed(book.fee)
    return Change(opening, flow, closing - opening - flow + fees, fees, closing)
