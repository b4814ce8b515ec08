"""Cards of risk: on the start page of leads and compliance, and on a client's page."""

from typing import Any

from dakehu.domains.risk.breaches.client_page import breach_line
from dakehu.domains.risk.breaches.queries import counts_by_kind, judged_on, numbers, standing_line
from dakehu.domains.risk.models import Breach, Line, RiskFigures, Standing, StrategyReview
from dakehu.domains.risk.parameters import CLIENT
from dakehu.domains.risk.reviews.actions import OPEN
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema import client_cards
from dakehu.foundation.schema.cards import Card, declare
from dakehu.foundation.schema.client_cards import ClientCard

SHOWN = 6


@query("risk.card", needs=Permission.RISK_READ, zh="风险卡片", en="Card of risk")
def card() -> dict[str, Any]:
    """Return the figures of the risk page as a card of the start page."""
    as_of = judged_on()
    return {"figures": numbers(counts_by_kind()) if as_of else [], "as_of": as_of}


@query(
    "risk.client_card", needs=Permission.RISK_READ, zh="客户风险卡片", en="Card of a client's risk", parameters=CLIENT
)
def client_card(*, client: Any) -> dict[str, Any]:
    """Return measures beyond or near a limit, lines in force, and the next review (foundation.schema.client_cards)."""
    standings = list(Standing.objects.filter(client=client).order_by("-usage", "pk")[: SHOWN + 1])
    beyond = [row for row in standings if str(row.severity) != "near"]
    facts = _facts(client)
    actions = ["risk.set_line", "risk.set_client_limit", "risk.plan_review"]
    if not standings:
        known = RiskFigures.objects.filter(client=client).exists()
        note = (
            bilingual("没有超限或临近限额的指标。", "Nothing is beyond a limit or near one.")
            if known
            else bilingual(
                "尚未计算：等待每晚计算与日终数据。", "Not computed yet: it waits for the night and the daily data."
            )
        )
        return {"notes": [str(note)], "facts": facts, "actions": actions}
    lead = (
        bilingual("{n} 项超限", "{n} beyond a limit", n=len(beyond))
        if beyond
        else bilingual("有指标临近限额", "Near a limit")
    )
    return {
        "lead": str(lead),
        "tone": "bad" if beyond else "warn",
        "lines": [_line(standing_line(row)) for row in standings[:SHOWN]],
        "facts": facts,
        "more": [{"title": str(bilingual("未解除的超限", "Standing breaches")), "lines": _breaches(client)}],
        "actions": actions,
    }


def _facts(client: Any) -> list[dict[str, str]]:
    """Return the number of lines in force and the due date of the next review."""
    found = [
        {
            "what": str(bilingual("客户提醒线", "Reminder lines")),
            "text": str(Line.objects.filter(client=client, withdrawn_on=None).count()),
        }
    ]
    review = StrategyReview.objects.filter(client=client, state__in=OPEN).order_by("due_on").first()
    if review is not None:
        found.append(
            {"what": str(bilingual("下次策略回顾", "Next strategy review")), "text": review.due_on.isoformat()}
        )
    return found


def _line(one: dict[str, Any]) -> dict[str, str]:
    """Return a standing as a row of the card."""
    text = bilingual(
        "{value}，限额 {limit}（{severity}）",
        "{value}, limit {limit} ({severity})",
        value=one["value"],
        limit=one["limit"],
        severity=one["severity"],
    )
    return {"what": f"{one['label']} {one['about']}".strip(), "text": str(text), "tone": one["tone"]}


def _breaches(client: Any) -> list[dict[str, str]]:
    """Return the open breaches, with the users who acknowledged them."""
    rows = Breach.objects.filter(client=client, cleared_on=None).select_related("acknowledged_by")
    lines = [breach_line(row) for row in rows.order_by("-started_on", "pk")[:SHOWN]]
    return [{"what": f"{one['started_on']} {one['label']}", "text": one["note"] or one["about"]} for one in lines]


client_cards.declare(ClientCard("risk.client", "风险", "Risk", "risk.client_card", order=22))
declare(
    Card(
        "risk.card",
        "风险监控",
        "Risk",
        kind="figures",
        query="risk.card",
        roles=(RoleName.LEAD, RoleName.COMPLIANCE),
        order=58,
        size="full",
        empty=bilingual(
            "还没有计算。导入持仓与日终资产后，每晚计算一次。",
            "Not computed yet: it is, every night, once holdings and balances have come.",
        ),
        link=(bilingual("打开风险监控", "Open risk"), "/risk/"),
    ),
)
