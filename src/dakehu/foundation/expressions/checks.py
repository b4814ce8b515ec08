"""Check a tree against the facts: names known, compared kinds compatible, cost bounded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Never

from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.expressions import words
from dakehu.foundation.expressions.canonical import format_node, quote_text
from dakehu.foundation.expressions.columns import condition_of, cost_of
from dakehu.foundation.expressions.errors import refuse
from dakehu.foundation.expressions.kinds import (
    NAMES,
    NUMERIC,
    convert_to_kind,
    convert_to_same_kind,
    example,
    fold_constants,
    product_kind,
    quotient_kind,
    sum_kind,
)
from dakehu.foundation.expressions.lexer import normal
from dakehu.foundation.expressions.nodes import Node, branch
from dakehu.foundation.expressions.parser import parse
from dakehu.foundation.expressions.vocabulary import Vocabulary, label_of
from dakehu.foundation.schema.facts import Fact

if TYPE_CHECKING:
    import polars as pl

ORDERED = NUMERIC | {"day"}
MOST_ARGUMENTS = 10


@dataclass(frozen=True)
class CheckedRule:
    """A checked rule. `node` is its tree with facts and kinds."""

    node: Node

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of the facts it reads: the columns of the frame."""
        return frozenset(node.value.name for node in self.node.walk() if node.op == "fact")

    @cached_property
    def truth(self) -> "pl.Expr":
        """Return the result per row: true, false, or null where undecided because a fact is missing."""
        return condition_of(self.node)

    @cached_property
    def condition(self) -> "pl.Expr":
        """Return whether the rule fires per row; a null result does not."""
        return self.truth.fill_null(False)

    @cached_property
    def cost(self) -> int:
        """Return the number of column operations of one evaluation."""
        return cost_of(self.node)

    def text(self, code: str = "") -> str:
        """Return the rule in its canonical form in one language ("zh", "en"; without one the reader's)."""
        return format_node(self.node, code or language())


def compile_rule(text: str, facts: Mapping[str, Fact]) -> CheckedRule:
    """Return the rule of a text. Raises ExpressionError for invalid text."""
    vocabulary = Vocabulary(facts)
    return _check_rule(parse(text, vocabulary.names()), vocabulary)


def check(node: Node, facts: Mapping[str, Fact]) -> CheckedRule:
    """Return the rule of a tree. Raises ExpressionError for an unknown name, a comparison of incompatible kinds, too
    high a cost."""
    return _check_rule(node, Vocabulary(facts))


def _check_rule(node: Node, vocabulary: Vocabulary) -> CheckedRule:
    rule = CheckedRule(Checker(vocabulary).condition(node))
    if rule.cost > words.MAX_COST:
        refuse(
            node.place,
            "规则计算量过大（{cost}，上限 {most}）：请减少相互嵌套的除法、min 和 max。",
            "This rule costs too much ({cost}, at most {most}): nest fewer divisions, min and max.",
            cost=rule.cost,
            most=words.MAX_COST,
        )
    return rule


@dataclass
class Checker:
    """Resolves names and sets the kind of every node."""

    vocabulary: Vocabulary

    def condition(self, node: Node) -> Node:
        """Return a checked condition: a comparison, a yes-or-no fact, or conditions joined."""
        if node.op in ("and", "or", "not"):
            return replace(node, parts=tuple(self.condition(part) for part in node.parts), kind="condition")
        if node.op in ("compare", "in", "missing", "between"):
            return getattr(self, f"checked_{node.op}")(node)
        value = self.value(node)
        if value.kind == "flag":
            return value
        name = format_value(value)
        refuse(
            value.place,
            "“{name}”是{kind}，不是条件。请写成比较，例如：{example}。",
            "“{name}” is {kind}, not a condition. Compare it, for example: {example}.",
            name=name,
            kind=NAMES[value.kind],
            example=example(value.kind, name if value.op == "fact" else str(bilingual("总资产", "total assets"))),
        )

    def value(self, node: Node) -> Node:
        """Return a checked value: a fact, a constant, or arithmetic over them."""
        if node.op == "constant":
            return node
        if node.op == "name":
            fact = self.vocabulary.get(node.value, node.place)
            return Node("fact", value=fact, kind=fact.kind, place=node.place)
        if node.op in ("add", "negate", "call"):
            return getattr(self, f"checked_{node.op}")(node)
        refuse(
            node.place,
            "此处需要数值，不能是条件。条件之间请用“且”“或”连接。",
            "A value is needed here, not a condition. Join conditions with “and” and “or”.",
        )

    def checked_add(self, node: Node) -> Node:
        left, right = (self.value(part) for part in node.parts)
        if node.value == "/" and right.op == "constant" and right.value == 0:
            refuse(right.place, "不能除以 0。", "Nothing can be divided by 0.")
        exact = fold_constants(node.value, left, right)
        if exact is not None:
            return Node("constant", value=exact, kind="plain", place=node.place)
        if node.value in "+-":
            result = sum_kind(node.value, left, right)
        else:
            kind = None
            if left.kind in NUMERIC and right.kind in NUMERIC:
                kind = (product_kind if node.value == "*" else quotient_kind)(left.kind, right.kind)
            result = (left, right, kind) if kind else None
        if result is None:
            refuse(
                node.place,
                "“{left}”是{left_kind}，“{right}”是{right_kind}，两者不能用 {sign} 计算。",
                "“{left}” is {left_kind} and “{right}” is {right_kind}: {sign} has no meaning between them.",
                left=format_value(left),
                left_kind=NAMES[left.kind],
                right=format_value(right),
                right_kind=NAMES[right.kind],
                sign=node.value,
            )
        left, right, kind = result
        return branch("add", (left, right), node.value, kind, node.place)

    def checked_negate(self, node: Node) -> Node:
        operand = self.value(node.parts[0])
        self.need_number(operand)
        if operand.op == "constant":
            return replace(operand, value=-operand.value, place=node.place)
        return branch("negate", (operand,), None, operand.kind, node.place)

    def checked_call(self, node: Node) -> Node:
        parts = [self.value(part) for part in node.parts]
        is_abs = node.value == "abs"
        if (len(parts) != 1) if is_abs else not 2 <= len(parts) <= MOST_ARGUMENTS:
            refuse(
                node.place,
                "abs 的括号里只有一个数值，min 和 max 的括号里有 2 至 {n} 个。",
                "abs takes one number, min and max take 2 to {n}.",
                n=MOST_ARGUMENTS,
            )
        first = next((part for part in parts if part.kind != "plain"), parts[0])
        if first.kind != "day" or is_abs:
            for part in parts:
                self.need_number(part)
        adapted_parts = [convert_to_kind(part, first.kind) for part in parts]
        for part, changed in zip(parts, adapted_parts, strict=True):
            if changed is None:
                self.refuse_pair(first, part)
        return branch("call", tuple(part for part in adapted_parts if part), node.value, first.kind, node.place)

    def checked_compare(self, node: Node) -> Node:
        left, right = node.parts
        sides = self.with_choices(left, right)
        left, right = sides if sides else (self.value(left), self.value(right))
        for side in (left, right):
            self.need_known(side)
        if node.value not in ("=", "!=") and (left.kind not in ORDERED or right.kind not in ORDERED):
            unordered = left if left.kind not in ORDERED else right
            refuse(
                node.place,
                "“{name}”是{kind}，没有大小之分，请用 =、!= 或“属于”。",
                "“{name}” is {kind}, which has no order: use =, != or “in”.",
                name=format_value(unordered),
                kind=NAMES[unordered.kind],
            )
        pair = convert_to_same_kind(left, right)
        if pair is None:
            self.refuse_pair(left, right)
        if left.kind == "flag" and right.op == "constant":
            wanted = right.value == (node.value == "=")
            return left if wanted else Node("not", (left,), kind="condition", place=node.place, depth=2)
        self.need_fact(node, pair)
        return branch("compare", pair, node.value, "condition", node.place)

    def with_choices(self, left: Node, right: Node) -> tuple[Node, Node] | None:
        """Return (fact, choice) where one side is a fact with choices and the other the name of one; otherwise None."""
        for fact_side, other in ((left, right), (right, left)):
            fact = self.vocabulary.find(fact_side.value) if fact_side.op == "name" else None
            if fact is not None and fact.kind == "text":
                self.need_quotes(other)
            if fact is None or fact.kind not in ("choice", "flag"):
                continue
            choice = self.choice_of(fact, other)
            if choice is not None:
                return self.value(fact_side), choice
        return None

    def choice_of(self, fact: Fact, node: Node) -> Node | None:
        """Return a name or a text as a choice of a fact; None if it is a fact itself, or no name."""
        name = node.value if node.op == "name" or (node.op == "constant" and node.kind == "text") else None
        if name is None:
            return None
        if fact.kind == "flag":
            small = normal(name)
            if small not in words.YES | words.NO:
                return None
            return replace(node, op="constant", value=small in words.YES, kind="flag")
        is_choice = normal(name) in self.vocabulary.choices.get(fact.name, {})
        if node.op == "name" and not is_choice and self.vocabulary.find(name) is not None:
            return None
        value = self.vocabulary.choice(fact, name, node.place)
        return Node("constant", value=value, kind="choice", place=node.place)

    def checked_in(self, node: Node) -> Node:
        operand, *items = node.parts
        fact = self.vocabulary.find(operand.value) if operand.op == "name" else None
        operand = self.value(operand)
        if operand.kind in ("flag", "condition"):
            self.refuse_pair(operand, items[0])
        found: dict[Node, None] = {}
        for item in items:
            value = self.choice_of(fact, item) if fact is not None and fact.kind == "choice" else None
            if operand.kind == "text":
                self.need_quotes(item)
            value = value or self.value(item)
            if value.op != "constant":
                refuse(
                    value.place,
                    "列表里只能写数值、日期、文字或选项，不能写字段“{name}”。",
                    "A list holds numbers, dates, texts or choices, not the field “{name}”.",
                    name=format_value(value),
                )
            changed = convert_to_kind(value, operand.kind)
            if changed is None:
                self.refuse_pair(operand, value)
            found[changed] = None
        self.need_fact(node, (operand,))
        return branch("in", (operand, *found), node.value, "condition", node.place)

    def checked_missing(self, node: Node) -> Node:
        operand = self.value(node.parts[0])
        self.need_fact(node, (operand,))
        return branch("missing", (operand,), node.value, "condition", node.place)

    def checked_between(self, node: Node) -> Node:
        operand, *ends = (self.value(part) for part in node.parts)
        if operand.kind not in ORDERED:
            self.refuse_pair(operand, ends[0])
        checked = []
        for end in ends:
            changed = convert_to_kind(end, operand.kind)
            if changed is None:
                self.refuse_pair(operand, end)
            checked.append(changed)
        self.need_fact(node, (operand, *checked))
        low, high = checked
        if low.op == high.op == "constant" and low.value > high.value:
            refuse(low.place, "范围的下限大于上限。", "The lower end of the range is above its upper end.")
        return branch("between", (operand, low, high), None, "condition", node.place)

    def need_number(self, node: Node) -> None:
        if node.kind not in NUMERIC:
            refuse(
                node.place,
                "“{name}”是{kind}，不能参与计算。",
                "“{name}” is {kind}; one cannot calculate with it.",
                name=format_value(node),
                kind=NAMES[node.kind],
            )

    def need_fact(self, node: Node, parts: tuple[Node, ...]) -> None:
        """Refuse a condition that is true for every client or for none."""
        if not any(below.op == "fact" for part in parts for below in part.walk()):
            refuse(
                node.place,
                "条件里没有字段，对所有客户结果都一样。",
                "This condition names no field: it would be the same for every client.",
            )

    def need_quotes(self, node: Node) -> None:
        """Refuse an unquoted word compared with a text, unless it is the name of a field."""
        if node.op == "name" and normal(node.value) not in self.vocabulary.by_name:
            refuse(
                node.place,
                "文字请加引号：{text}。",
                "Put a text in quotation marks: {text}.",
                (quote_text(node.value),),
                text=quote_text(node.value[:40]),
            )

    def need_known(self, node: Node) -> None:
        if node.kind == "condition":
            refuse(node.place, "条件不能与数值比较。", "A condition cannot be compared with a value.")

    def refuse_pair(self, left: Node, right: Node) -> Never:
        """Raise the error for two values of incompatible kinds."""
        right_kind = NAMES.get(right.kind, NAMES["text"])
        refuse(
            right.place,
            "“{left}”是{left_kind}，不能与{right_kind}“{right}”比较。{remedy}",
            "“{left}” is {left_kind}: it cannot be compared with {right_kind}, “{right}”. {remedy}",
            left=format_value(left),
            left_kind=NAMES[left.kind],
            right=format_value(right),
            right_kind=right_kind,
            remedy=comparison_advice(left),
        )


def comparison_advice(node: Node) -> Bilingual | str:
    """Return a sentence on how a value is compared."""
    if node.kind == "flag":
        return bilingual(
            "请单独写“{name}”或“非 {name}”。", "Write “{name}” or “not {name}” alone.", name=format_value(node)
        )
    if node.op != "fact":
        return ""
    return bilingual(
        "请写如：{example}。", "Write for example: {example}.", example=example(node.kind, format_value(node))
    )


def format_value(node: Node) -> str:
    """Return a value in the reader's notation."""
    if node.op == "name":
        return str(node.value)
    return label_of(node.value) if node.op == "fact" else format_node(node, language())
