"""Which limit applies: the version in force on a day, the most specific scope first. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dakehu.domains.risk.choices import LimitMeasure, LimitScope

# The most specific wins. A tier comes before the client's risk level: all levels have a house default, so a limit
# set for a tier would otherwise never apply.
ORDER = tuple(scope.value for scope in LimitScope)
# Soft caps are breached beyond their value, alerts at it (domain reference 4.3).
CAPS = frozenset(
    {
        LimitMeasure.EQUITY_SHARE.value,
        LimitMeasure.SINGLE_SECURITY.value,
        LimitMeasure.SELL_DAYS.value,
    }
)
# Scopes valid for a measure: account-level measures have neither security nor industry.
OF_CLIENT = frozenset({"client", "tier", "risk_level", "firm"})
SCOPES = {
    LimitMeasure.SINGLE_SECURITY.value: OF_CLIENT | {"security", "industry", "product_risk"},
    LimitMeasure.INDUSTRY_SHARE.value: OF_CLIENT | {"industry"},
    LimitMeasure.SELL_DAYS.value: OF_CLIENT | {"security"},
    LimitMeasure.PRODUCT_DRAWDOWN.value: OF_CLIENT | {"security", "product_risk"},
}
SHARES = frozenset(one.value for one in LimitMeasure) - {"sell_days", "review_months"}
TOLERANCE = 1e-9  # for comparisons of fractions


@dataclass(frozen=True)
class Limit:
    """A version of a limit. `subject`: the client's id, security's product id, industry, level, tier; "" for the firm."""

    measure: str
    scope: str
    subject: str
    value: float
    strong: float | None
    version: int
    effective_from: date
    effective_until: date | None = None
    tag: str = "D"
    source: str = ""
    row: int | None = None  # the id of the stored row, None for a shipped default

    @property
    def rule(self) -> str:
        """The version by which a breach was judged, "single_security/risk_level=C3 v2"."""
        return f"{self.measure}/{self.scope}{'=' + self.subject if self.subject else ''} v{self.version}"


def in_force(limits: Iterable[Limit], day: date) -> list[Limit]:
    """Return the newest version in force on a day of each measure, scope and subject."""
    newest: dict[tuple[str, str, str], Limit] = {}
    for one in limits:
        if one.effective_from > day or (one.effective_until is not None and one.effective_until <= day):
            continue
        key = (one.measure, one.scope, one.subject)
        held = newest.get(key)
        if held is None or (one.effective_from, one.version) > (held.effective_from, held.version):
            newest[key] = one
    return list(newest.values())


def candidates(limits: Iterable[Limit], measure: str, subjects: Mapping[str, str]) -> list[Limit]:
    """Return the limits of a measure that fit, the one that applies first.

    subjects: {scope: subject} of the measured object, such as {"client": "7", "risk_level": "C3", "tier": "T2"}.
    """
    fitting = [
        one
        for one in limits
        if one.measure == measure and (one.scope == "firm" or subjects.get(one.scope, "") == one.subject != "")
    ]
    return sorted(fitting, key=lambda one: ORDER.index(one.scope))


def is_breached(measure: str, value: float, limit: float) -> bool:
    """Return whether a value breaches a limit: a cap beyond it, an alert at it."""
    return value > limit + TOLERANCE if measure in CAPS else value >= limit - TOLERANCE


def limit_error(
    measure: str, scopes: list[str], value: float, strong: float | None, effective_from: date, today: date
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a limit cannot be set, None where it can. scopes: the ones that are set."""
    if len(scopes) > 1:
        return (
            "",
            "一条限额只能适用于一个范围：风险等级、级别、证券、行业、产品风险只填一项。",
            "A limit is for one scope: fill in one of risk level, tier, security, industry, product risk.",
        )
    allowed = SCOPES.get(measure, OF_CLIENT)
    if scopes and scopes[0] not in allowed:
        return (
            scopes[0] if scopes[0] != "client" else "",
            "这个指标不能按这个范围设限额。",
            "This measure has no limits of this scope.",
        )
    if measure in SHARES and value > 1:
        return (
            "value",
            "比例请写 0 到 1 之间的小数，25% 写 0.25。",
            "Write a share as a fraction between 0 and 1: 25 % is 0.25.",
        )
    if measure == LimitMeasure.REVIEW_MONTHS and not (1 <= value <= 60 and value == int(value)):
        return ("value", "回顾间隔应为 1 至 60 个整月。", "Months between reviews are whole, from 1 to 60.")
    if strong is not None and strong < value:
        return ("strong_value", "严重超限值不能小于限额。", "The strong value cannot be below the limit.")
    if effective_from < today:
        return (
            "effective_from",
            "限额不能追溯生效；已经按旧限额判断过的日子不改。",
            "A limit takes effect from today at the earliest: days already judged stay as they were.",
        )
    return None
