"""Explanation of why a rule fired, in plain words: 总资产 612 万（≥ 500 万），距上次联系 41 天（> 30 天）."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dakehu.foundation.base.i18n import language
from dakehu.foundation.expressions.canonical import format_node
from dakehu.foundation.expressions.checks import CheckedRule
from dakehu.foundation.expressions.columns import EPOCH
from dakehu.foundation.expressions.evaluation import truth_in, value_in
from dakehu.foundation.expressions.nodes import Node
from dakehu.foundation.expressions.vocabulary import choice_label, label_of

OPPOSITE = {">=": "<", "<": ">=", "<=": ">", ">": "<=", "=": "!=", "!=": "="}
MIRRORED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": "=", "!=": "!="}
SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
MONEY_UNITS = {"zh": ((10**8, " 亿"), (10**4, " 万")), "en": ((10**9, "B"), (10**6, "M"), (10**3, "K"))}


def describe(checked: CheckedRule, values: Mapping[str, Any], code: str = "") -> str:
    """Return the sentence that explains why a rule is true for these values, in one language ("zh", "en"; else the
    reader's).

    `values` are by the name of the fact, dates as dates or ISO texts. Of alternatives it names those that are true.
    """
    code = code or language()
    said = dict.fromkeys(reason(leaf, denied, values, code) for leaf, denied in leaves(checked.node, False, values))
    return ("; " if code == "en" else "，").join(said)


def leaves(node: Node, denied: bool, values: Mapping[str, Any]) -> Iterator[tuple[Node, bool]]:
    """Yield (comparison, whether it is negated) for all that decided the result."""
    if node.op == "not":
        yield from leaves(node.parts[0], not denied, values)
    elif node.op in ("and", "or"):
        parts = list(node.parts)
        if (node.op == "or") != denied:  # one of them is sufficient
            parts = [part for part in parts if truth_in(part, values) is (not denied)] or parts
        for part in parts:
            yield from leaves(part, denied, values)
    else:
        yield node, denied


def reason(node: Node, denied: bool, values: Mapping[str, Any], code: str) -> str:
    """Return one comparison with the actual value and, in brackets, the rule's condition."""
    if node.op == "fact":
        gap = ": " if code == "en" else "："
        return f"{label_of(node.value, code)}{gap}{value_text(node, not denied, code)}"
    left, *rest = node.parts
    sign = node.value
    if node.op == "compare" and left.op == "constant":
        left, rest, sign = rest[0], [left], MIRRORED[sign]
    found = f"{format_node(left, code)} {value_text(left, value_in(left, values), code)}"
    if node.op == "missing":
        return found
    write = comparison_sentence if node.op == "compare" else range_sentence if node.op == "between" else list_sentence
    asked = write(left, rest, sign, denied, values, code)
    return f"{found} ({asked})" if code == "en" else f"{found}（{asked}）"


def comparison_sentence(
    left: Node, rest: list[Node], sign: str, denied: bool, values: Mapping[str, Any], code: str
) -> str:
    sign = OPPOSITE[sign] if denied else sign
    return f"{SIGNS.get(sign, sign)} {side_text(rest[0], left, values, code)}"


def range_sentence(left: Node, rest: list[Node], _sign: str, denied: bool, values: Mapping[str, Any], code: str) -> str:
    low, high = (side_text(end, left, values, code) for end in rest)
    if code == "en":
        return f"{'not ' if denied else ''}{low} to {high}"
    return f"{'不在 ' if denied else ''}{low} 至 {high}"


def list_sentence(
    left: Node, rest: list[Node], negated: bool, denied: bool, values: Mapping[str, Any], code: str
) -> str:
    items = (", " if code == "en" else "、").join(side_text(item, left, values, code) for item in rest)
    if negated != denied:
        return f"none of {items}" if code == "en" else f"不属于 {items}"
    return f"one of {items}" if code == "en" else f"属于 {items}"


def side_text(node: Node, other: Node, values: Mapping[str, Any], code: str) -> str:
    """Return the value compared with: a constant unchanged, anything else with its name."""
    value = value_text(node, value_in(node, values), code, other)
    return value if node.op == "constant" else f"{format_node(node, code)} {value}"


def value_text(node: Node, value: Any, code: str, other: Node | None = None) -> str:
    """Return a value in the formats of the trade; `other` is the fact whose choice it is."""
    if value is None:
        return "none" if code == "en" else "无"
    if node.kind == "flag":
        return {"zh": ("否", "是"), "en": ("no", "yes")}[code][bool(value)]
    if node.kind == "choice":
        fact = next((side.value for side in (node, other) if side is not None and side.op == "fact"), None)
        return choice_label(fact, value, code) if fact is not None else str(value)
    if node.kind == "text":
        return str(value)
    if node.kind == "day":
        return day_text(value)
    return number_text(Decimal(str(value)), node.kind, code)


def day_text(value: float) -> str:
    """Return a date of days since 1970-01-01; the number itself beyond the calendar."""
    try:
        return (EPOCH + timedelta(days=int(value))).isoformat()
    except OverflowError:
        return f"{value:.0f}"


def number_text(value: Decimal, kind: str, code: str) -> str:
    """Return a number with its unit, at most two decimals: 612 万, 1.2 亿, 8,500 元, 12.5%, 41 天."""
    if kind in ("share", "ratio"):
        return f"{format_number(value * 100)}%"
    if kind == "days":
        return days_text(value, code)
    if kind != "money":
        return format_number(value)
    prefix, unit = ("CNY ", "") if code == "en" else ("", " 元")
    for size, name in MONEY_UNITS[code]:
        if abs(value) >= size:
            value, unit = value / size, name
            break
    return f"{prefix}{format_number(value)}{unit}"


def days_text(value: Decimal, code: str) -> str:
    """Return a number of days; negative days left are days past."""
    count = format_number(abs(value))
    if code == "en":
        return f"{count} {'day' if abs(value) == 1 else 'days'}{' past' if value < 0 else ''}"
    return f"{'已过 ' if value < 0 else ''}{count} 天"


def format_number(value: Decimal) -> str:
    """Return a number with thousands separators and at most two decimals, without trailing zeros."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
