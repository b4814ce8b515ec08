"""The tendencies of a client: for joint reading by manager and client, also printed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_row

STATES = {
    "shown": (bilingual("连续两季出现", "In two quarters running"), "warn"),
    "once": (bilingual("仅本季超出，未确认", "This quarter only, not confirmed"), ""),
    "none": (bilingual("未见", "Not seen"), "good"),
    "insufficient": (bilingual("数据不足", "Insufficient data"), ""),
}
ORDER = tuple(STATES)


@require_safe
def tendencies(request: HttpRequest, client_id: int) -> HttpResponse:
    """Each tendency with size, interval, count and period; those seen in two quarters first, with topics for discussion."""
    client = clients.get_client(client_id)
    result = ask("care.tendencies", {"client": client.pk})
    name = render_row(client, ("name",), shown=True)["name"]
    rows = sorted(result["tendencies"], key=lambda row: ORDER.index(row["state"]))
    content = {
        "page_title": bilingual("{name}的交易倾向", "Tendencies of {name}", name=name),
        "crumbs": [{"label": name, "url": f"/clients/{client.pk}/"}],
        "client": client,
        "result": result,
        "rows": [_render_tendency(row) for row in rows],
        "remarks": result.get("remarks", []),
    }
    return render(request, "care/tendencies.html", content)


def _render_tendency(row: dict[str, Any]) -> dict[str, Any]:
    words, tone = STATES[row["state"]]
    low, high = _text(row["low"], row["unit"]), _text(row["high"], row["unit"])
    return {
        **row,
        "state_words": words,
        "tone": tone,
        "size_text": _text(row["size"], row["unit"]),
        "before_text": _text(row["before"], row["unit"]),
        "interval": f"{low} ~ {high}" if low else "",
    }


def _text(value: float | None, unit: str) -> str:
    """Return a size formatted by its unit; "" where it is missing."""
    if value is None:
        return ""
    return f"{value:.1%}" if unit == "share" else f"{value:.2f}"
