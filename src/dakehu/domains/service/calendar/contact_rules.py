"""When a client is to be contacted next, by which channel and why: from the tier's standard and the client's wishes. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dakehu.foundation.base.i18n import Bilingual, bilingual

CONTACTS = ("visit", "call", "message")  # the more personal ones first: a visit is a call too, a call a message
CONTACT_NAMES = {
    "visit": bilingual("拜访", "visit"),
    "call": bilingual("电话", "call"),
    "message": bilingual("消息", "message"),
    "any": bilingual("联系", "contact"),
}
CHANNEL_OF = {"visit": "meeting", "call": "call", "message": "wechat"}  # the usual channel of a kind of contact
FURTHEST_SHIFT = 40  # days within which a suitable day is searched; longer than any run of holidays


@dataclass(frozen=True)
class Standard:
    """What a client is owed. every: {kind of contact: days}, gap: days between contacts of any kind; None without one."""

    name: str = ""
    every: Mapping[str, int] = field(default_factory=dict)
    gap: int | None = None


@dataclass(frozen=True)
class Wish:
    """How a client wishes to be contacted. channel: "" for any. days: suitable weekdays 1 to 7, empty for all. moved_to: a
    day set manually, with its reason; it applies until the client has been contacted (`moved_at` or later)."""

    channel: str = ""
    every_days: int | None = None
    days: frozenset[int] = frozenset()
    no_contact: bool = False
    no_contact_until: date | None = None
    moved_to: date | None = None
    moved_reason: str = ""
    moved_at: date | None = None


@dataclass(frozen=True)
class NextContact:
    """The next contact. on: the day it is planned for, None if the client is not contacted. owed_on: its due day.

    kind: visit, call, message or any. channel: of the interaction, "" for any. why: one reason a line, in both languages.
    """

    on: date | None
    owed_on: date | None
    kind: str
    channel: str
    why: tuple[Bilingual, ...]

    def late_days(self, today: date) -> int:
        """Return by how many days the contact is overdue, 0 if it is not."""
        return max((today - self.owed_on).days, 0) if self.owed_on is not None else 0


NO_CONTACT = bilingual("客户不希望被主动联系", "The client does not wish to be contacted")
NOTHING_OWED = bilingual("本级别不要求主动联系", "This tier asks for no outbound contact")


def next_contact(
    standard: Standard, last: Mapping[str, date], wish: Wish, today: date, is_open: Callable[[date], bool]
) -> NextContact:
    """Return the next contact of a client.

    `last`: {kind of contact: day of the latest one}. The day is the last suitable one by which the contact is owed: not on a
    weekend, a holiday or a weekday that does not suit; if that has passed, the first suitable day from today on.
    """
    if wish.no_contact:
        return NextContact(None, None, "any", "", (NO_CONTACT,))
    kind, owed_on, why = _owed_contact(standard, last, wish, today)
    if owed_on is None:
        return NextContact(None, None, "any", "", (NOTHING_OWED,))
    channel = _channel(kind, wish)
    latest = max(last.values(), default=None)
    if wish.moved_to is not None and (latest is None or wish.moved_at is None or latest < wish.moved_at):
        reason = bilingual("已推迟：{why}", "Put off: {why}", why=wish.moved_reason)
        day, shifted = suitable_day(max(wish.moved_to, today), wish, today, is_open, before=False)
        return NextContact(day, owed_on, kind, channel, (why, reason, *shifted))
    free_from = _free_from(wish, today)
    day, shifted = suitable_day(max(owed_on, free_from), wish, free_from, is_open, before=True)
    if owed_on < today:
        shifted = ()  # it is overdue on any day
    if wish.no_contact_until is not None and wish.no_contact_until >= max(owed_on, today):
        until = bilingual(
            "客户要求 {day} 前不联系", "No contact wished until {day}", day=wish.no_contact_until.isoformat()
        )
        shifted = (until, *shifted)
    return NextContact(day, owed_on, kind, channel, (why, *shifted))


def _free_from(wish: Wish, today: date) -> date:
    """Return the first day from today on at which the client may be contacted."""
    return today if wish.no_contact_until is None else max(today, wish.no_contact_until + timedelta(days=1))


def _owed_contact(
    standard: Standard, last: Mapping[str, date], wish: Wish, today: date
) -> tuple[str, date | None, Bilingual]:
    """Return (kind, day by which it is owed, why) of the earliest contact; (any, None, …) if none is owed."""
    latest = max(last.values(), default=None)
    if wish.every_days:
        why = bilingual("与客户约定每 {n} 天联系", "Agreed with the client: every {n} days", n=wish.every_days)
        return kind_of(wish.channel), _contact_due_on(latest, wish.every_days, today), _with_last_contact(why, latest)
    owed: list[tuple[date, int, str, Bilingual]] = []
    for place, kind in enumerate(CONTACTS):
        days = standard.every.get(kind)
        if days:
            held = max((last[one] for one in CONTACTS[: place + 1] if one in last), default=None)
            why = bilingual(
                "{tier}标准：每 {n} 天一次{what}",
                "Standard of {tier}: a {what} every {n} days",
                tier=standard.name,
                n=days,
                what=CONTACT_NAMES[kind],
            )
            owed.append((_contact_due_on(held, days, today), place, kind, _with_last_contact(why, held)))
    if standard.gap:
        why = bilingual(
            "{tier}标准：最长 {n} 天联系一次",
            "Standard of {tier}: contact every {n} days",
            tier=standard.name,
            n=standard.gap,
        )
        owed.append(
            (_contact_due_on(latest, standard.gap, today), len(CONTACTS), "any", _with_last_contact(why, latest))
        )
    if not owed:
        return "any", None, NOTHING_OWED
    day, _, kind, why = min(owed, key=lambda one: one[:2])
    return kind, day, why


def _contact_due_on(held: date | None, days: int, today: date) -> date:
    """Return when a contact is owed: immediately if there never was one."""
    return today if held is None else held + timedelta(days=days)


def _with_last_contact(why: Bilingual, held: date | None) -> Bilingual:
    """Return a reason with the day of the last contact."""
    if held is None:
        return bilingual("{why}，尚无记录", "{why}; none on record", why=why)
    return bilingual("{why}，上次 {day}", "{why}; last on {day}", why=why, day=held.isoformat())


def kind_of(channel: str) -> str:
    """Return the kind of contact of a channel."""
    if channel in ("meeting", "event", "video"):
        return "visit"
    return {"call": "call", "wechat": "message", "mail": "message", "message": "message"}.get(channel, "any")


def _channel(kind: str, wish: Wish) -> str:
    """Return the channel of a contact: the client's preferred one, unless a visit is owed."""
    if kind == "visit" or not wish.channel:
        return CHANNEL_OF.get(kind, "call")
    return wish.channel


def suitable_day(
    wanted: date, wish: Wish, earliest: date, is_open: Callable[[date], bool], *, before: bool
) -> tuple[date, tuple[Bilingual, ...]]:
    """Return the nearest suitable day to the wanted one, and why it differs.

    With `before` the last suitable day up to the one wanted and not before `earliest`, so that a promise is kept before a
    holiday; else, or if there is none, the first one after it.
    """

    def suits(day: date) -> bool:
        return is_open(day) and (not wish.days or day.isoweekday() in wish.days)

    if before:
        for back in range(FURTHEST_SHIFT):
            day = wanted - timedelta(days=back)
            if day < earliest:
                break
            if suits(day):
                return day, _shift(wanted, day, is_open)
    start = max(wanted, earliest)
    for ahead in range(FURTHEST_SHIFT):
        day = start + timedelta(days=ahead)
        if suits(day):
            return day, _shift(wanted, day, is_open)
    return start, (bilingual("{n} 天内没有合适的日子", "No suitable day within {n} days", n=FURTHEST_SHIFT),)


def _shift(wanted: date, day: date, is_open: Callable[[date], bool]) -> tuple[Bilingual, ...]:
    """Return why a day was moved: a holiday or weekend, or a weekday that does not suit; nothing if it was not."""
    if day == wanted:
        return ()
    cause = bilingual("非工作日", "no working day") if not is_open(wanted) else bilingual("客户不方便", "does not suit")
    if day < wanted:
        return (bilingual("{day} {cause}，提前", "{day} {cause}: earlier", day=wanted.isoformat(), cause=cause),)
    return (bilingual("{day} {cause}，顺延", "{day} {cause}: later", day=wanted.isoformat(), cause=cause),)


def days_of(text: str) -> frozenset[int]:
    """Return the weekdays of a text such as "135"."""
    return frozenset(int(digit) for digit in text if digit in "1234567")


TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def wish_error(
    days: str, from_time: str, until_time: str, no_contact_until: date | None, today: date
) -> tuple[str, str, str] | None:
    """Return the fault of a client's wishes as (field, zh, en), None if valid. Times are "09:30" or ""."""
    if days and (not days.isdecimal() or any(digit not in "12345" for digit in days) or len(set(days)) < len(days)):
        return "days", "星期写作 1 到 5 的数字，如 135。", "Write weekdays as digits 1 to 5, such as 135."
    for name, text in (("from_time", from_time), ("until_time", until_time)):
        if text and not TIME.fullmatch(text):
            return name, "时间应写作 09:30。", "Write the time as 09:30."
    if from_time and until_time and from_time >= until_time:
        return "until_time", "最晚时间应晚于最早时间。", "The latest time must come after the earliest."
    if no_contact_until is not None and no_contact_until < today:
        return "no_contact_until", "日期已过。", "This day has passed."
    return None
