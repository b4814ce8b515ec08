"""The plan of a week: what is to be done, put on days under what a day can hold, and what does not fit with why. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class Work:
    """Something to be done in the week.

    due: its deadline, the last day of the week where that comes later. fixed: it stands on its day already and is not moved.
    days: weekdays that suit, empty for all. late: days overdue. rank: the client's tier, larger is higher.
    """

    key: str
    minutes: int
    due: date
    mandatory: bool = False
    fixed: date | None = None
    days: frozenset[int] = field(default_factory=frozenset)
    earliest: date | None = None
    late: int = 0
    rank: int = 0


@dataclass(frozen=True)
class Left:
    """Work that does not fit, and why."""

    work: Work
    why: Bilingual


@dataclass(frozen=True)
class WeekPlan:
    """placed: {key: day}. left: what does not fit, the most pressing first. free: {day: minutes that are left}."""

    placed: dict[str, date]
    left: tuple[Left, ...]
    free: dict[date, int]


def order_key(work: Work) -> tuple[int, int, date, int, str]:
    """Return the place of work in the order of planning: mandatory, then fixed, then by tier, lateness and deadline."""
    first = 0 if work.mandatory else 1 if work.fixed is not None else 2
    return first, -work.rank if first == 2 else 0, work.due, -work.late, work.key


def plan_week(free: Mapping[date, int], works: Iterable[Work]) -> WeekPlan:
    """Put work on the days of a week. `free`: {day: minutes}, 0 on days off.

    Mandatory work first and by its deadline, then what stands on a day already, then contacts by tier. Each goes on the
    day by its deadline with the most capacity left, the earlier one of equals, so that days fill evenly. Nothing is squeezed:
    what finds no day is left with the reason.
    """
    minutes_left = {day: max(minutes, 0) for day, minutes in sorted(free.items())}
    placed: dict[str, date] = {}
    left: list[Left] = []
    for work in sorted(works, key=order_key):
        days = _days_for(work, minutes_left)
        fitting = [day for day in days if minutes_left[day] >= work.minutes]
        if not fitting:
            left.append(Left(work, _left_over_reason(work, days, minutes_left)))
            continue
        day = fitting[0] if work.mandatory else max(fitting, key=lambda one: (minutes_left[one], -one.toordinal()))
        placed[work.key] = day
        minutes_left[day] -= work.minutes
    return WeekPlan(placed, tuple(left), minutes_left)


def _days_for(work: Work, minutes_left: Mapping[date, int]) -> list[date]:
    """Return the days on which work may be done: its own where it is fixed, else working days that suit up to its deadline."""
    if work.fixed is not None:
        return [work.fixed] if work.fixed in minutes_left else []
    return [
        day
        for day, minutes in minutes_left.items()
        if (minutes > 0 or work.minutes == 0)
        and (work.earliest is None or day >= work.earliest)
        and (day <= work.due or work.late > 0)
        and (not work.days or day.isoweekday() in work.days)
    ]


def _left_over_reason(work: Work, days: list[date], minutes_left: Mapping[date, int]) -> Bilingual:
    """Return why work does not fit."""
    if work.fixed is not None:
        return bilingual(
            "{day} 剩余 {left} 分钟，需要 {need} 分钟",
            "{day} has {left} min left, {need} are needed",
            day=work.fixed.isoformat(),
            left=minutes_left.get(work.fixed, 0),
            need=work.minutes,
        )
    if not any(minutes_left.values()):
        return bilingual("本周没有剩余工时", "No working time is left this week")
    if not days:
        return bilingual("截止前没有合适的工作日", "No suitable working day before the deadline")
    return bilingual(
        "合适的日子最多剩 {left} 分钟，需要 {need} 分钟",
        "The suitable days have {left} min left at most, {need} are needed",
        left=max(minutes_left[day] for day in days),
        need=work.minutes,
    )
