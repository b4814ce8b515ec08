"""Rules of objections: the deadline, and the effect of a correction on the rows of a measure. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from dakehu.domains.appraisal.measures.rules import SHARE, Row

WORKING_DAYS = 10  # house default [D]


def last_day(begin: date, is_working_day: Callable[[date], bool], days: int = WORKING_DAYS) -> date:
    """Return the last day for an objection: a number of working days after the talk, or after the freeze without one."""
    day = begin
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def correct_rows(kind: str, rows: Sequence[Row], counted: Sequence[int], left_out: Sequence[int]) -> list[Row]:
    """Return rows with some counted in full and some left out, given by their number from 1.

    Raises ValueError: "number" for a number that no row has, "kind" for counting a row of a measure that is not a share,
    "both" for a number in both lists, "none" if nothing changes.
    """
    named = [*counted, *left_out]
    if not named:
        raise ValueError("none")
    if len(set(named)) != len(named):
        raise ValueError("both")
    if any(not 1 <= number <= len(rows) for number in named):
        raise ValueError("number")
    if counted and kind != SHARE:
        raise ValueError("kind")
    result = []
    for number, row in enumerate(rows, 1):
        if number in left_out:
            continue
        value = row.weight if number in counted else row.value
        result.append(Row(row.model, row.pk, Decimal(value), row.weight))
    return result
