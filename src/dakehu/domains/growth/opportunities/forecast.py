"""Forecast of a pipeline in a quarter, by the desk's own hit rates, against its goal."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, Sum

from dakehu.domains.growth.choices import StageKind
from dakehu.domains.growth.models import Goal, Opportunity, Pipeline, Stage, StageChange
from dakehu.domains.growth.opportunities import pipelines, rules
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

PIPELINE = Parameter("pipeline", required=False, kind="integer", spec=FieldSpec("销售流程", "Pipeline"))
ON = Parameter("on", required=False, kind="date", spec=FieldSpec("季度内任一天", "A day of the quarter"))


def hit_rates(pipeline: Pipeline, stages: list[Stage], today: date) -> dict[int, rules.HitRate]:
    """Return {position of each open stage: hit rate} of the whole desk over the last two years.

    Since only counts are shown, all opportunities of the firm are included regardless of scope, except those of restricted clients.
    """
    since = today - timedelta(days=rules.HISTORY_DAYS)
    with elevated("count won and lost opportunities of the firm"):
        ended = dict(
            Opportunity.objects.filter(pipeline=pipeline, closed_on__gte=since, closed_on__lte=today)
            .exclude(stage__kind=StageKind.OPEN.value)
            .exclude(client__restricted=True)
            .values_list("pk", "stage__kind")
        )
        reached = dict(
            StageChange.objects.filter(
                opportunity__pipeline=pipeline,
                opportunity__closed_on__gte=since,
                stage__pipeline=pipeline,
                stage__kind=StageKind.OPEN.value,
            )
            .exclude(opportunity__client__restricted=True)
            .order_by()
            .values("opportunity")
            .annotate(furthest=Max("stage__position"))
            .values_list("opportunity", "furthest")
        )
    positions = [stage.position for stage in stages if str(stage.kind) == StageKind.OPEN]
    first = min(positions, default=0)
    return rules.furthest_rates(
        positions, ((reached.get(pk, first), kind == StageKind.WON.value) for pk, kind in ended.items())
    )


@query(
    "growth.forecast",
    needs=Permission.GROWTH_READ,
    zh="商机预测",
    en="Forecast of opportunities",
    parameters=(PIPELINE, ON),
)
def forecast(*, pipeline: int | None = None, on: date | None = None) -> dict[str, Any] | None:
    """Return the forecast of the visible opportunities of a pipeline in a quarter, by stage; None without a pipeline.

    {pipeline, label, first_on, last_on, won, won_count, stages: [{stage, label, count, without_amount, amount, won, ended,
    rate, low, high, expected, expected_low, expected_high; None if fewer than `minimum` have ended}], expected,
    expected_low, expected_high: including the won amount, None if no stage has a value; unsaid: labels of stages left
    out, undated: open ones without a day, goal, minimum}. Amounts are None for readers who are not cleared. The bounds are
    the sums of the stages' bounds, so they are wider than 95 %.
    """
    row = pipelines.get_pipeline(pipeline) if pipeline else Pipeline.objects.filter(is_active=True).first()
    if row is None:
        return None
    today = clock.today()
    first_on, beyond = rules.quarter_of(on or today)
    stages = pipelines.stages_of(row)
    rates = hit_rates(row, stages, today)
    open_stages = [stage for stage in stages if str(stage.kind) == StageKind.OPEN]
    mine = Opportunity.objects.filter(pipeline=row)
    due = mine.filter(closed_on=None, close_on__lt=beyond)  # overdue ones are still expected
    amounts: dict[int, list[Decimal | None]] = {}
    for stage_id, amount in due.values_list("stage_id", "amount"):
        amounts.setdefault(stage_id, []).append(amount)
    found = {stage.pk: rules.expectation(amounts.get(stage.pk, ()), rates[stage.position]) for stage in open_stages}
    won_rows = mine.filter(stage__kind=StageKind.WON.value, closed_on__gte=first_on, closed_on__lt=beyond)
    won = won_rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    said = [one for one in found.values() if one.expected is not None]
    money = _money(current_actor().clearance >= PERSONAL)
    return {
        "pipeline": row.pk,
        "label": row.label,
        "first_on": first_on.isoformat(),
        "last_on": (beyond - timedelta(days=1)).isoformat(),
        "won": money(won),
        "won_count": won_rows.count(),
        "stages": [_stage(stage, found[stage.pk], money) for stage in open_stages],
        "expected": money(_total(won, (one.expected for one in said)) if said else None),
        "expected_low": money(_total(won, (one.low for one in said)) if said else None),
        "expected_high": money(_total(won, (one.high for one in said)) if said else None),
        "unsaid": [stage.label for stage in open_stages if found[stage.pk].expected is None and found[stage.pk].count],
        "undated": mine.filter(closed_on=None, close_on=None).count(),
        "goal": money(goal_of(row, first_on)),
        "minimum": rules.MINIMUM,
    }


def _total(won: Decimal, parts: Iterable[Decimal | None]) -> Decimal:
    """Return the sum of the won and the expected amounts."""
    return won + sum((part for part in parts if part is not None), Decimal(0))


def _money(is_cleared: bool) -> Any:
    """Return the function that renders amounts: as text, None for readers who are not cleared."""
    return lambda value: format(value, ".2f") if is_cleared and value is not None else None


def _stage(stage: Stage, found: rules.Expectation, money: Any) -> dict[str, Any]:
    """Return one stage of a forecast."""
    rate = found.rate
    return {
        "stage": stage.pk,
        "label": stage.label,
        "count": found.count,
        "without_amount": found.without_amount,
        "amount": money(found.amount),
        "won": rate.won,
        "ended": rate.ended,
        "rate": None if rate.rate is None else round(rate.rate, 4),
        "low": None if rate.low is None else round(rate.low, 4),
        "high": None if rate.high is None else round(rate.high, 4),
        "expected": money(found.expected),
        "expected_low": money(found.low),
        "expected_high": money(found.high),
    }


def goal_of(pipeline: Pipeline, first_on: date) -> Decimal | None:
    """Return the goal of a quarter in the reader's scope: their own, or of their teams; None if none is set."""
    actor = current_actor()
    goals = Goal.objects.filter(pipeline=pipeline, first_on=first_on)
    own = goals.filter(user_id=actor.user_id, team=None).first()
    leads = len(actor.covers) > 1
    if own is not None and not leads:
        return own.amount
    if actor.reach == "covered":
        seen = Q(team__members=actor.user_id) if leads else Q(pk__in=[])
        team = goals.filter(seen, user=None).first()
        return team.amount if team is not None else (own.amount if own is not None else None)
    total: Decimal | None = goals.filter(user=None).aggregate(sum=Sum("amount"))["sum"]
    return total
