"""Attribution of a client's change in value over a chosen period: the steps of the chart and the table."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from dakehu.domains.ledger.performance import attribution
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask

SPANS = {
    "month": bilingual("本月", "This month"),
    "year": bilingual("今年", "This year"),
    "twelve": bilingual("近一年", "Twelve months"),
    "all": bilingual("全部", "All"),
}
STEPS = {
    "opening": bilingual("期初持仓市值", "Worth before"),
    "net_inflow": bilingual("净转入", "Net inflow"),
    "market": bilingual("市场损益", "Market"),
    "fees": bilingual("费用", "Fees"),
    "closing": bilingual("期末持仓市值", "Worth after"),
}
FLOWS = ("net_inflow", "fees")  # neither gain nor loss of the market: neutral in colour


def change_of(request: HttpRequest, client: Any, closed: str) -> dict[str, Any]:
    """Return the requested period (a name of SPANS, or two days), and the attribution of the change in value in it."""
    spans = attribution.period_choices(date.fromisoformat(closed))
    typed = {name: request.GET[name] for name in ("since", "until") if request.GET.get(name)}
    chosen = "" if typed else request.GET.get("span", "all")
    since = spans.get(chosen)
    asked = typed or ({"since": since.isoformat()} if since else {})
    page: dict[str, Any] = {
        "spans": [{"name": name, "label": label, "on": name == chosen} for name, label in SPANS.items()],
        "heads": list(STEPS.values()),
        "since": asked.get("since", ""),
        "until": asked.get("until", closed),
    }
    try:
        report = ask("ledger.attribution", {"client": client.pk, **asked})
    except Refused as refusal:
        return page | {"fault": "；".join(str(text) for texts in refusal.as_plain().values() for text in texts)}
    page |= {"report": report, "rows": [(row["name"], [row[name] for name in STEPS]) for row in report["classes"]]}
    if report["total"]:
        page["rows"].append((bilingual("合计", "Total"), [report["total"][name] for name in STEPS]))
        if None not in report["total"].values():
            page["steps"] = {"unit": "money", "steps": steps_of(report["total"])}
    return page


def steps_of(total: dict[str, float]) -> list[dict[str, Any]]:
    """Return the start and end of each step of the chart; the values before and after start at zero."""
    made, at = [], 0.0
    for name, label in STEPS.items():
        whole = name in ("opening", "closing")
        begin = 0.0 if whole else at
        at = begin + (-total[name] if name == "fees" else total[name])
        made.append({"name": str(label), "from": begin, "to": at, "whole": whole, "flow": name in FLOWS})
    return made
