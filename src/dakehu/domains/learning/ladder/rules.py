"""Evaluate a level's conditions for a person, and check promotion proposals. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from dakehu.domains.learning.choices import ConditionOutcome

Fault = tuple[str, str, str]


def outcome_of(value: Decimal | None, least: Decimal) -> ConditionOutcome:
    """Return whether a figure reaches the required value; a missing figure is not measurable, never 0."""
    if value is None:
        return ConditionOutcome.NOT_MEASURED
    return ConditionOutcome.MET if value >= least else ConditionOutcome.NOT_MET


def months_between(since: date, day: date) -> int:
    """Return the whole months from one day to another; 0 if the first is later."""
    months = (day.year - since.year) * 12 + day.month - since.month - (day.day < since.day)
    return max(0, months)


def proposal_fault(proposer: int | None, person: int, outcomes: Iterable[str], exception: str) -> Fault | None:
    """Return why a person may not be proposed: by themselves, or with an unmet condition without a reason; None if valid."""
    if proposer is not None and proposer == person:
        return "person", "不能提名本人，请由他人提名。", "Nobody proposes themselves; ask somebody else."
    if any(one != ConditionOutcome.MET for one in outcomes) and not exception.strip():
        return (
            "exception",
            "有条件未达到或无法衡量，请写明破格理由。",
            "A condition is not met or cannot be measured: say why in spite of it.",
        )
    return None


def next_position(position: int | None, positions: Iterable[int]) -> int | None:
    """Return the index of the level after one (None: no level yet), None on the highest."""
    above = [one for one in sorted(positions) if position is None or one > position]
    return above[0] if above else None
