"""Arithmetic of margin accounts: maintenance ratio, distance to a line, required top-up. Pure.

Ratio (domain reference 4.1, [S] rules of the exchange as quoted in public): (cash + securities + other collateral) ÷
(bought on margin + sold short at market + interest and fees). The exchange-wide floor of 130 % ended on 2019-08-09
[V]: lines and deadlines are those of the contract. Ratios are fractions, 1.30 is 130 %; amounts in CNY.
"""

# Common contract lines, [K] to be verified: shown for orientation where a contract has none, never used to judge.
USUAL_LINES = {"warn_line": 1.40, "close_line": 1.30, "withdraw_line": 3.00}
NEAR_POINTS, NEAR_FALL = 0.10, 0.08  # M03: within ten points of the warning line, or a fall of 8 % away from it [D]


def maintenance_ratio(
    cash: float,
    securities: float,
    *,
    other: float = 0.0,
    financed: float = 0.0,
    short_value: float = 0.0,
    interest_and_fees: float = 0.0,
) -> float | None:
    """Return the maintenance ratio, None without debt. short_value: shares sold short × present price."""
    debt = financed + short_value + interest_and_fees
    return (cash + securities + other) / debt if debt > 0 else None


def drop_to_line(cash: float, securities: float, debt: float, line: float) -> float | None:
    """Return by which fraction the securities may fall until the ratio is at `line`; negative where already below.

    Long positions only. None without securities or debt; above 1 where cash alone covers the line.
    """
    if securities <= 0 or debt <= 0:
        return None
    return (cash + securities - line * debt) / securities


def drop_by_ratio(ratio: float, line: float) -> float | None:
    """Return the same where only the ratio is known, assuming no cash: 1 − line ÷ ratio."""
    return 1.0 - line / ratio if ratio > 0 else None


def top_up_by_collateral(assets: float, debt: float, target: float) -> float:
    """Return the cash to add as collateral, so that assets ÷ debt reaches `target`; 0 where it is reached."""
    return max(0.0, target * debt - assets)


def top_up_by_repayment(assets: float, debt: float, target: float) -> float:
    """Return the outside cash with which to repay debt, so that the ratio reaches `target`; 0 where it is reached."""
    return max(0.0, debt - assets / target)


def level_of(ratio: float | None, warn_line: float | None, close_line: float | None) -> str:
    """Return the level of a contract: "close", "warn", "near" or "". An unknown line is never crossed."""
    if ratio is None:
        return ""
    if close_line is not None and ratio < close_line:
        return "close"
    if warn_line is None:
        return ""
    if ratio < warn_line:
        return "warn"
    fall = drop_by_ratio(ratio, warn_line)
    is_near = ratio < warn_line + NEAR_POINTS or (fall is not None and fall <= NEAR_FALL)
    return "near" if is_near else ""


def lines_error(
    warn_line: float | None, close_line: float | None, instant_line: float | None, target: float | None
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why the lines of a contract contradict one another, None where they do not."""
    if warn_line is not None and close_line is not None and warn_line < close_line:
        return ("warn_line", "警戒线不能低于平仓线。", "The warning line cannot be below the closing line.")
    if instant_line is not None and close_line is not None and instant_line > close_line:
        return (
            "instant_line",
            "即时平仓线不能高于平仓线。",
            "The line of instant closing cannot be above the closing line.",
        )
    if target is not None and close_line is not None and target < close_line:
        return (
            "target_ratio",
            "补足比例不能低于平仓线。",
            "The ratio to be topped up to cannot be below the closing line.",
        )
    return None
