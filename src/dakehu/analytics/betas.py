"""Betas of many securities to one index: the slope of a least-squares regression, with its standard error."""

import numpy as np


def betas(returns: np.ndarray, market: np.ndarray, least: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (beta, standard error of it, days) of each security.

    Shape: returns float64 [A, D], market float64 [D] → float64 [A], float64 [A], int64 [A].
    Meaning: slope of returns on market with an intercept, and its standard error under equal variance, as in textbooks
    and scipy.stats.linregress. Only days on which both are known are used.
    Missing: NaN where fewer than `least` (at least 3) days are known, or the market did not vary on them.
    """
    known = np.isfinite(returns) & np.isfinite(market)
    days = known.sum(axis=1)
    enough = days >= max(least, 3)
    count = np.where(enough, days, 1)[:, None]
    x = np.where(known, market, 0.0)
    y = np.where(known, returns, 0.0)
    x = np.where(known, x - x.sum(axis=1, keepdims=True) / count, 0.0)
    y = np.where(known, y - y.sum(axis=1, keepdims=True) / count, 0.0)
    squares, products = (x * x).sum(axis=1), (x * y).sum(axis=1)
    usable = enough & (squares > 0)
    divisor = np.where(usable, squares, np.nan)
    beta = products / divisor
    rest = np.maximum((y * y).sum(axis=1) - beta * products, 0.0)
    error = np.sqrt(rest / (np.where(usable, days, 3) - 2) / divisor)
    return beta, error, days
