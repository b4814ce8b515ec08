"""What happened to clients, as tables of dated events, and the only view of it that a feature gets: up to a day. Pure."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics.event_tables import EventTable


@dataclass(frozen=True)
class History:
    """Events by client. None: nothing of the kind has ever come to this desk.

    trades, contacts: one event each. activity: amounts logins. balances: amounts total, cash, inflow (CNY) of a day, or of
    several added up, with days, how many. attempts: to reach a client, with the amount answered (0 or 1). `until`: the last
    day that is known, in days since 1970-01-01. `balances_until`: the same of balances.
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
    """What was known of clients at the close of a day each: float64 [N] of every question, NaN where there is no source.

    clients and days: int64 [N]. It has no way to ask for what came later.
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
    """Return part ÷ whole, NaN where the whole is not above zero."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=np.nan_to_num(whole) > 0)
