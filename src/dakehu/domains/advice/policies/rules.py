"""Constraints on an investment policy, and the progress of a client's goals. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dakehu.analytics import goals
from dakehu.domains.advice.drift.rules import Band
from dakehu.domains.advice.model_portfolios.rules import ALTERNATIVE_CAP, CLASSES, EQUITY_CAP, HUNDRED

Error = tuple[str, str, str]  # field, zh, en
CODE = re.compile(r"^([0-9A-Z]{1,12})\.([A-Z]{2,4})$")
REVIEW_DAYS = 366  # at most until the next review [D]
DAYS_A_MONTH = 30.4375


def policy_errors(level: str, tested: str, least: Mapping[str, Decimal], most: Mapping[str, Decimal]) -> list[Error]:
    """Return the errors of the level and the ranges (percent, by asset class) of a policy."""
    found: list[Error] = []
    if not tested:
        found.append(
            ("risk_level", "客户尚无风险测评结果，不能制定方案。", "The client’s risk has not been tested yet.")
        )
    elif level > tested:
        found.append(
            (
                "risk_level",
                f"目标风险等级不得高于测评结果 {tested}。",
                f"The target level may not exceed {tested}, the level that was tested.",
            )
        )
    for name in CLASSES:
        if not 0 <= least[name] <= most[name] <= HUNDRED:
            found.append(
                (
                    f"{name}_least",
                    "下限不得高于上限，均应在 0–100。",
                    "Least may not exceed most; both lie in 0 to 100.",
                )
            )
    if sum(least.values()) > HUNDRED:
        found.append(("cash_least", "各类下限合计超过 100%。", "The least shares add up to more than 100 %."))
    if sum(most.values()) < HUNDRED:
        found.append(("cash_most", "各类上限合计不足 100%。", "The most shares add up to less than 100 %."))
    for name, caps in (("equity", EQUITY_CAP), ("alternative", ALTERNATIVE_CAP)):
        if most[name] > caps[level]:
            found.append(
                (
                    f"{name}_most",
                    f"{level} 的上限不得超过 {caps[level]}%（内部默认）。",
                    f"For {level} it may not exceed {caps[level]} % (house default).",
                )
            )
    return found


def review_error(review_on: date, today: date) -> Error | None:
    """Return why a review day is invalid: past, or more than a year ahead."""
    if review_on <= today:
        return "review_on", "下次检视日期应晚于今天。", "The next review lies after today."
    if review_on > today + timedelta(days=REVIEW_DAYS):
        return "review_on", "检视间隔不得超过一年（内部默认）。", "A policy is reviewed within a year (house default)."
    return None


def excluded_keys(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the (code, market) pairs of a list of excluded products, and the invalid entries."""
    words = [one for one in re.split(r"[\s,，、;；]+", text.strip().upper()) if one]
    read = [(word, CODE.match(word)) for word in words]
    return [(one[1], one[2]) for _, one in read if one], [word for word, one in read if not one]


def bands_within(model: Mapping[str, Band], least: Mapping[str, float], most: Mapping[str, float]) -> dict[str, Band]:
    """Return the model's targets moved into the ranges of a policy (shares), with the policy's own ranges applied.

    A target outside its range is moved to the nearer end; the others take up the difference as far as their ranges allow.
    """
    targets = {name: min(max(band.target, least[name]), most[name]) for name, band in model.items()}
    for _ in range(len(targets)):
        gap = 1.0 - sum(targets.values())
        room = {name: (most[name] - one if gap > 0 else one - least[name]) for name, one in targets.items()}
        whole = sum(room.values())
        if abs(gap) < 1e-12 or whole <= 0:
            break
        share = min(abs(gap) / whole, 1.0) * (1 if gap > 0 else -1)
        targets = {name: one + share * room[name] for name, one in targets.items()}
    return {name: Band(targets[name], least[name], most[name]) for name in model}


@dataclass(frozen=True)
class Progress:
    """The progress of a goal. `share`: saved share of the amount. `needed_return`: per year, None where none is sufficient."""

    months: int
    share: float
    needed_return: float | None
    needed_monthly: float


def progress(saved: float, monthly: float, amount: float, due_on: date, today: date) -> Progress:
    """Return the progress of a goal on a day, from savings and contributions, without a forecast."""
    months = max(round((due_on - today).days / DAYS_A_MONTH), 0)
    return Progress(
        months,
        min(saved / amount, 1.0) if amount > 0 else 1.0,
        goals.needed_return(saved, monthly, amount, months),
        goals.needed_monthly(saved, amount, months),
    )
