"""Interpret the tokens matched by a pattern as one condition, None if they are inconsistent. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.insight.questions import spans, words
from dakehu.domains.insight.questions.tokens import Amount, Choice, Column, Token
from dakehu.foundation.base.i18n import Bilingual, bilingual

SCALE = re.compile(r"([A-Za-z]+)(\d+)")
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "=", "ne": "≠", "in": "∈"}


@dataclass(frozen=True)
class Condition:
    """Filters of one condition, their meaning as text, and the words of the question they were read from.

    `leaves_out`: the filter of rows that a reader may expect here and that these filters do not match.
    """

    filters: dict[str, Any]
    means: Bilingual
    words: str = ""
    leaves_out: dict[str, Any] | None = None

    def said_as(self, text: str) -> "Condition":
        return replace(self, words=text)


class Unsayable(Exception):
    """The meaning is clear but cannot be expressed as filters: none of its words may be interpreted otherwise."""


def _field(tokens: list[Token], *kinds: str) -> Column | None:
    """Return the one column among the tokens of one of these kinds, None for none or several."""
    named = [token for token in tokens if token.kind == "F"]
    found = [column for token in named for column in token.meanings if column.kind in kinds]
    return found[0] if len(named) == 1 and len(found) == 1 else None


def _first_meaning(tokens: list[Token], kind: str) -> Any:
    return next((token.meanings[0] for token in tokens if token.kind == kind), None)


def _op(tokens: list[Token]) -> str:
    ops = {token.meanings[0] for token in tokens if token.kind in "CS"}
    return ops.pop() if len(ops) == 1 else ("" if not ops else "?")


def _comparison(column: Column, op: str, value: Any, zh: str = "", en: str = "") -> Condition:
    key = column.name if op == "eq" else f"{column.name}.{op}"
    sign = SIGNS[op]
    return Condition(
        {key: value},
        bilingual(
            "{label} {sign} {value}",
            "{name} {sign} {text}",
            label=column.zh,
            name=column.en,
            sign=sign,
            value=zh or value,
            text=en or value,
        ),
    )


def _days(column: Column, first: date | None, last: date | None) -> Condition:
    filters = {}
    if first is not None:
        filters[f"{column.name}.ge"] = first.isoformat()
    if last is not None:
        filters[f"{column.name}.le"] = last.isoformat()
    start, end = (day.isoformat() if day is not None else "" for day in (first, last))
    return Condition(
        filters,
        bilingual(
            "{label} {start} 至 {end}", "{name} {start} to {end}", label=column.zh, name=column.en, start=start, end=end
        ),
    )


def _is_ahead(column: Column) -> bool:
    names = f"{column.zh} {column.en.lower()}"
    return any(word in names for word in words.AHEAD)


def _not_since_condition(column: Column, op: str, day: date) -> Condition:
    return replace(_comparison(column, op, day.isoformat()), leaves_out={f"{column.name}.empty": True})


def quiet_since(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """No event for a span: 三个月未联系, not contacted for 90 days. Rows without a day are given in `leaves_out`."""
    column, span, op = _field(tokens, "date"), _first_meaning(tokens, "D"), _op(tokens)
    is_since = not any(token.kind == "X" for token in tokens)
    if is_since and not (tokens[-2].text == "since" if len(tokens) > 1 else False):
        return None
    if is_since:
        ops = [token.meanings[0] for token in tokens[:-2] if token.kind == "C"]
        op = ops[0] if ops else ""
    if column is None:
        return None
    if _is_ahead(column) or op not in ("", "ge", "gt"):
        raise Unsayable
    return _not_since_condition(column, "lt" if op == "gt" else "le", spans.shift_day(today, span[0], -span[1]))


def span_ago(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """A day at a distance in the past: last contact more than 90 days ago; without "ago" for the time since: 最近联系超过90天."""
    column, span, op = _field(tokens, "date"), _first_meaning(tokens, "D"), _op(tokens)
    if column is None or _is_ahead(column) or op == "?":
        return None
    day = spans.shift_day(today, span[0], -span[1])
    return _comparison(column, {"": "le", "ge": "le", "gt": "lt", "le": "ge", "lt": "gt"}[op], day.isoformat())


def within_span(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """Within the past or the coming span; without either word by the kind of column: a due day is in the future."""
    column, span = _field(tokens, "date"), _first_meaning(tokens, "D")
    if column is None:
        return None
    kinds = {token.kind for token in tokens}
    if "R" in kinds or ("L" not in kinds and _is_ahead(column)):
        return _days(column, today, spans.shift_day(today, span[0], span[1]))
    return _days(column, spans.shift_day(today, span[0], -span[1]), today)


def quiet_in_period(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """No event in the current period: 本月未联系. A past period cannot be expressed by filters."""
    column, (unit, number) = _field(tokens, "date"), _first_meaning(tokens, "P")
    if column is None or _is_ahead(column):
        return None
    if number != 0 or unit == "in_month":
        raise Unsayable
    return _not_since_condition(column, "lt", spans.days_of(unit, number, today)[0])


def in_period(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """In a period: 本月开户, opened last quarter; for a birthday the month of any year."""
    column, (unit, number) = _field(tokens, "date"), _first_meaning(tokens, "P")
    if column is None:
        return None
    is_yearly = any(token.kind == "F" and token.text in words.YEARLY for token in tokens)
    if is_yearly and unit in ("month", "in_month"):
        month = number if unit == "in_month" else spans.shift_day(today.replace(day=1), "month", number).month
        means = bilingual("{label} 在 {n} 月", "{name} in month {n}", label=column.zh, name=column.en, n=month)
        return Condition({f"{column.name}.month": month}, means)
    return None if is_yearly or unit == "in_month" else _days(column, *spans.days_of(unit, number, today))


def between_days(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """Between two days, both included."""
    column, days = _field(tokens, "date"), [token.meanings[0] for token in tokens if token.kind == "Y"]
    return _days(column, *days) if column is not None and days[0] <= days[1] else None


def compared_day(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """Before, after or on a day."""
    column, day, op = _field(tokens, "date"), _first_meaning(tokens, "Y"), _op(tokens)
    if column is None or op == "?":
        return None
    is_before = tokens[-1].kind == "A"
    return _comparison(column, "lt" if is_before else op or "eq", day.isoformat())


def _number_column(tokens: list[Token], amounts: list[Any], columns: tuple[Column, ...]) -> Column | None:
    if any(token.kind == "F" for token in tokens):
        return _field(tokens, "number")
    default = [column for column in columns if column.is_default]
    is_money = all(isinstance(amount, Amount) and amount.is_money for amount in amounts)
    return default[0] if is_money and len(default) == 1 else None


def _value(column: Column, amount: Any, scale: int = 1) -> Any:
    """Return a number as expected by a filter, None if its unit is not that of the column."""
    if isinstance(amount, Amount):
        number = amount.value * (amount.scale if amount.scale != 1 else scale)
        if column.unit == "%":
            return None if amount.is_money else f"{number:f}%"
        return int(number) if number == int(number) else float(number)
    return f"{amount:f}%" if isinstance(amount, Decimal) and column.unit == "%" else None


def between_numbers(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """Between two numbers; one without a unit has that of the other: 100到500万."""
    amounts = [token.meanings[0] for token in tokens if token.kind in "NQ"]
    last = amounts[-1]
    if isinstance(last, Amount) and isinstance(amounts[0], Amount) and last.is_money:
        first = amounts[0] if amounts[0].is_money else replace(amounts[0], scale=last.scale, is_money=True)
        amounts = [first, last]
    column = _number_column(tokens, amounts, columns)
    values = [_value(column, amount) for amount in amounts] if column is not None else [None]
    if column is None or None in values:
        return None
    low, high = (Decimal(str(value).removesuffix("%")) for value in values)
    if low > high:
        return None
    means = bilingual(
        "{label} {a} 至 {b}", "{name} {a} to {b}", label=column.zh, name=column.en, a=values[0], b=values[1]
    )
    return Condition({f"{column.name}.ge": values[0], f"{column.name}.le": values[1]}, means)


def compared_number(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """A number compared; money without a column is that of the desk's default column."""
    amount = next(token.meanings[0] for token in tokens if token.kind in "NQ")
    column, op = _number_column(tokens, [amount], columns), _op(tokens)
    if any(token.kind == "I" for token in tokens):
        op = op or "le"
    value = _value(column, amount) if column is not None else None
    if column is None or value is None or op == "?":
        return None
    return _comparison(column, op or "eq", value)


def not_compared_number(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """The opposite of a comparison: 没有超过500万. Rows without a number are given in `leaves_out`."""
    found = compared_number([token for token in tokens if token.kind != "X"], today, columns)
    if found is None:
        return None
    opposite = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge"}
    ((key, value),) = found.filters.items()
    name, _, op = key.partition(".")
    column = next(column for column in columns if column.name == name)
    return replace(_comparison(column, opposite[op], value), leaves_out={f"{name}.empty": True})


def _values(tokens: list[Token]) -> tuple[Column, list[Choice]] | None:
    """Return the column that the values belong to and the values, None if they match none or several."""
    given = [token for token in tokens if token.kind == "V"]
    named = [column for token in tokens if token.kind == "F" for column in token.meanings]
    fits: list[dict[str, tuple[Column, Choice]]] = []
    for token in given:
        of_token = [(column, choice) for column, choice in token.meanings if not named or column in named]
        by_column: dict[str, tuple[Column, Choice]] = {}
        for column, choice in of_token:
            if column.name in by_column:
                return None  # two people or places with one name
            by_column[column.name] = (column, choice)
        fits.append(by_column)
    common = set(fits[0]).intersection(*fits[1:])
    if len(common) != 1:
        return None
    name = common.pop()
    return fits[0][name][0], [found[name][1] for found in fits]


def _choice_condition(column: Column, choices: list[Choice], is_not: bool = False) -> Condition | None:
    values = list(dict.fromkeys(value for choice in choices for value in choice.values))
    zh, en = "、".join(choice.zh for choice in choices), ", ".join(choice.en for choice in choices)
    if is_not:
        if len(values) > 1 or column.kind == "list":
            raise Unsayable
        return _comparison(column, "ne", values[0], zh, en)
    if len(values) == 1:
        return _comparison(column, "eq", values[0], zh, en)
    return _comparison(column, "in", values, zh, en) if column.kind != "list" else None


def _ordered_choices(column: Column, choice: Choice) -> list[Choice]:
    """Return the ordered choices of a comparison: codes of the same letters with a number (C1 to C5)."""
    code = SCALE.fullmatch(str(choice.values[0])) if column.kind == "choice" else None
    if code is None:
        return []
    coded = [(SCALE.fullmatch(str(one.values[0])), one) for one in column.choices]
    same = [(int(match[2]), one) for match, one in coded if match is not None and match[1] == code[1]]
    return [one for _, one in sorted(same, key=lambda pair: pair[0])]


def between_values(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """From one value of a scale to another, both included."""
    found = _values(tokens)
    scale = _ordered_choices(found[0], found[1][0]) if found else []
    if not found or any(choice not in scale for choice in found[1]):
        return None
    first, last = (scale.index(choice) for choice in found[1])
    return _choice_condition(found[0], scale[first : last + 1]) if first <= last else None


def one_of(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """One of several values of one column."""
    found = _values(tokens)
    return _choice_condition(*found) if found else None


def of_value(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """A value, not a value, or a part of a scale: C4 以上, below C3, not C1."""
    found, op = _values(tokens), _op(tokens)
    is_not = any(token.kind == "X" for token in tokens)
    if is_not and found is None and tokens[-1].kind == "V":
        raise Unsayable
    if found is None or op == "?":
        return None
    column, (choice,) = found
    if not op:
        return _choice_condition(column, [choice], is_not)
    scale = _ordered_choices(column, choice)
    if not scale:
        return None
    at = scale.index(choice)
    parts = {"ge": scale[at:], "gt": scale[at + 1 :], "le": scale[: at + 1], "lt": scale[:at]}
    part = [one for one in scale if one not in parts[op]] if is_not else parts[op]
    return _choice_condition(column, part) if part else None


def is_empty(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """No value entered; for a yes-or-no column: no."""
    flag = _field(tokens, "flag")
    if flag is not None:
        return _comparison(flag, "eq", False, "否", "no")
    column = _field(tokens, "choice", "key", "number", "date", "text", "blank")
    if column is None:
        return None
    return Condition(
        {f"{column.name}.empty": True}, bilingual("{label} 为空", "{name} is empty", label=column.zh, name=column.en)
    )


def is_filled(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """A value entered; for a yes-or-no column: yes."""
    column = _field(tokens, "choice", "key", "number", "date", "text", "blank")
    if column is None:
        return is_set(tokens, today, columns)
    means = bilingual("{label} 已填", "{name} is filled", label=column.zh, name=column.en)
    return Condition({f"{column.name}.filled": True}, means)


def has_text(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """A column of text that contains the word after its name."""
    column = _field(tokens, "text")
    if column is None:
        return None
    text = tokens[-1].text
    means = bilingual("{label} 含“{text}”", "{name} contains “{text}”", label=column.zh, name=column.en, text=text)
    return Condition({f"{column.name}.has": text}, means)


def is_set(tokens: list[Token], today: date, columns: tuple[Column, ...]) -> Condition | None:
    """A yes-or-no column by its name alone."""
    flag = _field(tokens, "flag")
    return _comparison(flag, "eq", True, "是", "yes") if flag is not None else None
