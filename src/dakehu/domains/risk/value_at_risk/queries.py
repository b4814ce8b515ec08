"""Query of the value at risk of one client, with its back-test."""

from typing import Any

import numpy as np

from dakehu.analytics import value_at_risk
from dakehu.analytics.value_at_risk import WINDOW, BackTest
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.risk.parameters import CLIENT
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query

LEVELS = (0.95, 0.99)
ZONES = {
    "green": (bilingual("绿区", "Green"), "good"),
    "yellow": (bilingual("黄区", "Yellow"), "warn"),
    "red": (bilingual("红区", "Red"), "bad"),
}
SOURCE = bilingual(
    "历史法，前 250 个交易日；分区按巴塞尔委员会 1996 年 1 月公布的回测框架，比例检验为 Kupiec（1995）",
    "Historical, 250 trading days before; zones of the Basel Committee's framework of January 1996, test of Kupiec (1995)",
)


@query(
    "risk.value_at_risk_of_client",
    needs=Permission.RISK_READ,
    zh="客户风险价值",
    en="Value at risk of a client",
    parameters=CLIENT,
)
def value_at_risk_of_client(*, client: Any) -> dict[str, Any]:
    """Return the one-day value at risk of a client's holdings and the number of past losses beyond it.

    {days, needed, source, rows: [{level, value, observations, exceptions, expected, zone, tone, p_value}]}. With too
    few days for one forecast, rows is empty and `needed` is the number of missing days.
    """
    valuation = portfolio.value(client, portfolio.valuation_date())
    returns = np.zeros(0) if valuation is None else valuation.days.returns
    returns = returns[~np.isnan(returns)]
    page: dict[str, Any] = {
        "days": len(returns),
        "needed": max(0, WINDOW + 1 - len(returns)),
        "source": str(SOURCE),
        "rows": [],
    }
    if page["needed"]:
        return page
    for level in LEVELS:
        tested = value_at_risk.back_test(returns, value_at_risk.rolling(returns, level), level)
        page["rows"].append(_row(value_at_risk.historical(returns[-WINDOW:], level), tested))
    return page


def _row(value: float, tested: BackTest) -> dict[str, Any]:
    """Return one level as shown on pages."""
    zone, tone = ZONES[tested.zone]
    return {
        "level": f"{tested.level:.0%}",
        "value": f"{max(0.0, value):.2%}",
        "observations": tested.observations,
        "exceptions": tested.exceptions,
        "expected": f"{tested.expected:.1f}",
        "zone": str(zone),
        "tone": tone,
        "p_value": f"{tested.p_value:.2f}",
    }
