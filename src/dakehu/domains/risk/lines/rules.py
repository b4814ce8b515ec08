"""The price level of a line set by a client, and whether the close reached it. Pure."""

from datetime import date

REACHED_ZH, REACHED_EN = "您设定的提醒线已触及", "A line that you set has been reached"
SUGGESTED = {  # common in practice, [D] house default; offered as suggestions, never set automatically
    "stop_loss": (0.08, 0.10, 0.15),
    "take_profit": (0.20, 0.30),
}


def level_of(
    kind: str,
    basis: str,
    threshold: float,
    *,
    unit_cost: float | None = None,
    reference: float | None = None,
    high: float | None = None,
) -> float | None:
    """Return the price (or account value) of a line, None where its basis is unknown.

    threshold: CNY for basis "price", else a fraction. unit_cost: mean cost of one unit held; reference: the price when
    the line was set; high: the highest close since.
    """
    if basis == "price":
        return threshold
    base = {"cost": unit_cost, "percent": reference, "trailing": high}[basis]
    if base is None or base <= 0:
        return None
    return base * (1.0 - threshold if kind == "stop_loss" else 1.0 + threshold)


def is_reached(kind: str, close: float | None, level: float | None) -> bool:
    """Return whether a close reached a line: at or below a stop loss, at or above a take profit."""
    if close is None or level is None:
        return False
    return close <= level if kind == "stop_loss" else close >= level


def line_error(
    kind: str, basis: str, threshold: float, has_security: bool, set_on: date, today: date
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a line cannot be set, None where it can."""
    if threshold <= 0:
        return ("threshold", "提醒线数值应大于零。", "The threshold must be above zero.")
    if basis != "price" and kind == "stop_loss" and threshold >= 1:
        return ("threshold", "请写小数：10% 写 0.10。", "Write a fraction: 10 % is 0.10.")
    if basis != "price" and threshold > 10:
        return ("threshold", "请写小数：30% 写 0.30。", "Write a fraction: 30 % is 0.30.")
    if basis == "trailing" and kind != "stop_loss":
        return ("basis", "相对最高点的提醒线只能是止损线。", "Only a stop loss is measured from the high.")
    if basis == "cost" and not has_security:
        return (
            "basis",
            "整个账户没有持仓成本；请用相对设定日、相对最高或固定金额。",
            "The whole account has no cost; measure from the day it was set, from the high, or by an amount.",
        )
    if set_on > today:
        return ("set_on", "设定日期不能晚于今天。", "A line is set today at the latest.")
    return None
