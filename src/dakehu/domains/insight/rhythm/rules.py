"""The contacts and hours of a contact rhythm, and past outcomes of such rhythms, with their uncertainty. Pure.

Association with a rhythm is not causation: clients who are called often differ from those who are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dakehu.analytics.probabilities import share_interval

DAYS_A_MONTH, QUARTER, MINUTES_AN_HOUR = 365.25 / 12, 90, 60
BANDS = ("none", "one", "two", "more")  # contacts in ninety days: 0, 1, 2, 3 and more
LEAST_CLIENTS, LEAST_ATTEMPTS = 30, 30  # minimum for showing a share
LONGEST = 3_660


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; `cases` are the distinct clients, or the attempts, that it is based on."""

    share: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True)
class Need:
    """The monthly effort of a tier: contacts, and their hours."""

    contacts: float
    hours: float


def need(clients: int, every_days: int | None, minutes: int) -> Need:
    """Return the effort for a number of clients contacted every so many days; zero if no contact is required."""
    contacts = clients * DAYS_A_MONTH / every_days if every_days else 0.0
    return Need(contacts, contacts * minutes / MINUTES_AN_HOUR)


def scale_interval(every_days: int | None, factor: float) -> int | None:
    """Return an interval times a factor, in whole days, at least 1; None stays None."""
    return None if every_days is None else min(max(round(every_days * factor), 1), LONGEST)


def band_of(contacts: np.ndarray) -> np.ndarray:
    """Return the band of each number of contacts in ninety days, as an index into BANDS. int64 [N]."""
    return np.clip(np.nan_to_num(contacts), 0, len(BANDS) - 1).astype(np.int64)


def band_of_rhythm(every_days: int | None) -> int:
    """Return the band of a rhythm: its contacts in ninety days, rounded."""
    return 0 if every_days is None else min(round(QUARTER / every_days), len(BANDS) - 1)


def shares_by_band(clients: np.ndarray, contacts: np.ndarray, outcome: np.ndarray) -> list[Share | None]:
    """Return the share of cases with the outcome in each band, None if fewer than thirty distinct clients are in it.

    Shape: [N] each, several cases of a client at different days. The interval counts clients, not cases, since cases of
    one client are correlated.
    """
    bands = band_of(contacts)
    return [
        _share(float(outcome[bands == band].mean()), len(np.unique(clients[bands == band])), LEAST_CLIENTS)
        if (bands == band).any()
        else None
        for band in range(len(BANDS))
    ]


def share_of(hits: float, cases: int) -> Share | None:
    """Return the share of attempts that were answered; None for fewer than thirty."""
    return _share(hits / cases, cases, LEAST_ATTEMPTS) if cases else None


def _share(share: float, cases: int, least: int) -> Share | None:
    if cases < least:
        return None
    low, high = share_interval(share * cases, cases)
    return Share(share, low, high, cases)


def expected(count: float, share: Share | None) -> tuple[float, float, float] | None:
    """Return the expected (middle, low, high) number out of `count`; None if the share is unknown."""
    return None if share is None else (count * share.share, count * share.low, count * share.high)


def total(parts: Sequence[tuple[float, float, float] | None]) -> tuple[float, float, float] | None:
    """Return the sum of expectations, with the bounds summed as the widest case; None if any is unknown."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return sum(p[0] for p in known), sum(p[1] for p in known), sum(p[2] for p in known)
