"""The market: an index with its probability band, its volatility, and the breadth of the book's holdings."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask

SHOWN = 250  # days of the index before the band
AHEAD = (5, 20, 60)
FEW = 30  # tests of the band below which its record is not meaningful


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    """?index=000300.SH&ahead=20&client=C0001: an index, and the band of one client's holdings (code, or id)."""
    asked = request.GET.get("ahead", "20")
    ahead = int(asked) if asked in {str(n) for n in AHEAD} else 20
    try:
        report, fault = ask("ledger.market_index", {"index": request.GET.get("index") or None, "horizon": ahead}), ""
    except Refused as refusal:
        report, fault = ask("ledger.market_index", {"horizon": ahead}), str(next(iter(refusal.as_plain().values()))[0])
    breadth, book = ask("ledger.market_breadth", {}), ask("ledger.book_volatility", {})
    page: dict[str, Any] = {
        "page_title": bilingual("行情", "Market"),
        "report": report,
        "fault": fault,
        "breadth": breadth,
        "ahead": ahead,
        "spans": [{"days": n, "current": n == ahead} for n in AHEAD],
        "above": [(n, breadth[f"above_{n}"]) for n in (20, 60, 250)],
        "widths": _widths(report),
        "record": report["record"],
        "few": bool(report["record"]) and report["record"]["origins"] < FEW,
        "largest": breadth["holdings"][0] if breadth["holdings"] else None,
        "book": book,
        "book_moves": _book_moves(book),
        **_value_band(request.GET.get("client", "").strip(), ahead),
    }
    if report["level"]:
        page |= {"line": _line(report), "moves": _moves(report)}
    page["may_import"] = current_actor().may(Permission.IMPORT)
    return render(request, "market/page.html", page)


def _book_moves(book: dict[str, Any]) -> dict[str, Any]:
    """Return the volatility of the book over the last year."""
    name = str(bilingual("年化波动率", "Volatility a year"))
    return {"x": book["day"], "series": [{"name": name, "values": book["weighted"], "unit": "share"}]}


def _value_band(code: str, ahead: int) -> dict[str, Any]:
    """Return the band of the client with the given code, or why there is none."""
    if not code:
        return {"asked_client": "", "worth": None}
    try:
        return {"asked_client": code, "worth": ask("ledger.worth_band", {"client": code, "horizon": ahead})}
    except Refused as refused:
        return {"asked_client": code, "worth": None, "worth_fault": next(iter(refused.as_plain().values()))[0]}


def _line(report: dict[str, Any]) -> dict[str, Any]:
    """Return the last year of the index, followed by the lines of the band, by trading days ahead."""
    days, levels = report["day"][-SHOWN:], report["level"][-SHOWN:]
    series = [{"name": report["name"], "values": levels, "unit": "number"}]
    band = report["band"]
    if band:
        rows = band["rows"][1:]
        days = [*days, *(f"+{n}" for n in range(1, len(rows) + 1))]
        series[0]["values"] = [*levels, *([None] * len(rows))]
        series += _fan_areas(levels, rows)
    return {"x": days, "series": series}


def _fan_areas(levels: list[float], rows: list[list[float]]) -> list[dict[str, Any]]:
    """Return stacked areas from the last level on: an invisible base, then the outer, inner and outer band."""
    lead: list[Any] = [None] * (len(levels) - 1)
    outer, inner = str(bilingual("90% 区间", "90 % band")), str(bilingual("50% 区间", "50 % band"))
    spans = [(0, 1, outer, 0.16), (1, 3, inner, 0.34), (3, 4, outer, 0.16)]
    ground = {"name": "", "values": [*lead, levels[-1], *(round(row[0], 2) for row in rows)], "fan": 0}
    fan: list[dict[str, Any]] = [ground]
    for low, high, name, opacity in spans:
        values = [*lead, 0, *(round(row[high] - row[low], 2) for row in rows)]
        fan.append({"name": name, "values": values, "fan": opacity})
    for one, (low, high) in ((fan[1], (0, 4)), (fan[2], (1, 3))):
        one["tips"] = [*([""] * len(levels)), *(f"{row[low]:,.0f}–{row[high]:,.0f}" for row in rows)]
    return [{**one, "unit": "number", "stack": "fan", "tone": "accent"} for one in fan]


def _moves(report: dict[str, Any]) -> dict[str, Any]:
    """Return yearly volatility over 20 and 60 days."""
    return {
        "x": report["day"][-SHOWN:],
        "series": [
            {
                "name": str(bilingual("{n} 日", "{n} days", n=n)),
                "values": report[f"volatility_{n}"][-SHOWN:],
                "unit": "share",
            }
            for n in (20, 60)
        ],
    }


def _widths(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the band in numbers: after one day, half the horizon and the full horizon."""
    if not report["band"]:
        return []
    rows = report["band"]["rows"]
    last = len(rows) - 1
    return [
        {"days": n, "low": rows[n][0], "lower": rows[n][1], "upper": rows[n][3], "high": rows[n][4]}
        for n in dict.fromkeys((1, max(1, last // 2), last))
    ]
