"""The shipped limits: house defaults [D] of the domain reference 4.3, and the thresholds of M19 and M26.

No regulator sets any of these. A version set on the desk replaces them; withdrawing it restores them.
"""

from datetime import date

from dakehu.domains.risk.limits.rules import Limit

EFFECTIVE = date(2020, 1, 1)
SOURCE = "house default, domain reference 4.3"
LEVELS = ("C1", "C2", "C3", "C4", "C5")
BY_LEVEL = {
    "equity_share": (0.0, 0.20, 0.50, 0.80, 1.0),
    "drawdown_60": (0.02, 0.05, 0.10, 0.20, 0.30),
    "day_loss": (0.005, 0.01, 0.03, 0.05, 0.07),
    "single_security": (0.05, 0.10, 0.25, 0.40, 0.50),
    "review_months": (12, 12, 6, 6, 3),
}
# Money funds and government bonds (R1) are not a single-name risk: a house default in addition to those of 4.3.
BY_PRODUCT_RISK = {"single_security": {"R1": 1.0}, "product_drawdown": {"R1": 0.05, "R2": 0.05, "R3": 0.10, "R4": 0.15}}
# For all clients: (measure, limit, strong value).
FOR_ALL = (
    ("single_security", 0.30, 0.50),
    ("largest_holding", 0.40, 0.50),
    ("industry_share", 0.50, None),
    ("hhi", 0.35, None),
    ("sell_days", 5.0, 20.0),
    ("review_months", 12.0, None),
)
STRONG = {"single_security": 0.50}


def default_limits() -> list[Limit]:
    """Return the shipped defaults as version 1, in force since EFFECTIVE."""

    def one(measure: str, scope: str, subject: str, value: float, strong: float | None) -> Limit:
        return Limit(measure, scope, subject, float(value), strong, 1, EFFECTIVE, tag="D", source=SOURCE)

    found = [one(measure, "firm", "", value, strong) for measure, value, strong in FOR_ALL]
    for measure, values in BY_LEVEL.items():
        strong = STRONG.get(measure)
        found += [one(measure, "risk_level", level, value, strong) for level, value in zip(LEVELS, values, strict=True)]
    for measure, by_risk in BY_PRODUCT_RISK.items():
        found += [one(measure, "product_risk", risk, value, None) for risk, value in by_risk.items()]
    return found
