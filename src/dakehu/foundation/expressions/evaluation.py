"""Evaluate a checked rule over the values of one subject, for the sentence that explains why it fired."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dakehu.foundation.expressions.columns import EPOCH, scalar
from dakehu.foundation.expressions.nodes import Node


def value_in(node: Node, values: Mapping[str, Any]) -> Any:
    """Return a value as a number (dates as days since 1970-01-01), text or bool; None where it is missing.

    `values` are by the name of the fact; dates may be ISO texts, numbers may be Decimal.
    """
    if node.op == "constant":
        return scalar(node)
    if node.op == "fact":
        return plain_value(node.kind, values.get(node.value.name))
    parts = [value_in(part, values) for part in node.parts]
    if any(part is None for part in parts):
        return None
    if node.op == "negate":
        return -parts[0]
    if node.op == "call":
        return abs(parts[0]) if node.value == "abs" else (min if node.value == "min" else max)(parts)
    return calculate(node.value, parts[0], parts[1])


def plain_value(kind: str, value: Any) -> Any:
    if value is None or kind in ("text", "choice", "flag"):
        return value
    if kind == "day":
        day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return float(((day.date() if isinstance(day, datetime) else day) - EPOCH).days)
    number = float(value)
    return None if math.isnan(number) else number


def calculate(sign: str, left: float, right: float) -> float | None:
    if sign == "/":
        result = left / right if right else None
    else:
        result = left + right if sign == "+" else left - right if sign == "-" else left * right
    return result if result is not None and math.isfinite(result) else None


def truth_in(node: Node, values: Mapping[str, Any]) -> bool | None:
    """Return whether a condition is true; None where undecided because of missing values."""
    if node.op in ("and", "or"):
        answers = [truth_in(part, values) for part in node.parts]
        decisive = node.op == "or"
        return decisive if decisive in answers else None if None in answers else not decisive
    if node.op == "not":
        answer = truth_in(node.parts[0], values)
        return None if answer is None else not answer
    if node.op == "between":
        value, low, high = node.parts
        ends = (Node("compare", (value, low), ">="), Node("compare", (value, high), "<="))
        return truth_in(Node("and", ends), values)
    first, *rest = (value_in(part, values) for part in node.parts or (node,))
    if node.op == "missing":
        return (first is None) != node.value
    if first is None or None in rest:
        return None
    if node.op == "in":
        return (first in rest) != node.value
    return compare_values(node.value, first, rest[0]) if rest else bool(first)


def compare_values(sign: str, left: Any, right: Any) -> bool:
    if sign in ("=", "!="):
        return (left == right) == (sign == "=")
    if sign in (">", "<"):
        return left > right if sign == ">" else left < right
    return left >= right if sign == ">=" else left <= right
