"""Progress of a goal against its timetable. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dakehu.foundation.base.i18n import Bilingual, bilingual

ON_TRACK = 0.95  # share of what is due today from which a goal is on track [D]

STATES: dict[str, Bilingual] = {
    "reached": bilingual("已达成", "Reached"),
    "on_track": bilingual("按进度", "On track"),
    "behind": bilingual("落后", "Behind"),
    "missed": bilingual("未达成", "Missed"),
    "coming": bilingual("未开始", "Not begun"),
    "unknown": bilingual("无法衡量", "Cannot be measured"),
}


@dataclass(frozen=True)
class Step:
    """A month of the timetable: target and value by its end; `value` None for future months."""

    month: str
    target: float
    value: float | None


@dataclass(frozen=True)
class Progress:
    """Progress of a goal. value and expected (by today) in units of the target; None if not measurable."""

    value: float | None
    target: float
    expected: float
    state: str
    steps: tuple[Step, ...]

    @property
    def percent(self) -> int | None:
        """Return the share of the target that is reached, in percent, rounded down."""
        return None if self.value is None else int(100 * self.value / self.target)


def progress(
    first: date,
    last: date,
    target: float,
    counts: Mapping[date, int],
    whole: int | None,
    today: date,
    working_days: Callable[[date, date], int],
) -> Progress:
    """Return the progress of a goal from `first` to `last`.

    counts: {day: how many were reached that day}. whole: the total, if the goal is a percentage; None if it
    is a number. working_days(first, last): their number; the timetable is proportional to them.
    """
    days = working_days(first, last) or 1
    begun = today >= first

    def expected(day: date) -> float:
        return target * working_days(first, min(day, last)) / days if day >= first else 0.0

    def reached(day: date) -> float | None:
        count = sum(number for on, number in counts.items() if first <= on <= min(day, last))
        if whole is None:
            return float(count)
        return 100 * count / whole if whole else None

    value = reached(today) if begun else (0.0 if whole is None or whole else None)
    state = _state(value, target, expected(today), begun, today > last)
    steps = tuple(
        Step(f"{end:%Y-%m}", round(expected(end), 1), reached(end) if end.replace(day=1) <= today else None)
        for end in month_ends(first, last)
    )
    return Progress(value, target, round(expected(today), 1), state, steps)


def _state(value: float | None, target: float, expected: float, begun: bool, ended: bool) -> str:
    """Return the state of a goal."""
    if value is None:
        return "unknown"
    if not begun:
        return "coming"
    if value >= target:
        return "reached"
    if ended:
        return "missed"
    return "on_track" if value >= ON_TRACK * expected else "behind"


def month_ends(first: date, last: date) -> list[date]:
    """Return the last day of each month from `first` to `last`, in the last month `last` itself."""
    ends = []
    day = first
    while day <= last:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends.append(min(following - timedelta(days=1), last))
        day = following
    return ends


def goal_error(
    *, has_user: bool, has_team: bool, first: date, last: date, measure: str, target: float, tier: str
) -> tuple[str, str, str] | None:
    """Return the fault of a goal as (field, zh, en), None if valid."""
    if has_user == has_team:
        return "user", "请填写人员或团队，二者选一。", "Name either a member of staff or a team."
    if last < first:
        return "last_on", "截止日期不能早于开始日期。", "The end cannot come before the beginning."
    if measure == "coverage" and target > 100:
        return "target", "覆盖率最高为 100。", "Coverage is 100 at most."
    if measure == "events" and tier:
        return "tier", "活动场次不能按客户级别统计。", "Events are not counted by tier."
    return None
