"""Rules of scores: which measures are rated, redistribution of missing weight, gate and deductions (people.md C.2). Pure.

    score = gate × max(0, Σ weight × points ÷ 100 − 10 × upheld complaints − 20 × unsuitable attempts)

in this order. Under its minimum n a measure is not rated; its weight goes to the rated measures of its part, else to all.
Below the minimum share of rated weight there is no score, "insufficient data". The same inputs give the same digits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from dakehu.domains.appraisal.measures import rules as measures
from dakehu.domains.appraisal.measures.rules import EXACT, HUNDRED, ONE, ZERO, Value

VERSION = "1"
PER_COMPLAINT, PER_ATTEMPT = Decimal(10), Decimal(20)
WARNED, VIOLATED = Decimal("0.5"), ZERO
LEAST_RATED = Decimal("0.60")
CAP = Decimal(20)  # maximum weight of volume and new accounts together
CAPPED = ("trade_volume", "new_accounts")
CENT, MICRO = Decimal("0.01"), Decimal("0.000001")
RATED, NOT_RATED, NO_SOURCE = "rated", "not_rated", "no_source"


@dataclass(frozen=True)
class Line:
    """One measure of one person as read, with weight, target and floor of the scheme.

    `value` is None without a source. `branch_rate` is None if the measure is not shrunk.
    """

    code: str
    part: str
    weight: Decimal
    min_n: int
    floor: Decimal
    target: Decimal
    value: Value | None
    branch_rate: Decimal | None = None
    strength: Decimal = Decimal(20)


@dataclass(frozen=True)
class RatedLine:
    """A line with its results; `used_weight` includes weight from unrated measures."""

    line: Line
    state: str
    shrunk: Decimal | None
    points: Decimal | None
    used_weight: Decimal
    contribution: Decimal


@dataclass(frozen=True)
class Conduct:
    """Conduct counts of a person in a period."""

    violations: int = 0
    warnings: int = 0
    upheld: int = 0
    unsuitable: int = 0


@dataclass(frozen=True)
class Score:
    """The result: the lines, the sum before and after deductions, and the score; None for insufficient data."""

    lines: tuple[RatedLine, ...]
    rated_share: Decimal
    total: Decimal
    deduction: Decimal
    gate: Decimal
    score: Decimal | None


def gate_of(conduct: Conduct) -> Decimal:
    """Return the factor of the gate: 0 after a serious violation, 0.5 after a written warning, else 1."""
    if conduct.violations:
        return VIOLATED
    return WARNED if conduct.warnings else ONE


def score_of(lines: Iterable[Line], conduct: Conduct, least_rated: Decimal = LEAST_RATED) -> Score:
    """Return the score of a person with every step of its calculation."""
    ordered = sorted(lines, key=lambda line: (line.part, line.code))
    with localcontext(EXACT):
        found = {line.code: _rate(line) for line in ordered}
        weights = spread_weights(ordered, {code for code, (state, _, _) in found.items() if state == RATED})
        every = sum((line.weight for line in ordered), ZERO)
        rated = sum((line.weight for line in ordered if found[line.code][0] == RATED), ZERO)
        share = rated / every if every else ZERO
        result = tuple(
            RatedLine(
                line,
                *found[line.code],
                weights[line.code],
                _contribution(weights[line.code], found[line.code][2], every),
            )
            for line in ordered
        )
        total = sum((one.contribution for one in result), ZERO)
        deduction = PER_COMPLAINT * conduct.upheld + PER_ATTEMPT * conduct.unsuitable
        gate = gate_of(conduct)
        score = None
        if every and share >= least_rated:
            score = (gate * max(ZERO, total - deduction)).quantize(CENT, ROUND_HALF_UP)
    return Score(result, share, total, deduction, gate, score)


def _rate(line: Line) -> tuple[str, Decimal | None, Decimal | None]:
    """Return (state, shrunk value, points) of a line."""
    if line.value is None:
        return NO_SOURCE, None, None
    if line.value.raw is None or line.value.count < line.min_n:
        return NOT_RATED, None, None
    used = line.value.raw
    if line.branch_rate is not None:
        used = measures.shrink(line.value.k, line.value.n, line.branch_rate, line.strength)
    return RATED, used, measures.points(used, line.floor, line.target)


def _contribution(weight: Decimal, points: Decimal | None, every: Decimal) -> Decimal:
    return ZERO if points is None or not every else weight * points / every


def spread_weights(lines: Sequence[Line], rated: set[str]) -> dict[str, Decimal]:
    """Return {measure: weight used}: missing weight goes to the rated ones of its part, else to all rated ones.

    Both in proportion to the weights of the scheme, so that the sum is unchanged. Without any rated weight all are 0.
    """
    used = {line.code: line.weight if line.code in rated else ZERO for line in lines}
    left = ZERO
    for part in sorted({line.part for line in lines}):
        own = [line for line in lines if line.part == part]
        missing = sum((line.weight for line in own if line.code not in rated), ZERO)
        left += missing - _add_in_proportion(used, [line.code for line in own], missing)
    _add_in_proportion(used, sorted(used), left)
    return used


def _add_in_proportion(used: dict[str, Decimal], codes: Sequence[str], weight: Decimal) -> Decimal:
    """Add a weight to some measures in proportion to their weights; return the amount added, 0 if none has weight."""
    base = {code: used[code] for code in codes if used[code] > 0}
    every = sum(base.values(), ZERO)
    if not every:
        return ZERO
    for code, own in base.items():
        used[code] = own + weight * own / every
    return weight


def scheme_faults(weights: Mapping[str, Decimal], volume_reason: str) -> list[tuple[str, str, str]]:
    """Return the errors of a scheme's weights: (field, Chinese, English). Complete schemes have weight 100."""
    faults = cap_faults(weights, volume_reason)
    total = sum(weights.values(), ZERO)
    if total != HUNDRED:
        zh = f"各指标权重合计须为 100，现为 {total.normalize():f}。"
        faults.append(("weight", zh, f"The weights must add up to 100; they are {total.normalize():f}."))
    return faults


def cap_faults(weights: Mapping[str, Decimal], volume_reason: str) -> list[tuple[str, str, str]]:
    """Return why the weight of volume and new accounts is refused: above the cap, or without a reason."""
    volume = sum((weights.get(code, ZERO) for code in CAPPED), ZERO)
    if any(weight < 0 for weight in weights.values()):
        return [("weight", "权重不能为负。", "A weight is never negative.")]
    if volume > CAP:
        return [
            (
                "weight",
                f"成交量与新开户的权重合计不得超过 {CAP}%，现为 {volume.normalize():f}%。",
                f"Trading volume and new accounts may weigh {CAP}% together at most; they weigh {volume.normalize():f}%.",
            )
        ]
    if volume and not volume_reason.strip():
        return [
            (
                "volume_reason",
                "成交量或新开户计入考核须写明理由。",
                "State why trading volume or new accounts count.",
            )
        ]
    return []


def plain(value: Decimal | None) -> str | None:
    """Return a number as stored and shown: at most six decimals, without trailing zeros."""
    if value is None:
        return None
    rounded = value.quantize(MICRO, ROUND_HALF_UP).normalize()
    return f"{rounded:f}"
