"""Parse days and times as people write them, strict about the order of day and month. Pure.

`order` is "dmy" or "mdy" where the order of day and month is known (from other cells of the column, or from a person),
else "". `zone` is the time zone to which a time with an offset is converted.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from dakehu.foundation.base.text_parsing import Unreadable, to_half_width, to_text

DATE_ZH = "日期，如 2023-01-15 或 2023年1月15日"
DATE_EN = "a date such as 2023-01-15"
_YMD = re.compile(r"^(\d{4})[-/.年、](\d{1,2})[-/.月、](\d{1,2})[日号]?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\.0+)?$")
_SHORT = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[ T]+(.+))?$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_MONTH_ONLY = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CN_DAY = re.compile(
    r"^([〇零一二三四五六七八九]{4})年([一二三四五六七八九]|十[一二]?)月([一二三四五六七八九]|[一二三]?十[一二三四五六七八九]?)[日号]?$"
)
_DAY_AND_TIME = re.compile(r"^(\d{4}[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}[日号]?|\d{8})[ T]*(.*)$", re.DOTALL)
_WEEKDAY = re.compile(r"^(?:星期|周)[一二三四五六日天]\s*|^\((?:星期|周)?[一二三四五六日天]\)\s*")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DAY_NAMED = re.compile(rf"^(\d{{1,2}})(?:st|nd|rd|th)?[-/ .]*{_MONTH}[-/ .,]*(\d{{4}}|\d{{2}})$", re.IGNORECASE)
_NAMED_DAY = re.compile(rf"^{_MONTH}[-/ .]*(\d{{1,2}})(?:st|nd|rd|th)?[-/ ,.]+(\d{{4}})$", re.IGNORECASE)
_INSTANT = re.compile(r"T?\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$")
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|初[一二三四五六七八九十]")
_OTHER_ERA = re.compile(r"民国|昭和|平成|令和|佛历")
_TWO_DIGIT_YEAR = re.compile(
    r"^(?:\d{2}|[〇零一二三四五六七八九]{2})[-/.年]\s*[\d一二三四五六七八九十]{1,2}[-/.月]\s*[\d一二三四五六七八九十]{1,3}[日号]?$"
)
PIVOT = 30  # two-digit years: 00–29 are 2000s, 30–99 are 1900s, as Excel writes and reads d-mmm-yy


def from_serial(number: float, *, since_1904: bool = False) -> datetime:
    """Convert an Excel serial number to a local time.

    Day 60, the non-existent 29 February 1900, becomes 1 March.
    """
    base = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    return base + timedelta(seconds=round(number * 86400))


def find_order(texts: Iterable[Any]) -> str:
    """Return the order of day and month shown by unambiguous cells: "dmy", "mdy", or "".

    "" for none or both.
    """
    orders = set()
    for text in texts:
        match = _SHORT.match(to_half_width(text)) if isinstance(text, str) else None
        if match:
            first, second = int(match[1]), int(match[3])
            if first > 12 >= second:
                orders.add("dmy")
            elif second > 12 >= first:
                orders.add("mdy")
    return orders.pop() if len(orders) == 1 else ""


def is_ambiguous(text: Any) -> bool:
    """Return whether day and month of a cell may be swapped."""
    match = _SHORT.match(to_half_width(text)) if isinstance(text, str) else None
    return match is not None and int(match[1]) != int(match[3]) and int(match[1]) <= 12 and int(match[3]) <= 12


def to_date(value: Any, *, order: str = "", zone: tzinfo | None = None) -> date:
    """Parse a day. Raises Unreadable.

    ISO and slashes, 20230115, 2023年1月15日, 5-Jan-23, Jan 5, 2023, Chinese numerals, Excel serials (1900 system), date
    and datetime objects; a time of day is ignored. Months without a day, two-digit years without a named month, and an
    unknown order of day and month are refused.
    """
    if isinstance(value, datetime):
        return _in_zone(value, zone).date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 10000 <= value < 100000:
        return from_serial(value).date()
    half_width = to_half_width(value)
    text = half_width.replace(" ", "") if not re.search(r"\d[ T]\d|[A-Za-z]", half_width) else half_width
    match = _YMD.match(text) or _COMPACT.match(text)
    if match:
        return _day(value, *(int(part) for part in match.groups()))
    if _SERIAL.match(text):
        return from_serial(float(text)).date()
    match = _CN_DAY.match(to_text(value).replace(" ", ""))
    if match:
        year, month, day = match.groups()
        return _day(value, int(year.translate(_DIGITS)), _small_number(month), _small_number(day))
    return (
        _short_day(value, half_width, order)
        or _named_day(value, half_width)
        or _day_beside_time(value, text, half_width, zone)
    )


def _short_day(value: Any, text: str, order: str) -> date | None:
    """Parse 5/1/2023 in a known order; None for text of another form."""
    match = _SHORT.match(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[5]:
        _time_or_date_fault(value, match[5])
    if first > 12:
        return _day(value, year, second, first)
    if second > 12 or first == second:
        return _day(value, year, first, second)
    if order:
        month, day = (second, first) if order == "dmy" else (first, second)
        return _day(value, year, month, day)
    raise Unreadable(
        value,
        "年在前的日期，或说明这一列是日/月/年还是月/日/年",
        "a date with the year first, or the order of day and month for this column",
        f"{year}-{first:02d}-{second:02d} / {year}-{second:02d}-{first:02d}",
        reason_zh="的日、月先后不明",
        reason_en="does not say whether day or month comes first",
    )


def _named_day(value: Any, text: str) -> date | None:
    """Parse 5-Jan-23 or Jan 5, 2023; None for text of another form."""
    match = _DAY_NAMED.match(text)
    if match:
        year = int(match[3]) if len(match[3]) == 4 else int(match[3]) + (2000 if int(match[3]) < PIVOT else 1900)
        return _day(value, year, _MONTHS[match[2][:3].lower()], int(match[1]))
    match = _NAMED_DAY.match(text)
    return _day(value, int(match[3]), _MONTHS[match[1][:3].lower()], int(match[2])) if match else None


def _day_beside_time(value: Any, text: str, half_width: str, zone: tzinfo | None) -> date:
    """Parse a day with a time; otherwise raise Unreadable with the specific reason."""
    if _LUNAR.search(half_width):
        raise Unreadable(value, DATE_ZH, DATE_EN, reason_zh="是农历日期", reason_en="is a day of the lunar calendar")
    if _OTHER_ERA.search(half_width):
        raise Unreadable(
            value,
            "公历日期，如 1990-03-07",
            DATE_EN,
            reason_zh="不是公历纪年",
            reason_en="counts years from another era",
        )
    if _MONTH_ONLY.match(text):
        raise Unreadable(
            value,
            "写明日的完整日期",
            "a whole date, with the day",
            reason_zh="没有写明哪一日",
            reason_en="lacks the day",
        )
    if _TWO_DIGIT_YEAR.match(text):
        raise Unreadable(
            value,
            "四位数年份的日期，如 2023-01-05",
            "a date with a year of four digits",
            reason_zh="的年份只有两位",
            reason_en="has a year of two digits",
        )
    split = _DAY_AND_TIME.match(half_width)
    if split:
        if zone is not None and _INSTANT.search(split.group(2)):
            return _in_zone(to_datetime(value), zone).date()
        _time_or_date_fault(value, split.group(2))
        return to_date(split.group(1).replace(" ", ""))
    raise Unreadable(value, DATE_ZH, DATE_EN)


def _time_or_date_fault(value: Any, rest: str) -> None:
    """Raise Unreadable about the date if the text next to the day is not a time."""
    rest = _WEEKDAY.sub("", rest.strip())
    try:
        if rest:
            _time(value, rest)
    except Unreadable:
        raise Unreadable(value, DATE_ZH, DATE_EN) from None


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    """Convert a time with an offset to a time zone."""
    return moment.astimezone(zone) if moment.tzinfo is not None and zone is not None else moment


def _small_number(text: str) -> int:
    """Parse a Chinese number below 100: 十一 → 11, 二十 → 20, 三十一 → 31."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int(text.translate(_DIGITS))
    return 10 * (int(tens.translate(_DIGITS)) if tens else 1) + (int(ones.translate(_DIGITS)) if ones else 0)


def _day(value: Any, year: int, month: int, day: int) -> date:
    """Return a date. Raises Unreadable for one that does not exist."""
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(
            value, DATE_ZH, DATE_EN, reason_zh="不是存在的日期", reason_en="is no day of the calendar"
        ) from None


_TIME = re.compile(
    r"^(凌晨|早上|上午|中午|下午|傍晚|晚上|AM|PM)?\s*(\d{1,2})(?:[:点时](?:(\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?|(半))?)?\s*(AM|PM)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_LATER = ("下午", "傍晚", "晚上", "PM")


def _time(value: Any, text: str) -> time:
    """Parse a time of day. Raises Unreadable."""
    match = _TIME.match(text.strip())
    if not match:
        raise Unreadable(value, "时间，如 14:30", "a time such as 14:30")
    day_part, hour, minute, second, half, suffix = match.groups()
    hours = int(hour)
    marker = (day_part or suffix or "").upper()
    if (marker in _LATER or day_part in _LATER or (day_part == "中午" and hours < 3)) and hours < 12:
        hours += 12
    elif day_part == "晚上" and hours == 12:  # ambiguous: midnight at the start or the end of the day
        raise Unreadable(value, "明确的时间，如 00:00 或 23:59", "a clear time, such as 00:00 or 23:59")
    elif (marker == "AM" or day_part == "凌晨") and hours == 12:
        hours = 0
    try:
        return time(hours, 30 if half else int(minute or 0), int(second or 0))
    except ValueError:
        raise Unreadable(value, "时间，如 14:30", "a time such as 14:30") from None


def to_datetime(value: Any, *, order: str = "") -> datetime:
    """Parse a local time. A text with an offset (…+08:00, Z) keeps it; a day alone is its midnight."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 10000 <= value < 100000:
        return from_serial(value)
    text = to_half_width(value)
    if re.match(r"^\d{5}\.\d+$", text):
        return from_serial(float(text))
    if re.search(r"[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$", text):
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise Unreadable(
                value, "日期和时间，如 2023-01-15 14:30", "a date and time such as 2023-01-15 14:30"
            ) from None
    short = _SHORT.match(text)
    if short and short[5]:
        return datetime.combine(to_date(value, order=order), _time(value, short[5]))
    split = _DAY_AND_TIME.match(text)
    if not split:
        return datetime.combine(to_date(value, order=order), time.min)
    day = to_date(split.group(1).replace(" ", ""))
    rest = _WEEKDAY.sub("", split.group(2).strip())
    return datetime.combine(day, _time(value, rest) if rest else time.min)
