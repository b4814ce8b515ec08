"""Queries of limits: those of the house, of clients, and which one applies to a client and why."""

from typing import Any

from dakehu.domains.compliance.rule_sets.registry import Certainty
from dakehu.domains.risk.choices import LimitMeasure, LimitScope
from dakehu.domains.risk.limits import rules, table
from dakehu.domains.risk.limits.rules import Limit
from dakehu.domains.risk.models import ClientLimit, HouseLimit
from dakehu.domains.risk.parameters import CLIENT, FILTERS, ORDER
from dakehu.domains.risk.reviews.schedule import subjects_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

CERTAINTIES = {one.value: one for one in Certainty}
SCOPES = {scope.value: scope for scope in LimitScope}
SHIPPED = bilingual("随系统提供", "Shipped with the desk")
IN_DAYS, IN_MONTHS, PLAIN = "sell_days", "review_months", "hhi"


@query("risk.house_limits", needs=Permission.RISK_READ, zh="内部限额", en="House limits", parameters=(FILTERS, ORDER))
def house_limits(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return every version of the house's limits that was set on the desk, the newest first."""
    return filter_rows(HouseLimit.objects.all(), filters or {}, order or "-effective_from")


@query(
    "risk.client_limits", needs=Permission.RISK_READ, zh="客户限额", en="Limits of clients", parameters=(FILTERS, ORDER)
)
def client_limits(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return every version of the limits of visible clients, the newest first."""
    return filter_rows(ClientLimit.objects.all(), filters or {}, order or "-effective_from")


@query(
    "risk.limits_of_client", needs=Permission.RISK_READ, zh="某客户的限额", en="Limits of one client", parameters=CLIENT
)
def limits_of_client(*, client: Any) -> Any:
    """Return every version of the limits of one client, the newest first."""
    return ClientLimit.objects.filter(client=client).order_by("measure", "-version")


@query("risk.limits_in_force", needs=Permission.RISK_READ, zh="生效的内部限额", en="House limits in force")
def limits_in_force() -> list[dict[str, Any]]:
    """Return the limits of the house in force today, by measure, the most specific first.

    [{measure, label, limits: [{scope, subject, value, strong, version, from, certainty, source, row}]}]
    """
    found = table.house_limits_on(clock.today())
    names = security_names([one for one in found if one.scope == "security"])
    return [
        {
            "measure": measure.value,
            "label": measure.text,
            "limits": [limit_line(one, names) for one in _order_limits(found, measure.value)],
        }
        for measure in LimitMeasure
    ]


def _order_limits(limits: list[Limit], measure: str) -> list[Limit]:
    chosen = [one for one in limits if one.measure == measure]
    return sorted(chosen, key=lambda one: (rules.ORDER.index(one.scope), one.subject))


def security_names(limits: list[Limit]) -> dict[str, str]:
    """Return {product id as text: its name} of limits on securities."""
    numbers = [int(one.subject) for one in limits]
    return {str(row.pk): row.name for row in model_of("ledger.Product").objects.filter(pk__in=numbers)}


def limit_line(one: Limit, names: dict[str, str]) -> dict[str, Any]:
    """Return a limit as shown on pages."""
    subject = names.get(one.subject, one.subject) if one.scope == "security" else one.subject
    return {
        "scope": SCOPES[one.scope].text,
        "subject": "" if one.scope in ("client", "firm") else subject,
        "value": value_text(one.measure, one.value),
        "strong": "" if one.strong is None else value_text(one.measure, one.strong),
        "version": one.version,
        "from": one.effective_from.isoformat(),
        "certainty": Certainty.text_of(one.tag),
        "source": one.source if one.row else str(SHIPPED),
        "row": one.row,
        "rule": one.rule,
    }


def value_text(measure: str, value: float | None) -> str:
    """Return a value of a measure as display text: 25%, 3.2 天, 0.35."""
    if value is None:
        return ""
    if measure == IN_DAYS:
        return str(bilingual("{n} 天", "{n} days", n=f"{value:.1f}".rstrip("0").rstrip(".")))
    if measure == IN_MONTHS:
        return str(bilingual("{n} 个月", "{n} months", n=int(value)))
    if measure == PLAIN:
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if measure == "client_line":
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


def why_text(found: list[Limit]) -> Bilingual:
    """Return why the first of some limits applies: its scope, certainty and version, and what it overrides."""
    first = found[0]
    scope = SCOPES[first.scope]
    certainty = CERTAINTIES[first.tag]
    subject = "" if first.scope in ("client", "firm", "security") else f" {first.subject}"
    others = [SCOPES[one.scope] for one in found[1:]]
    over = (
        bilingual(
            "；优先于{others}",
            "; before {others_en}",
            others="、".join(one.zh for one in others),
            others_en=", ".join(one.en for one in others),
        )
        if others
        else bilingual("", "")
    )
    agreed = bilingual("本客户专设", "set for this client")
    default = bilingual(certainty.zh, certainty.en)
    kind = agreed if first.scope == "client" else default
    return bilingual(
        "按{scope}{subject}，第 {v} 版，{day} 起，{kind}{over}",
        "By {scope_en}{subject}, version {v}, since {day}, {kind_en}{over_en}",
        scope=scope.zh,
        scope_en=scope.en,
        subject=subject,
        v=first.version,
        day=first.effective_from.isoformat(),
        kind=kind.in_("zh"),
        kind_en=kind.in_("en"),
        over=over.in_("zh"),
        over_en=over.in_("en"),
    )


@query(
    "risk.limits_for_client",
    needs=Permission.RISK_READ,
    zh="客户适用的限额",
    en="Limits that apply to a client",
    parameters=CLIENT,
)
def limits_for_client(*, client: Any) -> list[dict[str, Any]]:
    """Return which limit of each measure applies to a client today and why: [{measure, label, value, why, others}]."""
    today = clock.today()
    limits, subjects = table.limits_of_client(client.pk, today), subjects_of(client.pk, today)
    lines = []
    for measure in LimitMeasure:
        found = rules.candidates(limits, measure.value, subjects)
        if found:
            lines.append(
                {
                    "measure": measure.value,
                    "label": measure.text,
                    "value": value_text(measure.value, found[0].value),
                    "number": found[0].value,
                    "why": str(why_text(found)),
                    "others": [limit_line(one, {}) for one in found[1:]],
                }
            )
    return lines
