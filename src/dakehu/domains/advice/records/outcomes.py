"""Outcomes for a client's holdings after advice: measured 3, 6 and 12 months later, from trades and prices."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.advice.drift.holdings import holdings_of
from dakehu.domains.advice.drift.queries import compare
from dakehu.domains.advice.model_portfolios.store import model_on
from dakehu.domains.advice.models import AdviceOutcome
from dakehu.domains.advice.policies.store import policy_of
from dakehu.domains.advice.records import rules
from dakehu.domains.ledger.performance import portfolio
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

MEASURE = "advice.measure_outcomes"
SLICE = 50
REASONS = {
    "no_series": bilingual("期间没有可估值的持仓", "No holdings that can be valued in the period"),
    "no_rate": bilingual("缺少汇率", "An exchange rate is missing"),
}


@action(
    MEASURE,
    needs=Permission.ADVICE_WRITE,
    zh="测算建议结果",
    en="Measure outcomes of advice",
    is_public=False,
    offers_undo=False,
)
def measure_outcomes(*, day: date, after: int = 0) -> dict[str, int]:
    """Measure the next outcomes that are due by a day, at most 50 after the given id; returns {measured, after: the last id, 0 at the end}."""
    due = AdviceOutcome.objects.filter(measured_on=None, due_on__lte=day, pk__gt=after).order_by("pk")
    rows = list(due.select_related("client", "advice")[:SLICE])
    for row in rows:
        _measure(row, day)
    return {"measured": len(rows), "after": rows[-1].pk if len(rows) == SLICE else 0}


def _measure(row: AdviceOutcome, day: date) -> None:
    """Set the numbers of one outcome, or why there are none; it is measured once."""
    first = clock.local(row.advice.delivered_at).date()
    row.measured_on = clock.today()
    try:
        valuation = portfolio.value(row.client, row.due_on)
    except Refused:
        valuation, row.why = None, "no_rate"
    if valuation is not None and len(valuation.days.ordinals):
        days = [portfolio.EPOCH + timedelta(days=int(one)) for one in valuation.days.ordinals]
        found = rules.growth_between(days, valuation.days.growth.tolist(), first, row.due_on)
        if found is not None and found[0] == found[0]:
            row.growth, row.drawdown = found
            row.index_growth = _index_growth(valuation, first, row.due_on)
    if row.growth is None:
        row.why = row.why or "no_series"
    else:
        row.gap_before, row.gap_after = (_largest_gap(row.client, one) for one in (first, row.due_on))
    row.save()


def _index_growth(valuation: portfolio.Valuation, first: date, last: date) -> float | None:
    """Return the benchmark's return from the end of one day to the end of another, None without its levels."""
    market = valuation.book.market
    if market is None or not len(market):
        return None
    days = [portfolio.EPOCH + timedelta(days=int(one)) for one in valuation.book.ordinals]
    levels = [(day, float(one)) for day, one in zip(days, market, strict=True) if one == one and one > 0]
    found = rules.growth_between([day for day, _ in levels], [one for _, one in levels], first, last)
    return found[0] if found else None


def _largest_gap(client: Any, day: date) -> float | None:
    """Return the largest distance of an asset class from its target on a day, None without holdings or a level."""
    policy = policy_of(client)
    level = policy.risk_level if policy else str(client.risk_level)
    found = compare(holdings_of(client, day), model_on(level, day), policy) if level else None
    return max((abs(line.gap) for line in found.lines), default=None) if found else None


def _measure_all(night: Night) -> dict[str, Any]:
    """Measure every outcome that is due by the day that is closed."""
    measured, after = 0, 0
    while True:
        found = measure_outcomes(day=night.day, after=after)
        measured, after = measured + found["measured"], found["after"]
        if not after:
            break
    words = bilingual("测算 {n} 项投资建议结果。", "{n} outcomes of advice measured.", n=measured)
    return {"measured": measured, "unchanged": not measured, "words": words}


declare_step(NightlyStep(MEASURE, "建议结果测算", "Outcomes of advice", order=80, run=_measure_all))
