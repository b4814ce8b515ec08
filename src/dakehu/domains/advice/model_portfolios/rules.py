"""Constraints on a model portfolio, and the default models. Pure.

Unit: percent, 50 is one half. The cap of the equity share by risk level and the weights below are house defaults [D]
(domain.md 4.3): not legal rules, to be replaced by the firm's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

CLASSES = ("cash", "fixed_income", "equity", "alternative")
HUNDRED = Decimal(100)
# The largest share of equity, and of alternatives, that the band of a level may reach, in percent [D].
EQUITY_CAP = {"C1": 0, "C2": 20, "C3": 50, "C4": 80, "C5": 100}
ALTERNATIVE_CAP = {"C1": 0, "C2": 5, "C3": 10, "C4": 20, "C5": 30}


@dataclass(frozen=True)
class Weight:
    """Target, least and most of one asset class, in percent."""

    target: Decimal
    least: Decimal
    most: Decimal


Weights = Mapping[str, Weight]
Error = tuple[str, str, str]  # field, zh, en

# (target, least, most) of cash, fixed income, equity and alternatives [D].
DEFAULTS: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "C1": ((40, 20, 100), (60, 0, 80), (0, 0, 0), (0, 0, 0)),
    "C2": ((25, 10, 50), (65, 45, 80), (10, 0, 20), (0, 0, 5)),
    "C3": ((15, 5, 30), (45, 30, 60), (35, 20, 50), (5, 0, 10)),
    "C4": ((10, 5, 20), (20, 10, 35), (60, 45, 80), (10, 0, 20)),
    "C5": ((5, 0, 15), (10, 0, 20), (75, 60, 100), (10, 0, 30)),
}


def default_weights(level: str) -> dict[str, Weight]:
    """Return the default weights for a risk level."""
    return {
        name: Weight(*(Decimal(one) for one in numbers)) for name, numbers in zip(CLASSES, DEFAULTS[level], strict=True)
    }


def weight_errors(level: str, weights: Weights) -> list[Error]:
    """Return the errors of the weights of a model for a risk level, none if they are valid."""
    found = [error for name in CLASSES for error in _class_errors(name, weights[name])]
    total = sum((weights[name].target for name in CLASSES), Decimal(0))
    if total != HUNDRED:
        found.append(
            ("cash_target", f"目标比例合计为 {total}%，应为 100%。", f"The targets add up to {total} %, not to 100 %.")
        )
    found += band_errors(weights)
    for name, caps in (("equity", EQUITY_CAP), ("alternative", ALTERNATIVE_CAP)):
        if weights[name].most > caps[level]:
            found.append(
                (
                    f"{name}_most",
                    f"{level} 的上限不得超过 {caps[level]}%（内部默认）。",
                    f"For {level} it may not exceed {caps[level]} % (house default).",
                )
            )
    return found


def band_errors(weights: Weights) -> list[Error]:
    """Return an error where no allocation of 100 % is within all bands."""
    least, most = (sum((getattr(weights[name], key) for name in CLASSES), Decimal(0)) for key in ("least", "most"))
    if least > HUNDRED:
        return [
            ("cash_least", f"下限合计 {least}%，超过 100%。", f"The least shares add up to {least} %, above 100 %.")
        ]
    if most < HUNDRED:
        return [("cash_most", f"上限合计 {most}%，不足 100%。", f"The most shares add up to {most} %, below 100 %.")]
    return []


def _class_errors(name: str, weight: Weight) -> list[Error]:
    if not 0 <= weight.least <= weight.most <= HUNDRED:
        return [
            (f"{name}_least", "下限不得高于上限，均应在 0–100。", "Least may not exceed most; both lie in 0 to 100.")
        ]
    if not weight.least <= weight.target <= weight.most:
        return [(f"{name}_target", "目标应在下限与上限之间。", "The target must lie between least and most.")]
    return []
