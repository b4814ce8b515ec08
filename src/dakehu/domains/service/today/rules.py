"""Rules of today's list: the group of a line, the order of the lines, and the reason for each. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum

from dakehu.foundation.base.i18n import Bilingual, bilingual


class Group(StrEnum):
    """The groups of the list, in the order in which they are worked."""

    MANDATORY = "mandatory"
    OVERDUE = "overdue"
    PROMISE = "promise"
    EXPIRY = "expiry"
    MOVE = "move"
    OCCASION = "occasion"
    SERVICE = "service"
    PLAN = "plan"


GROUP_NAMES: dict[Group, Bilingual] = {
    Group.MANDATORY: bilingual("必办", "Mandatory"),
    Group.OVERDUE: bilingual("逾期", "Overdue"),
    Group.PROMISE: bilingual("承诺与诉求", "Promises, requests"),
    Group.EXPIRY: bilingual("到期", "Expiries"),
    Group.MOVE: bilingual("异动", "Unusual moves"),
    Group.OCCASION: bilingual("生日与纪念日", "Birthdays"),
    Group.SERVICE: bilingual("服务提醒", "Service"),
    Group.PLAN: bilingual("计划跟进", "Planned"),
}
ORDER = tuple(Group)

# Types of moments by group; those not named here, and rules that leads wrote, are service.
EXPIRIES = frozenset({"M04", "M05", "M06", "M07", "M23", "M24", "M25", "M41"})
MOVES = frozenset({"M01", "M02", "M03", *(f"M{n:02}" for n in range(9, 23)), "M26", "M27", "M32", "M35", "M38"})
OCCASIONS = frozenset({"M33", "M34"})
LOWEST_RANK = 0  # of a client without a tier
LEAST_PRIORITY = 4


@dataclass(frozen=True)
class Entry:
    """A line before rendering. `due` is its deadline in local time, without zone; `rank` the client's tier,
    larger is higher."""

    what: str  # moment | follow_up | promise | request | complaint | task
    id: int
    client: int
    due: datetime
    kind: str = ""  # the type of a moment
    mandatory: bool = False
    priority: int = LEAST_PRIORITY
    rank: int = LOWEST_RANK
    object: str = ""  # what a moment is about
    owner: int | None = None

    @property
    def answers(self) -> str:
        """The name of the line equivalent to this moment: the promise or complaint it is about; "" for none."""
        if self.kind == "M36":
            return f"promise:{self.object}"
        return self.object if self.kind == "M35" else ""

    @property
    def work(self) -> str:
        """The name of the line in actions and pages."""
        return f"{self.what}:{self.id}"


def without_doubles(entries: Iterable[Entry]) -> list[Entry]:
    """Return lines without the moments represented by a promise or complaint of the list; that line is mandatory."""
    every = list(entries)
    names = {entry.work for entry in every}
    doubles = {entry.answers for entry in every if entry.what == "moment" and entry.answers in names}
    return [
        replace(entry, mandatory=True, priority=1) if entry.work in doubles else entry
        for entry in every
        if not (entry.what == "moment" and entry.answers in doubles)
    ]


def end_of(day: date) -> datetime:
    """Return the deadline of what is due on a day without an hour."""
    return datetime.combine(day, time.max)


def group_of(entry: Entry, now: datetime) -> Group:
    """Return the group of a line: mandatory before overdue, overdue before its subject."""
    if entry.mandatory or entry.what == "complaint":
        return Group.MANDATORY
    if entry.due < now:
        return Group.OVERDUE
    if entry.what in ("promise", "request"):
        return Group.PROMISE
    if entry.what in ("follow_up", "task"):
        return Group.PLAN
    if entry.kind in EXPIRIES:
        return Group.EXPIRY
    if entry.kind in MOVES:
        return Group.MOVE
    return Group.OCCASION if entry.kind in OCCASIONS else Group.SERVICE


def order_key(entry: Entry, now: datetime) -> tuple[int, int, int, datetime, str, int]:
    """Return the sort key of a line.

    Mandatory work by deadline; overdue work by tier, the longest overdue first; moves and service by priority; all else by
    deadline. Ties by kind of work and id, so that the order is deterministic.
    """
    group = group_of(entry, now)
    first, second = 0, 0
    if group is Group.OVERDUE:
        first, second = -entry.rank, entry.priority
    elif group in (Group.MOVE, Group.SERVICE):
        first, second = entry.priority, -entry.rank
    return ORDER.index(group), first, second, entry.due, entry.what, entry.id


def in_order(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """Return lines in working order."""
    return sorted(entries, key=lambda entry: order_key(entry, now))


def counts_of(entries: Iterable[Entry], now: datetime) -> dict[str, int]:
    """Return {group: lines} of every group, 0 included; they add up to all lines."""
    counts = {group.value: 0 for group in ORDER}
    for entry in entries:
        counts[group_of(entry, now).value] += 1
    return counts


def people_of(entries: Iterable[Entry], now: datetime) -> dict[int | None, tuple[int, int]]:
    """Return {owner: (lines, of which overdue)}, those with the most overdue lines first."""
    found: dict[int | None, tuple[int, int]] = {}
    for entry in entries:
        lines, late = found.get(entry.owner, (0, 0))
        found[entry.owner] = (lines + 1, late + (entry.due < now))
    return dict(sorted(found.items(), key=lambda item: (-item[1][1], -item[1][0], item[0] or 0)))


def line_reason(what: str, due: date, days: int) -> Bilingual:
    """Return why a plan, promise or request is listed now; `days` are those remaining, negative when it is overdue."""
    facts = {"days": abs(days), "due": bilingual(f"{due.month} 月 {due.day} 日", f"{due.day} {due:%b}")}
    if what == "promise":
        if days < 0:
            return bilingual("承诺 {due}前完成，逾期 {days} 天", "Promised by {due}, {days} days overdue", **facts)
        return bilingual("承诺 {due}前完成", "Promised by {due}", **facts)
    if what in ("complaint", "request"):
        if days < 0:
            return bilingual("应于 {due}前办结，逾期 {days} 天", "Was due on {due}, {days} days overdue", **facts)
        if days == 0:
            return bilingual("应于今天办结", "Due today")
        return bilingual("应于 {due}前办结，还有 {days} 天", "Due on {due}, {days} days left", **facts)
    if what == "task":
        if days < 0:
            return bilingual("应于 {due}完成，逾期 {days} 天", "Task due on {due}, {days} days overdue", **facts)
        return bilingual("应于 {due}完成", "Task due on {due}", **facts)
    if days < 0:
        return bilingual("应于 {due}跟进，逾期 {days} 天", "Planned for {due}, {days} days overdue", **facts)
    if days == 0:
        return bilingual("应于今天跟进", "Planned for today")
    return bilingual("应于 {due}跟进，提前提醒", "Planned for {due}; you asked to be reminded", **facts)


def deadline_words(due: datetime, now: datetime) -> Bilingual:
    """Return a deadline as a short text: "今天 19:00", "明天", "逾期 3 天"; the hour if one was set."""
    days = (due.date() - now.date()).days
    hour = "" if due.time() == time.max else f" {due:%H:%M}"
    if due < now:
        if days == 0:
            return bilingual("已过 {hour}", "past {hour}", hour=hour.strip())
        return bilingual("逾期 {days} 天", "{days} days overdue", days=-days)
    if days == 0:
        return bilingual("今天{hour}", "today{hour}", hour=hour)
    if days == 1:
        return bilingual("明天{hour}", "tomorrow{hour}", hour=hour)
    return bilingual(f"{due.month} 月 {due.day} 日{hour}", f"{due.day} {due:%b}{hour}")


def tone_of(entry: Entry, now: datetime) -> str:
    """Return the tone of a deadline: "bad" overdue, or mandatory and due today; "warn" due today, else ""."""
    if entry.due < now:
        return "bad"
    if entry.due.date() == now.date():
        return "bad" if group_of(entry, now) is Group.MANDATORY else "warn"
    return ""


def parse_work(text: str) -> tuple[str, int] | None:
    """Return (what, id) of the name of a line such as "moment:12"; None for an invalid text."""
    what, _, number = text.strip().partition(":")
    known = ("moment", "follow_up", "promise", "request", "complaint", "task")
    if what not in known or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    return what, int(number)
