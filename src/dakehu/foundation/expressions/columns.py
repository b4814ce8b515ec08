"""A checked rule as a polars expression over whole columns, without code by the rule's author.

Missing values follow Kleene's logic: a comparison with a missing value is missing; "and" is false as soon as one part
is, "or" true as soon as one part is, even if another is missing. Arithmetic with a missing value, and a division by
zero, is missing; so is what exceeds the range of a number. Numbers and days are Float64, dates days since 1970-01-01.
"""

from datetime import date
from typing import Any

import polars as pl

from dakehu.foundation.expressions.nodes import Node

EPOCH = date(1970, 1, 1)
TEXTS = {"text", "choice"}


def condition_of(node: Node) -> pl.Expr:
    """Return the Boolean expression of a condition, with nulls where undecided."""
    if node.op == "fact":
        return pl.col(node.value.name).cast(pl.Boolean)
    if node.op == "and":
        return pl.all_horizontal([condition_of(part) for part in node.parts])
    if node.op == "or":
        return pl.any_horizontal([condition_of(part) for part in node.parts])
    if node.op == "not":
        return ~condition_of(node.parts[0])
    if node.op == "compare":
        return comparison(node.value, *(operand(part) for part in node.parts))
    if node.op == "missing":
        value = operand(node.parts[0])
        return value.is_not_null() if node.value else value.is_null()
    if node.op == "between":
        value, low, high = (operand(part) for part in node.parts)
        return value.is_between(low, high)
    value = operand(node.parts[0])
    found = value.is_in([scalar(item) for item in node.parts[1:]])
    return ~found if node.value else found


def comparison(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    if sign == "=":
        return left == right
    if sign == "!=":
        return left != right
    if sign == ">":
        return left > right
    if sign == "<":
        return left < right
    return left >= right if sign == ">=" else left <= right


def operand(node: Node) -> pl.Expr:
    """Return one side of a comparison; a result beyond the range of a number is missing."""
    value = value_of(node)
    if node.op in ("add", "negate", "call"):
        return pl.when(value.is_finite()).then(value)
    return value


def value_of(node: Node) -> pl.Expr:
    """Return the column of a value."""
    if node.op == "fact":
        return column(node)
    if node.op == "constant":
        return pl.lit(scalar(node))
    if node.op == "negate":
        return -value_of(node.parts[0])
    if node.op == "call":
        return function_column(node)
    left, right = (value_of(part) for part in node.parts)
    if node.value == "+":
        return left + right
    if node.value == "-":
        return left - right
    if node.value == "*":
        return left * right
    return left / right if node.parts[1].op == "constant" else pl.when(right != 0).then(left / right)


def column(node: Node) -> pl.Expr:
    """Return the column of a fact in the type in which rules compare."""
    found = pl.col(node.value.name)
    if node.kind in TEXTS:
        return found.cast(pl.String)
    if node.kind == "flag":
        return found.cast(pl.Boolean)
    if node.kind == "day":
        return found.cast(pl.Date).cast(pl.Int32).cast(pl.Float64)
    return found.cast(pl.Float64).fill_nan(None)


def function_column(node: Node) -> pl.Expr:
    """Return min, max or abs; missing as soon as one of the values is."""
    parts = [value_of(part) for part in node.parts]
    if node.value == "abs":
        return parts[0].abs()
    least = pl.min_horizontal(parts) if node.value == "min" else pl.max_horizontal(parts)
    return pl.when(pl.all_horizontal([part.is_not_null() for part in parts])).then(least)


def scalar(node: Node) -> Any:
    """Return a constant in the type in which rules compare."""
    if isinstance(node.value, date):
        return float((node.value - EPOCH).days)
    return node.value if isinstance(node.value, (str, bool)) else float(node.value)


def cost_of(node: Node) -> int:
    """Return the number of column operations of a node. A value used twice is counted twice."""
    costs = [cost_of(part) for part in node.parts]
    if node.op == "add" and node.value == "/" and node.parts[1].op != "constant":
        own = costs[0] + 2 * costs[1] + 3
    elif node.op == "call" and node.value != "abs":
        own = 2 * sum(costs) + 3
    else:
        own = sum(costs) + 1
    is_compared = node.op in ("compare", "missing", "between", "in")  # operand() evaluates arithmetic twice
    return own + sum(cost for part, cost in zip(node.parts, costs, strict=True) if part.parts) if is_compared else own
