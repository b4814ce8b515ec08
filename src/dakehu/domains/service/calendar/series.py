"""Repeating meetings by RFC 5545 rules: read, expand, split, and describe them. Pure.

All times are local, without zone; `UNTIL` is stored in local time too and converted if a rule is exported.
"""

import calendar
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from dakehu.foundation.base.i18n import Bilingual, bilingual

KEYS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = "MO,TU,WE,TH,FR"
MOST = 1000  # meetings of a series that are expanded together, and the largest COUNT
STAMP = "%Y%m%dT%H%M%S"

# Options of a form: (rule, zh, en).
PRESETS = (
    ("", "不重复", "Once"),
    (f"FREQ=WEEKLY;BYDAY={WORKDAYS}", "每个工作日", "Every weekday"),
    ("FREQ=WEEKLY", "每周", "Every week"),
    ("FREQ=WEEKLY;INTERVAL=2", "每两周", "Every two weeks"),
    ("FREQ=MONTHLY", "每月", "Every month"),
    ("FREQ=MONTHLY;INTERVAL=3", "每季度", "Every quarter"),
    ("FREQ=MONTHLY;INTERVAL=6", "每半年", "Every half year"),
    ("FREQ=YEARLY", "每年", "Every year"),
)

Error = tuple[str, str, str]


def parts_of(rule: str) -> dict[str, str]:
    """Return {key: value} of a rule in upper case, without the name RRULE."""
    text = rule.strip().upper().removeprefix("RRULE:")
    return dict(part.partition("=")[::2] for part in text.split(";") if part)


def text_of(parts: dict[str, str]) -> str:
    """Return a rule from its parts, in the order of KEYS."""
    return ";".join(f"{key}={parts[key]}" for key in KEYS if parts.get(key))


def rule_error(rule: str, first: datetime) -> Error | None:
    """Return the fault of a rule as (field, zh, en), None if valid.

    Rejected are unknown keys, frequencies below a day, endless or contradicting combinations: a rule must have a
    meeting.
    """
    parts = parts_of(rule)
    unknown = [key for key in parts if key not in KEYS]
    if unknown or parts.get("FREQ") not in FREQUENCIES:
        return _error(
            "应为 FREQ=DAILY、WEEKLY、MONTHLY 或 YEARLY 的 RFC 5545 规则", "Must be an RFC 5545 rule by day to year"
        )
    if "COUNT" in parts and "UNTIL" in parts:
        return _error("COUNT 与 UNTIL 只能有一个", "Either COUNT or UNTIL, not both")
    numbers = [parts[key] for key in ("INTERVAL", "COUNT") if key in parts]
    if not all(text.isdecimal() and 1 <= int(text) <= MOST for text in numbers):
        return _error(f"INTERVAL 与 COUNT 应为 1 到 {MOST}", f"INTERVAL and COUNT must be 1 to {MOST}")
    if not _can_occur(parts):
        return _error("按此规则没有任何一次会议", "No meeting follows from this rule")
    try:
        found = _rule(rule, first)
    except (ValueError, TypeError):
        return _error("规则写法有误", "The rule cannot be read")
    if next(iter(found), None) is None:
        return _error("按此规则没有任何一次会议", "No meeting follows from this rule")
    return None


def _error(zh: str, en: str) -> Error:
    return "rrule", f"{zh}。", f"{en}."


def _can_occur(parts: dict[str, str]) -> bool:
    """Return whether a rule's filters leave any day, so that the search for the first one ends."""
    days, months = parts.get("BYMONTHDAY", ""), parts.get("BYMONTH", "")
    if parts["FREQ"] == "DAILY":
        narrowed = {key for key in ("BYMONTHDAY", "BYMONTH", "BYSETPOS") if key in parts}
        return not narrowed and not ("BYDAY" in parts and int(parts.get("INTERVAL", 1)) > 1)
    if parts["FREQ"] == "WEEKLY" and (days or months or "BYSETPOS" in parts):
        return False
    if "BYSETPOS" in parts:
        named = len(parts.get("BYDAY", "").split(",")) if parts.get("BYDAY") else 0
        sizes = [text.removeprefix("-").removeprefix("+") for text in parts["BYSETPOS"].split(",")]
        if days or not named or not all(size.isdecimal() and 1 <= int(size) <= 4 * named for size in sizes):
            return False
    try:
        chosen_days = [abs(int(text)) for text in days.split(",") if text]
        chosen_months = [int(text) for text in months.split(",") if text] or list(range(1, 13))
    except ValueError:
        return False
    longest = max((calendar.monthrange(2024, month)[1] for month in chosen_months if 1 <= month <= 12), default=0)
    return bool(longest) and all(1 <= day <= longest for day in chosen_days)


def _rule(rule: str, first: datetime) -> rrule:
    """Return the rule parsed by dateutil. Raises ValueError, TypeError for an invalid one."""
    parts = parts_of(rule)
    if parts.get("UNTIL"):
        parts["UNTIL"] = _last_moment(parts["UNTIL"]).strftime(STAMP)
    found = rrulestr(text_of(parts), dtstart=first)
    if not isinstance(found, rrule):
        raise ValueError(rule)
    return found


def _last_moment(text: str) -> datetime:
    """Return the end of a rule; a date without time means the end of that day."""
    text = text.removesuffix("Z")
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").replace(hour=23, minute=59, second=59)  # noqa: DTZ007  local by definition
    return datetime.strptime(text, STAMP)  # noqa: DTZ007  local by definition


def occurrences(
    rule: str, first: datetime, since: datetime, until: datetime, excluded: Iterable[str] = ()
) -> list[datetime]:
    """Return the starts of a series from `since` to before `until`, at most MOST, without those `excluded`.

    A rule that cannot be read (of another calendar) gives the first meeting only.
    """
    left_out = set(excluded)
    try:
        found = _rule(rule, _advance_start(rule, first, since))
        last = min(until, until if found._until is None else found._until + timedelta(seconds=1))
        starts = islice(found.xafter(since, inc=True), MOST) if last > since else iter(())
    except (ValueError, TypeError):
        last, starts = until, iter([first] if since <= first else [])
    made = []
    for start in starts:
        if start >= last:
            break
        if stamp(start) not in left_out:
            made.append(start)
    return made


def _advance_start(rule: str, first: datetime, since: datetime) -> datetime:
    """Return a start of the same pattern near `since`, so that years before it are not iterated."""
    parts = parts_of(rule)
    days = {"DAILY": 1, "WEEKLY": 7}.get(parts.get("FREQ", ""), 0) * int(parts.get("INTERVAL", 1))
    if not days or "COUNT" in parts or since <= first:
        return first
    return first + timedelta(days=max((since - first).days // days - 1, 0) * days)


def stamp(start: datetime) -> str:
    """Return a start as it is stored and named: "2026-12-01T10:00"."""
    return start.strftime("%Y-%m-%dT%H:%M")


def read_stamp(text: str) -> datetime | None:
    """Parse the start of a stamp, None for an invalid text."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  local by definition
    except ValueError:
        return None


def takes_place(rule: str, first: datetime, start: datetime, excluded: Iterable[str] = ()) -> bool:
    """Return whether a series has a meeting at a start."""
    return start in occurrences(rule, first, start, start + timedelta(minutes=1), excluded)


def split_rule(rule: str, first: datetime, at: datetime) -> tuple[str, str]:
    """Return (rule before, rule from here on) of a series that changes from its meeting at `at`.

    COUNT is split between both; otherwise the first part ends before `at` and the second keeps the original end.
    """
    parts = parts_of(rule)
    if "COUNT" in parts:
        held = sum(1 for start in islice(iter(_rule(rule, first)), MOST) if start < at)
        left = max(int(parts["COUNT"]) - held, 1)
        return text_of({**parts, "COUNT": str(max(held, 1))}), text_of({**parts, "COUNT": str(left)})
    before = {**parts, "UNTIL": (at - timedelta(seconds=1)).strftime(STAMP)}
    return text_of(before), text_of(parts)


def move_rule(rule: str, old: datetime, new: datetime) -> str:
    """Return the rule of an entirely moved series: weekdays and days of the month, if named, move with it."""
    parts = parts_of(rule)
    if parts.get("BYDAY") == DAYS[old.weekday()]:
        parts["BYDAY"] = DAYS[new.weekday()]
    if parts.get("BYMONTHDAY") == str(old.day):
        parts["BYMONTHDAY"] = str(new.day)
    return text_of(parts)


UNITS = {
    "DAILY": (bilingual("每天", "Every day"), bilingual("每 {n} 天", "Every {n} days")),
    "WEEKLY": (bilingual("每周", "Every week"), bilingual("每 {n} 周", "Every {n} weeks")),
    "MONTHLY": (bilingual("每月", "Every month"), bilingual("每 {n} 个月", "Every {n} months")),
    "YEARLY": (bilingual("每年", "Every year"), bilingual("每 {n} 年", "Every {n} years")),
}
WEEKDAYS_ZH = dict(zip(DAYS, "一二三四五六日", strict=True))
WEEKDAYS_EN = dict(zip(DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def describe_rule(rule: str) -> Bilingual:
    """Return a rule as a short text; a rule without one is returned unchanged."""
    if not rule:
        return bilingual("不重复", "Once")
    parts = parts_of(rule)
    known = {text: bilingual(zh, en) for text, zh, en in PRESETS}
    plain = text_of({key: value for key, value in parts.items() if key not in ("COUNT", "UNTIL", "WKST")})
    base = known.get(plain) or _plain_words(parts)
    if base is None:
        return bilingual(rule, rule)
    if parts.get("COUNT"):
        return bilingual("{what}，共 {n} 次", "{what}, {n} times", what=base, n=parts["COUNT"])
    if parts.get("UNTIL"):
        end = _last_moment(parts["UNTIL"])
        return bilingual("{what}，至 {day}", "{what} until {day}", what=base, day=f"{end:%Y-%m-%d}")
    return base


def _plain_words(parts: dict[str, str]) -> Bilingual | None:
    """Return frequency, interval and weekdays as text, None if the rule contains more."""
    if parts.get("FREQ") not in UNITS or any(key in parts for key in ("BYSETPOS", "BYMONTH")):
        return None
    once, often = UNITS[parts["FREQ"]]
    interval = int(parts.get("INTERVAL", 1))
    base = once if interval == 1 else bilingual(often.zh, often.en, n=interval)
    days = parts.get("BYDAY", "").split(",") if parts.get("BYDAY") else []
    if days and all(day in WEEKDAYS_ZH for day in days):
        zh, en = "、".join(f"周{WEEKDAYS_ZH[day]}" for day in days), ", ".join(WEEKDAYS_EN[day] for day in days)
        return bilingual("{what}（{listed}）", "{what} on {named}", what=base, listed=zh, named=en)
    if days:
        return None
    if parts.get("BYMONTHDAY"):
        return bilingual("{what} {day} 日", "{what} on day {day}", what=base, day=parts["BYMONTHDAY"])
    return base
