"""The canonical form of a rule, in either language: equal rules have the same text, which parses back to the same
rule."""

from datetime import date
from decimal import Decimal

from dakehu.foundation.expressions.lexer import BARE_NUMBER, is_name_sign, normal
from dakehu.foundation.expressions.nodes import Node
from dakehu.foundation.expressions.vocabulary import choice_label, label_of

STRENGTH = {"or": 1, "and": 2, "not": 3, "compare": 4, "in": 4, "missing": 4, "between": 4}
SUM, PRODUCT, SIGN, ATOM = 5, 6, 7, 8
JOINTS = {
    "zh": {
        "or": " 或 ",
        "and": " 且 ",
        "not": "非 ",
        "in": " 属于 ",
        "not in": " 不属于 ",
        "comma": "、",
        "argument": "，",
    },
    "en": {
        "or": " or ",
        "and": " and ",
        "not": "not ",
        "in": " in ",
        "not in": " not in ",
        "comma": ", ",
        "argument": ", ",
    },
}
# (used from this number on, divisor, unit)
UNITS = {
    "zh": ((10**8, 10**8, "亿"), (10**4, 10**4, "万")),
    "en": ((10**9, 10**9, " billion"), (10**6, 10**6, " million"), (10**4, 10**3, " thousand")),
}


def strength(node: Node) -> int:
    """Return the precedence of a node: a lower one within a higher one needs brackets."""
    if node.op == "add":
        return SUM if node.value in "+-" else PRODUCT
    if node.op == "negate" or (node.op == "constant" and isinstance(node.value, Decimal) and node.value < 0):
        return SIGN
    return STRENGTH.get(node.op, ATOM)


def format_node(node: Node, code: str, least: int = 0) -> str:
    """Return a node in the canonical form of a language; in brackets if of lower precedence than `least`."""
    text = _format_bare(node, code)
    return f"({text})" if strength(node) < least else text


def _format_bare(node: Node, code: str) -> str:
    joint, own = JOINTS[code], strength(node)
    if node.op in ("or", "and"):
        least = STRENGTH["not"]  # "and" within "or" needs no brackets but is easier to read with them
        return joint[node.op].join(format_node(part, code, least) for part in node.parts)
    if node.op == "not":
        return joint["not"] + format_node(node.parts[0], code, own)
    if node.op == "compare":
        left, right = (side_text(part, node, code, SUM) for part in node.parts)
        return f"{left} {node.value} {right}"
    if node.op == "in":
        items = joint["comma"].join(side_text(item, node, code) for item in node.parts[1:])
        return f"{format_node(node.parts[0], code, SUM)}{joint['not in' if node.value else 'in']}[{items}]"
    if node.op == "missing":
        return f"{format_node(node.parts[0], code, SUM)} {missing_words(node.value, code)}"
    if node.op == "between":
        value, low, high = [format_node(part, code, SUM) for part in node.parts]
        return f"{value} between {low} and {high}" if code == "en" else f"{value} 介于 {low} 和 {high}"
    if node.op == "add":
        first, second = node.parts
        return f"{format_node(first, code, own)} {node.value} {format_node(second, code, own + 1)}"
    if node.op == "negate":
        return "-" + format_node(node.parts[0], code, SIGN)
    if node.op == "call":
        return f"{node.value}({joint['argument'].join(format_node(part, code, SUM) for part in node.parts)})"
    return label_of(node.value, code) if node.op == "fact" else constant_text(node, code)


def side_text(side: Node, comparison: Node, code: str, least: int = 0) -> str:
    """Return one side of a comparison; a choice by its label, if that is unique and needs no quotes."""
    fact = next((part.value for part in comparison.parts if part.op == "fact" and part.kind == "choice"), None)
    if fact is None or side.op != "constant":
        return format_node(side, code, least)
    label = choice_label(fact, side.value, code)
    named = {choice[0] for choice in fact.choices if normal(label) in map(normal, choice)}
    is_plain = named == {side.value} and not BARE_NUMBER.fullmatch(label) and all(map(is_name_sign, label))
    return label if is_plain else quote_text(label if named == {side.value} else side.value)


def missing_words(is_negated: bool, code: str) -> str:
    """Return the words of the test for a missing value."""
    if code == "en":
        return "is not missing" if is_negated else "is missing"
    return "不为空" if is_negated else "为空"


def constant_text(node: Node, code: str) -> str:
    """Return a constant as written in a rule."""
    value = node.value
    if isinstance(value, bool):
        return {"zh": "是", "en": "yes"}[code] if value else {"zh": "否", "en": "no"}[code]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return number_text(value, node.kind, code)
    return quote_text(value)


def number_text(value: Decimal, kind: str, code: str) -> str:
    """Return a number with its unit: 500万, 5 million, 30天, 12.5%."""
    if kind == "share":
        return f"{plain(value * 100)}%"
    if kind == "days":
        return f"{plain(value)} days" if code == "en" else f"{plain(value)}天"
    if kind in ("money", "plain", "number"):
        for least, size, unit in UNITS[code]:
            if abs(value) >= least:
                return f"{plain(value / size)}{unit}"
    return plain(value)


def plain(value: Decimal) -> str:
    """Return a number without exponent and trailing zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def quote_text(text: str) -> str:
    """Return a text in quotation marks that do not occur in it."""
    for opening, closing in (('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’")):
        if closing not in text:
            return f"{opening}{text}{closing}"
    return f'"{text}"'
