"""Dashboards: cards of pivots and texts, predefined for each role or arranged manually."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web import pivots


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?dashboard=3 or a role's: by default that of the reader's role; &arrange=1 to arrange one's own."""
    asked = request.GET.get("dashboard")
    found = ask("insight.dashboard", {"dashboard": asked} if asked else {})
    arranges = bool(request.GET.get("arrange")) and found["is_own"]
    cards = [_card(card, place, len(found["cards"])) for place, card in enumerate(found["cards"])]
    content: dict[str, Any] = {
        "page_title": bilingual("看板", "Dashboards"),
        "found": found,
        "cards": cards,
        "arranges": arranges,
        "own": ask("insight.reports", {"kind": "dashboard"}),
        "as_of": pivots.moment(
            min((card["answer"]["as_of"] for card in found["cards"] if "answer" in card), default="")
        ),
    }
    return render(request, "insight/dashboard.html", content)


def _card(card: dict[str, Any], place: int, count: int) -> dict[str, Any]:
    """Return a card for rendering."""
    made = {**card, "place": place, "is_first": place == 0, "is_last": place == count - 1}
    if "answer" not in card:
        return made
    drawn = pivots.draw_pivot(card["pivot"], card["answer"], card["shape"], place)
    unit = card["answer"]["measure"]["unit"]
    earlier = [pivots.compare_number(card["pivot"], unit, past) for past in card["compared"]]
    return {**made, **drawn, "compared": earlier, "template": f"insight/cards/{card['shape']}.html"}


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """Copy a dashboard as one's own and open it to be arranged."""
    row = perform(
        "insight.copy_dashboard",
        {"dashboard": request.POST.get("dashboard", ""), "name": request.POST.get("name", "")},
    )
    messages.success(request, str(bilingual("已复制为“{name}”。", "Copied as “{name}”.", name=row.name)))
    return HttpResponseRedirect(f"/dashboards/?dashboard={row.pk}&arrange=1")


@require_POST
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Move, widen, narrow or remove a card."""
    perform(
        "insight.arrange_card",
        {"report": pk, "card": request.POST.get("card", ""), "change": request.POST.get("change", "")},
    )
    return HttpResponseRedirect(f"/dashboards/?dashboard={pk}&arrange=1")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a dashboard of one's own."""
    perform("insight.delete_report", {"report": pk})
    messages.success(request, str(bilingual("看板已删除。", "Dashboard deleted.")))
    return HttpResponseRedirect("/dashboards/")
