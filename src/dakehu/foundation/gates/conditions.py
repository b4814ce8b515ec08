"""Conditions on rows as a tree, evaluated under the same permissions as `filter_rows`: columns the reader sees masked
are not allowed in conditions, and an encrypted value is found by its blind index only.

A missing value is null or, for a text, "". It equals only a missing value; it is unequal to every value; every other
comparison with it is false; a text test of it is neither true nor false, and so is its negation (OData 4.0, part 2,
5.1.1). `Not` is pushed down the tree before SQL is generated, so both databases give the same result.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Right, StrIndex
from django.db.models.lookups import Exact, GreaterThan

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import limits
from dakehu.foundation.gates.filtering import cleared_column, encrypted_condition
from dakehu.foundation.gates.row_lookup import cleared_lookup_fields
from dakehu.foundation.schema.fields import has_spec, spec_of

DEPTH = 16  # nesting depth of And, Or and Not
LEAVES = 500  # tests and values of one condition; SQLite allows an expression depth of 1,000
KEY = "id"
OPPOSITE = {"eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "ge": "lt", "lt": "ge"}
LOOKUPS = {"gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}
NONE = Q(pk__in=[])
EVERY = ~NONE  # not an empty Q, which is dropped in an "or"


@dataclass(frozen=True)
class Compare:
    """A column compared with a value: eq, ne, gt, ge, lt or le. `part` is year, month or day of a date ("": all of
    it)."""

    column: str
    op: str
    value: Any
    part: str = ""


@dataclass(frozen=True)
class In:
    """A column equal to any of several values."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class IsMissing:
    """A column has a missing value."""

    column: str


@dataclass(frozen=True)
class Contains:
    """A text contains another, literally."""

    column: str
    text: str


@dataclass(frozen=True)
class StartsWith:
    """A text begins with another."""

    column: str
    text: str


@dataclass(frozen=True)
class EndsWith:
    """A text ends with another."""

    column: str
    text: str


@dataclass(frozen=True)
class Constant:
    """True for every row, or for none."""

    is_true: bool


@dataclass(frozen=True)
class And:
    """All of these."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Or:
    """Any of these."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Not:
    """The opposite of this."""

    part: "Condition"


Condition = Compare | In | IsMissing | Contains | StartsWith | EndsWith | Constant | And | Or | Not
TEXT_TESTS = (Contains, StartsWith, EndsWith)


def apply_condition(rows: Any, condition: Condition) -> Any:
    """Keep the rows that pass a condition. Raises Refused for unknown or uncleared columns, values that do not fit, and
    conditions that are too deep or too long."""
    _check_size(condition)
    return rows.filter(_q(rows.model, condition, False))


def columns_in(condition: Condition) -> set[str]:
    """Return the columns used by a condition."""
    return {node.column for node, _ in _nodes(condition) if hasattr(node, "column")}


def _check_size(condition: Condition) -> None:
    leaves = 0
    for node, depth in _nodes(condition):
        leaves += len(node.values) if isinstance(node, In) else 1
        if depth > DEPTH or leaves > LEAVES:
            raise Refused(bilingual("筛选条件太长或嵌套太深。", "The filter is too long or too deeply nested."))


def _nodes(condition: Condition) -> Iterator[tuple[Condition, int]]:
    """Yield every node of a tree with its depth, the root at 1."""
    waiting = [(condition, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        if isinstance(node, (And, Or)):
            waiting += [(part, depth + 1) for part in node.parts]
        elif isinstance(node, Not):
            waiting.append((node.part, depth + 1))


def _q(model: Any, node: Condition, is_negated: bool) -> Q:
    if isinstance(node, Not):
        return _q(model, node.part, not is_negated)
    if isinstance(node, (And, Or)):
        parts = [_q(model, part, is_negated) for part in node.parts]
        test = parts[0]
        for part in parts[1:]:
            test = test & part if isinstance(node, And) != is_negated else test | part
        return test
    if isinstance(node, Constant):
        return EVERY if node.is_true != is_negated else NONE
    path, column = _resolve_name(model, node.column)
    of = _Test(path, column, node.column)
    if isinstance(node, IsMissing):
        return ~of.missing if is_negated else of.missing
    if isinstance(node, Compare):
        return of.compared(OPPOSITE[node.op] if is_negated else node.op, node.value, node.part, is_negated)
    if isinstance(node, In):
        return of.among(node.values, is_negated)
    return of.held(node, is_negated)


def _resolve_name(model: Any, name: str) -> tuple[str, Any]:
    """Return (path, column) of a name: one of the model's own or lent columns, its id, or a column behind a key
    ("client__segment"). Raises Refused for what the reader may not filter by."""
    if name == KEY:
        return "pk", model._meta.pk
    head, _, rest = name.partition("__")
    if rest:
        try:
            key = model._meta.get_field(head)
        except FieldDoesNotExist:
            key = None
        if isinstance(key, models.ForeignKey):
            path, column = _resolve_name(key.remote_field.model, rest)
            return f"{cleared_column(model, head).name}__{path}", column
    column = cleared_column(model, name)
    return column.name, column


class _Test:
    """Tests of one column, as SQL conditions."""

    def __init__(self, path: str, column: Any, name: str) -> None:
        self.path, self.column, self.name = path, column, name
        self.is_text = isinstance(column, (models.CharField, models.TextField))
        self.is_sealed = isinstance(column, EncryptedTextField)

    @property
    def missing(self) -> Q:
        blank = Q(**{f"{self.path}__isnull": True})
        return blank | Q(**{self.path: ""}) if self.is_text and not self.is_sealed else blank

    def compared(self, op: str, value: Any, part: str, was_negated: bool) -> Q:
        """Return the condition. `was_negated`: it is the negation of the requested comparison, and so true for missing
        values."""
        if value is None:
            return {"eq": self.missing, "ne": ~self.missing}.get(op, EVERY if was_negated else NONE)
        if self.is_sealed or isinstance(self.column, models.ForeignKey) or part:
            return self._special_condition(op, value, part, was_negated)
        if isinstance(self.column, models.JSONField):
            raise self._unfit_refusal()
        meant = self._read(op, value)
        if isinstance(meant, bool) and not isinstance(self.column, models.BooleanField):
            return self._constant_condition(meant, op, was_negated)
        op, meant = meant if isinstance(meant, tuple) else (op, meant)
        return self._plain(self.path, op, meant, was_negated)

    def _plain(self, path: str, op: str, value: Any, was_negated: bool) -> Q:
        if op == "eq":
            return NONE if self.is_text and value == "" else Q(**{path: value})
        if op == "ne":
            return ~Q(**{path: value}) | self.missing
        test = Q(**{f"{path}__{LOOKUPS[op]}": value})
        if was_negated:
            return test | self.missing
        return test & ~self.missing if self.is_text else test

    def _constant_condition(self, is_true: bool, op: str, was_negated: bool) -> Q:
        """Return a comparison with the same result for every known value; missing ones are handled separately."""
        missing_passes = op == "ne" or (was_negated and op != "eq")
        if is_true:
            return EVERY if missing_passes else ~self.missing
        return self.missing if missing_passes else NONE

    def _special_condition(self, op: str, value: Any, part: str, was_negated: bool) -> Q:
        if part:
            if not isinstance(self.column, models.DateField) or isinstance(value, bool) or not isinstance(value, int):
                raise self._unfit_refusal()
            return self._plain(f"{self.path}__{part}", op, _check_number_size(value), was_negated)
        if self.is_sealed:
            if op not in ("eq", "ne") or not isinstance(value, str) or self.path != self.column.name:
                raise self._unfit_refusal()
            found = encrypted_condition(self.column, value)
            return found if op == "eq" else ~found | self.missing
        if isinstance(value, str):
            return self._name_test().compared(op, value, "", was_negated)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._unfit_refusal()
        return self._plain(f"{self.path}_id", op, _check_number_size(value), was_negated)

    def _name_test(self) -> "_Test":
        """Return the test of the name of the row behind a key. Raises Refused where the reader sees no name
        unmasked."""
        target = self.column.remote_field.model
        known, cleared = {field.name for field in target._meta.fields}, cleared_lookup_fields(target)
        name = next((one for one in ("name", *target.lookup_fields) if one in known), "")
        if name not in cleared:
            raise self._unfit_refusal()
        return _Test(f"{self.path}__{name}", target._meta.get_field(name), self.name)

    def among(self, values: tuple[Any, ...], is_negated: bool) -> Q:
        given = [value for value in values if value is not None]
        plain = not (self.is_sealed or isinstance(self.column, models.ForeignKey))
        if plain and not isinstance(self.column, models.JSONField):
            read = [self._read("eq", value) for value in given]
            read = [one for one in read if one is not False or isinstance(self.column, models.BooleanField)]
            found = Q(**{f"{self.path}__in": [one for one in read if one != ""]})
        else:
            found = NONE
            for value in given:
                found |= self.compared("eq", value, "", False)
        if len(given) < len(values):
            found |= self.missing
            return ~found if is_negated else found
        return ~found | self.missing if is_negated else found

    def held(self, node: Any, is_negated: bool) -> Q:
        if isinstance(self.column, models.ForeignKey):
            return self._name_test().held(node, is_negated)
        if not self.is_text or self.is_sealed:
            raise self._unfit_refusal()
        text = self._text(node.text)
        if not text:
            return NONE if is_negated else ~self.missing
        place = StrIndex(F(self.path), Value(text))
        if isinstance(node, Contains):
            test = Q(GreaterThan(place, 0))
        elif isinstance(node, StartsWith):
            test = Q(Exact(place, 1))
        else:
            test = Q(Exact(Right(F(self.path), len(text)), text))
        return (~test if is_negated else test) & ~self.missing

    def _read(self, op: str, value: Any) -> Any:
        """Return the value as compared by the column; (operator, value) where rounding requires another operator; True
        or False where the result is the same for every value of the column. Raises Refused for an unfit value."""
        for kinds, read in _READERS:
            if isinstance(self.column, kinds):
                try:
                    return read(self, op, value)
                except (TypeError, OverflowError, ArithmeticError, ValueError):
                    raise self._unfit_refusal() from None
        raise self._unfit_refusal()

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self._unfit_refusal()
        fault = limits.find_text_fault(value)
        if fault is not None:
            raise Refused({self.name: [fault]})
        return value

    def _unfit_refusal(self) -> Refused:
        label = spec_of(self.column).label if has_spec(self.column) else self.name
        return Refused(
            {
                self.name: [
                    bilingual(
                        "“{label}”不能这样比较，请核对值的类型。",
                        "“{label}” cannot be compared like that; check the type of the value.",
                        label=label,
                    )
                ]
            }
        )


def _read_bool(test: _Test, op: str, value: Any) -> bool:
    if not isinstance(value, bool) or op not in ("eq", "ne"):
        raise TypeError(value)
    return value


def _read_moment(test: _Test, op: str, value: Any) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(value)
        return value
    if isinstance(value, date):
        return clock.start_of_day(value)
    raise TypeError(value)


def _read_date(test: _Test, op: str, value: Any) -> date:
    if isinstance(value, datetime):
        if value.time() != time.min:
            raise TypeError(value)
        return value.date()
    if not isinstance(value, date):
        raise TypeError(value)
    return value


def _read_text(test: _Test, op: str, value: Any) -> str:
    return test._text(value)


def _read_number(test: _Test, op: str, value: Any) -> Any:
    """Return the comparison with the nearest representable value, for a value between two that the column can store."""
    if isinstance(value, bool):
        raise TypeError(value)
    number = Decimal(value)
    if not number.is_finite():
        raise TypeError(value)
    whole = isinstance(test.column, models.IntegerField)
    places = 0 if whole else test.column.decimal_places
    edge = Decimal(limits.LARGEST) if whole else Decimal(10) ** (test.column.max_digits - places)
    if abs(number) >= edge:
        below = number > 0
        return {"eq": False, "ne": True, "lt": below, "le": below, "gt": not below, "ge": not below}[op]
    rounding = ROUND_CEILING if op in ("ge", "lt") else ROUND_FLOOR
    near = number.quantize(Decimal(1).scaleb(-places), rounding=rounding)
    if near != number and op in ("eq", "ne"):
        return op == "ne"
    return (op, int(near) if whole else near) if op != "eq" else (int(near) if whole else near)


def _check_number_size(value: int) -> int:
    if abs(value) > limits.LARGEST:
        raise Refused(bilingual("数值太大。", "The number is too large."))
    return value


_READERS: tuple[tuple[Any, Callable[[_Test, str, Any], Any]], ...] = (
    (models.BooleanField, _read_bool),
    (models.DateTimeField, _read_moment),
    (models.DateField, _read_date),
    ((models.IntegerField, models.DecimalField), _read_number),
    ((models.CharField, models.TextField), _read_text),
)
