"""Queries of opportunities: the list, the board of a pipeline, and all pipelines with their sums."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum

from dakehu.domains.growth.choices import LossReason, StageKind
from dakehu.domains.growth.models import Goal, Opportunity, Pipeline, Stage, StageChange
from dakehu.domains.growth.opportunities import pipelines, rules
from dakehu.domains.growth.opportunities.actions import get_opportunity
from dakehu.domains.growth.opportunities.forecast import forecast
from dakehu.domains.growth.parameters import FILTERS, OPPORTUNITY, ORDER
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("growth.Referral", "client")
PIPELINE = Parameter("pipeline", required=False, kind="integer", spec=FieldSpec("销售流程", "Pipeline"))
OWNER = Parameter("owner", required=False, kind="integer", spec=FieldSpec("负责人编号", "Owner id"))
STALE = Parameter("stale", required=False, kind="bool", spec=FieldSpec("只看停留过久", "Only stale ones"))
CLOSING = Parameter("closing_by", required=False, kind="date", spec=FieldSpec("预计成交不晚于", "Closing by"))
CARDS = 60  # of a stage on the board; the sums count all
ENDED_DAYS = 90  # for which won and lost ones are shown on the board


@query(
    "growth.opportunities", needs=Permission.GROWTH_READ, zh="商机列表", en="Opportunities", parameters=(FILTERS, ORDER)
)
def opportunities(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible opportunities, by expected close."""
    return filter_rows(Opportunity.objects.all(), filters or {}, order or "close_on")


@query(
    "growth.client_opportunities",
    needs=Permission.GROWTH_READ,
    zh="客户的商机",
    en="Opportunities of a client",
    parameters=CLIENT,
)
def client_opportunities(*, client: Any) -> Any:
    """Return the opportunities of a client, open ones first, then the newest."""
    return Opportunity.objects.filter(client=client).order_by("closed_on", "-opened_on", "-pk")


@query(
    "growth.opportunity", needs=Permission.GROWTH_READ, zh="商机详情", en="An opportunity", parameters=(OPPORTUNITY,)
)
def opportunity_detail(*, opportunity: int) -> Any:
    """Return a visible opportunity. Raises NotFound."""
    return get_opportunity(opportunity)


@query(
    "growth.opportunity_changes",
    needs=Permission.GROWTH_READ,
    zh="商机阶段变化",
    en="Stages of an opportunity",
    parameters=(OPPORTUNITY,),
)
def opportunity_changes(*, opportunity: int) -> Any:
    """Return the stage history of an opportunity, newest first."""
    return StageChange.objects.filter(opportunity=get_opportunity(opportunity)).order_by("-on", "-pk")


@query("growth.pipelines", needs=Permission.GROWTH_READ, zh="销售流程与商机汇总", en="Pipelines")
def pipelines_summary() -> dict[str, Any]:
    """Return every active pipeline with its stages, the sums of visible opportunities, and the forecast of the quarter.

    {pipelines: [{id, name, stages: [{id, code, name, kind, count, amount, oldest_days, stale}], lost: [{reason, name,
    count, amount}] of the last 90 days, forecast: see growth.forecast}]}. Open stages count open ones, the others those
    ended in the last 90 days. Amounts are None for readers who are not cleared.
    """
    found = list(Pipeline.objects.filter(is_active=True).order_by("position", "pk"))
    return {"pipelines": [_summary(pipeline) for pipeline in found]}


def _summary(pipeline: Pipeline) -> dict[str, Any]:
    """Return one pipeline with its stages, losses and forecast."""
    return {
        "id": pipeline.pk,
        "name": pipeline.label,
        "stages": _stage_sums(pipeline, Opportunity.objects.filter(pipeline=pipeline)),
        "lost": loss_reasons(pipeline=pipeline.pk),
        "forecast": forecast(pipeline=pipeline.pk),
    }


def _board_rows(rows: Any, today: date) -> Any:
    """Return the opportunities of a board: open ones, and recently ended ones."""
    return rows.filter(Q(closed_on=None) | Q(closed_on__gt=today - timedelta(days=ENDED_DAYS)))


def _stage_sums(pipeline: Pipeline, rows: Any) -> list[dict[str, Any]]:
    """Return the stages of a pipeline with number, sum and age of some opportunities."""
    today, cleared = clock.today(), current_actor().clearance >= PERSONAL
    sums = {
        row["stage"]: row
        for row in _board_rows(rows, today)
        .order_by()
        .values("stage")
        .annotate(count=Count("pk"), amount=Sum("amount"), since=Min("stage_since"))
    }
    made = []
    for stage in pipelines.stages_of(pipeline):
        found = sums.get(stage.pk, {"count": 0, "amount": None, "since": None})
        is_open = str(stage.kind) == StageKind.OPEN
        oldest = (today - found["since"]).days if found["since"] and is_open else None
        made.append(
            {
                "id": stage.pk,
                "code": stage.code,
                "name": stage.label,
                "kind": str(stage.kind),
                "count": found["count"],
                "amount": format(found["amount"] or Decimal(0), ".2f") if cleared else None,
                "oldest_days": oldest,
                "stale_days": stage.stale_days,
                "stale": oldest is not None and rules.is_stale(oldest, stage.stale_days),
            }
        )
    return made


@query(
    "growth.loss_reasons", needs=Permission.GROWTH_READ, zh="输单原因", en="Reasons for loss", parameters=(PIPELINE,)
)
def loss_reasons(*, pipeline: int | None = None) -> list[dict[str, Any]]:
    """Return why visible opportunities were lost in the last 90 days, most frequent first: [{reason, name, count, amount}]."""
    today, cleared = clock.today(), current_actor().clearance >= PERSONAL
    lost = Opportunity.objects.filter(
        stage__kind=StageKind.LOST.value, closed_on__gt=today - timedelta(days=ENDED_DAYS)
    )
    if pipeline is not None:
        lost = lost.filter(pipeline=pipeline)
    rows = lost.order_by().values("loss_reason").annotate(count=Count("pk"), amount=Sum("amount"))
    return [
        {
            "reason": row["loss_reason"],
            "name": LossReason.text_of(row["loss_reason"]),
            "count": row["count"],
            "amount": format(row["amount"] or Decimal(0), ".2f") if cleared else None,
        }
        for row in sorted(rows, key=lambda row: (-row["count"], row["loss_reason"]))
    ]


@query(
    "growth.board",
    needs=Permission.GROWTH_READ,
    zh="商机看板",
    en="Board of opportunities",
    parameters=(PIPELINE, OWNER, STALE, CLOSING),
)
def board(
    *, pipeline: int | None = None, owner: int | None = None, stale: bool | None = None, closing_by: date | None = None
) -> dict[str, Any]:
    """Return the board of a pipeline (default: the first).

    {pipelines: [{id, name}], pipeline: id or None, stages: [{id, name, kind, count, amount, oldest_days, stale, cards: [{id,
    row_version, who, client, prospect, subject, amount, close_on, is_overdue, next_step, owner, age_days, stale}], more:
    cards left out}], owners: [{id, name}] of visible open ones}. Cards are ordered by expected close.
    """
    every = list(Pipeline.objects.filter(is_active=True).order_by("position", "pk"))
    chosen = next((one for one in every if one.pk == pipeline), every[0] if every else None)
    found: dict[str, Any] = {"pipelines": [{"id": one.pk, "name": one.label} for one in every], "pipeline": None}
    if chosen is None:
        return {**found, "stages": [], "owners": []}
    rows = Opportunity.objects.filter(pipeline=chosen)
    owners = rows.filter(closed_on=None).exclude(owner=None).order_by("owner__name")
    names = owners.values_list("owner_id", "owner__name").distinct()
    if owner:
        rows = rows.filter(owner_id=owner)
    if closing_by:
        rows = rows.filter(closed_on=None, close_on__lte=closing_by)
    if stale:
        rows = rows.filter(_stale_condition(chosen))
    stages = _stage_sums(chosen, rows)
    cards = _cards(rows)
    for stage in stages:
        stage["cards"] = cards.get(stage["id"], [])
        stage["more"] = stage["count"] - len(stage["cards"])
    owners_found = [{"id": pk, "name": name} for pk, name in names]
    return {**found, "pipeline": chosen.pk, "stages": stages, "owners": owners_found}


def _stale_condition(pipeline: Pipeline) -> Q:
    """Return the condition for open opportunities that stayed in their stage for too long."""
    today, test = clock.today(), Q(pk__in=[])
    for stage in Stage.objects.filter(pipeline=pipeline, kind=StageKind.OPEN.value).exclude(stale_days=None):
        test |= Q(stage=stage, stage_since__lt=today - timedelta(days=stage.stale_days or 0))
    return test


def _cards(rows: Any) -> dict[int, list[dict[str, Any]]]:
    """Return {stage: its cards}, at most CARDS each."""
    today = clock.today()
    held: dict[int, list[Opportunity]] = {}
    ordered = _board_rows(rows, today).select_related("client", "prospect", "owner", "stage")
    for row in ordered.order_by("close_on", "pk"):
        stack = held.setdefault(row.stage_id, [])
        if len(stack) < CARDS:
            stack.append(row)
    return {
        stage: [_card(row, shown, today) for row, shown in zip(stack, _render_opportunities(stack), strict=True)]
        for stage, stack in held.items()
    }


def _render_opportunities(rows: list[Opportunity]) -> list[dict[str, Any]]:
    """Return the shown fields of some opportunities."""
    return render_rows(
        rows, ("client", "prospect", "subject", "amount", "close_on", "next_step", "owner", "loss_reason")
    )


def _card(row: Opportunity, plain: dict[str, Any], today: date) -> dict[str, Any]:
    """Return one card of the board."""
    age = (today - row.stage_since).days
    is_open = row.closed_on is None
    who = plain["client"] or plain["prospect"]
    return {
        **plain,
        "who": who["name"] if who else "",
        "loss": LossReason.text_of(str(row.loss_reason)) if row.loss_reason else "",
        "age_days": age,
        "stale": is_open and rules.is_stale(age, row.stage.stale_days),
        "is_overdue": is_open and row.close_on is not None and row.close_on < today,
    }


@query("growth.stages", needs=Permission.GROWTH_READ, zh="销售阶段列表", en="Stages", parameters=(FILTERS, ORDER))
def stages(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return all stages by pipeline."""
    return filter_rows(Stage.objects.all(), filters or {}, order or "pipeline,position")


@query("growth.goals", needs=Permission.GROWTH_READ, zh="商机目标列表", en="Goals", parameters=(FILTERS, ORDER))
def goals(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the goals of pipelines, the newest quarter first."""
    return filter_rows(Goal.objects.all(), filters or {}, order or "-first_on")
