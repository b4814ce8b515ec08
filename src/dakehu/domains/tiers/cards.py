"""Cards of the start page about tiers."""

from typing import Any

from django.db.models import Count

from dakehu.domains.team.roles import RoleName
from dakehu.domains.tiers import schemes
from dakehu.domains.tiers.models import ClientTier, TierChange
from dakehu.domains.tiers.queries import CLIENT, client_tier
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema import client_cards
from dakehu.foundation.schema.cards import Card, declare, number, rows_at
from dakehu.foundation.schema.client_cards import ClientCard

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


@query(
    "tiers.client_card", needs=Permission.TIERS_READ, zh="客户分级卡片", en="Card of a client's tier", parameters=CLIENT
)
def client_card(*, client: Any) -> dict[str, Any]:
    """Return the tier of a client as a card of the client's page (foundation.schema.client_cards)."""
    held = client_tier(client=client)
    if not held["code"]:
        return {"notes": held["why"], "actions": ["tiers.override_tier"]}
    facts = [{"what": bilingual("自", "Since"), "text": held["since"]}]
    if held["contact_due_on"]:
        tone = "bad" if held["is_late"] else ""
        facts.append({"what": bilingual("应联系日", "Contact owed by"), "text": held["contact_due_on"], "tone": tone})
    if held["watch_since"]:
        facts.append({"what": bilingual("关注自", "Under watch since"), "text": held["watch_since"], "tone": "warn"})
    if held["value_percent"] is not None:
        ahead = bilingual("领先 {n}% 的客户", "ahead of {n} % of clients", n=held["value_percent"])
        facts.append({"what": bilingual("价值分位", "Value percentile"), "text": ahead})
    if held["flavour"]:
        served = bilingual(
            "{f} · {r}：{t}",
            "{f} · {r}: {t}",
            f=held["flavour"]["frequency"],
            r=held["flavour"]["risk"],
            t=held["flavour"]["text"],
        )
        facts.append({"what": bilingual("交易频率 · 风险偏好", "Frequency · risk"), "text": served})
    by_hand = held["override"]
    if by_hand:
        text = bilingual(
            "至 {day}：{why}（{who}）",
            "until {day}: {why} ({who})",
            day=by_hand["until"],
            why=by_hand["reason"],
            who=by_hand["set_by"],
        )
        facts.append({"what": bilingual("人工定级", "Set by hand"), "text": text})
    history = [{"what": row["on"], "text": f"{row['kind']} {row['text']}"} for row in held["changes"]]
    more = [
        {"title": bilingual("服务标准", "What is owed"), "facts": held["owed"]},
        {"title": bilingual("分级记录", "History"), "facts": history},
    ]
    return {
        "lead": f"{held['code']} {held['label']}",
        "notes": held["why"],
        "facts": _plain(facts),
        "more": [{"title": str(part["title"]), "facts": _plain(part["facts"])} for part in more if part["facts"]],
        "actions": ["tiers.end_override" if by_hand else "tiers.override_tier"],
    }


def _plain(facts: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return facts as texts in the reader's language."""
    return [{name: str(value) for name, value in fact.items()} for fact in facts]


client_cards.declare(ClientCard("tiers.client", "客户级别", "Tier", "tiers.client_card", order=20))
declare(
    Card(
        "tiers.month",
        "客户分级",
        "Tiers of clients",
        kind="figures",
        query="tiers.month",
        roles=(RoleName.LEAD,),
        order=60,
        size="full",
        empty=bilingual(
            "还没有客户分级。建立并启用分级方案后，次日起每晚定级。",
            "No tiers yet. Create a scheme and switch it on; tiers are assigned every night from then.",
        ),
        link=(bilingual("查看分级方案", "Tier schemes"), "/tiers/"),
    ),
)
