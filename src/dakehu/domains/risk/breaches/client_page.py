"""The risk page of a client: figures against limits, near limits, lines, contracts, breaches, reviews."""

from datetime import date
from typing import Any

from dakehu.domains.risk.breaches.queries import standing_line
from dakehu.domains.risk.choices import BreachKind, LineKind, Severity
from dakehu.domains.risk.limits import rules
from dakehu.domains.risk.limits.queries import limits_for_client, value_text
from dakehu.domains.risk.lines.rules import REACHED_EN, REACHED_ZH
from dakehu.domains.risk.lines.table import standing_lines
from dakehu.domains.risk.margin.queries import margin_of_client
from dakehu.domains.risk.models import Breach, Line, LineEvent, RiskFigures, Standing, StrategyReview
from dakehu.domains.risk.parameters import CLIENT
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query

ACCOUNT = ("equity_share", "drawdown_60", "day_loss", "largest_holding", "industry_share", "hhi", "sell_days")
HISTORY = 30
WHOLE = bilingual("整个账户", "Whole account")
NOT_KNOWN = bilingual("未知", "Not known")


@query("risk.client_page", needs=Permission.RISK_READ, zh="客户风险页面", en="Risk page of a client", parameters=CLIENT)
def client_page(*, client: Any) -> dict[str, Any]:
    """Return the risk state of a client.

    {as_of, measures: [{measure, label, value, limit, why, tone, percent, others}], standings, lines, contracts,
    breaches, events, reviews, limits}. Unknown values are marked so.
    """
    figures = RiskFigures.objects.filter(client=client).first()
    limits = limits_for_client(client=client)
    return {
        "as_of": figures.day.isoformat() if figures is not None else None,
        "measures": [_measure(one, figures) for one in limits if one["measure"] in ACCOUNT],
        "limits": limits,
        "standings": [standing_line(row) for row in Standing.objects.filter(client=client).order_by("-usage", "pk")],
        "lines": lines_of(client, figures.day if figures is not None else clock.today()),
        "contracts": margin_of_client(client=client) if current_actor().clearance >= PERSONAL else [],
        "breaches": [breach_line(row) for row in _history(client)],
        "events": [_event(row) for row in LineEvent.objects.filter(client=client).order_by("-on", "-pk")[:HISTORY]],
        "reviews": reviews_of(client),
    }


def _measure(limit: dict[str, Any], figures: RiskFigures | None) -> dict[str, Any]:
    """Return one account-level measure with its limit."""
    measure = limit["measure"]
    held = getattr(figures, measure, None) if figures is not None else None
    value = None if held is None else float(held)
    used = None if value is None or not limit["number"] else value / limit["number"]
    tone = "" if value is None else _tone(measure, value, limit["number"], used)
    return {
        "measure": measure,
        "label": limit["label"],
        "value": str(NOT_KNOWN) if value is None else value_text(measure, value),
        "is_known": value is not None,
        "limit": limit["value"],
        "why": limit["why"],
        "others": limit["others"],
        "percent": None if used is None else round(used * 100),
        "tone": tone,
    }


def _tone(measure: str, value: float, limit: float, used: float | None) -> str:
    """Return the tone of a measure: good, near its limit, beyond it."""
    if rules.is_breached(measure, value, limit):
        return "bad"
    return "warn" if used is not None and used >= 0.8 else "good"


def _history(client: Any) -> list[Breach]:
    """Return the breaches of a client: all open ones, and the newest cleared ones."""
    rows = Breach.objects.filter(client=client).select_related("acknowledged_by")
    standing = list(rows.filter(cleared_on=None).order_by("-started_on", "pk"))
    return standing + list(rows.exclude(cleared_on=None).order_by("-cleared_on", "pk")[:HISTORY])


def breach_line(row: Breach) -> dict[str, Any]:
    """Return a breach as shown on pages."""
    kind = str(row.kind)
    return {
        "id": row.pk,
        "label": BreachKind.text_of(kind),
        "about": row.about,
        "severity": Severity.text_of(str(row.severity)),
        "tone": "" if row.cleared_on else ("warn" if str(row.severity) == "near" else "bad"),
        "started_on": row.started_on.isoformat(),
        "cleared_on": row.cleared_on.isoformat() if row.cleared_on else "",
        "value": value_text(kind, None if row.value is None else float(row.value)),
        "limit": value_text(kind, None if row.limit_value is None else float(row.limit_value)),
        "rule": row.rule,
        "acknowledged_by": row.acknowledged_by.name if row.acknowledged_by is not None else "",
        "note": row.note,
        "is_open": row.cleared_on is None,
    }


def lines_of(client: Any, day: date) -> list[dict[str, Any]]:
    """Return the lines in force of a client, including those of the feed, with the close of a day."""
    with elevated("lines of a client whose page is shown"):
        found = standing_lines(day, client.pk).sort("line").to_dicts()
    rows = {row.pk: row for row in Line.objects.filter(client=client, withdrawn_on=None)}
    shown = dict(zip(rows, render_rows(list(rows.values()), shown=True), strict=True)) if rows else {}
    lines = [_line(one, rows.get(one["row"]), shown.get(one["row"])) for one in found]
    known = {one["row"] for one in found}
    return lines + [_line(None, row, shown[pk]) for pk, row in rows.items() if pk not in known]


def _line(found: dict[str, Any] | None, row: Line | None, shown: dict[str, Any] | None) -> dict[str, Any]:
    """Return one line as shown on the page; without `found` its security is not held or its price not known."""
    is_reached = bool(found and found["is_reached"])
    distance = found["distance"] if found else None
    kind = str(row.kind) if row is not None else (found["kind"] if found else "")
    on = (found["security"] if found else "") or (shown["security"] if shown else "") or str(WHOLE)
    return {
        "id": row.pk if row is not None else None,
        "about": f"{on} {LineKind.text_of(kind)}",
        "kind": kind,
        "basis": shown["basis"] if shown else str(bilingual("固定价格（柜台）", "Price, from the counter")),
        "threshold": _threshold_text(row) if row is not None else "",
        "set_on": row.set_on.isoformat() if row is not None else "",
        "recorded_by": shown["recorded_by"] if shown else "",
        "level": value_text("client_line", found["level"]) if found else "",
        "close": value_text("client_line", found["close"]) if found else "",
        "distance": "" if distance is None else f"{distance * 100:+.1f}%",
        "state": str(bilingual(REACHED_ZH, REACHED_EN)) if is_reached else _state_of(found),
        "tone": "bad" if is_reached else ("warn" if distance is not None and abs(distance) <= 0.03 else ""),
    }


def _threshold_text(row: Line) -> str:
    """Return the threshold of a line: a percentage, or the number for a price or amount."""
    kind = "client_line" if str(row.basis) == "price" else "single_security"
    return value_text(kind, float(row.threshold))


def _state_of(found: dict[str, Any] | None) -> str:
    """Return the state of a line that is not reached."""
    if found is None:
        return str(bilingual("未持有该证券", "Not held"))
    if found["close"] is None or found["level"] is None:
        return str(bilingual("行情或成本未知", "Price or cost not known"))
    return str(bilingual("未触及", "Not reached"))


def _event(row: LineEvent) -> dict[str, Any]:
    """Return the events of a line."""
    shown = render_rows([row], ("kind", "on", "by"), shown=True)[0]
    return {**shown, "line": row.line_id, "values": row.values}


def reviews_of(client: Any) -> list[dict[str, Any]]:
    """Return the strategy reviews of a client, the latest first."""
    rows = list(
        StrategyReview.objects.filter(client=client).select_related("author", "signed_by").order_by("-due_on", "-pk")
    )
    today = clock.today()
    lines = []
    for row, shown in zip(rows, render_rows(rows, shown=True), strict=True):
        code = str(row.state)
        late = code != "signed" and row.due_on < today
        lines.append(
            {
                **shown,
                "id": row.pk,
                "code": code,
                "tone": "good" if code == "signed" else ("bad" if late else "warn"),
                "is_mine": row.author_id == current_actor().user_id,
            }
        )
    return lines
