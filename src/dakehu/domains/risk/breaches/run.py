"""Check a day against limits, lines and contracts, for all clients in bulk, and write the changes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dakehu.domains.ledger.feeds import reader
from dakehu.domains.risk.breaches import storage
from dakehu.domains.risk.breaches.evaluation import figures_of, read_inputs, standings
from dakehu.domains.risk.models import RiskFigures
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.schema import facts


def flag(day: date | None = None, progress: Callable[..., None] = no_progress) -> dict[str, Any]:
    """Find the breaches of a day (default: the last trading day) and write the changes.

    Returns {day, over, near, new, cleared, unchanged, waits_for}. A day before the newest evaluated one is left
    unchanged: its breaches are history. Where balances are delivered but not yet those of the day, nothing is
    evaluated or cleared, as shares of assets are unknown; `waits_for` is then the last day with balances. Raises
    NotAllowed.
    """
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚风险计算", "the nightly check of limits"), Permission.SYSTEM_WRITE)
    on = day or last_trading_day(clock.today())
    nothing = {"over": 0, "near": 0, "new": 0, "cleared": 0, "waits_for": None}
    with elevated("limits and lines of all clients"), facts.keeping_frames():
        newest = RiskFigures.objects.order_by("-day").values_list("day", flat=True).first()
        if newest is not None and on < newest:
            return {"day": on.isoformat(), **nothing, "unchanged": True}
        come = reader.newest_day("balances", on)
        if come is not None and come < on:
            return {"day": on.isoformat(), **nothing, "waits_for": come.isoformat(), "unchanged": True}
        progress(0.1, bilingual("正在读取持仓与限额", "Reading holdings and limits"))
        given = read_inputs(on)
        figures = figures_of(given)
        found = standings(given, figures).join(given.clients.select("client"), on="client", how="semi")
        progress(0.6, bilingual("正在记录超限", "Writing breaches"))
        changed = storage.changes(found, storage.open_breaches())
        counts = storage.store_breaches(changed=changed, found=found, figures=figures, clients=given.clients, day=on)
    is_same = not (counts["new"] or counts["cleared"])
    return {"day": on.isoformat(), **nothing, **counts, "unchanged": is_same}


def last_trading_day(day: date) -> date:
    """Return `day` if it is a trading day, else the previous trading day."""
    found = trading_days.trading_days_between(day - timedelta(days=30), day)
    return found[-1] if found else day
