"""Cards of the start page about tiers."""

from typing import Any

from django.db.models import Count

from dakehu.domains.team.roles import RoleName
from dakehu.domains.tiers import schemes
from dakehu.domains.tiers.models import ClientTier, TierChange
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import Card, declare, number, rows_at

CLIENTS, CHANGES = "clients.list", "tiers.changes"
MOVES = (
    ("upgraded", bilingual("本月升级", "Went up this month"), "good"),
    ("downgraded", bilingual("本月降级", "Went down this month"), "warn"),
)


@query("tiers.month", needs=Permission.TIERS_READ, zh="分级概况", en="Tiers at a glance")
def month() -> dict[str, Any]:
    """Return the visible clients of each tier in force, how many are under watch, and who moved this month."""
    today = clock.today()
    first = today.replace(day=1)
    scheme = schemes.find_scheme_in_force(today)
    if scheme is None:
        return {"figures": []}
    counted = dict(ClientTier.objects.order_by().values_list("code").annotate(count=Count("pk")))
    moved = dict(TierChange.objects.filter(on__gte=first).order_by().values_list("kind").annotate(count=Count("pk")))
    watched = ClientTier.objects.filter(watch_since__isnull=False).count()
    figures = [
        number(
            f"{tier.code} {tier.label}", counted[str(tier.code)], rows=rows_at(CLIENTS, {"tier__code": str(tier.code)})
        )
        for tier in reversed(schemes.tiers_of(scheme))
        if str(tier.code) in counted
    ]
    figures.append(
        number(
            bilingual("关注中", "Under watch"),
            watched,
            rows=rows_at(CLIENTS, {"tier__watch_since.filled": 1}, order="tier__watch_since"),
            tone="warn",
        )
    )
    figures += [
        number(label, moved.get(kind, 0), rows=rows_at(CHANGES, {"kind": kind, "on.ge": first.isoformat()}), tone=tone)
        for kind, label, tone in MOVES
    ]
    return {"figures": figures if counted else [], "as_of": today.isoformat()}


declare(
    Card(
        "tiers.month",
        "客户分级",
        "Tiers of clients",
        kind="figures",
        query="tiers.month",
        roles=(RoleName.LEAD,),
        order=25,
        size="full",
        empty=bilingual(
            "还没有客户分级。建立并启用分级方案后，次日起每晚定级。",
            "No tiers yet. Create a scheme and switch it on; tiers are assigned every night from then.",
        ),
        link=(bilingual("查看分级方案", "Tier schemes"), "/tiers/"),
    ),
)
