"""What a rhythm of contacts asks for in contacts and hours, and what came of such rhythms before, with its uncertainty. Pure.

What is associated with a rhythm is not caused by it: who is called often differs from who is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dakehu.analytics.probabilities import share_interval

DAYS_A_MONTH, QUARTER, MINUTES_AN_HOUR = 365.25 / 12, 90, 60
BANDS = ("none", "one", "two", "more")  # contacts in ninety days: 0, 1, 2, 3 and more
LEAST_CLIENTS, LEAST_ATTEMPTS = 30, 30  # from which a share is shown
LONGEST = 3_660


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; `cases` are the different clients, or the attempts, that it stands on."""

    share: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True)
class Need:
    """What a tier asks for in a month: contacts, and the hours they take."""

    contacts: float
    hours: float


def need(clients: int, every_days: int | None, minutes: int) -> Need:
    """Return what so many clients need who are contacted every so many days; nothing where none is owed."""
    contacts = clients * DAYS_A_MONTH / every_days if every_days else 0.0
    return Need(contacts, contacts * minutes / MINUTES_AN_HOUR)


def scale_interval(every_days: int | None, factor: float) -> int | None:
    """Return an interval times a factor, in whole days from 1 on; None stays None."""
    return None if every_days is None else min(max(round(every_days * factor), 1), LONGEST)


def band_of(contacts: np.ndarray) -> np.ndarray:
    """Return the band of each number of contacts in ninety days, as an index into BANDS. int64 [N]."""
    return np.clip(np.nan_to_num(contacts), 0, len(BANDS) - 1).astype(np.int64)


def band_of_rhythm(every_days: int | None) -> int:
    """Return the band that a rhythm leads to: the contacts of ninety days, rounded."""
    return 0 if every_days is None else min(round(QUARTER / every_days), len(BANDS) - 1)


def shares_by_band(clients: np.ndarray, contacts: np.ndarray, outcome: np.ndarray) -> list[Share | None]:
    """Return the share of cases with the outcome in each band, None where fewer than thirty different clients are in it.

    Shape: [N] each, several cases of a client at different days. The interval counts clients, not cases, since what a
    client does on one day says much of the next.
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
    """Return (middle, low, high) of how many of `count` it would be; None where the share is not known."""
    return None if share is None else (count * share.share, count * share.low, count * share.high)


def total(parts: Sequence[tuple[float, float, float] | None]) -> tuple[float, float, float] | None:
    """Return the sum of expectations, the ends added up as the widest case; None where any is not known."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return sum(p[0] for p in known), sum(p[1] for p in known), sum(p[2] for p in known)
