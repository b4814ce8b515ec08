"""The plan and result of a trial as text, in the reader's language."""

from typing import Any

from dakehu.domains.innovation.models import Trial
from dakehu.domains.innovation.trials import rules
from dakehu.domains.innovation.trials.eligibility import RULES
from dakehu.domains.innovation.trials.measures import TrialMeasure, find_measure
from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.foundation.base.i18n import Bilingual, bilingual

VERDICTS = {
    "too_few": bilingual("人数太少，不能判断", "Too few to tell"),
    "uneven": bilingual("两组流失不均，不作比较", "The groups lost clients unevenly: not compared"),
    "better": bilingual("优于对照组", "Better than the control group"),
    "worse": bilingual("差于对照组", "Worse than the control group"),
    "smaller": bilingual("未见差别，且达不到希望的改善", "No difference shown, and not the one hoped for"),
    "unclear": bilingual(
        "不能判断：区间既含 0，也含希望的改善", "Cannot tell: both no effect and the hoped one are possible"
    ),
}
TONES = {"better": "good", "worse": "bad"}
PROBLEMS = {
    "no_facts": bilingual(
        "此前同样天数内没有可用的数据，算不出需要多少客户。",
        "There are no facts of as many days before, so that it cannot be said how many clients are needed.",
    ),
    "impossible": bilingual("希望的改善超出可能的范围。", "No share can change by what you hope for."),
    "nothing_varies": bilingual(
        "此前各客户的数值没有差别，算不出需要多少客户。",
        "Before, all clients had the same value, so that it cannot be said how many are needed.",
    ),
}
METHODS = {
    rules.SHARE: bilingual("两个占比之差，Newcombe 区间。", "Difference of two shares, Newcombe’s interval."),
    rules.AMOUNT: bilingual(
        "两个均值之差，Welch 区间；极端值按前后各 1% 的界限计。",
        "Difference of two means, Welch’s interval; extreme values drawn in to the hundredths.",
    ),
}
NO_TIER = bilingual("未定级", "No tier")


def described_plan(trial: Trial) -> dict[str, Any] | None:
    """Return the plan of a trial as text, None before it was counted.

    {counted_on, found, eligible, excluded: [{text, count}], strata: [{name, count}], treatment, control, of, base, hoped, needed,
    detectable, is_enough, sentences: the power of the groups}. Values are texts with their unit, "" where unknown.
    """
    plan, measure = trial.plan, find_measure(str(trial.measure))
    if not plan:
        return None
    return {
        **{name: plan[name] for name in ("counted_on", "found", "eligible", "treatment", "control", "of", "is_enough")},
        "excluded": [{"text": rule_text(rule, RULES), "count": count} for rule, count in plan["excluded"].items()],
        "strata": [{"name": name or str(NO_TIER), "count": count} for name, count in plan["strata"].items()],
        "base": _base(plan, measure),
        "hoped": _improvement_text(trial.hoped_effect, measure),
        "needed": _needed_clients_text(plan),
        "detectable": _improvement_text(plan["detectable"], measure),
        "sentences": [str(one) for one in _sentences(trial, plan, measure)],
    }


def _base(plan: dict[str, Any], measure: TrialMeasure | None) -> str:
    if measure is None or plan["base"] is None:
        return ""
    if measure.kind == rules.SHARE:
        return f"{100 * plan['base']:.1f}%"
    return f"{plan['base']:,.0f} {measure.unit}"


def _needed_clients_text(plan: dict[str, Any]) -> str:
    """Return the clients needed: one number for each group, or both if they differ."""
    treatment, control = plan["needed_treatment"], plan["needed_control"]
    if treatment is None:
        return ""
    return f"{treatment:,}" if treatment == control else f"{treatment:,} + {control:,}"


def _improvement_text(value: Any, measure: TrialMeasure | None) -> str:
    """Return an improvement with its sign and unit, "" for None; less is better if the measure says so."""
    if value is None or measure is None:
        return ""
    number = -float(value) if measure.lower_is_better else float(value)
    return f"{number:+,.1f} {measure.unit}" if measure.kind == rules.SHARE else f"{number:+,.0f} {measure.unit}"


def _sentences(trial: Trial, plan: dict[str, Any], measure: TrialMeasure | None) -> list[Bilingual]:
    """Return the power of the groups as whole sentences."""
    if measure is None or trial.hoped_effect is None:
        return [
            bilingual("请先选择主要结果并填写希望的改善。", "Choose the main outcome and say what you hope for first.")
        ]
    if plan["problem"]:
        return [PROBLEMS[plan["problem"]]]
    hoped = _improvement_text(trial.hoped_effect, measure)
    sentences = [
        bilingual(
            "要看出 {effect}的改善，试点组要 {t} 位、对照组要 {c} 位客户（95% 置信，80% 把握）。",
            "To show {effect}, {t} clients are needed in the trial group and {c} in the control group (95 %, power 80 %).",
            effect=hoped,
            t=f"{plan['needed_treatment']:,}",
            c=f"{plan['needed_control']:,}",
        )
    ]
    if plan["detectable"] is not None:
        sentences.append(
            bilingual(
                "现在的两组（{t} 位、{c} 位）有八成把握看出的改善至少是 {effect}。",
                "These groups ({t} and {c}) show an improvement of {effect} or more, eight times in ten.",
                t=f"{plan['treatment']:,}",
                c=f"{plan['control']:,}",
                effect=_improvement_text(plan["detectable"], measure),
            )
        )
    else:
        sentences.append(
            bilingual(
                "现在的两组太小，任何改善都看不出来。", "These groups are too small to show any improvement at all."
            )
        )
    if min(plan["treatment"], plan["control"]) < rules.MINIMUM:
        sentences.append(
            bilingual(
                "每组不足 {n} 人，结果只会写“不能判断”。",
                "Below {n} in a group the result says “cannot tell”.",
                n=rules.MINIMUM,
            )
        )
    if measure.is_partial:
        sentences.append(
            bilingual(
                "此前只有 {n} 位客户有数值，按此比例估算。",
                "Only {n} clients had a value before; reckoned by that share.",
                n=plan["of"],
            )
        )
    return sentences


def described_result(result: dict[str, Any], measure: TrialMeasure | None, hoped: Any) -> dict[str, Any] | None:
    """Return a stored result as text, None without one.

    {lines: [{name, drawn, present, of, value}], verdict, verdict_code, tone, difference, interval, level, method, hoped}.
    """
    if not result or measure is None:
        return None
    has_interval = result["low"] is not None
    return {
        "lines": [_line(name, result[group], measure) for group, name in GROUPS.items()],
        "verdict": str(VERDICTS[result["verdict"]]),
        "verdict_code": result["verdict"],
        "tone": TONES.get(result["verdict"], "warn"),
        "difference": _change(result["difference"], measure) if has_interval else "",
        "interval": _interval(result, measure) if has_interval else "",
        "level": f"{100 * result['level']:g}%",
        "method": str(METHODS[measure.kind]),
        "hoped": _improvement_text(hoped, measure),
    }


GROUPS = {
    "treatment": bilingual("试点组", "Trial group"),
    "control": bilingual("对照组", "Control group"),
}


def _line(name: Bilingual, line: dict[str, Any], measure: TrialMeasure) -> dict[str, Any]:
    value = ""
    if line["value"] is not None:
        share = f"{line['count']:,} / {line['of']:,} = {line['value']:.1f}%" if line["count"] is not None else ""
        value = share or f"{line['value']:,.0f} {measure.unit}"
    return {"name": str(name), "drawn": line["drawn"], "present": line["present"], "of": line["of"], "value": value}


def _change(value: float, measure: TrialMeasure) -> str:
    return f"{value:+,.1f} {measure.unit}" if measure.kind == rules.SHARE else f"{value:+,.0f} {measure.unit}"


def _interval(result: dict[str, Any], measure: TrialMeasure) -> str:
    places = ".1f" if measure.kind == rules.SHARE else ",.0f"
    ends = {"low": f"{result['low']:+{places}}", "high": f"{result['high']:+{places}}"}
    return str(bilingual("{low} 至 {high}", "{low} to {high}", **ends))
