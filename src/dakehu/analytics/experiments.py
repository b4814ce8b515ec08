"""Sample sizes of experiments, the smallest detectable effect of given groups, and intervals of differences of means.

Two groups, two-sided. `alpha` is the probability of a false positive, `power` that of detecting a true effect.
Shares: the normal approximation with pooled variance under no effect, for groups of unequal size by Fleiss, Tytun and
Ury (Biometrics 36 (1980) 343-346) without continuity correction; with equal groups it is `power.prop.test` of R.
Means: the normal approximation with Guenther's correction for the t test (The American Statistician 35 (1981)
243-244), within one case of the exact non-central t from about ten cases per group. Interval of means: Welch
(Biometrika 34 (1947) 28-35).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

ALPHA = 0.05
POWER = 0.80
STEPS = 60  # bisection steps to find the smallest effect
TAIL = 1.0  # percentile at each end to which extreme values are clipped

_NORMAL = NormalDist()


def z_of(alpha: float) -> float:
    """Return the two-sided quantile of the normal distribution: 1.96 of 0.05."""
    return _NORMAL.inv_cdf(1 - alpha / 2)


@dataclass(frozen=True)
class GroupSizes:
    """Cases needed in the treated group and in the control group."""

    treatment: int
    control: int


def share_sample_size(
    base: float, effect: float, ratio: float = 1.0, alpha: float = ALPHA, power: float = POWER
) -> GroupSizes | None:
    """Return the cases needed to detect a share of `base` + `effect` against `base`; None for an impossible share.

    `ratio` is control ÷ treatment. `effect` is not 0, and negative for a decrease.
    """
    treated = base + effect
    if effect == 0 or not (0 <= base <= 1 and 0 <= treated <= 1):
        return None
    mean = (treated + ratio * base) / (1 + ratio)
    apart = sqrt(treated * (1 - treated) + base * (1 - base) / ratio)
    together = sqrt((1 + 1 / ratio) * mean * (1 - mean))
    needed = ((z_of(alpha) * together + _NORMAL.inv_cdf(power) * apart) / effect) ** 2
    return _sizes(needed, ratio)


def share_power(base: float, effect: float, treatment: int, control: int, alpha: float = ALPHA) -> float:
    """Return the power of these groups for a share of `base` + `effect` against `base`."""
    treated = base + effect
    mean = (treatment * treated + control * base) / (treatment + control)
    apart = sqrt(treated * (1 - treated) / treatment + base * (1 - base) / control)
    together = sqrt(mean * (1 - mean) * (1 / treatment + 1 / control))
    if apart == 0:
        return 1.0 if abs(effect) > z_of(alpha) * together else 0.0
    return _NORMAL.cdf((abs(effect) - z_of(alpha) * together) / apart)


def detectable_share(
    base: float, treatment: int, control: int, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Return the smallest detectable rise of a share above `base`; None where not even a rise to 1 is detectable."""
    low, high = 0.0, 1 - base
    if min(treatment, control) < 1 or high <= 0 or share_power(base, high, treatment, control, alpha) < power:
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2
        if share_power(base, middle, treatment, control, alpha) < power:
            low = middle
        else:
            high = middle
    return high


def mean_sample_size(
    spread: float, effect: float, ratio: float = 1.0, alpha: float = ALPHA, power: float = POWER
) -> GroupSizes | None:
    """Return the cases needed to detect a difference of means; `spread`: standard deviation per group, None without one."""
    if effect == 0 or spread <= 0:
        return None
    factor = z_of(alpha) + _NORMAL.inv_cdf(power)
    return _sizes((factor * spread / effect) ** 2 * (1 + 1 / ratio) + _correction(ratio, alpha), ratio)


def detectable_mean(
    spread: float, treatment: int, control: int, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Return the smallest detectable difference of means; None where groups are too small or nothing varies."""
    if min(treatment, control) < 2 or spread <= 0:
        return None
    ratio = control / treatment
    cases = treatment - _correction(ratio, alpha)
    if cases <= 0:
        return None
    return (z_of(alpha) + _NORMAL.inv_cdf(power)) * spread * sqrt((1 + 1 / ratio) / cases)


def _correction(ratio: float, alpha: float) -> float:
    """Return the additional treated cases that the t test needs over the normal approximation."""
    return z_of(alpha) ** 2 / 2 / (1 + ratio)


def _sizes(treatment: float, ratio: float) -> GroupSizes:
    return GroupSizes(ceil(treatment - 1e-9), ceil(treatment * ratio - 1e-9))


@dataclass(frozen=True)
class MeanDifference:
    """The difference of two means (first minus second) with its interval."""

    difference: float
    low: float
    high: float


def welch_interval(first: Sequence[float], second: Sequence[float], alpha: float = ALPHA) -> MeanDifference:
    """Return the difference of means with Welch's interval, for groups with unequal variances.

    Each group has at least two values. Where nothing varies the interval is the difference itself.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    gap = float(one.mean() - two.mean())
    var_1, var_2 = float(one.var(ddof=1)) / len(one), float(two.var(ddof=1)) / len(two)
    if var_1 + var_2 == 0:
        return MeanDifference(gap, gap, gap)
    freedom = (var_1 + var_2) ** 2 / (var_1**2 / (len(one) - 1) + var_2**2 / (len(two) - 1))
    half = t_quantile(alpha, freedom) * sqrt(var_1 + var_2)
    return MeanDifference(gap, gap - half, gap + half)


def t_quantile(alpha: float, freedom: float) -> float:
    """Return the two-sided quantile of Student's t, by the Cornish-Fisher expansion: to 0.001 from ten degrees of freedom.

    Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    """
    z = z_of(alpha)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom**place for place, term in enumerate(terms, 1)))


def drawn_in(values: Sequence[float], tail: float = TAIL) -> tuple[float, float]:
    """Return the bounds to which extreme values are clipped: the percentiles at both ends of all values together."""
    low, high = np.percentile(np.asarray(values, dtype=float), [tail, 100 - tail])
    return float(low), float(high)
