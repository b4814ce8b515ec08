"""Replay one client's trades and count events of a period: sales at a gain or loss, purchases, additions, holding times.

Cost is the average cost of the holding, fees included, as in analytics.positions. Nothing is judged here; see
analytics.tendencies.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

PRIOR_DAYS = 20  # trading days of past returns before a purchase
LOSS = 0.10  # fraction below cost from which an addition is averaging down


@dataclass(frozen=True)
class Market:
    """Prices of a market. prices: float64 [days, assets], nan where none; index: float64 [days], levels."""

    prices: np.ndarray
    index: np.ndarray

    @cached_property
    def daily(self) -> np.ndarray:
        """Return the returns of each day: float64 [days, assets], nan on the first."""
        return _change(self.prices, 1)

    @cached_property
    def prior(self) -> np.ndarray:
        """Return the returns over the days before each day, minus the mean of all assets: float64 [days, assets]."""
        before = np.full_like(self.prices, np.nan)
        before[1:] = _change(self.prices, PRIOR_DAYS)[:-1]
        return before - mean_of_rows(before)[:, None]

    @cached_property
    def lottery(self) -> np.ndarray:
        """Return whether an asset is lottery-like on a day: lowest third by price and highest third by its best day of the last twenty.

        float64 [days, assets], 1, 0, or nan where a price or the twenty days are missing.
        """
        best = np.full_like(self.prices, np.nan)
        if len(self.prices) > PRIOR_DAYS:
            windows = np.lib.stride_tricks.sliding_window_view(self.daily[1:], PRIOR_DAYS, axis=0)
            best[PRIOR_DAYS:] = windows.max(axis=-1)[: len(best) - PRIOR_DAYS]
        cheap, jumpy = _quantile(self.prices, 1 / 3), _quantile(best, 2 / 3)
        likes = (self.prices <= cheap[:, None]) & (best >= jumpy[:, None])
        return np.where(np.isnan(best) | np.isnan(self.prices), np.nan, likes)

    @cached_property
    def index_returns(self) -> np.ndarray:
        """Return the index's return of each day: float64 [days], nan on the first."""
        return _change(self.index[:, None], 1)[:, 0]


@dataclass(frozen=True)
class Trades:
    """Trades of one client in the order executed, one array each [T].

    day: int64, row of Market.prices; asset: int64, its column; quantity: float64, shares, negative sold; value and
    fee: float64, money, not negative. A value of 0 is a change of shares without payment (bonus shares, a split): it
    changes the holding only. Transferred assets, whose cost is unknown, are excluded by the caller.
    """

    day: np.ndarray
    asset: np.ndarray
    quantity: np.ndarray
    value: np.ndarray
    fee: np.ndarray


@dataclass
class Position:
    """The holding of an asset: shares, their cost with fees, and the day the first of them was bought."""

    shares: float = 0.0
    cost: float = 0.0
    since: int = 0


@dataclass
class Counts:
    """Counts from the replay of a period. Lists have one entry per event, in order."""

    gains: list[int] = field(default_factory=lambda: [0, 0])  # realised, kept
    losses: list[int] = field(default_factory=lambda: [0, 0])
    sale_days: int = 0
    buys: set[tuple[int, int]] = field(default_factory=set)
    additions: list[tuple[bool, float]] = field(default_factory=list)  # at a loss; share of positions at a loss
    trips: list[tuple[bool, int]] = field(default_factory=list)  # with a profit; days held
    fees: float = 0.0
    turnover: float = 0.0
    values: dict[int, float] = field(default_factory=dict)  # of the holdings at the close of a day
    flows: dict[int, float] = field(default_factory=dict)  # bought minus sold on a day
    sold: dict[int, float] = field(default_factory=dict)
    herfindahl: list[float] = field(default_factory=list)


def count(trades: Trades, market: Market, first: int, last: int) -> Counts:
    """Replay all trades and count the events on the days first..last, both included.

    Where a held asset has no price on a day, the last known one is used. Short positions are not supported: sales
    beyond the holding are truncated.
    """
    counts, held = Counts(), dict[int, Position]()
    prices = _filled(market.prices)
    at, total = 0, len(trades.day)
    at_first = int(trades.day[0]) if total else last + 1
    for day in range(min(at_first, first), last + 1):
        until = at
        while until < total and trades.day[until] == day:
            until += 1
        _one_day(counts if day >= first else None, held, trades, slice(at, until), prices[day], day)
        at = until
    return counts


def _one_day(
    counts: Counts | None, held: dict[int, Position], trades: Trades, rows: slice, price: np.ndarray, day: int
) -> None:
    """Apply the trades of one day to the positions, and count them where the day is in the period."""
    before = {asset: (one.shares, one.cost) for asset, one in held.items()} if rows.stop > rows.start else {}
    at_loss = {a: price[a] < (1 - LOSS) * cost / shares for a, (shares, cost) in before.items() if price[a] == price[a]}
    sold: dict[int, tuple[float, float]] = {}
    for row in range(rows.start, rows.stop):
        asset, change = int(trades.asset[row]), float(trades.quantity[row])
        value, fee = float(trades.value[row]), float(trades.fee[row])
        if value == 0.0:
            if asset in held:
                held[asset].shares = max(held[asset].shares + change, 0.0)
            continue
        if counts is not None:
            counts.fees += fee
            counts.turnover += value / 2
            counts.flows[day] = counts.flows.get(day, 0.0) + (value if change > 0 else -value)
        if change > 0:
            if counts is not None:
                if asset in before and (day, asset) not in counts.buys:
                    counts.additions.append(
                        (bool(at_loss.get(asset, False)), float(np.mean([*at_loss.values()] or [0])))
                    )
                counts.buys.add((day, asset))
            one = held.setdefault(asset, Position(since=day))
            one.shares, one.cost = one.shares + change, one.cost + value + fee
        elif asset in held:
            one = held[asset]
            if not one.shares:
                continue
            part = min(-change, one.shares)
            profit = (value - fee) * part / -change - one.cost * part / one.shares
            gained, money = sold.get(asset, (0.0, 0.0))
            sold[asset] = (gained + profit, money + value * part / -change)
            one.cost -= one.cost * part / one.shares
            one.shares -= part
            if one.shares < 1e-9:
                del held[asset]
                if counts is not None:
                    counts.trips.append((sold[asset][0] > 0, day - one.since))
    if counts is not None:
        _count_close(counts, held, before, sold, price, day)


def _count_close(
    counts: Counts,
    held: dict[int, Position],
    before: dict[int, tuple[float, float]],
    sold: dict[int, tuple[float, float]],
    price: np.ndarray,
    day: int,
) -> None:
    """Count gains and losses of a day with a sale, and the holdings at its close."""
    if sold:
        counts.sale_days += 1
        counts.sold[day] = sum(money for _, money in sold.values())
        for profit, _ in sold.values():
            (counts.gains if profit > 0 else counts.losses)[0] += 1
        for asset, (shares, cost) in before.items():
            if asset not in sold and price[asset] == price[asset]:
                (counts.gains if price[asset] * shares > cost else counts.losses)[1] += 1
    worth = np.array([one.shares * price[asset] for asset, one in held.items()])
    worth = worth[~np.isnan(worth)]
    if len(worth) and worth.sum() > 0:
        counts.values[day] = float(worth.sum())
        counts.herfindahl.append(float(((worth / worth.sum()) ** 2).sum()))


def _change(prices: np.ndarray, days: int) -> np.ndarray:
    """Return the relative change over a number of rows: float64 of the same shape, nan on the first rows."""
    result = np.full(prices.shape, np.nan)
    result[days:] = prices[days:] / prices[:-days] - 1
    return result


def mean_of_rows(rows: np.ndarray) -> np.ndarray:
    """Return the mean of each row over non-nan values; nan for an all-nan row."""
    known = ~np.isnan(rows)
    count_known = known.sum(axis=1)
    return np.where(count_known, np.where(known, rows, 0.0).sum(axis=1) / np.maximum(count_known, 1), np.nan)


def _quantile(rows: np.ndarray, share: float) -> np.ndarray:
    """Return a quantile of each row over non-nan values; nan for an all-nan row."""
    empty = np.isnan(rows).all(axis=1)
    result = np.full(len(rows), np.nan)
    if not empty.all():
        result[~empty] = np.nanquantile(rows[~empty], share, axis=1)
    return result


def _filled(prices: np.ndarray) -> np.ndarray:
    """Return prices with gaps forward-filled; nan before the first."""
    rows = np.where(np.isnan(prices), 0, np.arange(len(prices))[:, None])
    return np.take_along_axis(prices, np.maximum.accumulate(rows, axis=0), axis=0)
