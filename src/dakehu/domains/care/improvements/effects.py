"""Measure the effect of an issue: read both windows, compare, and state what that does and does not show."""

from datetime import date
from typing import Any

from dakehu.domains.care.improvements import rules
from dakehu.domains.care.improvements.choices import MetricName, Window
from dakehu.domains.care.improvements.metrics import Metric, get_metric
from dakehu.domains.care.improvements.rules import Sample, Share
from dakehu.domains.care.models import Issue
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual

VERDICTS = {
    "better": bilingual("已改善（95% 区间不含 0）", "Better (the interval of 95 % excludes 0)"),
    "worse": bilingual("变差（95% 区间不含 0）", "Worse (the interval of 95 % excludes 0)"),
    "unclear": bilingual("看不出变化（95% 区间含 0）", "No change shown (the interval of 95 % includes 0)"),
    "too_few": bilingual("样本不足 {n}，不作判断", "Fewer than {n} in a window: nothing is said", n=rules.MINIMUM),
}
NO_CONTROL = bilingual(
    "改进前后对比没有对照组，变化也可能有其他原因。",
    "Before and after without a control group: the change may have other causes.",
)
METHODS = {
    True: bilingual("两个比率之差，Newcombe 95% 区间。", "Difference of two shares, Newcombe’s interval of 95 %."),
    False: bilingual("中位数之差，自助法 95% 区间。", "Difference of medians, bootstrap interval of 95 %."),
}


def is_window_over(issue: Issue) -> bool:
    """Return whether the last day of the second window is past."""
    return issue.after_to is not None and issue.after_to < clock.today()


def measure_effect(issue: Issue) -> dict[str, Any]:
    """Return {metric, topic, before, after or None, effect or None}, each window with its days. Raises Refused.

    The second window is read once it is over.
    """
    error = rules.windows_error((issue.before_from, issue.before_to), (issue.after_from, issue.after_to))
    if error is not None:
        raise refusal(*error)
    if not issue.metric:
        raise refusal("metric", "请先选择衡量指标。", "Choose the metric first.")
    metric = get_metric(str(issue.metric))
    before = _sample(issue, metric, Window.BEFORE, issue.before_from, issue.before_to)
    after = _sample(issue, metric, Window.AFTER, issue.after_from, issue.after_to) if is_window_over(issue) else None
    found: dict[str, Any] = {"metric": metric.name, "topic": str(issue.topic)}
    found["before"] = {**rules.as_plain(before), **_days(issue.before_from, issue.before_to)}
    found["after"] = None if after is None else {**rules.as_plain(after), **_days(issue.after_from, issue.after_to)}
    found["effect"] = {}
    if after is not None:
        smallest = None if issue.smallest_effect is None else float(issue.smallest_effect)
        found["effect"] = vars(rules.compare(before, after, metric.lower_is_better, smallest))
    return found


def _days(first: date | None, last: date | None) -> dict[str, str]:
    return {"first": str(first), "last": str(last)}


def _sample(issue: Issue, metric: Metric, window: Window, first: date | None, last: date | None) -> Sample:
    """Return a metric's sample for a window. Raises Refused if it must be entered manually first."""
    if metric.read is None:
        typed = issue.typed.get(window.value)
        if typed is None:
            raise refusal(
                "metric",
                "请先填报“{window}”的数量和来源。",
                "Type in the counts of “{window}” with their source first.",
                window=window.text,
            )
        return Share(int(typed["count"]), int(typed["of"]))
    with acting_as(system_actor("count for a metric of improvement", "improvements")):
        return metric.read(str(issue.topic), first or date.min, last or date.min)


def described_result(issue: Issue) -> dict[str, Any]:
    """Return the stored result for display: {has_result, metric, meaning, unit, is_typed, sources, before, after,
    effect, low, high, verdict, verdict_code, tone, method, caution}; only has_result, metric, meaning if nothing is
    measured."""
    if not issue.metric:
        return {"has_result": False}
    metric = get_metric(str(issue.metric))
    head = {
        "metric": MetricName.text_of(metric.name),
        "meaning": str(metric.meaning),
        "unit": str(metric.unit),
        "is_typed": metric.read is None,
        "sources": [
            {"window": window.text, **issue.typed[window.value]} for window in Window if window.value in issue.typed
        ],
    }
    result = issue.result
    if not result.get("before") or result.get("metric") != metric.name:
        return {**head, "has_result": False}
    is_share, effect = result["before"]["count"] is not None, result.get("effect") or {}
    verdict = effect.get("verdict", "")
    return {
        **head,
        "has_result": True,
        "is_share": is_share,
        "before": result["before"],
        "after": result["after"],
        "effect": effect,
        "low": _signed_number(effect.get("low")),
        "high": _signed_number(effect.get("high")),
        "verdict_code": verdict,
        "verdict": str(VERDICTS[verdict]) if verdict else "",
        "tone": {"better": "good", "worse": "bad"}.get(verdict, "warn") if verdict else "",
        "method": str(METHODS[is_share]),
        "caution": str(NO_CONTROL),
    }


def _signed_number(number: float | None) -> str:
    """Return a number with its sign and one decimal, "" for None."""
    return "" if number is None else f"{number:+.1f}"
