"""Count and sum dated events of many clients over windows of days relative to a day. Pure.

The events in a window depend on its offsets alone: `past` ends at the day itself, `future` begins after it. A feature
read through `past` therefore cannot use later events.
"""

from dataclasses import dataclass, field

import numpy as np

SPAN = 1 << 20  # days per client in a key: more than any calendar has


@dataclass(frozen=True)
class EventTable:
    """Events of clients, each with a day and amounts.

    Shape: client and day int64 [N], in any order; amounts {name: float64 [N]}.
    Meaning: day is days since 1970-01-01. A NaN amount is summed as 0.
    """

    client: np.ndarray
    day: np.ndarray
    amounts: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = np.asarray(self.client, np.int64) * SPAN + np.asarray(self.day, np.int64)
        order = np.argsort(keys, kind="stable")
        object.__setattr__(self, "_keys", keys[order])
        sums = {name: _running(np.asarray(values, float)[order]) for name, values in self.amounts.items()}
        object.__setattr__(self, "_sums", sums)

    def past(self, clients: np.ndarray, days: np.ndarray, length: int, *, ago: int = 0, of: str = "") -> np.ndarray:
        """Return the number of events, or the sum `of` an amount, in `length` days up to the day itself.

        Shape: clients and days int64 [N] → float64 [N].
        Meaning: the window is day - ago - length + 1 to day - ago, both included. Raises ValueError for a window that ends
            after the day.
        """
        if ago < 0 or length < 1:
            raise ValueError(f"a window of {length} days that ends {ago} days ago reaches beyond the day")
        return self._between(clients, days - ago - length + 1, days - ago, of)

    def future(self, clients: np.ndarray, days: np.ndarray, first: int, last: int, of: str = "") -> np.ndarray:
        """Return the number of events, or the sum `of` an amount, from `first` to `last` days after the day.

        For outcomes only. Raises ValueError for a window that begins on or before the day.
        """
        if first < 1 or last < first:
            raise ValueError(f"a window from {first} to {last} days later is no future")
        return self._between(clients, days + first, days + last, of)

    def days_since(self, clients: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Return the days from the last event up to the day; NaN without one. float64 [N]."""
        at = np.searchsorted(self._keys, clients * SPAN + days, side="right") - 1
        found = np.full(len(clients), np.nan)
        if len(self._keys):
            last = self._keys[np.maximum(at, 0)]
            is_own = (at >= 0) & (last // SPAN == clients)
            found[is_own] = days[is_own] - last[is_own] % SPAN
        return found

    def days_since_first(self, clients: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Return the days from the first event up to the day; NaN without one by then. float64 [N]."""
        at = np.searchsorted(self._keys, clients * SPAN)
        found = np.full(len(clients), np.nan)
        if len(self._keys):
            first = self._keys[np.minimum(at, len(self._keys) - 1)]
            is_own = (at < len(self._keys)) & (first // SPAN == clients) & (first % SPAN <= days)
            found[is_own] = days[is_own] - first[is_own] % SPAN
        return found

    def _between(self, clients: np.ndarray, first: np.ndarray, last: np.ndarray, of: str) -> np.ndarray:
        begin = np.searchsorted(self._keys, clients * SPAN + np.maximum(first, 0), side="left")
        end = np.searchsorted(self._keys, clients * SPAN + np.maximum(last, 0), side="right")
        if not of:
            return (end - begin).astype(float)
        sums: np.ndarray = self._sums[of]
        return sums[end] - sums[begin]

    _keys: np.ndarray = field(init=False, repr=False, compare=False)
    _sums: dict[str, np.ndarray] = field(init=False, repr=False, compare=False)


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
