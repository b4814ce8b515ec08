"""The shock whose calls are made now: on the day of the fall and the next trading day."""

from datetime import date, timedelta

from dakehu.domains.service.shocks import store
from dakehu.domains.service.shocks.store import Shock
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days


def current_shock(day: date | None = None) -> Shock | None:
    """Return the shock whose calls are made today (its day and the next trading day), or that of a day; None without one."""
    if day is not None:
        return store.find(day)
    today = clock.today()
    recent = [one for one in store.days() if one <= today]
    if not recent or trading_days.next_trading_day(recent[-1] + timedelta(days=1)) < today:
        return None
    return store.find(recent[-1])
