"""The nightly step of calls after a shock: open the campaign of the day, and measure sales after earlier ones."""

from datetime import date
from typing import Any

from dakehu.domains.care.models import Outreach
from dakehu.domains.care.outreach import rules
from dakehu.domains.care.outreach.opening import days_of, open_for_day
from dakehu.domains.care.outreach.sales import measure_sales
from dakehu.domains.service.shocks.nightly import STEP as SHOCK
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step


def run(day: date) -> dict[str, Any]:
    """Open the campaign of a day, and measure what clients of earlier campaigns sold. Returns {opened, calls, measured}."""
    opened = open_for_day(day)
    calls = opened.calls.count() if opened else 0
    return {"opened": opened is not None, "calls": calls, "measured": measure(day)}


def measure(day: date) -> int:
    """Measure what clients of the campaigns that run on a day sold, once three trading days are over. Returns of how many."""
    running = Outreach.objects.filter(day__lt=day, ends_on__gte=day)
    over = [outreach for outreach in running if days_of(outreach.day)[rules.SOLD_DAYS] <= day]
    return sum(measure_sales(outreach=outreach) for outreach in over)


def _run_step(night: Night) -> dict[str, Any]:
    """Run as a step of the night."""
    result = run(night.day)
    words = bilingual(
        "需致电 {calls} 位客户；计算 {measured} 位客户急跌后的卖出。",
        "{calls} clients to call; sales of {measured} clients after a shock measured.",
        **result,
    )
    return {**result, "unchanged": not (result["opened"] or result["measured"]), "words": words}


declare_step(NightlyStep("care.outreach", "急跌致电", "Calls after a shock", order=62, run=_run_step, depends=(SHOCK,)))
