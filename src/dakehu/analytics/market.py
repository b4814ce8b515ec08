"""What a table of closing prices says of a market: how many rose and fell, how many stand above their mean, how much they
move. Pure."""

from dataclasses import dataclass

import numpy as np

TRADING_DAYS = 252.0
MEANS = (20, 60, 250)


@dataclass(frozen=True)
class Breadth:
    """Of the securities priced on the last day and the one before: how many rose, fell and stayed. above: the share of
    those with a full window of 20, 60 and 250 days that stand above its mean, NaN where none has one. highs, lows: how many
    closed at the highest or lowest of their last 250 days (those with that many)."""

    rose: int
    fell: int
    stayed: int
    above: tuple[float, ...]
    highs: int
    lows: int


def breadth(prices: np.ndarray) -> Breadth:
    """prices: float64 [A, D], the days ascending, NaN where a security has no price yet."""
    if prices.shape[1] < 2:
        return Breadth(0, 0, 0, tuple(float("nan") for _ in MEANS), 0, 0)
    last, before = prices[:, -1], prices[:, -2]
    priced = np.isfinite(last) & np.isfinite(before)
    moved = np.sign(last[priced] - before[priced])
    above = tuple(_above(prices, days) for days in MEANS)
    year = prices[:, -MEANS[-1] :]
    year = year[np.isfinite(year).all(axis=1)] if year.shape[1] == MEANS[-1] else year[:0]
    highs, lows = int((year[:, -1] >= year.max(axis=1)).sum()), int((year[:, -1] <= year.min(axis=1)).sum())
    return Breadth(int((moved > 0).sum()), int((moved < 0).sum()), int((moved == 0).sum()), above, highs, lows)


def _above(prices: np.ndarray, days: int) -> float:
    window = prices[:, -days:]
    full = np.isfinite(window).all(axis=1) if window.shape[1] == days else np.zeros(len(prices), bool)
    return float(np.mean(window[full, -1] > window[full].mean(axis=1))) if full.any() else float("nan")


def volatility(levels: np.ndarray, days: int) -> np.ndarray:
    """Yearly volatility over the last `days` returns: float64 [N], the sample deviation of simple returns times the root of
    252; NaN where there are not so many.

    levels: float64 [N], positive, NaN where unknown.
    """
    made = np.full(len(levels), np.nan)
    returns = levels[1:] / levels[:-1] - 1
    if len(returns) >= days:
        windows = np.lib.stride_tricks.sliding_window_view(returns, days)
        made[days:] = windows.std(axis=1, ddof=1) * np.sqrt(TRADING_DAYS)
    return made


def concentration(weights: np.ndarray) -> float:
    """Sum of squared weights (Herfindahl and Hirschman): 1 for a single holding, 1/n for n equal ones; NaN for none."""
    total = weights.sum()
    return float(np.sum((weights / total) ** 2)) if total > 0 else float("nan")
