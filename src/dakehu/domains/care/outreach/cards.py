"""The card of the start page: the calls after a shock while they run, and the report afterwards."""

from datetime import timedelta
from typing import Any

from dakehu.domains.care.distress.choices import CaseState
from dakehu.domains.care.models import DistressCase, OutreachCall
from dakehu.domains.care.outreach.choices import CallState
from dakehu.domains.care.outreach.queries import find_outreach
from dakehu.domains.care.permissions import OUTREACH_READ
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import Card, declare, number, rows_at

NEWS = timedelta(days=10)  # after the last day of calls, in which the card links to the report
EMPTY = bilingual("最近没有市场或账户急跌。", "Neither the market nor accounts fell sharply of late.")


@query("care.outreach_today", needs=OUTREACH_READ, zh="急跌致电概况", en="Calls after a shock at a glance")
def outreach_today() -> dict[str, Any]:
    """Return the figures of the newest campaign of the reader's clients, nothing some days after its end."""
    row = find_outreach(None)
    is_news = row is not None and row.ends_on >= clock.today() - NEWS
    states = list(OutreachCall.objects.filter(outreach=row).values_list("state", flat=True)) if is_news else []
    if row is None or not states:
        return {"figures": []}
    cases = DistressCase.objects.filter(state=CaseState.OPEN.value).count()
    figures = [
        number(text, states.count(state), rows=rows_at("care.outreach_calls", {"outreach": row.pk, "state": state}))
        for text, state in (
            (bilingual("待致电", "To call"), CallState.OPEN.value),
            (bilingual("已联系上", "Reached"), CallState.REACHED.value),
        )
    ]
    is_open = rows_at("care.cases_of_distress", {"state": CaseState.OPEN.value})
    figures.append(number(bilingual("未了结的情绪个案", "Open cases of distress"), cases, rows=is_open, tone="bad"))
    return {"figures": figures, "as_of": row.day.isoformat()}


declare(
    Card(
        "care.outreach",
        "急跌致电",
        "Calls after a shock",
        kind="figures",
        query="care.outreach_today",
        roles=(RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE),
        order=42,
        size="side",
        empty=EMPTY,
        link=(bilingual("打开致电名单与报告", "Open the calls and the report"), "/outreach/"),
    )
)
