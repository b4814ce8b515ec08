"""Correlations of return series. Plain NumPy.

Shape: `rows` float64 [R, N], `series` float64 [N]. Missing: NaN days are excluded pairwise.
"""

import numpy as np


def correlations(rows: np.ndarray, series: np.ndarray, least: int) -> np.ndarray:
    """Return Pearson's correlation of each row with a series over their common days.

    Shape: [R, N], [N] → [R]. Meaning: in [−1, 1]. Missing: NaN with fewer than `least` common days, without variation,
    and for a series of no days.
    """
    if not len(series):
        return np.full(len(rows), np.nan)
    common = np.isfinite(rows) & np.isfinite(series)
    count = common.sum(axis=1)
    a, b = np.where(common, rows, 0.0), np.where(common, series, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_a, mean_b = a.sum(axis=1) / count, b.sum(axis=1) / count
        da, db = np.where(common, rows - mean_a[:, None], 0.0), np.where(common, series - mean_b[:, None], 0.0)
        found = (da * db).sum(axis=1) / np.sqrt((da**2).sum(axis=1) * (db**2).sum(axis=1))
    return np.where((count >= least) & np.isfinite(found), np.clip(found, -1.0, 1.0), np.nan)


def matrix(rows: np.ndarray, least: int) -> np.ndarray:
    """Return the correlations of every two rows, NaN as above.

    Shape: [R, N] → [R, R].
    """
    return np.array([correlations(rows, one, least) for one in rows]).reshape(len(rows), len(rows))
