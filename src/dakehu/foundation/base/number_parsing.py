"""Parse numbers and amounts of money as people write them. Pure.

Approximate amounts and foreign currencies are refused.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from dakehu.foundation.base.currencies import YUAN, currency_names, split_currency
from dakehu.foundation.base.text_parsing import Unreadable, to_half_width

NUMBER_ZH = "数字，如 1000000、¥1,000,000 或 100万"
NUMBER_EN = "a number such as 1000000 or 1,000,000"
_EXACT_ZH, _EXACT_EN = "一个确切的数，如 1000000", "one exact number, such as 1000000"
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
_TAIL = re.compile(r"\s*(?:元整|圆整|元|圆|块|股|份)$")
_PLAIN = re.compile(r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]{1,2})?$", re.IGNORECASE)
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_WAN_GROUPS = re.compile(r"^[+-]?\d{1,4}(?:,\d{4})+(?:\.\d+)?$")
_EUROPEAN = re.compile(r"^[+-]?(?:\d{1,3}(?:\.\d{3})*|\d+),\d{1,2}$")
_DOTTED = re.compile(r"^[+-]?\d{1,3}(?:\.\d{3}){2,}$")
_OTHER_GROUPS = re.compile(r"^[+-]?\d{1,3}(?:,\d{2,4})+(?:\.\d+)?$")
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
_N = r"\d+(?:\.\d+)?"
_SMALL = re.compile(rf"^(?:(?P<k>{_N})千)?(?:(?P<h>{_N})百)?(?P<rest>{_N})?$")
_SIMPLE = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_RANGE = re.compile(r"\d[\d.,]*\s*(?:万|亿|千|百|元)*\s*[-~～—–至到]\s*\d")
_ABOUT = re.compile(
    r"^(?:约|大约|大概|近|将近|接近|超|超过|逾|不足|不到|至少|最多|>=?|<=?|≥|≤|＞|＜|~|≈)|(?:左右|上下|以上|以下|以内|多|余|[+＋]|起)(?:万|亿)?元?$"
)
_EACH = re.compile(r"/(?:年|月|日|天|季|人|户)$|^(?:每年|每月|年均)")


class ForeignMoney(Unreadable):
    """An amount that is not in yuan: `currency` is its code, `amount` the number."""

    def __init__(self, value: Any, currency: str, amount: Decimal) -> None:
        zh, en = currency_names(currency)
        super().__init__(
            value,
            "人民币金额；请按汇率折成人民币，或在导入时写明汇率",
            "an amount in yuan; convert it, or state the rate when importing",
            reason_zh=f"是{zh}，不是人民币",
            reason_en=f"is {en}, not yuan",
        )
        self.currency, self.amount = currency, amount


def to_decimal(value: Any) -> Decimal:
    """Parse a number or an amount in yuan.

    Thousands separators, ¥ and 元, 万 and 亿, 12万5千, Chinese numerals, (1,234) and 1,234- for negative ones. Raises
    Unreadable for approximate, ambiguous values and ranges, ForeignMoney for other currencies.
    """
    if isinstance(value, str) and _SIMPLE.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool):
        raise Unreadable(value, NUMBER_ZH, NUMBER_EN)
    if isinstance(value, (Decimal, int)):
        return _decimal(value, value)
    if isinstance(value, float):
        return _decimal(value, repr(value))
    currency, amount = to_money(value)
    if currency not in ("", YUAN):
        raise ForeignMoney(value, currency, amount)
    return amount


def to_money(value: Any) -> tuple[str, Decimal]:
    """Return (currency code, amount) of a text; the code is "" without a mark. Raises Unreadable."""
    text = to_half_width(value).replace("−", "-")
    if re.search(r"\d [a-zA-Z]|[a-zA-Z] \d", text) is None:
        text = text.replace(" ", "")
    currency, text = split_currency(text.replace("'", ""))
    text = text.replace(" ", "")
    _refuse_inexact(value, text)
    negative = bool(re.match(r"^\([^()]*\)$", text)) or bool(re.match(r"^\d[\d,.]*-$", text))
    text = text.strip("()").rstrip("-") if negative else text
    sign = "-" if text.startswith("-") else ""
    inner, text = split_currency(text.removeprefix("-"))
    number = _number(value, sign + _TAIL.sub("", _TAIL.sub("", text)))
    return currency or inner, -number if negative else number


def _refuse_inexact(value: Any, text: str) -> None:
    """Raise Unreadable for a range, an approximation, a periodic amount or a percentage."""
    if _RANGE.search(text):
        raise Unreadable(value, _EXACT_ZH, _EXACT_EN, reason_zh="是一个区间", reason_en="is a range")
    if _ABOUT.search(text):
        raise Unreadable(value, _EXACT_ZH, _EXACT_EN, reason_zh="是约数或上下限", reason_en="is approximate or a bound")
    if _EACH.search(text):
        raise Unreadable(
            value,
            "一个总额，不带“每年”“/月”",
            "a total, not a sum for each year or month",
            reason_zh="是按期的金额",
            reason_en="is a sum for each period",
        )
    if text.endswith(("%", "‰")):
        raise Unreadable(value, NUMBER_ZH, NUMBER_EN, reason_zh="是百分比", reason_en="is a percentage")


def _chinese_number(value: Any, text: str) -> Decimal:
    """Parse a Chinese number: 一百二十万 → 1200000.

    Spoken short forms (一万五) and strings of digits (一二三) are refused, not guessed.
    """
    short = _SPOKEN_SHORT.search(text)
    if short:
        raise Unreadable(value, NUMBER_ZH, NUMBER_EN, text + _NEXT_BELOW[short.group(1)])
    if _BARE_SCALE.match(text) or _DIGITS_IN_A_ROW.search(re.sub("[零〇](?=.)", "", text)):
        raise Unreadable(value, NUMBER_ZH, NUMBER_EN)
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


def _decimal(value: Any, text: str | int | Decimal) -> Decimal:
    """Return a finite number below 10^100: arithmetic on larger exponents would not end."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(value, NUMBER_ZH, NUMBER_EN) from None
    if not number.is_finite() or number.adjusted() >= 100:
        raise Unreadable(value, NUMBER_ZH, NUMBER_EN)
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
            reason_zh="的小数点写成了逗号",
            reason_en="has a comma for its decimal point",
        )
    if _DOTTED.match(text) or _OTHER_GROUPS.match(text):
        raise Unreadable(
            value,
            "千分位用“,”的数字",
            "a number with “,” between thousands",
            text.replace(".", "") if _DOTTED.match(text) else text.replace(",", ""),
            reason_zh="的分位写法不明",
            reason_en="is grouped in a way that may mean two numbers",
        )
    if _CHINESE.match(text):
        return _chinese_number(value, text)
    compound = _compound(value, text)
    if compound is not None:
        return compound
    unit = _UNIT.match(text)
    if unit and unit.group(1):
        return _number(value, unit.group(1)) * _UNITS[unit.group(2).upper()]
    raise Unreadable(value, NUMBER_ZH, NUMBER_EN)


def _compound(value: Any, text: str) -> Decimal | None:
    """Parse 12万5千, 1亿2000万, 1千5百万; None for a text of another form.

    A lone digit after a unit (12万5) is refused.
    """
    sign = -1 if text.startswith("-") else 1
    body = text.removeprefix("-")
    if sum(body.count(unit) for unit in "亿万千百") < 2 and not re.match(r"^\d[\d.]*[亿万千]\d+$", body):
        return None
    total, rest = Decimal(0), body
    for unit, scale in (("亿", 8), ("万", 4)):
        head, unit_found, tail = rest.partition(unit)
        if not unit_found:
            continue
        amount = _small(head)
        if amount is None or not head:
            return None
        total += amount * 10**scale
        if tail.isdigit() and len(tail) < scale:
            raise Unreadable(value, NUMBER_ZH, NUMBER_EN, f"{body}{_NEXT_BELOW[unit]}" if len(tail) == 1 else None)
        rest = tail
    if rest:
        amount = _small(rest)
        if amount is None or amount >= (10**8 if "亿" in body and "万" not in body else 10**4):
            return None
        total += amount
    return sign * total


def _small(text: str) -> Decimal | None:
    """Parse 1千5百 as 1500; None for a text of another form."""
    match = _SMALL.match(text)
    if not match or not text:
        return None
    thousands, hundreds, rest = (Decimal(part or 0) for part in match.group("k", "h", "rest"))
    if (match["k"] or match["h"]) and match["rest"] and len(match["rest"]) == 1:
        return None
    return thousands * 1000 + hundreds * 100 + rest
