"""Compatibility of values in comparisons and arithmetic.

A number without a unit ("plain") takes the kind of the other side. A share is written in % or as a fraction;
above three, a fraction is more likely a forgotten % sign and is refused.
"""

from dataclasses import replace
from decimal import Decimal

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.expressions.errors import refuse
from dakehu.foundation.expressions.nodes import Node
from dakehu.foundation.expressions.words import MAX_DIGITS, MAX_NUMBER

NUMERIC = {"plain", "money", "number", "share", "ratio", "days"}
WITHOUT_UNIT = {"plain", "number", "share", "ratio"}
LARGEST_FRACTION = 3

NAMES: dict[str, Bilingual] = {
    "money": bilingual("金额", "an amount of money"),
    "number": bilingual("数值", "a number"),
    "plain": bilingual("数值", "a number"),
    "share": bilingual("比例", "a share"),
    "ratio": bilingual("比值", "a ratio"),
    "days": bilingual("天数", "a number of days"),
    "day": bilingual("日期", "a date"),
    "text": bilingual("文字", "a text"),
    "choice": bilingual("选项", "a choice"),
    "flag": bilingual("是否类字段", "a field of yes or no"),
    "condition": bilingual("条件", "a condition"),
}
EXAMPLES: dict[str, Bilingual] = {
    "money": bilingual("{name} >= 500万", "{name} >= 5 million"),
    "number": bilingual("{name} >= 3", "{name} >= 3"),
    "share": bilingual("{name} >= 30%", "{name} >= 30%"),
    "ratio": bilingual("{name} >= 30%", "{name} >= 30%"),
    "days": bilingual("{name} > 30天", "{name} > 30 days"),
    "day": bilingual("{name} >= 2026-11-30", "{name} >= 2026-11-30"),
    "text": bilingual('{name} = "文字"', '{name} = "text"'),
    "choice": bilingual("{name} 属于 [选项]", "{name} in [choice]"),
}


def example(kind: str, name: str) -> Bilingual:
    """Return a condition as written for a value of this kind."""
    pattern = EXAMPLES.get(kind, EXAMPLES["number"])
    return bilingual(pattern.zh, pattern.en, name=name)


def convert_to_kind(node: Node, kind: str) -> Node | None:
    """Return a value as one of `kind`; None if it cannot be one."""
    if node.kind == kind:
        return node
    if node.kind in WITHOUT_UNIT and kind == "ratio":
        return convert_constant(node, "ratio") if node.kind == "plain" else node
    if node.kind == "ratio" and kind in ("number", "share"):
        return node
    if node.kind != "plain" or kind not in NUMERIC:
        return None
    if kind == "share" and node.op == "constant" and abs(node.value) > LARGEST_FRACTION:
        refuse(
            node.place,
            "这里比较的是比例：请写 {value}% 或小数（0.3 即 30%）。",
            "This is compared with a share: write {value}%, or a fraction (0.3 is 30%).",
            (f"{node.value:f}%",),
            value=f"{node.value:f}",
        )
    return convert_constant(node, kind)


def convert_constant(node: Node, kind: str) -> Node:
    """Return a plain value as one of `kind`."""
    return replace(node, kind=kind)


def convert_to_same_kind(left: Node, right: Node) -> tuple[Node, Node] | None:
    """Return two values as values of one kind that can be compared; None if there is none."""
    changed = convert_to_kind(right, left.kind)
    if changed is not None:
        return left, changed
    changed = convert_to_kind(left, right.kind)
    return (changed, right) if changed is not None else None


def sum_kind(sign: str, left: Node, right: Node) -> tuple[Node, Node, str] | None:
    """Return both values and the kind of their sum or difference; None if they cannot be added."""
    if left.kind == "day" and right.kind == "day":
        return (left, right, "days") if sign == "-" else None
    if left.kind == "day":
        days = convert_to_kind(right, "days")
        return (left, days, "day") if days is not None else None
    if right.kind == "day":
        days = convert_to_kind(left, "days") if sign == "+" else None
        return (days, right, "day") if days is not None else None
    if left.kind in WITHOUT_UNIT and right.kind in WITHOUT_UNIT and "plain" not in (left.kind, right.kind):
        return left, right, left.kind if left.kind == right.kind else "ratio"
    pair = convert_to_same_kind(left, right) if {left.kind, right.kind} <= NUMERIC else None
    return (*pair, pair[0].kind) if pair else None


def product_kind(left: str, right: str) -> str | None:
    """Return the kind of a product; None if undefined (an amount times an amount)."""
    if "plain" in (left, right):
        return right if left == "plain" else left
    if left in WITHOUT_UNIT and right in WITHOUT_UNIT:
        return "number" if left == right == "number" else "ratio"
    if left in WITHOUT_UNIT or right in WITHOUT_UNIT:
        return right if left in WITHOUT_UNIT else left
    return None


def quotient_kind(left: str, right: str) -> str | None:
    """Return the kind of a quotient; None if undefined (a number by an amount)."""
    if right == "plain":
        return left
    if left == right:
        return "number" if left == "number" else "ratio"
    if right in WITHOUT_UNIT:
        return left if left not in WITHOUT_UNIT else "number" if right == "number" and left == "plain" else "ratio"
    return None


def fold_constants(sign: str, left: Node, right: Node) -> Decimal | None:
    """Return the value of two plain constants where it is exact within the digits of a number; otherwise None."""
    if not (left.op == right.op == "constant" and left.kind == right.kind == "plain"):
        return None
    value: Decimal
    if sign == "/":
        value = left.value / right.value
    else:
        value = {"+": left.value + right.value, "-": left.value - right.value, "*": left.value * right.value}[sign]
    value = value.normalize()
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    is_short = len(digits) <= MAX_DIGITS and abs(value) <= MAX_NUMBER and isinstance(exponent, int)
    return value if is_short and int(exponent) >= -MAX_DIGITS else None
