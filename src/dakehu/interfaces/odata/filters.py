"""`$filter` as a tree of conditions: parsed by odata-query, never passed to one of its back ends (decision 0103).

Its SQL back ends insert texts into LIKE unescaped, and its Django back end names every column of a table in an error; only
its lexer and parser are used, and every name is resolved through the reader's own properties.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from dakehu.exchange.odata.entity_sets import EntitySet, Property
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import conditions
from dakehu.foundation.gates.conditions import (
    And,
    Compare,
    Condition,
    Constant,
    Contains,
    EndsWith,
    In,
    IsMissing,
    Not,
    Or,
    StartsWith,
)
from dakehu.interfaces.odata.refusals import NotSupported

LONGEST = 16_000  # characters of a filter
OPERATORS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
FLIPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
TEXT_TESTS = {"contains": Contains, "startswith": StartsWith, "endswith": EndsWith}
PARTS = ("year", "month", "day")
# A plus sign that a program did not encode in an address arrives as a blank.
BARE_OFFSET = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:\d\d)")

logging.getLogger("odata_query").setLevel(logging.ERROR)  # it warns of every call whose type it cannot infer


def parse_filter(text: str, one: EntitySet, sets: dict[str, EntitySet]) -> Condition:
    """Return the condition of a `$filter`. Raises Refused for an invalid filter, and NotSupported for what this
    interface does not support."""
    if len(text) > LONGEST:
        raise Refused(bilingual("筛选条件太长。", "The filter is too long."))
    try:
        tree = ODataParser().parse(_add_list_commas(ODataLexer().tokenize(BARE_OFFSET.sub(r"\1+\2", text))))
    except ODataException:
        tree = None
    if tree is None:
        raise Refused(
            bilingual("$filter 无法读取，请核对写法。", "The $filter cannot be read; check how it is written.")
        )
    return _Rewriter(one, sets).condition(tree, 1)


def _add_list_commas(tokens: Iterable[Any]) -> Iterator[Any]:
    """Yield the tokens, with a comma after the only value of a list (`in (1)`): the parser reads such a list as Python does."""
    before: list[str] = []
    for token in tokens:
        if token.type == ")" and before[:2] == ["IN", "("] and len(before) == 3:
            comma = copy(token)
            comma.type = comma.value = ","
            yield comma
        if token.type == "IN":
            before = []
        if token.type != "BWS" and token.type != "WS":
            before.append(token.type)
        yield token


def find_property(path: str, one: EntitySet, sets: dict[str, EntitySet]) -> tuple[str, Property]:
    """Return (name in conditions and orders, property) of a path such as `assets` or `Client/segment`.

    Raises Refused where the reader has no such property.
    """
    head, _, rest = path.partition("/")
    if not rest:
        found = one.properties.get(head)
        if found is not None:
            return found.column, found
    way = one.navigations.get(head)
    behind = sets[way.target].properties.get(rest) if way is not None and way.path else None
    if way is None or behind is None:
        raise Refused(bilingual("没有“{name}”这一列。", "There is no property “{name}”.", name=path[:80]))
    return f"{way.path}__{behind.column}", behind


class _Rewriter:
    """Converts a parsed filter on one entity set to a tree of conditions."""

    def __init__(self, one: EntitySet, sets: dict[str, EntitySet]) -> None:
        self.one, self.sets = one, sets

    def condition(self, node: Any, depth: int) -> Condition:
        if depth > conditions.DEPTH:
            raise Refused(bilingual("筛选条件嵌套太深。", "The filter is too deeply nested."))
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.condition(part, depth + 1) for part in _flatten_chain(node))
            return And(parts) if isinstance(node.op, ast.And) else Or(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand, depth + 1))
        if isinstance(node, ast.Compare):
            return self._compared(node)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Boolean):
            return Constant(node.val == "true")
        if isinstance(node, (ast.Identifier, ast.Attribute)):
            return Compare(self._column(node), "eq", True)
        raise NotSupported(bilingual("这种筛选", "such a filter"))

    def _compared(self, node: Any) -> Condition:
        if isinstance(node.comparator, ast.In):
            if not isinstance(node.right, ast.List):
                raise NotSupported(bilingual("in 之后不是列表的筛选", "in without a list"))
            return In(self._column(node.left), tuple(_value(one) for one in node.right.val))
        op, left, right = OPERATORS[type(node.comparator)], node.left, node.right
        if _is_value(left) and not _is_value(right):
            op, left, right = FLIPPED[op], right, left
        if not _is_value(right):
            raise NotSupported(bilingual("列与列的比较", "a comparison of two properties"))
        part = ""
        if isinstance(left, ast.Call) and left.func.name in PARTS and not left.func.namespace and len(left.args) == 1:
            part, left = left.func.name, left.args[0]
        if isinstance(left, ast.Call) and isinstance(right, ast.Boolean) and op in ("eq", "ne"):
            called = self._called(left)
            return called if (right.val == "true") == (op == "eq") else Not(called)
        column, value = self._column(left), _value(right)
        if value is None and not part and op in ("eq", "ne"):
            return IsMissing(column) if op == "eq" else Not(IsMissing(column))
        return Compare(column, op, value, part)

    def _called(self, node: Any) -> Condition:
        test = TEXT_TESTS.get(node.func.name) if not node.func.namespace else None
        if test is None or len(node.args) != 2 or not isinstance(node.args[1], ast.String):
            raise NotSupported(bilingual("函数 {name}", "the function {name}", name=str(node.func.name)[:40]))
        return test(self._column(node.args[0]), node.args[1].val)

    def _column(self, node: Any) -> str:
        if isinstance(node, ast.Attribute) and isinstance(node.owner, ast.Identifier):
            path = f"{node.owner.name}/{node.attr}"
        elif isinstance(node, ast.Identifier) and not node.namespace:
            path = node.name
        else:
            raise NotSupported(bilingual("这种筛选", "such a filter"))
        column, found = find_property(path, self.one, self.sets)
        if not found.can_filter:
            raise cannot_use(found)
        return column


def cannot_use(found: Property) -> Refused:
    """Return the refusal to filter or sort by a property that is masked for the reader, or computed."""
    label = found.spec.label
    return Refused(bilingual("不能按“{label}”筛选或排序。", "You may not filter or sort by “{label}”.", label=label))


def _flatten_chain(node: Any) -> list[Any]:
    """Return the parts of a chain such as `a or b or c`, which the parser nests to the left."""
    kind, parts = type(node.op), []
    while isinstance(node, ast.BoolOp) and isinstance(node.op, kind):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _is_value(node: Any) -> bool:
    return isinstance(node, ast._Literal)


def _value(node: Any) -> Any:
    """Return the plain value of a literal. Raises Refused for an invalid one, NotSupported for kinds that no column has."""
    try:
        if isinstance(node, ast.Null):
            return None
        if isinstance(node, ast.String):
            return node.val
        if isinstance(node, ast.Boolean):
            return node.val == "true"
        if isinstance(node, ast.Integer):
            return int(node.val[:40])
        if isinstance(node, ast.Float):
            return Decimal(node.val[:60])
        if isinstance(node, ast.Date):
            return date.fromisoformat(node.val)
        if isinstance(node, ast.DateTime):
            return datetime.fromisoformat(node.val)
    except (ValueError, InvalidOperation):
        raise Refused(bilingual("“{text}”不是有效的值。", "“{text}” is not a value.", text=node.val[:60])) from None
    raise NotSupported(bilingual("这种值", "such a value"))
