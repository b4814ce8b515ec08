"""The market: an index with its band of probability, how much it moves, and the breadth of what the book holds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask

SHOWN = 250  # days of the index before the band
AHEAD = (5, 20, 60)


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    """?index=000300.SH&ahead=20"""
    asked = request.GET.get("ahead", "20")
    ahead = int(asked) if asked in {str(n) for n in AHEAD} else 20
    try:
        told, fault = ask("ledger.market_index", {"index": request.GET.get("index") or None, "horizon": ahead}), ""
    except Refused as refusal:
        told, fault = ask("ledger.market_index", {"horizon": ahead}), str(next(iter(refusal.as_plain().values()))[0])
    breadth = ask("ledger.market_breadth", {})
    page: dict[str, Any] = {
        "page_title": bilingual("行情", "Market"),
        "told": told,
        "fault": fault,
        "breadth": breadth,
        "ahead": ahead,
        "spans": [{"days": n, "current": n == ahead} for n in AHEAD],
        "above": [(n, breadth[f"above_{n}"]) for n in (20, 60, 250)],
        "widths": _widths(told),
        "record": told["record"],
    }
    if told["level"]:
        page |= {"line": _line(told), "moves": _moves(told)}
    return render(request, "market/page.html", page)


def _line(told: dict[str, Any]) -> dict[str, Any]:
    """The last year of the index; after it the lines of the band, by how many trading days ahead."""
    days, levels = told["day"][-SHOWN:], told["level"][-SHOWN:]
    series = [{"name": told["name"], "values": levels, "unit": "number"}]
    band = told["band"]
    if band:
        rows = band["rows"][1:]
        days = [*days, *(f"+{n}" for n in range(1, len(rows) + 1))]
        series[0]["values"] = [*levels, *([None] * len(rows))]
        for place, quantile in enumerate(band["quantiles"]):
            values = [*([None] * (len(levels) - 1)), levels[-1], *(round(row[place], 2) for row in rows)]
            series.append(
                {"name": f"{quantile:.0%}", "values": values, "unit": "number", "dashed": True, "tone": "muted"}
            )
    return {"x": days, "series": series}


def _moves(told: dict[str, Any]) -> dict[str, Any]:
    """Yearly volatility over 20 and 60 days."""
    return {
        "x": told["day"][-SHOWN:],
        "series": [
            {
                "name": str(bilingual("{n} 日", "{n} days", n=n)),
                "values": told[f"volatility_{n}"][-SHOWN:],
                "unit": "share",
            }
            for n in (20, 60)
        ],
    }


def _widths(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The band in words of numbers: after one day, half the time and all of it."""
    if not told["band"]:
        return []
    rows = told["band"]["rows"]
    last = len(rows) - 1
    return [
        {"days": n, "low": rows[n][0], "lower": rows[n][1], "upper": rows[n][3], "high": rows[n][4]}
        for n in dict.fromkeys((1, max(1, last // 2), last))
    ]
