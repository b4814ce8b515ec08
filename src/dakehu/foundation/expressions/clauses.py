"""A rule as a table: field, comparison, value, unit. For rules in which all conditions must be true, edited without
typing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.expressions import words
from dakehu.foundation.expressions.canonical import constant_text, plain
from dakehu.foundation.expressions.checks import CheckedRule
from dakehu.foundation.expressions.lexer import BARE_NUMBER
from dakehu.foundation.expressions.nodes import Node
from dakehu.foundation.expressions.vocabulary import choice_label
from dakehu.foundation.schema.facts import Fact

OPERATORS: dict[str, Bilingual] = {
    ">=": bilingual("不低于", "at least"),
    ">": bilingual("大于", "more than"),
    "<=": bilingual("不超过", "at most"),
    "<": bilingual("小于", "less than"),
    "=": bilingual("等于", "is"),
    "!=": bilingual("不等于", "is not"),
    "between": bilingual("介于", "between"),
    "in": bilingual("属于", "one of"),
    "not in": bilingual("不属于", "none of"),
    "yes": bilingual("是", "yes"),
    "no": bilingual("否", "no"),
    "missing": bilingual("为空", "is missing"),
    "present": bilingual("不为空", "is not missing"),
}
WITHOUT_VALUE = ("yes", "no", "missing", "present")
_ORDERED = (">=", ">", "<=", "<", "=", "!=", "between")
UNITS_OF = {"money": ("万", "亿", "元"), "number": ("", "万", "亿"), "share": ("%",), "days": ("天",)}


@dataclass(frozen=True)
class Clause:
    """One condition on one field: the name of the fact, an operator of OPERATORS, the value as typed, its unit.

    Several values of one condition (a list, both ends of a range) are separated by commas.
    """

    fact: str
    operator: str
    value: str = ""
    unit: str = ""


def operators_of(fact: Fact) -> tuple[str, ...]:
    """Return the operators available for a field of this kind in a table."""
    if fact.kind == "flag":
        return ("yes", "no", "missing", "present")
    if fact.kind in ("choice", "text"):
        return ("in", "not in", "missing", "present")
    return (*_ORDERED, "missing", "present")


def clauses(checked: CheckedRule) -> list[Clause] | None:
    """Return the rows of the table of a rule; None if it is not a conjunction of fields compared with values."""
    parts = checked.node.parts if checked.node.op == "and" else (checked.node,)
    rows = [clause_of(part) for part in parts]
    return [row for row in rows if row] if all(rows) else None


def clause_of(node: Node) -> Clause | None:
    """Return one condition as a row; None if it is not a field compared with constants."""
    if node.op == "fact":
        return Clause(node.value.name, "yes")
    if node.op == "not":
        return Clause(node.parts[0].value.name, "no") if node.parts[0].op == "fact" else None
    if node.op not in ("compare", "in", "missing", "between"):
        return None
    operand, *rest = node.parts
    if operand.op != "fact" or any(part.op != "constant" for part in rest):
        return None
    fact: Fact = operand.value
    if node.op == "missing":
        return Clause(fact.name, "present" if node.value else "missing")
    operator = node.value if node.op == "compare" else "between" if node.op == "between" else "in"
    if (node.op == "in" and node.value) or (fact.kind in ("choice", "text") and operator == "!="):
        operator = "not in"
    elif fact.kind in ("choice", "text"):
        operator = "in"
    if operator not in operators_of(fact):
        return None
    unit = unit_for(fact, rest)
    return Clause(fact.name, operator, ", ".join(text_without_unit(fact, part, unit) for part in rest), unit)


def unit_for(fact: Fact, constants: list[Node]) -> str:
    """Return the largest unit in which every value of a row is a short number."""
    if fact.kind not in UNITS_OF:
        return ""
    if fact.kind in ("share", "days"):
        return UNITS_OF[fact.kind][0]
    least = min((abs(part.value) for part in constants if part.value), default=Decimal(0))
    if least >= 10**8:
        return "亿"
    return "万" if least >= 10**4 else UNITS_OF[fact.kind][-1] if fact.kind == "money" else ""


def text_without_unit(fact: Fact, constant: Node, unit: str) -> str:
    """Return one value of a row without its unit."""
    if fact.kind == "choice":
        return choice_label(fact, constant.value, language())
    if isinstance(constant.value, Decimal):
        return plain(constant.value / Decimal(words.UNITS[unit][1])) if unit else plain(constant.value)
    return constant_text(constant, "zh")


def from_clauses(rows: Iterable[Clause], facts: Mapping[str, Fact]) -> str:
    """Return the text of a rule in which all rows must be true. It is not checked: compile it.

    Rows without a field are left out. A row without a value gives text that is refused at that position.
    """
    return " 且 ".join(row_text(row, facts.get(row.fact)) for row in rows if row.fact)


def row_text(row: Clause, fact: Fact | None) -> str:
    name = row.fact
    if row.operator in WITHOUT_VALUE:
        return {"yes": name, "no": f"非 {name}", "missing": f"{name} 为空", "present": f"{name} 不为空"}[row.operator]
    values = [
        value_text(value.strip(), row.unit, fact)
        for value in row.value.replace("，", ",").replace("、", ",").split(",")
    ]
    if row.operator == "between":
        return f"{name} 介于 {' 和 '.join(values)}"
    if row.operator in ("in", "not in"):
        return f"{name} {'不属于' if row.operator == 'not in' else '属于'} [{', '.join(values)}]"
    return f"{name} {row.operator} {', '.join(values)}"


def value_text(value: str, unit: str, fact: Fact | None) -> str:
    """Return one value as written in a rule."""
    is_text = fact is not None and fact.kind in ("choice", "text")
    if is_text and value and value[0] not in "\"'“‘":
        return f'"{value}"'
    return value + unit if unit and BARE_NUMBER.fullmatch(value) and value[-1:].isdigit() else value
