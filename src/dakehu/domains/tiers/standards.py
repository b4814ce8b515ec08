"""The service standard of a tier as text and as numbers."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dakehu.domains.tiers import schemes
from dakehu.domains.tiers.capacity import Standard
from dakehu.domains.tiers.choices import Frequency, RiskGroup
from dakehu.domains.tiers.models import Scheme, ServiceFlavour, Tier
from dakehu.foundation.base.i18n import Bilingual, bilingual

COLUMNS = {
    "call": "call_every_days",
    "message": "message_every_days",
    "visit": "visit_every_days",
    "report": "report_every_days",
}
LABELS = {
    "call": bilingual("电话", "Calls"),
    "message": bilingual("消息", "Messages"),
    "visit": bilingual("拜访", "Visits"),
    "report": bilingual("报告", "Reports"),
}


def standard_of(tier: Tier) -> Standard:
    """Return the contact rhythm of a tier by channel."""
    days = {channel: getattr(tier, column) for channel, column in COLUMNS.items()}
    return Standard({channel: every for channel, every in days.items() if every})


def standards_of(tiers: Iterable[Tier]) -> dict[str, Standard]:
    """Return {code: contact rhythm} of some tiers."""
    return {str(tier.code): standard_of(tier) for tier in tiers}


def minutes_of(scheme: Scheme) -> dict[str, int]:
    """Return {channel: minutes of one contact} of a scheme."""
    return {channel: getattr(scheme, f"{channel}_minutes") for channel in COLUMNS}


def owed_service(tier: Tier) -> list[dict[str, Any]]:
    """Return the service due to a client of a tier, as text: [{what, text}]."""
    rows: list[tuple[Bilingual, Any]] = []
    if tier.contact_every_days:
        rows.append((bilingual("最长联系间隔", "Longest gap between contacts"), rhythm_text(tier.contact_every_days)))
    elif tier.lower_bound is None:
        rows.append((bilingual("联系", "Contact"), bilingual("按合同约定", "As the contract says")))
    else:
        rows.append(
            (
                bilingual("联系", "Contact"),
                bilingual("线上服务，不要求主动联系", "Digital service; no outbound contact owed"),
            )
        )
    rows += [(LABELS[channel], rhythm_text(days)) for channel, days in standard_of(tier).every_days.items()]
    if tier.response_hours:
        rows.append(
            (
                bilingual("响应", "Answer"),
                bilingual("{n} 个工作小时内", "within {n} working hours", n=tier.response_hours),
            )
        )
    if tier.reports:
        rows.append((bilingual("报告内容", "Reports"), tier.reports))
    if tier.entitlements:
        rows.append((bilingual("服务权益", "Entitlements"), tier.entitlements))
    return [{"what": str(what), "text": str(text)} for what, text in rows]


def rhythm_text(days: int) -> Bilingual:
    """Return a rhythm as text."""
    return bilingual("每 {n} 天至少一次", "at least every {n} days", n=days)


def standard(code: str, day: date) -> Tier | None:
    """Return the tier of a code in the scheme in force on a day, with its standard; None where there is none."""
    scheme = schemes.find_scheme_in_force(day)
    return Tier.objects.filter(scheme=scheme, code=code).first() if scheme is not None else None


def flavour(scheme: Scheme | None, frequency: str, risk: str) -> dict[str, str] | None:
    """Return how clients of a frequency and risk preference are served: {frequency, risk, text}; None where either is unknown."""
    if scheme is None or not frequency or not risk:
        return None
    row = ServiceFlavour.objects.filter(scheme=scheme, frequency=frequency, risk=risk).first()
    if row is None:
        return None
    return {
        "frequency": Frequency.text_of(frequency),
        "risk": RiskGroup.text_of(risk),
        "text": str(bilingual(row.zh, row.en)),
    }
