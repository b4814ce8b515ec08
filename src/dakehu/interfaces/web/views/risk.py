"""Risk: the measures of visible clients, the limits in force, stress, the strategy reviews."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.risk.reviews import queries as review_queries
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_rows
from dakehu.interfaces.web.rows import with_addresses

SIZE = 200
RISK = {"label": bilingual("风险监控", "Risk"), "url": "/risk/"}
REVIEW_TONES = {"signed": "good", "waiting": "warn", "returned": "bad", "due": ""}


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers by kind and by manager, each with its rows, and the clients furthest beyond or nearest their limits."""
    found = with_addresses(ask("risk.overview", {}))
    figures = {"content": {"figures": found["figures"]}, "size": "full"}
    return render(request, "risk/overview.html", {"page_title": RISK["label"], "found": found, "figures": figures})


@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    """The firm's limits in force, with certainty, version and source, and every version set on the desk."""
    page = {
        "page_title": bilingual("风险限额", "Limits"),
        "crumbs": [RISK],
        "measures": ask("risk.limits_in_force", {}),
    }
    return render(request, "risk/limits.html", page)


@require_safe
def stress(request: HttpRequest) -> HttpResponse:
    """The visible clients under one scenario of the past or of the firm's own."""
    page = {
        "page_title": bilingual("压力测试", "Stress test"),
        "crumbs": [RISK],
        "found": ask("risk.stress", {"scenario": request.GET.get("scenario") or None}),
        "scenarios": ask("risk.scenarios", {}),
    }
    return render(request, "risk/stress.html", page)


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """The strategy reviews that are not signed off, the earliest due first."""
    rows: Any = review_queries.strategy_reviews(filters={"state.ne": "signed"})
    some = list(rows.select_related("client", "author")[:SIZE])
    shown = render_rows(some, ("client", "due_on", "state", "basis", "held_on", "author"), shown=True)
    today = clock.today()
    page = {
        "page_title": bilingual("策略回顾", "Strategy reviews"),
        "crumbs": [RISK],
        "count": rows.count(),
        "rows": [
            {
                **text,
                "id": row.pk,
                "client_id": row.client_id,
                "tone": "bad" if row.due_on < today else REVIEW_TONES[str(row.state)],
            }
            for row, text in zip(some, shown, strict=True)
        ],
    }
    return render(request, "risk/reviews.html", page)
