"""The plan of a week: work assigned to days within their capacity, and what does not fit with the reason. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class Work:
    """A piece of work of the week.

    due: its deadline, at latest the last day of the week. fixed: it has a day already and is not moved.
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
    """Work that does not fit, and the reason."""

    work: Work
    why: Bilingual


@dataclass(frozen=True)
class WeekPlan:
    """placed: {key: day}. left: what does not fit, most urgent first. free: {day: remaining minutes}."""

    placed: dict[str, date]
    left: tuple[Left, ...]
    free: dict[date, int]


def order_key(work: Work) -> tuple[int, int, date, int, str]:
    """Return the sort key of work for planning: mandatory, then fixed, then by tier, lateness and deadline."""
    first = 0 if work.mandatory else 1 if work.fixed is not None else 2
    return first, -work.rank if first == 2 else 0, work.due, -work.late, work.key


def plan_week(free: Mapping[date, int], works: Iterable[Work]) -> WeekPlan:
    """Assign work to the days of a week. `free`: {day: minutes}, 0 on days off.

    Mandatory work first and by its deadline, then work with a fixed day, then contacts by tier. Each is put on the day
    by its deadline with the most capacity left, the earliest if equal, so that days fill evenly. Capacity is never
    exceeded: work without a day is left with the reason.
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
    """Return the possible days of work: its own if it is fixed, else suitable working days up to the deadline."""
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
