"""Open the campaign of calls after a shock: the clients of the night's list, frozen with their place, plan and caller."""

import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.domains.care.models import Outreach, OutreachCall
from dakehu.domains.care.outreach import rules
from dakehu.domains.care.outreach.choices import Cause
from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.domains.service.shocks import nightly as shock_night
from dakehu.domains.service.shocks import rules as shock_rules
from dakehu.domains.service.shocks import situation, store
from dakehu.domains.service.shocks.rules import Band
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import firm_settings
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import model_of

ACCOUNT_SHOCK = "M14"  # the moment of an account that fell sharply
CALLED = [band.value for band in shock_rules.CALLED]


def open_for_day(day: date) -> Outreach | None:
    """Open the campaign of a day on which the market or accounts fell; None if neither did. An existing one is kept.

    Must run as the system.
    """
    if Outreach.objects.filter(day=day).exists():
        return None
    shock = store.find(day)
    if shock is not None:
        head = Outreach(day=day, index=shock.index, days=shock.days, change=shock.change, seed=shock.seed)
        rows = store.rows(day).filter(pl.col("band").is_in(CALLED)).collect()
        known = set(rows.columns)
        rows = rows if "priority" in known else rows.with_columns(pl.lit(0).alias("priority"))
    else:
        head = Outreach(day=day, cause=Cause.ACCOUNT.value, seed=secrets.token_hex(8))
        rows = accounts_that_fell(day, head.seed)
    if not len(rows):
        return None
    opened: Outreach = open_outreach(head=head, rows=rows)
    return opened


def accounts_that_fell(day: date, seed: str) -> pl.DataFrame:
    """Return the list of the clients whose account fell sharply on a day without a fall of the market; all are called."""
    fallen = model_of("service.Moment").objects.filter(kind=ACCOUNT_SHOCK, fired_on=day)
    clients = list(fallen.values_list("client_id", flat=True).distinct())
    if not clients:
        return pl.DataFrame()
    known = situation.frame(day).filter(pl.col("client").is_in(clients))
    scored = shock_night.with_loss(shock_rules.score_clients(known, seed), known)
    morning = pl.when(pl.col("band").is_in(CALLED)).then("band").otherwise(pl.lit(Band.MORNING.value))
    return scored.with_columns(morning.alias("band"))


@action("care.open_outreach", needs=OUTREACH_CALL, zh="建立急跌致电", en="Open an outreach", is_public=False)
def open_outreach(*, head: Outreach, rows: pl.DataFrame) -> Outreach:
    """Save a campaign and the call to each client of a list in its order.

    Calls go to the main manager up to the firm's daily capacity, then to the deputy, then to the lead; a call that no
    one can make on its day stays with the main manager for the next trading day. Columns of `rows`: as stored by
    service.shocks.
    """
    calls = shock_night.calls_of(rows)
    callers = shock_rules.share_out(calls, int(firm_settings.current("CALLS_PER_DAY")))
    days = days_of(head.day)
    head.ends_on = days[rules.CALL_DAYS]
    head.save()
    made = []
    for place, (row, call) in enumerate(zip(rows.iter_rows(named=True), calls, strict=True), 1):
        caller = callers[call.client]
        late = (call.band is Band.MORNING) + (caller is None)
        made.append(
            OutreachCall(
                outreach=head,
                client_id=call.client,
                place=place,
                band=row["band"],
                priority=row["priority"],
                score=row["score"],
                parts=parts_of(row),
                day_return=row["day_return"],
                loss=None if row.get("change") is None else Decimal(f"{row['change']:.2f}"),
                manager_id=call.main,
                caller_id=caller or call.main or call.deputy or call.lead,
                is_first=caller is not None,
                planned_on=days[late],
                next_on=days[late],
            )
        )
    record_rows(OutreachCall, made, [], [], client_ids=[call.client for call in calls])
    return head


def parts_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a score as stored: points by name, what was missing, signs by name."""
    points = {name: round(row[name], 1) for name in shock_rules.WEIGHTS if row[name]}
    return {"points": points, "missing": list(row["missing"] or ()), "signs": list(row.get("signs") or ())}


def days_of(day: date) -> list[date]:
    """Return a day and the CALL_DAYS trading days after it."""
    found = [day]
    while len(found) <= rules.CALL_DAYS:
        found.append(trading_days.next_trading_day(found[-1] + timedelta(days=1)))
    return found
