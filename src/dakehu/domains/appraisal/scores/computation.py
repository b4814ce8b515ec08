"""Compute a score from stored values; deterministic: the same values give the same digits and digest."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.measures import rules as measures
from dakehu.domains.appraisal.measures.rules import HUNDRED, ZERO, Row
from dakehu.domains.appraisal.models import MeasureValue, Scheme
from dakehu.domains.appraisal.scores import rules
from dakehu.domains.appraisal.scores.rules import Conduct, plain
from dakehu.domains.compliance.approvals import rules as approvals


@dataclass(frozen=True)
class Computation:
    """A score with its lines as plain values, its adjusted value, and the digest of all inputs."""

    score: rules.Score
    lines: list[dict[str, Any]]
    adjustment: Decimal
    final: Decimal | None
    digest: str


def rows_to_json(rows: Iterable[Row]) -> list[list[Any]]:
    """Return rows as they are stored: sorted, decimals as text."""
    return [[row.model, row.pk, plain(row.value), plain(row.weight)] for row in sorted(rows)]


def rows_from_json(stored: Iterable[list[Any]]) -> list[Row]:
    """Return stored rows."""
    return [Row(model, pk, Decimal(value), Decimal(weight)) for model, pk, value, weight in stored]


def line_of(value: MeasureValue, strength: Decimal) -> rules.Line:
    """Return the line of a stored value."""
    found = measures.value_of(value.kind, rows_from_json(value.rows)) if value.has_source else None
    rate = value.branch_rate if value.kind == measures.SHARE else None
    return rules.Line(
        value.measure, value.part, value.weight, value.min_n, value.floor, value.target, found, rate, strength
    )


def compute(values: Iterable[MeasureValue], conduct: Conduct, adjustment: Decimal, scheme: Scheme) -> Computation:
    """Return the score from one value per measure, conduct and adjustments by a scheme."""
    ordered = sorted(values, key=lambda value: value.measure)
    found = rules.score_of((line_of(value, scheme.strength) for value in ordered), conduct, scheme.least_rated)
    final = None if found.score is None else min(HUNDRED, max(ZERO, found.score + adjustment))
    stored = {value.measure: value for value in ordered}
    lines = [_plain_line(one, stored[one.line.code]) for one in found.lines]
    return Computation(found, lines, adjustment, final, _digest(ordered, conduct, adjustment, scheme))


def _plain_line(one: rules.RatedLine, stored: MeasureValue) -> dict[str, Any]:
    """Return a rated line as plain values, with the revision of its value."""
    line, value = one.line, one.line.value
    known = {name: plain(getattr(value, name)) if value else None for name in ("k", "n", "raw", "low", "high")}
    return {
        "measure": line.code,
        "part": line.part,
        "definition": stored.definition,
        "revision": stored.revision,
        "state": one.state,
        **known,
        "count": value.count if value else 0,
        "min_n": line.min_n,
        "branch_rate": plain(line.branch_rate),
        "shrunk": plain(one.shrunk),
        "floor": plain(line.floor),
        "target": plain(line.target),
        "points": plain(one.points),
        "weight": plain(line.weight),
        "used_weight": plain(one.used_weight),
        "contribution": plain(one.contribution),
    }


def _digest(values: list[MeasureValue], conduct: Conduct, adjustment: Decimal, scheme: Scheme) -> str:
    """Return the digest of all inputs of a score, including versions of definitions and calculation."""
    return approvals.digest(
        {
            "arithmetic": [measures.VERSION, rules.VERSION],
            "scheme": [scheme.name, scheme.edition, plain(scheme.strength), plain(scheme.least_rated)],
            "values": [_plain_value(value) for value in values],
            "conduct": asdict(conduct),
            "adjustment": plain(adjustment),
        }
    )


def _plain_value(value: MeasureValue) -> list[Any]:
    numbers = (value.weight, value.floor, value.target, value.branch_rate)
    return [
        value.measure,
        value.definition,
        value.kind,
        value.part,
        value.min_n,
        value.has_source,
        [plain(number) for number in numbers],
        value.rows,
    ]
