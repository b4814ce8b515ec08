"""Rules of the pool: who may claim a prospect, and when it is recycled. Pure: no Django, clock or database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

FURTHEST = 3660  # calendar days searched for the recycling day

WARN, WARN_LAST, RECYCLE = "warn", "warn_last", "recycle"
Counts = Callable[[date], bool]  # whether a day counts: trading, and the owner is not away


@dataclass(frozen=True)
class Taking:
    """The inputs that decide whether a person may claim a prospect now. A limit of 0 means none."""

    claims_today: int
    claims_per_day: int
    in_hand: int
    in_hand_limit: int
    is_previous_owner: bool = False
    cool_off_until: date | None = None


def claim_error(taking: Taking, today: date) -> tuple[str, str, str] | None:
    """Return why a prospect may not be claimed as (field, zh, en), None if it may."""
    if taking.is_previous_owner and taking.cool_off_until is not None and today < taking.cool_off_until:
        until = taking.cool_off_until.isoformat()
        return (
            "prospect",
            f"您是这条线索的前跟进人，{until} 之后才能再次领取。",
            f"You were the previous owner of this prospect and may claim it from {until} on.",
        )
    if taking.claims_per_day and taking.claims_today >= taking.claims_per_day:
        return (
            "prospect",
            f"今天已领取 {taking.claims_today} 条，达到每日上限。",
            f"{taking.claims_today} claimed today, which is the limit of a day.",
        )
    if taking.in_hand_limit and taking.in_hand >= taking.in_hand_limit:
        return (
            "prospect",
            f"在手线索 {taking.in_hand} 条，达到上限；请先转客户、退回或标记无效。",
            f"{taking.in_hand} in hand, which is the limit; convert, return or end some first.",
        )
    return None


def view_error(views_today: int, views_per_day: int) -> tuple[str, str, str] | None:
    """Return why a prospect of the pool may not be seen unmasked as (field, zh, en), None if it may."""
    if views_per_day and views_today >= views_per_day:
        return (
            "prospect",
            f"今天已查看 {views_today} 条未打码线索，达到每日上限。",
            f"{views_today} prospects seen unmasked today, which is the limit of a day.",
        )
    return None


def counted_days(since: date, today: date, counts: Counts) -> int:
    """Return the number of counted days after `since`, up to and including `today`."""
    days = (today - since).days
    return sum(counts(since + timedelta(days=n)) for n in range(1, days + 1))


def day_of_going_back(today: date, left: int, counts: Counts) -> date:
    """Return the day on which `left` further counted days will have passed; today if `left` is not positive."""
    day = today
    for _ in range(FURTHEST):
        if left <= 0:
            return day
        day += timedelta(days=1)
        left -= counts(day)
    return day


def next_step(
    *, left: int, warn: int, warn_last: int, warned_on: date | None, warned_last_on: date | None, today: date
) -> str:
    """Return the due step of a claimed prospect: a warning, the last warning, recycling, or "".

    A prospect is never recycled without a last warning or on its day, even if the rules have changed since; a
    pool whose `warn_last` is 0 gives none.
    """
    if left <= 0 and (not warn_last or (warned_last_on is not None and warned_last_on < today)):
        return RECYCLE
    if warn_last and left <= warn_last and warned_last_on is None:
        return WARN_LAST
    if warn and left <= warn and warned_on is None and warned_last_on is None:
        return WARN
    return ""
