"""Parse values as people write them, strict about ambiguity. Pure: no Django, no clock.

Every function accepts a cell, form or program value (text, number, date) and returns a value or raises Unreadable,
with the reason and the expected form in both languages. Ambiguous values are never guessed. Text,
numbers and days have separate modules; this one adds rates, counts and booleans.
"""

import re
from decimal import Decimal
from typing import Any

from dakehu.foundation.base.date_parsing import find_order, from_serial, is_ambiguous, to_date, to_datetime
from dakehu.foundation.base.number_parsing import ForeignMoney, to_decimal
from dakehu.foundation.base.text_parsing import Unreadable, is_settled, to_half_width, to_text

__all__ = [
    "ForeignMoney",
    "Unreadable",
    "find_order",
    "from_serial",
    "is_ambiguous",
    "is_settled",
    "to_bool",
    "to_date",
    "to_datetime",
    "to_decimal",
    "to_half_width",
    "to_integer",
    "to_rate",
    "to_text",
]

_RATE = re.compile(
    r"^(?:每年|每月|年化|年利率|年|约|预期|收益率?|p\.?a\.?)*\s*(.+?)\s*(%|‰|个点|个百分点|p\.?a\.?)?(?:/年|每年|年化|p\.?a\.?)?$",
    re.IGNORECASE,
)


def to_rate(value: Any, *, bare_is_percent: bool = True) -> Decimal:
    """Parse a rate as a fraction: 5%, 每年 5%, 年化5%, 5个点 and 0.05 are all 0.05.

    A bare number of absolute value 1 or more is percent (5 → 0.05) with `bare_is_percent`, else refused; below 1 it is
    a fraction.
    """
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        bare, mark = to_decimal(value), ""
    else:
        found = _RATE.match(to_half_width(value))
        if not found:
            raise Unreadable(value, "比率，如 5%", "a rate such as 5%")
        try:
            bare, mark = to_decimal(found.group(1)), found.group(2) or ""
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
    """Parse an integer; 35岁 and 3天 are accepted, 3.5 is refused."""
    text = re.sub(r"(?:周岁|岁|天|个月|年|次|人|个)$", "", to_half_width(value)) if isinstance(value, str) else value
    try:
        made = to_decimal(text)
    except Unreadable:
        raise Unreadable(value, "整数", "a whole number") from None
    if made != made.to_integral_value():
        raise Unreadable(value, "整数", "a whole number")
    return int(made)


_TRUE = frozenset("是 有 对 真 y yes true t 1 √ ✓ ✔ 1.0 已 开 on 同意".split())
_FALSE = frozenset("否 无 没有 不 非 假 n no false f 0 × ✗ ✘ 0.0 未 关 off 不同意 x".split())


def to_bool(value: Any) -> bool:
    """Parse a boolean."""
    if isinstance(value, bool):
        return value
    text = to_half_width(value).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Unreadable(value, "是或否", "yes or no")
