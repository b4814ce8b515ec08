"""Rules of tasks: dependencies without cycles, what is blocked or late, dates of a checklist. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dakehu.domains.service.rules import working_days_after

OPEN_STATES = ("open", "working", "waiting")
ENDED = ("done", "cancelled")
MOST_DEPTH = 3  # levels of tasks under tasks

Fault = tuple[str, str, str]  # field, zh, en


def dependency_fault(task: int, after: int, known: Mapping[int, Iterable[int]]) -> Fault | None:
    """Return why a task cannot wait for another, None if it can. `known` is {task: tasks it waits for}."""
    if task == after:
        return "after", "任务不能依赖自己。", "A task cannot wait for itself."
    seen, open_ends = set(), [after]
    while open_ends:
        at = open_ends.pop()
        if at == task:
            return (
                "after",
                "这会形成循环：对方已在等待本任务。",
                "That would be a circle: the other already waits for this one.",
            )
        if at not in seen:
            seen.add(at)
            open_ends.extend(known.get(at, ()))
    return None


def depth_of(task: int, parents: Mapping[int, int | None]) -> int:
    """Return the level of a task, 1 without a parent. Stops at an impossible level."""
    level, at = 1, parents.get(task)
    while at is not None and level <= MOST_DEPTH:
        level, at = level + 1, parents.get(at)
    return level


def dates_fault(starts_on: date | None, due_on: date) -> Fault | None:
    """Return why the dates of a task contradict one another, None if they do not."""
    if starts_on is not None and starts_on > due_on:
        return "due_on", "截止日期不能早于开始日期。", "The task cannot be due before it starts."
    return None


def move_fault(state: str, to: str, open_before: int, open_parts: int) -> Fault | None:
    """Return why a task cannot change to a state. `open_before`: tasks it waits for, `open_parts`: its open parts."""
    if to == state:
        return None
    if to in ("working", "done") and open_before:
        return (
            "state",
            f"还有 {open_before} 项前置任务没有完成，请先完成它们或移除依赖。",
            f"{open_before} tasks before this one are not done; finish them or remove the dependency.",
        )
    if to == "done" and open_parts:
        return (
            "state",
            f"还有 {open_parts} 项子任务没有完成。",
            f"{open_parts} parts of this task are not done.",
        )
    return None


def urgency(state: str, due_on: date, today: date, *, is_blocked: bool) -> str:
    """Return "ended", "overdue", "blocked", "today" or "later"."""
    if state in ENDED:
        return "ended"
    if due_on < today:
        return "overdue"
    if is_blocked:
        return "blocked"
    return "today" if due_on == today else "later"


@dataclass(frozen=True)
class Item:
    """An item of a checklist: due `due_days` working days after the start, once the item at `after` is done."""

    position: int
    due_days: int
    after: int | None = None


def items_fault(items: Sequence[Item]) -> Fault | None:
    """Return the fault of the items of a checklist, None if valid."""
    places = {item.position for item in items}
    for item in items:
        if item.after is not None and (item.after not in places or item.after >= item.position):
            return (
                "after",
                f"第 {item.position} 项只能排在它前面的一项之后。",
                f"Item {item.position} can come after an earlier item only.",
            )
    return None


def due_dates(items: Sequence[Item], start: date, is_open: Callable[[date], bool]) -> dict[int, date]:
    """Return {position: due day}: a number of working days after the start, never before the item it depends on."""
    found: dict[int, date] = {}
    for item in sorted(items, key=lambda one: one.position):
        due = working_days_after(start, item.due_days, is_open)
        if item.after is not None and item.after in found:
            due = max(due, found[item.after])
        found[item.position] = due
    return found


def anniversary_between(opened_on: date | None, first: date, last: date) -> int | None:
    """Return the year of the anniversary of an opening between two days, None without one.

    29 February counts on 28 February in other years; the day of opening itself is no anniversary.
    """
    if opened_on is None:
        return None
    for year in range(first.year, last.year + 1):
        day = _in_year(opened_on, year)
        if first <= day <= last and year > opened_on.year:
            return year
    return None


def _in_year(day: date, year: int) -> date:
    """Return the same day in another year."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
