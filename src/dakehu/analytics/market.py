"""Measures of a market from closing prices: breadth, volatility, concentration. Pure."""

from dataclasses import dataclass

import numpy as np

TRADING_DAYS = 252.0
MEANS = (20, 60, 250)


@dataclass(frozen=True)
class Breadth:
    """Breadth of a market on its last day.

    Shape: scalars; `above` has one entry for each window of MEANS.
    Meaning: rose, fell, stayed: securities priced on both of the last two days. above: share of securities with a full
    window
        of 20, 60 and 250 days whose price is above its mean. highs, lows: securities that closed at the extreme of
        their last 250 days.
    Unit: numbers of securities; shares in [0, 1].
    Missing: `above` is NaN where no security has a full window.
    """

    rose: int
    fell: int
    stayed: int
    above: tuple[float, ...]
    highs: int
    lows: int


def breadth(prices: np.ndarray) -> Breadth:
    """Return the breadth of a price matrix; see Breadth.

    prices: float64 [A, D], days ascending, NaN where a security has no price yet.
    """
    if prices.shape[1] < 2:
        return Breadth(0, 0, 0, tuple(float("nan") for _ in MEANS), 0, 0)
    last, previous = prices[:, -1], prices[:, -2]
    priced = np.isfinite(last) & np.isfinite(previous)
    moved = np.sign(last[priced] - previous[priced])
    above = tuple(_above(prices, days) for days in MEANS)
    year_prices = prices[:, -MEANS[-1] :]
    year_prices = (
        year_prices[np.isfinite(year_prices).all(axis=1)] if year_prices.shape[1] == MEANS[-1] else year_prices[:0]
    )
    highs, lows = (
        int((year_prices[:, -1] >= year_prices.max(axis=1)).sum()),
        int((year_prices[:, -1] <= year_prices.min(axis=1)).sum()),
    )
    return Breadth(int((moved > 0).sum()), int((moved < 0).sum()), int((moved == 0).sum()), above, highs, lows)


def _above(prices: np.ndarray, days: int) -> float:
    """Return the share of securities above the mean of their last `days` prices.

    NaN where no security has a full window.
    """
    window = prices[:, -days:]
    full = np.isfinite(window).all(axis=1) if window.shape[1] == days else np.zeros(len(prices), bool)
    return float(np.mean(window[full, -1] > window[full].mean(axis=1))) if full.any() else float("nan")


def volatility(levels: np.ndarray, days: int) -> np.ndarray:
    """Return rolling volatility per year.

    Shape: levels float64 [N] → float64 [N].
    Meaning: sample deviation of the last `days` simple returns × √252.
    Unit: return per year, 0.01 is 1 %.
    Missing: NaN before `days` returns, and where a level in the window is NaN.
    """
    result = np.full(len(levels), np.nan)
    returns = levels[1:] / levels[:-1] - 1
    if len(returns) >= days:
        windows = np.lib.stride_tricks.sliding_window_view(returns, days)
        result[days:] = windows.std(axis=1, ddof=1) * np.sqrt(TRADING_DAYS)
    return result


def concentration(weights: np.ndarray) -> float:
    """Return concentration by Herfindahl and Hirschman.

    Shape: weights [N] → scalar.
    Meaning: sum of squared shares; 1 for a single holding, 1/n for n equal ones.
    Unit: plain number in (0, 1].
    Missing: NaN where the weights sum to 0.
    """
    total = weights.sum()
    return float(np.sum((weights / total) ** 2)) if total > 0 else float("nan")
