"""Parse values the way people write them, strict about ambiguity. Pure: no Django, no clock.

Every function accepts a cell, form or program value (text, number, date) and returns a value or raises Unreadable,
which says in both languages what was expected. Nothing is guessed where two readings are possible.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any


class Unreadable(ValueError):
    """A value that cannot be parsed; `suggestion` is a likely meaning for a person to confirm."""

    def __init__(self, value: Any, expected_zh: str, expected_en: str, suggestion: str | None = None) -> None:
        super().__init__(f"{value!r}: expected {expected_en}")
        self.value, self.expected_zh, self.expected_en, self.suggestion = value, expected_zh, expected_en, suggestion


_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u202a-\u202e\u2060\u00ad]")
_WRAPPED = re.compile(r'^="(.*)"$')
# Text that to_text leaves unchanged: printable ASCII and common Chinese characters, no outer spaces, no leading "=".
_SETTLED = re.compile("[!-<>-~\u4e00-\u9fff](?:[ -~\u4e00-\u9fff]*[!-~\u4e00-\u9fff])?")
_CHINESE_MARKS = {ord(c): c for c in "\uff0c\u3002\uff1b\uff1a\uff01\uff1f\uff08\uff09“”‘’、《》【】"}


def to_text(value: Any) -> str:
    """Convert a value to text: letters and digits half-width (Chinese punctuation stays).

    Invisible characters and Excel's `="…"` wrapper are removed. Whole numbers lose a `.0` tail; dates become ISO.
    """
    if isinstance(value, str):
        if _SETTLED.fullmatch(value):
            return value
        text = _INVISIBLE.sub("", value)
        wrapped = _WRAPPED.match(text.strip())
        if wrapped:
            text = wrapped.group(1)
        if not text.isascii():
            text = "".join(c if ord(c) in _CHINESE_MARKS else unicodedata.normalize("NFKC", c) for c in text)
        return text.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes") if value.time() != time.min else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return str(value).strip()


def _flat(value: Any) -> str:
    """Convert a value to text with everything half-width, for numbers and dates."""
    return unicodedata.normalize("NFKC", to_text(value)).strip()


# --- dates -----------------------------------------------------------------------------------------

_DATE_ZH = "日期，如 2023-01-15 或 2023年1月15日"
_DATE_EN = "a date such as 2023-01-15"
_YMD = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SHORT = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_MONTH_ONLY = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CN_DAY = re.compile(
    r"^([〇零一二三四五六七八九]{4})年([一二三四五六七八九]|十[一二]?)月([一二三四五六七八九]|[一二三]?十[一二三四五六七八九]?)日?$"
)
_DAY_AND_TIME = re.compile(r"^(\d{4}[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}日?|\d{8})[ T]*(.*)$", re.DOTALL)


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
        raise Unreadable(value, _DATE_ZH, _DATE_EN) from None


def from_serial(number: float, *, since_1904: bool = False) -> datetime:
    """Convert an Excel serial number to a local time.

    Day 60, the non-existent 29 February 1900, becomes 1 March.
    """
    base = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    return base + timedelta(seconds=round(number * 86400))


def to_date(value: Any) -> date:
    """Parse a day.

    ISO and slashes, 20230115, 2023年1月15日, Chinese numerals, Excel serials (1900 system), date and datetime objects.
    Ambiguous order of day and month, and months without a day, are refused.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 10000 <= value < 100000:
        return from_serial(value).date()
    text = _flat(value).replace(" ", "") if not re.search(r"\d[ T]\d", _flat(value)) else _flat(value)
    match = _YMD.match(text) or _COMPACT.match(text)
    if match:
        return _day(value, *(int(part) for part in match.groups()))
    if _SERIAL.match(text):
        return from_serial(float(text)).date()
    match = _CN_DAY.match(to_text(value).replace(" ", ""))
    if match:
        year, month, day = match.groups()
        return _day(value, int(year.translate(_DIGITS)), _small_number(month), _small_number(day))
    match = _SHORT.match(text)
    if match:
        first, second, year = (int(part) for part in match.groups())
        if first > 12:
            return _day(value, year, second, first)
        if second > 12 or first == second:
            return _day(value, year, first, second)
        raise Unreadable(
            value,
            "年在前的日期（日、月先后不明）",
            "a date with the year first (day or month comes first?)",
            f"{year}-{first:02d}-{second:02d} / {year}-{second:02d}-{first:02d}",
        )
    if _MONTH_ONLY.match(text):
        raise Unreadable(value, "写明日的完整日期", "a whole date, with the day")
    if _DAY_AND_TIME.match(text):
        return to_datetime(value).date()
    raise Unreadable(value, _DATE_ZH, _DATE_EN)


_TIME = re.compile(
    r"^(凌晨|早上|上午|中午|下午|傍晚|晚上|AM|PM)?\s*(\d{1,2})(?:[:点时](?:(\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?|(半))?)?\s*(AM|PM)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_LATER = ("下午", "傍晚", "晚上", "PM")


def _time(value: Any, text: str) -> time:
    """Parse a time of day."""
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


def to_datetime(value: Any) -> datetime:
    """Parse a local time. A text with an offset (…+08:00, Z) keeps it; a day alone is its midnight."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 10000 <= value < 100000:
        return from_serial(value)
    text = _flat(value)
    if re.match(r"^\d{5}\.\d+$", text):
        return from_serial(float(text))
    if re.search(r"T\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$", text):
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise Unreadable(
                value, "日期和时间，如 2023-01-15 14:30", "a date and time such as 2023-01-15 14:30"
            ) from None
    split = _DAY_AND_TIME.match(text)
    if not split:
        return datetime.combine(to_date(value), time.min)
    day = to_date(split.group(1).replace(" ", ""))
    rest = re.sub(r"^(?:星期|周)[一二三四五六日天]\s*", "", split.group(2).strip())
    return datetime.combine(day, _time(value, rest) if rest else time.min)


# --- numbers ---------------------------------------------------------------------------------------

_NUMBER_ZH = "数字，如 1000000、¥1,000,000 或 100万"
_NUMBER_EN = "a number such as 1000000 or 1,000,000"
_UNITS = {
    "亿": Decimal(10) ** 8,
    "千万": Decimal(10) ** 7,
    "百万": Decimal(10) ** 6,
    "万": Decimal(10) ** 4,
    "千": Decimal(1000),
    "百": Decimal(100),
    "K": Decimal(1000),
    "W": Decimal(10) ** 4,
    "M": Decimal(10) ** 6,
    "B": Decimal(10) ** 9,
}
_MONEY = re.compile(r"(?i)^(?:人民币|RMB|CNY|USD|HKD|US\$|HK\$|[¥¥$€])\s*|\s*(?:元整|元|圆|块|人民币|RMB|CNY|股|份)$")
_PLAIN = re.compile(r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]{1,2})?$", re.IGNORECASE)
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_WAN_GROUPS = re.compile(r"^[+-]?\d{1,4}(?:,\d{4})+(?:\.\d+)?$")
_EUROPEAN = re.compile(r"^[+-]?\d{1,3}(?:\.\d{3})*,\d{1,2}$")
_UNIT = re.compile(r"^(.*?)(亿|千万|百万|万|千|百|K|W|M|B)$", re.IGNORECASE)
_NUMERALS = (
    {c: i for i, c in enumerate("〇一二三四五六七八九")}
    | {"零": 0, "两": 2}
    | {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
)
_SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CHINESE = re.compile(r"^[〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]+$")


_BARE_SCALE = re.compile("^[百千万亿佰仟]")
_DIGITS_IN_A_ROW = re.compile("[一二两三四五六七八九壹贰叁肆伍陆柒捌玖〇零]{2}")
_SPOKEN_SHORT = re.compile("([百佰千仟万亿])([一二两三四五六七八九壹贰叁肆伍陆柒捌玖])$")
_NEXT_BELOW = {"百": "十", "佰": "十", "千": "百", "仟": "百", "万": "千", "亿": "千万"}


def _chinese_number(value: Any, text: str) -> Decimal:
    """Parse a Chinese number: 一百二十万 → 1200000.

    Spoken short forms (一万五) and strings of digits (一二三) are refused, not guessed.
    """
    short = _SPOKEN_SHORT.search(text)
    if short:
        raise Unreadable(value, _NUMBER_ZH, _NUMBER_EN, text + _NEXT_BELOW[short.group(1)])
    if _BARE_SCALE.match(text) or _DIGITS_IN_A_ROW.search(re.sub("[零〇](?=.)", "", text)):
        raise Unreadable(value, _NUMBER_ZH, _NUMBER_EN)
    total = section = digit = 0
    for sign in text:
        if sign in _NUMERALS:
            digit = _NUMERALS[sign]
        elif sign in _SCALES:
            section += (digit or 1) * _SCALES[sign]
            digit = 0
        else:
            scale = 10**4 if sign == "万" else 10**8
            total = (total + section + digit) * scale if sign == "亿" else total + (section + digit) * scale
            section = digit = 0
    return Decimal(total + section + digit)


_SIMPLE = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")


def to_decimal(value: Any) -> Decimal:
    """Parse a number or a sum of money.

    Thousands separators, ¥ and 元, 万 and 亿, Chinese numerals, (1,234) for a negative one. A comma in place of a decimal
    point (1.234,56) is refused as ambiguous.
    """
    if isinstance(value, str) and _SIMPLE.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool):
        raise Unreadable(value, _NUMBER_ZH, _NUMBER_EN)
    if isinstance(value, (Decimal, int)):
        return _decimal(value, value)
    if isinstance(value, float):
        return _decimal(value, repr(value))
    text = _flat(value).replace("−", "-").replace(",", ",").replace(" ", "").replace("'", "")
    negative = bool(re.match(r"^\([^()]*\)$", text))
    text = text[1:-1] if negative else text
    sign = "-" if text.startswith("-") else ""
    text = sign + _MONEY.sub("", _MONEY.sub("", text.removeprefix("-")))
    number = _number(value, text)
    return -number if negative else number


def _decimal(value: Any, text: str | int | Decimal) -> Decimal:
    """Return a finite number below 10^100: arithmetic on larger exponents would not end."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(value, _NUMBER_ZH, _NUMBER_EN) from None
    if not number.is_finite() or number.adjusted() >= 100:
        raise Unreadable(value, _NUMBER_ZH, _NUMBER_EN)
    return number


def _number(value: Any, text: str) -> Decimal:
    """Parse the text of a number without sign or currency."""
    if _PLAIN.match(text):
        return _decimal(value, text)
    if _THOUSANDS.match(text) or _WAN_GROUPS.match(text):
        return _decimal(value, text.replace(",", ""))
    if _EUROPEAN.match(text):
        raise Unreadable(
            value,
            "小数点为“.”的数字",
            "a number with “.” as its decimal point",
            text.replace(".", "").replace(",", "."),
        )
    if _CHINESE.match(text):
        return _chinese_number(value, text)
    unit = _UNIT.match(text)
    if unit and unit.group(1):
        return _number(value, unit.group(1)) * _UNITS[unit.group(2).upper()]
    raise Unreadable(value, _NUMBER_ZH, _NUMBER_EN)


_RATE = re.compile(
    r"^(?:每年|每月|年化|年利率|年|约|预期|收益率?|p\.?a\.?)*\s*(.+?)\s*(%|‰|个点|个百分点|p\.?a\.?)?(?:/年|每年|年化|p\.?a\.?)?$",
    re.IGNORECASE,
)


def to_rate(value: Any, *, bare_is_percent: bool = True) -> Decimal:
    """Parse a rate as a fraction: 5%, 每年 5%, 年化5%, 5个点 and 0.05 are all 0.05.

    A bare number of 1 or more counts as percent (5 → 0.05) if `bare_is_percent`, else it is refused; below 1 it is a
    fraction already.
    """
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        bare, mark = to_decimal(value), ""
    else:
        match = _RATE.match(_flat(value))
        if not match:
            raise Unreadable(value, "比率，如 5%", "a rate such as 5%")
        try:
            bare, mark = to_decimal(match.group(1)), match.group(2) or ""
        except Unreadable:
            raise Unreadable(value, "比率，如 5%", "a rate such as 5%") from None
    if mark == "‰":
        return bare / 1000
    if mark:
        return bare / 100
    if abs(bare) < 1:
        return bare
    if not bare_is_percent:
        raise Unreadable(value, "带百分号的比率，如 5%", "a rate with its percent sign, such as 5%", f"{bare}%")
    return bare / 100


def to_integer(value: Any) -> int:
    """Parse a whole number; 35岁 and 3天 are accepted, 3.5 is refused."""
    text = re.sub(r"(?:周岁|岁|天|个月|年|次|人|个)$", "", _flat(value)) if isinstance(value, str) else value
    try:
        number = to_decimal(text)
    except Unreadable:
        raise Unreadable(value, "整数", "a whole number") from None
    if number != number.to_integral_value():
        raise Unreadable(value, "整数", "a whole number")
    return int(number)


_TRUE = frozenset("是 有 对 真 y yes true t 1 √ ✓ ✔ 1.0 已 开 on 同意".split())
_FALSE = frozenset("否 无 没有 不 非 假 n no false f 0 × ✗ ✘ 0.0 未 关 off 不同意 x".split())


def to_bool(value: Any) -> bool:
    """Parse yes or no."""
    if isinstance(value, bool):
        return value
    text = _flat(value).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Unreadable(value, "是或否", "yes or no")
