"""Rules of improvement: requirements of each stage, comparison of two windows, when an issue may be closed. Pure.

Shares: Newcombe's interval of 95 % for the difference (Statistics in Medicine 17 (1998) 873-890, method 10). Values:
the difference of medians with the percentile interval of a bootstrap of a fixed seed. Below `MINIMUM` in a window
nothing is stated (domain.md 9). Two windows without a control group do not prove a cause: every result states this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from dakehu.domains.growth.campaigns.rules import newcombe

MINIMUM = 20
DRAWS = 4000
SEED = 20261129
ORDER = ("plan", "do", "check", "act")

Refusal = tuple[str, str, str]


@dataclass(frozen=True)
class Share:
    """A count out of a total."""

    count: int
    of: int


@dataclass(frozen=True)
class Values:
    """Measured values of one kind, such as days."""

    values: tuple[float, ...]


Sample = Share | Values


@dataclass(frozen=True)
class Effect:
    """What changed from before to after: of shares in points of per cent, of values in their unit.

    `difference`, `low` and `high` are None if there are too few. `verdict`: too_few, better, worse or unclear;
    `is_enough`: whether a better one is at least the smallest worthwhile change.
    """

    verdict: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    is_enough: bool | None = None


def compare(before: Sample, after: Sample, lower_is_better: bool, smallest: float | None) -> Effect:
    """Return the effect. Raises ValueError for a share compared with values."""
    if isinstance(before, Share) and isinstance(after, Share):
        if min(before.of, after.of) < MINIMUM:
            return Effect("too_few")
        difference = 100 * (after.count / after.of - before.count / before.of)
        low, high = (100 * end for end in newcombe(after.count, after.of, before.count, before.of))
    elif isinstance(before, Values) and isinstance(after, Values):
        if min(len(before.values), len(after.values)) < MINIMUM:
            return Effect("too_few")
        difference, low, high = median_difference(before.values, after.values)
    else:
        raise ValueError("a share is compared with a share, values with values")
    improved = high < 0 if lower_is_better else low > 0
    worsened = low > 0 if lower_is_better else high < 0
    enough = abs(difference) >= (smallest or 0) if improved else None
    verdict = "better" if improved else "worse" if worsened else "unclear"
    return Effect(verdict, round(difference, 4), round(low, 4), round(high, 4), enough)


def median_difference(before: Sequence[float], after: Sequence[float]) -> tuple[float, float, float]:
    """Return the difference of medians (after less before) with its bootstrap interval of 95 %: (difference, low, high)."""
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    random = np.random.default_rng(SEED)
    draws = np.median(random.choice(second, (DRAWS, len(second))), axis=1)
    draws = draws - np.median(random.choice(first, (DRAWS, len(first))), axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(np.median(second) - np.median(first)), float(low), float(high)


def as_plain(sample: Sample) -> dict[str, Any]:
    """Return a sample as it is stored and shown: {count, of, value} of a share in per cent, {of, value} of values (median)."""
    if isinstance(sample, Share):
        value = round(100 * sample.count / sample.of, 4) if sample.of else None
        return {"count": sample.count, "of": sample.of, "value": value}
    value = round(float(np.median(sample.values)), 4) if sample.values else None
    return {"count": None, "of": len(sample.values), "value": value}


def windows_error(before: tuple[date | None, date | None], after: tuple[date | None, date | None]) -> Refusal | None:
    """Return the error of the two windows, None if each ends after it begins and the second follows the first."""
    days = dict(zip(("before_from", "before_to", "after_from", "after_to"), (*before, *after), strict=True))
    missing = next((name for name, day in days.items() if day is None), None)
    if missing is not None:
        return missing, "请填写改进前后的起止日期。", "Give the first and last day of both windows."
    first, last, start, end = (day or date.min for day in days.values())
    if last < first:
        return "before_to", "截止日不能早于起始日。", "It cannot end before it begins."
    if end < start:
        return "after_to", "截止日不能早于起始日。", "It cannot end before it begins."
    if start <= last:
        return "after_from", "改进后的时段须在改进前的时段之后。", "The window after must follow the one before."
    return None


def stage_error(stage: str, known: dict[str, Any]) -> Refusal | None:
    """Return what is missing before an issue enters a stage; `known` are its fields, `result` what was measured."""
    place = ORDER.index(stage)
    needed = (
        ("cause", "请先写明根本原因。", "State the cause first."),
        ("cause_method", "请先选择原因分析方法。", "Say by which method the cause was found."),
        ("measure", "请先写明改进措施。", "State the measure first."),
        ("owner", "请先指定责任人。", "Name the owner first."),
        ("due_on", "请先填写完成期限。", "Give the due date first."),
        ("metric", "请先选择衡量指标。", "Choose the metric first."),
    )
    if place >= ORDER.index("do"):
        missing = next((one for one in needed if not known.get(one[0])), None)
        if missing is not None:
            return missing
        error = windows_error((known["before_from"], known["before_to"]), (known["after_from"], known["after_to"]))
        if error is not None:
            return error
    if place >= ORDER.index("act") and not known.get("result", {}).get("before"):
        return "stage", "请先测量效果。", "Measure the effect first."
    return None


def closing_error(result: dict[str, Any], reason: str, note: str) -> Refusal | None:
    """Return why an issue may not be closed: it needs a measured improvement, or a reason with a note."""
    if result.get("effect", {}).get("verdict") == "better":
        if reason:
            return "no_effect_reason", "效果已经证实，不必填写原因。", "The effect is shown; no reason is needed."
        return None
    if not reason:
        return (
            "no_effect_reason",
            "没有证实的效果，请选择关闭原因。",
            "No effect is shown: choose the reason for closing.",
        )
    if not note.strip():
        return "closing_note", "请说明原因。", "Explain the reason."
    return None
