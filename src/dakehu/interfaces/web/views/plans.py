"""A client's investment plan: goals, policy, drift and matches on one page; and the model portfolios of the firm."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.advice.model_portfolios import queries as portfolios
from dakehu.domains.advice.records import queries as records
from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, render_row, render_rows
from dakehu.foundation.schema.fields import labels_of

WIDTH = 100.0  # of a drift picture, in percent of the class
TONES = {"below": "warn", "above": "warn", "within": "good", "open": ""}
LAST = ("subject", "kind", "state", "adviser")
EDITIONS = ("risk_level", "edition", "effective_from", "reason")


@require_safe
def plan(request: HttpRequest, client_id: int) -> HttpResponse:
    """Goals with their requirements, the policy, the drift from the model, suitable products."""
    client = clients.get_client(client_id)
    asked = {"client": client.pk}
    drift = ask("advice.drift", asked)
    may_match = current_actor().may(QUERIES["advice.matches"].needs)
    last = list(records.client_advice(client=client)[:5])
    name = render_row(client, ("name",), shown=True)["name"]
    content = {
        "page_title": bilingual("{name}的投资方案", "Plan of {name}", name=name),
        "crumbs": [{"label": name, "url": f"/clients/{client.pk}/"}],
        "client": client,
        "goals": ask("advice.goal_progress", asked),
        "policy": ask("advice.client_policy", asked),
        "policy_labels": labels_of("advice.InvestmentPolicy"),
        "terms": ask("advice.contract_terms", asked),
        "goal_labels": labels_of("advice.InvestmentGoal"),
        "drift": {**drift, "lines": [_draw_line(line) for line in drift["lines"]]},
        "matches": ask("advice.matches", asked) if may_match else None,
        "advice": [{**text, "id": row.pk} for row, text in zip(last, render_rows(last, LAST, shown=True), strict=True)],
    }
    return render(request, "advice/plan.html", content)


def _draw_line(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of drift with the positions of its band, target and weight in the picture, in percent."""
    return {
        **line,
        "tone": TONES[line["state"]],
        "band_x": round(WIDTH * line["least"], 2),
        "band_width": round(WIDTH * (line["most"] - line["least"]), 2),
        "target_x": round(WIDTH * line["target"], 2),
        "weight_width": round(WIDTH * min(line["weight"], 1.0), 2),
    }


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """The model of each risk level in force, and the editions that were added."""
    editions = list(portfolios.model_portfolios()[:50])
    classes = list(portfolios.asset_classes()[:200])
    content = {
        "page_title": bilingual("模型组合", "Model portfolios"),
        "crumbs": [{"label": bilingual("投资建议", "Advice"), "url": "/advice/"}],
        "models": ask("advice.models_in_force", {}),
        "labels": labels_of("advice.ModelPortfolio"),
        "editions": render_rows(editions, EDITIONS, shown=True),
        "class_labels": labels_of("advice.ProductAssetClass"),
        "classes": render_rows(classes, ("product", "asset_class", "basis"), shown=True),
    }
    return render(request, "advice/models.html", content)
