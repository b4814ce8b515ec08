"""Opportunities: the board of a pipeline, one of them, the forecast of a quarter, and the pipelines themselves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.growth.opportunities import queries as opportunities
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_row, render_rows
from dakehu.foundation.schema.fields import labels_of

CHOSEN = ("pipeline", "owner", "stale", "closing_by")
CRUMBS = [{"label": bilingual("商机", "Opportunities"), "url": "/opportunities/"}]
DETAILS = (
    "client",
    "prospect",
    "pipeline",
    "stage",
    "stage_since",
    "amount",
    "close_on",
    "owner",
    "product",
    "next_step",
    "source_stage",
    "remark",
    "loss_reason",
    "loss_note",
    "opened_on",
    "closed_on",
)


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """?pipeline=1&owner=3&stale=1&closing_by=2026-12-31: the stages of a pipeline with their cards."""
    given = {name: request.GET.get(name, "") for name in CHOSEN}
    found = ask("growth.board", {name: value for name, value in given.items() if value})
    largest = max((float(stage["amount"] or 0) for stage in found["stages"]), default=0)
    content = {
        "page_title": bilingual("商机看板", "Board of opportunities"),
        "found": found,
        "given": given,
        "largest": largest or 1,
        "lost": ask("growth.loss_reasons", {"pipeline": found["pipeline"]}) if found["pipeline"] else [],
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "growth/board_stages.html" if inside else "growth/board.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One opportunity with its stage history: in the drawer, or as a page."""
    row = opportunities.opportunity_detail(opportunity=pk)
    plain, shown, labels = render_row(row), render_row(row, shown=True), labels_of("growth.Opportunity")
    content: dict[str, Any] = {
        "row": plain,
        "facts": [(labels[name], shown[name]) for name in DETAILS if shown.get(name)],
        "changes": render_rows(list(opportunities.opportunity_changes(opportunity=pk)), shown=True),
        "page_title": shown["subject"],
        "crumbs": CRUMBS,
    }
    part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "growth/opportunity.html" if part else "growth/opportunity_page.html", content)


@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """?pipeline=1&on=2026-12-31: the forecast of a quarter, by the desk's own hit rates."""
    asked = {name: request.GET[name] for name in ("pipeline", "on") if request.GET.get(name)}
    found = ask("growth.forecast", asked)
    content = {
        "page_title": bilingual("商机预测", "Forecast"),
        "crumbs": CRUMBS,
        "found": found,
        "pipelines": ask("growth.board", {})["pipelines"],
        "reach": _reach(found) if found else None,
    }
    return render(request, "growth/forecast.html", content)


def _reach(found: dict[str, Any]) -> dict[str, float] | None:
    """Return the parts of a forecast's bar as percentages of its upper end; None without a forecast."""
    if found["expected"] is None:
        return None
    values = {name: float(found[name] or 0) for name in ("won", "expected_low", "expected", "expected_high", "goal")}
    longest = max(values.values()) or 1.0
    share = {name: round(99.5 * value / longest, 2) for name, value in values.items()}
    return {**share, "width": round(share["expected_high"] - share["expected_low"], 2)}


@require_safe
def pipelines(request: HttpRequest) -> HttpResponse:
    """The pipelines with their stages, and the goals of the present quarters."""
    stages = list(opportunities.stages().select_related("pipeline"))
    goals = list(opportunities.goals()[:40])
    content = {
        "page_title": bilingual("销售流程", "Pipelines"),
        "crumbs": CRUMBS,
        "pipelines": _stages_by_pipeline(stages),
        "goals": render_rows(goals, shown=True),
        "labels": labels_of("growth.Stage"),
    }
    return render(request, "growth/pipelines.html", content)


def _stages_by_pipeline(stages: list[Any]) -> list[dict[str, Any]]:
    """Return the stages by pipeline: [{id, label, row_version, stages}]."""
    made: dict[int, dict[str, Any]] = {}
    for stage, shown in zip(stages, render_rows(stages, shown=True), strict=True):
        pipeline = stage.pipeline
        start = {"id": pipeline.pk, "label": pipeline.label, "stages": []}
        made.setdefault(pipeline.pk, start)["stages"].append(
            {**shown, "label": stage.label, "kind_code": str(stage.kind)}
        )
    return list(made.values())
