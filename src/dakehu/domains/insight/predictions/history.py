"""The history of clients as tables of dated events, and the view of it available to features: up to a day. Pure."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.event_tables import EventTable


@dataclass(frozen=True)
class History:
    """Events by client. None: no data of the kind were ever imported.

    trades, contacts: one event each. activity: amounts logins. balances: amounts total, cash, inflow (CNY) of a day, or sums of
    several, with their number in days. attempts: to reach a client, with the amount answered (0 or 1). `until`: the last
    known day, in days since 1970-01-01. `balances_until`: the same for balances.
    """

    until: int
    trades: EventTable | None = None
    contacts: EventTable | None = None
    activity: EventTable | None = None
    balances: EventTable | None = None
    attempts: EventTable | None = None
    balances_until: int | None = None


@dataclass(frozen=True)
class Past:
    """The data known of clients at the close of a day each: float64 [N] from every method, NaN without a source.

    clients and days: int64 [N]. It gives no access to later data.
    """

    history: History
    clients: np.ndarray
    days: np.ndarray

    def count(self, table: str, length: int, ago: int = 0) -> np.ndarray:
        """Return the events in `length` days up to `ago` days before."""
        return self.total(table, "", length, ago)

    def total(self, table: str, of: str, length: int, ago: int = 0) -> np.ndarray:
        """Return the sum of an amount in `length` days up to `ago` days before."""
        events = getattr(self.history, table)
        return self._unknown() if events is None else events.past(self.clients, self.days, length, ago=ago, of=of)

    def since(self, table: str) -> np.ndarray:
        """Return the days since the last event; NaN without one."""
        events = getattr(self.history, table)
        return self._unknown() if events is None else events.days_since(self.clients, self.days)

    def since_first(self, table: str) -> np.ndarray:
        """Return the days since the first event; NaN without one."""
        events = getattr(self.history, table)
        return self._unknown() if events is None else events.days_since_first(self.clients, self.days)

    def _unknown(self) -> np.ndarray:
        return np.full(len(self.clients), np.nan)


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part ÷ whole, NaN if the whole is not above zero."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=np.nan_to_num(whole) > 0)
