"""Queries of schemes, of the tier of a client, and of changes."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum

from dakehu.domains.tiers import rules, schemes, standards
from dakehu.domains.tiers.choices import AssetsSource, ChangeKind, Frequency, RiskGroup, TierCode, Window
from dakehu.domains.tiers.models import (
    AssignmentRun,
    ClientTier,
    Scheme,
    ServiceFlavour,
    Tier,
    TierChange,
    TierOverride,
)
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("tiers.TierOverride", "client")
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SCHEME = Parameter("scheme", required=False, kind="integer", spec=FieldSpec("分级方案", "Tier scheme"))
CODE = Parameter("tier", choice_set=TierCode, spec=FieldSpec("级别代码", "Tier code"))
CHANGES_SHOWN = 5


@query("tiers.schemes", needs=Permission.TIERS_READ, zh="分级方案", en="Tier schemes", parameters=(FILTERS, ORDER))
def scheme_rows(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return all schemes, the newest first."""
    return filter_rows(Scheme.objects.all(), filters or {}, order or "-effective_from")


@query("tiers.scheme", needs=Permission.TIERS_READ, zh="分级方案详情", en="A tier scheme", parameters=(SCHEME,))
def scheme_detail(*, scheme: int | None = None) -> dict[str, Any] | None:
    """Return a scheme (default: the one in force) with its tiers, their standards and the visible clients of each.

    {scheme, tiers: [{id, row_version, code, label, lower_bound, clients, assets, watched, owed, …}], flavours, as_of};
    None without a scheme. `assets` (of the last decision) are None for readers who are not cleared for amounts.
    """
    row = schemes.get_scheme(scheme) if scheme else schemes.find_scheme_in_force(clock.today())
    if row is None:
        return None
    in_force = schemes.find_scheme_in_force(clock.today())
    counted = _counts() if in_force is not None and in_force.pk == row.pk else {}
    tiers = []
    for tier, shown in zip(schemes.tiers_of(row), render_rows(schemes.tiers_of(row)), strict=True):
        found = counted.get(str(tier.code), {"clients": 0, "assets": None, "watched": 0})
        tiers.append({**shown, **found, "label": tier.label, "owed": standards.owed_service(tier)})
    return {
        "scheme": render_row(row),
        "in_force": bool(counted) or (in_force is not None and in_force.pk == row.pk),
        "tiers": tiers,
        "flavours": _flavours(row),
        "as_of": _last_run(),
    }


def _flavours(scheme: Scheme) -> list[dict[str, Any]]:
    """Return the service flavours of a scheme, each with `text` and the names of its frequency and risk preference."""
    rows = list(ServiceFlavour.objects.filter(scheme=scheme).order_by("pk"))
    return [
        {
            **shown,
            "text": str(bilingual(row.zh, row.en)),
            "frequency_text": Frequency.text_of(str(row.frequency)),
            "risk_text": RiskGroup.text_of(str(row.risk)),
        }
        for row, shown in zip(rows, render_rows(rows), strict=True)
    ]


def _counts() -> dict[str, dict[str, Any]]:
    """Return {code: {clients, assets, watched}} of the visible clients."""
    cleared = current_actor().clearance >= PERSONAL
    rows = ClientTier.objects.order_by().values("code")
    found = rows.annotate(clients=Count("pk"), assets=Sum("average_assets"), watched=Count("watch_since"))
    return {
        row["code"]: {
            "clients": row["clients"],
            "assets": f"{row['assets']:.2f}" if cleared and row["assets"] is not None else None,
            "watched": row["watched"],
        }
        for row in found
    }


def _last_run() -> str | None:
    """Return the last day assigned."""
    day = AssignmentRun.objects.order_by("-day").values_list("day", flat=True).first()
    return day.isoformat() if day else None


@query("tiers.tiers", needs=Permission.TIERS_READ, zh="级别列表", en="Tiers", parameters=(FILTERS, ORDER))
def tier_rows(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the tiers of all schemes with their standards."""
    return filter_rows(Tier.objects.all(), filters or {}, order or "-scheme,code")


@query(
    "tiers.standard_of", needs=Permission.TIERS_READ, zh="级别的服务标准", en="Standard of a tier", parameters=(CODE,)
)
def standard_of(*, tier: str) -> dict[str, Any]:
    """Return the service standard of a tier in the scheme in force: its fields, and `owed` as text. Raises NotFound."""
    row = standards.standard(str(tier), clock.today())
    if row is None:
        raise NotFound(bilingual("级别", "tier"), tier)
    return {**render_row(row), "label": row.label, "owed": standards.owed_service(row)}


@query(
    "tiers.clients", needs=Permission.TIERS_READ, zh="客户分级列表", en="Tiers of clients", parameters=(FILTERS, ORDER)
)
def client_tiers(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the tiers of the visible clients, the highest first."""
    return filter_rows(ClientTier.objects.all(), filters or {}, order or "-code")


@query(
    "tiers.changes", needs=Permission.TIERS_READ, zh="分级变更记录", en="Changes of tier", parameters=(FILTERS, ORDER)
)
def changes(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the changes of tier of the visible clients, newest first."""
    return filter_rows(TierChange.objects.all(), filters or {}, order or "-on")


@query(
    "tiers.overrides",
    needs=Permission.TIERS_READ,
    zh="人工定级记录",
    en="Tiers set by hand",
    parameters=(FILTERS, ORDER),
)
def overrides(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the manually set tiers of the visible clients, newest first."""
    return filter_rows(TierOverride.objects.all(), filters or {}, order or "-since")


@query("tiers.client", needs=Permission.TIERS_READ, zh="客户的级别", en="Tier of a client", parameters=CLIENT)
def client_tier(*, client: Any) -> dict[str, Any]:
    """Return the tier of a client, the deciding figures as text, and the service that is due.

    {code ("" without a tier), label, rank, since, why: [sentence], watch_since, falls_on, override: {until, reason,
    set_by, rule} or None, owed: [{what, text}], contact_due_on, is_late, flavour, value_percent, changes: [{on, kind,
    text}]}. Amounts are None, and sentences without them, for readers who are not cleared.
    """
    held = ClientTier.objects.filter(client=client).first()
    scheme = schemes.find_scheme_in_force(clock.today()) if held else None
    tier = Tier.objects.filter(scheme=scheme, code=held.code).first() if held and scheme else None
    if held is None or tier is None or scheme is None:
        why = _no_tier_reason(schemes.is_scheme_in_force(clock.today()))
        return {"code": "", "why": [str(why)], "owed": [], "changes": [], "override": None}
    due = due_on(client.last_contact_on, held.since, tier.contact_every_days)
    cleared = current_actor().clearance >= PERSONAL
    return {
        "code": str(held.code),
        "label": tier.label,
        "rank": held.rank,
        "since": held.since.isoformat(),
        "why": [str(text) for text in _deciding_figures(held, tier, scheme)],
        "watch_since": held.watch_since.isoformat() if held.watch_since else None,
        "falls_on": _demotion_day(held, scheme),
        "override": _override(client, held),
        "owed": standards.owed_service(tier),
        "contact_due_on": due.isoformat() if due else None,
        "is_late": due is not None and due < clock.today(),
        "flavour": standards.flavour(scheme, str(held.frequency), rules.risk_group(str(client.risk_level))),
        "value_percent": held.value_percent if cleared else None,
        "changes": _changes(client),
    }


def due_on(last_contact: date | None, since: date, gap: int | None) -> date | None:
    """Return the day by which the next contact is due; None where none is."""
    return None if gap is None else (last_contact or since) + timedelta(days=gap)


def _no_tier_reason(is_in_force: bool) -> Bilingual:
    """Return why a client has no tier, with a scheme in force or without."""
    if not is_in_force:
        return bilingual("还没有启用分级方案。", "No tier scheme is in force yet.")
    return bilingual(
        "尚未定级：没有日终资产，也没有登记资产规模；或今晚定级后显示。",
        "No tier yet: there are neither end-of-day balances nor entered assets, or it follows with tonight's run.",
    )


def _deciding_figures(held: ClientTier, tier: Tier, scheme: Scheme) -> list[Bilingual]:
    """Return the deciding figures as text."""
    if held.override_until:
        return [
            bilingual(
                "人工定级，规则为 {code}",
                "Set by hand; the rule says {code}",
                code=TierCode.text_of(str(held.rule_code)) or "—",
            )
        ]
    if tier.lower_bound is None:
        return [bilingual("按客户类型定级", "By the kind of client")]
    average = render_row(held, ("average_assets",), shown=True)["average_assets"]
    source = AssetsSource.text_of(str(held.assets_source))
    text = bilingual(
        "{window} {average} 元（{source}，{n} 天），本级下限 {bound} 元",
        "{window} CNY {average} ({source}, {n} days); this tier begins at CNY {bound}",
        window=Window.text_of(str(scheme.window)),
        average=average,
        source=source,
        n=held.averaged_days,
        bound=f"{tier.lower_bound:,.0f}",
    )
    if not held.averaged_days:
        text = bilingual(
            "{source} {average} 元，本级下限 {bound} 元",
            "{source} CNY {average}; this tier begins at CNY {bound}",
            source=source,
            average=average,
            bound=f"{tier.lower_bound:,.0f}",
        )
    return [text, *_below(held, scheme)]


def _below(held: ClientTier, scheme: Scheme) -> list[Bilingual]:
    """Return since when a client is below the bound, and the consequences."""
    if held.below_since is None:
        return []
    if held.watch_since is not None:
        return [
            bilingual(
                "自 {day} 低于下限，{watch} 起列入关注，{falls} 仍未达标则降级",
                "Below the bound since {day}, under watch since {watch}; goes down on {falls} if still below",
                day=held.below_since,
                watch=held.watch_since,
                falls=_demotion_day(held, scheme),
            )
        ]
    return [
        bilingual(
            "自 {day} 低于下限，满 {n} 个月列入关注",
            "Below the bound since {day}; under watch after {n} months",
            day=held.below_since,
            n=scheme.watch_months,
        )
    ]


def _demotion_day(held: ClientTier, scheme: Scheme) -> str | None:
    """Return the day on which a client is downgraded if the assets stay below the bound."""
    if held.below_since is None:
        return None
    return rules.add_months(held.below_since, scheme.watch_months + scheme.downgrade_months).isoformat()


def _override(client: Any, held: ClientTier) -> dict[str, Any] | None:
    """Return the manually set tier in effect."""
    if not held.override_until:
        return None
    row = TierOverride.objects.filter(client=client, ended_on=None).first()
    shown = render_row(row, ("reason", "set_by"), shown=True) if row is not None else {"reason": "", "set_by": ""}
    return {
        "until": held.override_until.isoformat(),
        "reason": shown["reason"],
        "set_by": shown["set_by"],
        "rule": TierCode.text_of(str(held.rule_code)),
    }


def _changes(client: Any) -> list[dict[str, str]]:
    """Return the latest changes of a client's tier as text."""
    rows = TierChange.objects.filter(client=client).order_by("-on", "-pk")[:CHANGES_SHOWN]
    return [
        {
            "on": row.on.isoformat(),
            "kind": ChangeKind.text_of(str(row.kind)),
            "text": f"{row.code_before} → {row.code}"
            if row.code_before and row.code != row.code_before
            else str(row.code),
        }
        for row in rows
    ]
