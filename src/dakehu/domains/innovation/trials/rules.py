"""Rules of trials: the draw, power, evaluation of the result, who may decide. Pure.

One main outcome, chosen beforehand. Every client drawn is counted, whether contacted or not (intention to treat). Difference
of two shares: Newcombe's interval; of amounts: Welch's, after winsorising at the 1st and 99th percentiles of both groups
together. The interval is of 95 % at the first look; each extension halves the error probability of the next look
(97.5 %, 98.75 %). All [D], none of it law.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from dakehu.analytics import experiments
from dakehu.domains.growth.campaigns.rules import MINIMUM, drawn_order, newcombe

Refusal = tuple[str, str, str]  # field, error in Chinese and English
SHARE, AMOUNT = "share", "amount"
MOST_EXTENSIONS = 2
UNEVEN = 10.828  # chi-square of one degree of freedom, p = 0.001: groups with more uneven losses are not compared
MATTERS = ("适当性", "风险揭示", "风险提示", "风险承受", "法定告知", "suitability", "risk warning", "duty notice")


@dataclass(frozen=True)
class Groups:
    """The clients of both groups, as drawn."""

    treatment: tuple[int, ...]
    control: tuple[int, ...]


def draw_groups(strata: Mapping[int, str], seed: str, control_percent: int) -> Groups:
    """Draw the control group within each stratum: the same for the same seed. `strata`: {client: stratum}.

    The rounding remainder of one stratum is carried to the next, so that overall the control group has its share.
    """
    by_stratum: dict[str, list[int]] = defaultdict(list)
    for client, stratum in strata.items():
        by_stratum[stratum].append(client)
    treatment, control, count = list[int](), list[int](), 0
    for _, clients in sorted(by_stratum.items()):
        count += len(clients)
        size = count * control_percent // 100 - len(control)
        order = drawn_order(clients, seed)
        control += order[:size]
        treatment += order[size:]
    return Groups(tuple(sorted(treatment)), tuple(sorted(control)))


@dataclass(frozen=True)
class Power:
    """The power of groups: the cases needed for the hoped effect, and the smallest effect detectable by these groups.

    Shares in percentage points. None if it cannot be computed: `problem` states why (no_facts, impossible, nothing_varies, "").
    """

    needed_treatment: int | None
    needed_control: int | None
    detectable: float | None
    is_enough: bool | None
    problem: str = ""


def power_of(
    kind: str, base: float | None, spread: float | None, sizes: tuple[int, int], hoped: float, lower_is_better: bool
) -> Power:
    """Return the power of groups of these sizes (treatment, control) for a hoped improvement.

    `base` is the mean before, a share between 0 and 1; `spread` the standard deviation of amounts.
    """
    if base is None or min(sizes) < 1:
        return Power(None, None, None, None, "no_facts")
    ratio = sizes[1] / sizes[0]
    if kind == SHARE:
        rising = 1 - base if lower_is_better else base
        needed = experiments.share_sample_size(rising, hoped / 100, ratio)
        detectable = experiments.detectable_share(rising, *sizes)
        detectable = None if detectable is None else 100 * detectable
        problem = "impossible"
    else:
        needed = experiments.mean_sample_size(spread or 0.0, hoped, ratio)
        detectable = experiments.detectable_mean(spread or 0.0, *sizes)
        problem = "nothing_varies"
    if needed is None:
        return Power(None, None, detectable, None, problem)
    is_enough = sizes[0] >= needed.treatment and sizes[1] >= needed.control and min(sizes) >= MINIMUM
    return Power(needed.treatment, needed.control, detectable, is_enough)


def mean_and_spread(kind: str, values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return mean and standard deviation of values, extreme amounts winsorised; None without enough of them."""
    if len(values) < 2:
        return (float(values[0]) if values else None), None
    (taken,) = _drawn_in(kind, values)
    return float(taken.mean()), float(taken.std(ddof=1))


def _drawn_in(kind: str, *groups: Sequence[float]) -> list[np.ndarray]:
    """Return groups of values; amounts winsorised at the 1st and 99th percentiles of all together."""
    arrays = [np.asarray(one, dtype=float) for one in groups]
    if kind == SHARE:
        return arrays
    low, high = experiments.drawn_in(np.concatenate(arrays))
    return [np.clip(one, low, high) for one in arrays]


@dataclass(frozen=True)
class Result:
    """The result of a trial. `verdict`: too_few, uneven, better, worse, smaller (than hoped) or unclear.

    `difference`, `low` and `high` (treatment less control) are in percentage points or in the unit of amounts, None if
    not computed. `level` is that of the interval, 0.95 at the first look.
    """

    verdict: str
    level: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def level_of(looks: int) -> float:
    """Return the level of the interval after `looks` earlier ones."""
    return 1 - 0.05 / 2**looks


def compare(
    kind: str,
    treatment: Sequence[float],
    control: Sequence[float],
    lower_is_better: bool,
    hoped: float,
    looks: int = 0,
) -> Result:
    """Return the result of two groups of values. Values of a share are 0 or 1."""
    level = level_of(looks)
    if min(len(treatment), len(control)) < MINIMUM:
        return Result("too_few", level)
    if kind == SHARE:
        counts = (sum(treatment), len(treatment), sum(control), len(control))
        difference = 100 * (counts[0] / counts[1] - counts[2] / counts[3])
        low, high = (100 * end for end in newcombe(*counts, z=experiments.z_of(1 - level)))
    else:
        found = experiments.welch_interval(*_drawn_in(kind, treatment, control), alpha=1 - level)
        difference, low, high = found.difference, found.low, found.high
    verdict = verdict_of(low, high, lower_is_better, hoped)
    return Result(verdict, level, round(difference, 4), round(low, 4), round(high, 4))


def verdict_of(low: float, high: float, lower_is_better: bool, hoped: float) -> str:
    """Return the verdict of an interval: better, worse, smaller (no effect shown, and the hoped one excluded) or unclear."""
    least, most = (-high, -low) if lower_is_better else (low, high)
    if least > 0:
        return "better"
    if most < 0:
        return "worse"
    return "smaller" if most < hoped else "unclear"


def is_uneven(drawn: tuple[int, int], present: tuple[int, int]) -> bool:
    """Return whether the groups lost clients more unevenly than by chance (chi-square, p < 0.001)."""
    if min(drawn) < 1 or sum(present) < 1:
        return False
    expected = [sum(present) * count / sum(drawn) for count in drawn]
    return sum((seen - due) ** 2 / due for seen, due in zip(present, expected, strict=True)) > UNEVEN


def design_error(known: Mapping[str, object]) -> Refusal | None:
    """Return the missing field of a trial before submission; `known` are its fields."""
    needed = (
        ("hypothesis", "请写明假设。", "State the hypothesis."),
        ("varied", "请选择试点改变什么。", "Say what the trial varies."),
        ("treatment", "请写明试点组做法。", "Say what the trial group gets."),
        ("measure", "请选择主要结果。", "Choose the main outcome."),
        ("hoped_effect", "请填写希望的改善。", "State the improvement that you hope for."),
    )
    missing = next((one for one in needed if not known.get(one[0])), None)
    if missing is not None:
        return missing
    if known.get("contact") != "none" and not known.get("channel"):
        return (
            "channel",
            "请选择联系渠道，系统据此核对客户意愿。",
            "Choose the channel: clients’ wishes are checked by it.",
        )
    return None


def size_error(power: Power, why_small: str) -> Refusal | None:
    """Return why a trial may not begin with these groups: an impossible effect, or too few without a stated reason."""
    if power.problem == "impossible":
        return "hoped_effect", "希望的改善超出可能的范围，请改小。", "No share can change that much; hope for less."
    if power.is_enough or why_small.strip():
        return None
    return (
        "why_small",
        "这两组人数看不出希望的改善。请扩大名单、改大期望，或写明仍要做的理由。",
        "These groups cannot show the improvement hoped for. Take more clients, or say why it is worth doing.",
    )


def needs_compliance(varied: str, older_from: int, usual: int) -> bool:
    """Return whether compliance alone approves: fees are varied, or older clients are not excluded."""
    return varied == "fee" or not 0 < older_from <= usual


def is_vulnerable_client(is_person: bool, age: int | None, older_from: int, is_in_distress: bool) -> bool:
    """Return whether a client is excluded: an older person, one of unknown age, or one with an open case of distress."""
    return is_in_distress or bool(is_person and older_from and (age is None or age >= older_from))


def matters_named(texts: Iterable[str]) -> list[str]:
    """Return the matters named in the texts that no trial varies, as a warning to the approver."""
    said = "\n".join(texts).casefold()
    return [word for word in MATTERS if word in said]


def decision_error(
    outcome: str,
    reason: str,
    until: date | None,
    ends_on: date,
    today: date,
    extensions: int,
    is_author: bool,
) -> Refusal | None:
    """Return why a person may not decide on a trial so."""
    if is_author:
        return "trial", "须由负责人和编写人以外的人决定。", "Somebody who neither owns nor wrote it decides."
    if not reason.strip():
        return "reason", "请写明理由。", "Give the reason."
    if outcome != "extend":
        return None
    if extensions >= MOST_EXTENSIONS:
        return "outcome", "最多延长两次，请采纳或停止。", "Two extensions at most: adopt it or stop it."
    if until is None or until <= max(today, ends_on):
        return "until", "请填写今天以后的新结束日期。", "Give a new end that lies ahead."
    return None
