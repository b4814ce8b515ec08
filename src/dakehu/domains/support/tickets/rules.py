"""Decide the permitted steps of a ticket, and count working time. Pure."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dakehu.domains.support.choices import TicketState
from dakehu.foundation.base.i18n import Bilingual, bilingual

OPENS, CLOSES = time(9), time(17)  # working hours in which support answers; house default
OPEN, ANSWERED, SOLVED, CLOSED = (state.value for state in TicketState)
_REFUSALS = {
    "answer": ((OPEN, ANSWERED), bilingual("这条求助已结束，先重新打开。", "The ticket is over; open it again first.")),
    "solve": ((OPEN, ANSWERED), bilingual("这条求助已结束。", "The ticket is over.")),
    "close": ((OPEN, ANSWERED), bilingual("这条求助已结束。", "The ticket is over.")),
    "reopen": (
        (ANSWERED, SOLVED, CLOSED),
        bilingual("这条求助还在等待答复。", "The ticket still waits for an answer."),
    ),
}


def step_fault(step: str, state: str) -> Bilingual | None:
    """Return why a step (answer, solve, close, reopen) is not permitted in a state, None if it is."""
    states, reason = _REFUSALS[step]
    return None if state in states else reason


def steps_for(state: str, is_asker: bool, is_support: bool) -> set[str]:
    """Return the steps that a person may take: support answers and closes, the asker solves, both reopen."""
    steps = {step for step in _REFUSALS if step_fault(step, state) is None}
    mine = {"solve", "reopen"} if is_asker else set()
    return steps & (mine | ({"answer", "close", "reopen"} if is_support else set()))


def working_minutes(begin: datetime, end: datetime, is_open: Callable[[date], bool]) -> int:
    """Return the whole minutes of working hours between two moments of local time; `is_open` returns whether a day is a working day."""
    total, day = timedelta(), begin.date()
    while day <= end.date():
        if is_open(day):
            opens = datetime.combine(day, OPENS, begin.tzinfo)
            closes = datetime.combine(day, CLOSES, begin.tzinfo)
            total += max(timedelta(), min(end, closes) - max(begin, opens))
        day += timedelta(days=1)
    return int(total.total_seconds() // 60)


def median(values: list[int]) -> int | None:
    """Return the median of whole numbers, rounded down; None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
