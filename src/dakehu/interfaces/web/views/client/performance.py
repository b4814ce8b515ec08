"""A client's money: figures of the last close, holdings, growth, trades."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger import queries as ledger
from dakehu.domains.ledger.trades import transaction_types
from dakehu.domains.ledger.trades.queries import list_trades
from dakehu.foundation.access import client_tables
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, observe_reading
from dakehu.interfaces.web.views.client.attribution import change_of

PAGE = 50
SLICES = 8
MARKS = 8
# The daily line shown as a small picture under a leading figure.
PICTURES = {"market_value": "worth", "profit": "profit", "xirr": "growth", "max_drawdown": "drawdown"}


def tab_money(request: HttpRequest, client: Any) -> dict[str, Any]:
    """Return the figures of the last close; the page requests the rest immediately (`money_details`)."""
    asked = request.GET.copy()
    asked.pop("tab", None)
    return {"figures": ledger.figure_table(client=client), "asked": asked.urlencode()}


@require_safe
def money_details(request: HttpRequest, client_id: int) -> HttpResponse:
    """Show lines, holdings, figures by group and trades: a fragment below the leading figures, with their small lines."""
    client = clients.get_client(client_id)
    observe_reading(client, is_continued=True)
    with client_tables.reading_client(client):
        return render(request, "client/money_details.html", {"client": client, **_details(request, client)})


def _details(request: HttpRequest, client: Any) -> dict[str, Any]:
    try:
        report, faults = ask("ledger.portfolio", {"client": client.pk}), []
    except Refused as refusal:
        report, faults = None, [str(text) for texts in refusal.as_plain().values() for text in texts]
    page: dict[str, Any] = {
        "faults": faults,
        "report": report,
        "figures": ledger.figure_table(client=client),
    }
    if report and report["line"]:
        page |= {
            "pictures": {name: report["line"][series] for name, series in PICTURES.items()},
            "line": line_of(report["line"]),
            "falls": falls_of(report["line"]),
            "donut": donut_of(report["holdings"], report["hidden"]),
            "flows": report["flows"][:PAGE],
            "change": change_of(request, client, report["as_of"]),
        }
    return page | trades_of(request, client)


def line_of(line: dict[str, Any]) -> dict[str, Any]:
    """Return growth, with the largest payments marked, and the index for comparison."""
    largest = sorted((i for i, flow in enumerate(line["flow"]) if flow), key=lambda i: -abs(line["flow"][i] or 0))[
        :MARKS
    ]
    marks = [
        {"x": line["day"][i], "label": "▲" if line["flow"][i] > 0 else "▼", "tone": "accent"} for i in sorted(largest)
    ]
    series = [
        {
            "name": str(bilingual("单位净值（期初=1）", "Growth of 1")),
            "values": line["growth"],
            "unit": "number",
            "markers": marks,
        }
    ]
    if line["index"]:
        series.append(
            {"name": line["index_name"], "values": line["index"], "unit": "number", "dashed": True, "tone": "muted"}
        )
    return {"x": line["day"], "series": series}


def falls_of(line: dict[str, Any]) -> dict[str, Any]:
    """Return the drawdown from the highest growth so far, by day."""
    falls = {
        "name": str(bilingual("回撤", "Drawdown")),
        "values": line["drawdown"],
        "unit": "share",
        "area": True,
        "tone": "muted",
    }
    return {"x": line["day"], "series": [falls]}


def donut_of(holdings: list[dict[str, Any]], hidden: bool) -> dict[str, Any]:
    """Return the largest holdings and the rest; shares instead of sums for readers to whom money is masked."""
    sized = [(row["name"], row["weight"] if hidden else row["value"]) for row in holdings if row["weight"]]
    slices = [{"name": name, "value": value} for name, value in sized[:SLICES]]
    if sized[SLICES:]:
        slices.append({"name": str(bilingual("其他", "Others")), "value": sum(value for _, value in sized[SLICES:])})
    return {"unit": "share" if hidden else "money", "slices": slices}


def trades_of(request: HttpRequest, client: Any) -> dict[str, Any]:
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isdecimal() and 0 < int(asked) < 10**6 else 1
    report = list_trades(client=client, limit=PAGE, offset=(page - 1) * PAGE)
    for row in report["rows"]:
        row["word"] = bilingual(*transaction_types.label_of(row["side"]))
    last = max(1, -(-report["count"] // PAGE))
    return {
        "trades": report["rows"],
        "traded": report["count"],
        "at": page,
        "last": last,
        "before": page - 1 if page > 1 else None,
        "after": page + 1 if page < last else None,
    }
