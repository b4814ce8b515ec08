"""Convert the cells of a column to the unit used by the desk: yuan, fractions, pieces. Pure.

A cell that cannot be converted is left unchanged, with its currency, so that parsing it gives the true reason.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from dakehu.exchange.mapping.units import COUNT, RATE, Unit
from dakehu.foundation.base.currencies import YUAN
from dakehu.foundation.base.number_parsing import to_money
from dakehu.foundation.base.text_parsing import Unreadable, to_half_width

Rates = Mapping[str, Decimal]  # {code of a currency: yuan per unit}
_SCALED = re.compile(r"[万亿千百仟佰元圆块]|\d\s*[kwmb]\b|手|股", re.IGNORECASE)
_RATED = re.compile(r"[%‰]|个点|百分点|p\.?a", re.IGNORECASE)
NOTHING = {
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "无",
    "暂无",
    "未知",
    "不详",
    "待定",
    "待补充",
    "n/a",
    "na",
    "none",
    "null",
    "nil",
    "#n/a",
    "空",
}


def is_nothing(text: str) -> bool:
    """Return whether a cell of numbers or dates is marked as empty (暂无, -, N/A)."""
    return text.strip().casefold() in NOTHING


def to_desk_unit(text: str, unit: Unit | None, rates: Rates) -> str:
    """Return a cell as a plain number in yuan or pieces, or a rate with its sign; the unchanged text if nothing
    changes or it cannot be read. A unit of its own in the cell (500万 in a column of 万元) takes precedence over the
    column's."""
    if unit is not None and unit.kind == RATE:
        return _rate(text, unit)
    try:
        currency, amount = to_money(text)
    except Unreadable:
        return text
    own_scale = bool(_SCALED.search(to_half_width(text)))
    if unit is not None and unit.kind == COUNT:
        return text if own_scale or currency else _plain(amount * unit.factor)
    stated = (unit.currency if unit else "") or YUAN
    if currency not in ("", YUAN, stated) and not own_scale and unit is not None and unit.factor != 1:
        return text  # US$500 in a column of 万元: the unit of 500 is ambiguous
    if currency not in ("", YUAN) and currency not in rates:
        return text
    if unit is not None and not own_scale:
        amount *= unit.factor
    currency = currency or (YUAN if own_scale and "元" in text and stated == YUAN else stated)
    if currency == YUAN:
        return text if unit is None or own_scale or (unit.factor == 1 and unit.currency == YUAN) else _plain(amount)
    rate = rates.get(currency)
    return _plain(amount * rate) if rate is not None else f"{currency} {_plain(amount)}"


def _rate(text: str, unit: Unit) -> str:
    if _RATED.search(text):
        return text
    try:
        _, amount = to_money(text)
    except Unreadable:
        return text
    return f"{_plain(amount * unit.factor * 100)}%"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
