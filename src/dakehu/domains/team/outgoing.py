"""Data that leaves the desk through programs acting for a user: tokens, tables pulled by OData, assistants."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max

from dakehu.domains.team.models import Token
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row

DAYS = 30
PULL, ASK = "team.record_pull", "assistants.ask"  # acts of the audit

declare(
    OutgoingSource(
        "team.tokens_leaving",
        bilingual("访问令牌", "API tokens"),
        bilingual("程序凭令牌读取其本人看得到的内容", "Programs read what the token's holder may see"),
        order=40,
    ),
    OutgoingSource(
        "team.pulls_leaving",
        bilingual("OData 读取", "OData pulls"),
        bilingual("Excel、Power BI、Tableau 读取的表", "Tables that Excel, Power BI and Tableau read"),
        order=50,
    ),
    OutgoingSource(
        "team.assistants_leaving",
        bilingual("AI 助手", "Assistants"),
        bilingual("经 MCP 查询，只读", "They ask over MCP and only read"),
        order=60,
    ),
)


@query("team.tokens_leaving", needs=Permission.SYSTEM_READ, zh="访问令牌（离开的数据）", en="API tokens (what leaves)")
def tokens_leaving() -> list[dict[str, Any]]:
    """Return one row for each person with tokens valid today."""
    rows = Token.objects.filter(revoked=False, expires_on__gte=clock.today())
    counted = rows.values("user__name").annotate(tokens=Count("pk"), last=Max("last_used_on")).order_by("user__name")
    return [
        outgoing_row(
            row["user__name"],
            is_on=True,
            owner=row["user__name"],
            last_used=row["last"],
            count=row["tokens"],
            detail=bilingual("{n} 个有效令牌", "{n} tokens in use", n=row["tokens"]),
            url="/staff/",
        )
        for row in counted
    ]


@query(
    "team.pulls_leaving", needs=Permission.SYSTEM_READ, zh="OData 读取（离开的数据）", en="OData pulls (what leaves)"
)
def pulls_leaving() -> list[dict[str, Any]]:
    """Return one row for each person who pulled tables within 30 days."""
    return [
        outgoing_row(
            name, is_on=True, owner=name, last_used=last, count=count, detail=bilingual("30 天内", "Within 30 days")
        )
        for name, count, last in _usage_of_action(PULL)
    ]


@query(
    "team.assistants_leaving", needs=Permission.SYSTEM_READ, zh="AI 助手（离开的数据）", en="Assistants (what leaves)"
)
def assistants_leaving() -> list[dict[str, Any]]:
    """Return one row: whether assistants are enabled, and how often they were used within 30 days."""
    uses = _usage_of_action(ASK)
    people = "、".join(name for name, _, _ in uses)
    return [
        outgoing_row(
            bilingual("AI 助手（MCP）", "Assistants (MCP)"),
            is_on=bool(firm_settings.current("ASSISTANTS")),
            owner=people,
            last_used=max((last for _, _, last in uses), default=None),
            count=sum(count for _, count, _ in uses),
            detail=bilingual("30 天内的提问", "Questions within 30 days"),
            url="/system/settings/" if current_actor().may(Permission.SYSTEM_WRITE) else "",
        )
    ]


def _usage_of_action(action: str) -> list[tuple[str, int, Any]]:
    """Return (actor, count, last time) of an action within 30 days, the most frequent first."""
    since = clock.now() - timedelta(days=DAYS)
    with acting_as(system_actor("what leaves the desk")):
        rows = AuditEntry.objects.filter(action=action, at__gte=since).values("actor_name")
        counted = rows.annotate(uses=Count("pk"), last=Max("at")).order_by("-uses")
        return [(row["actor_name"], row["uses"], row["last"]) for row in counted]
