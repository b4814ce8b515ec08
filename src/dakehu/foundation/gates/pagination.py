"""Keyset pagination of long lists: page 10,000 costs the same as page 1.

Rows without a value are last in either direction, on every database: they are queried separately, so that a plain
index on (column, id) serves both directions and the database never sorts the whole list.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import Count, F, Q, Window
from django.db.models.expressions import OrderBy

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.index_order import without_table_scans
from dakehu.foundation.gates.filtering import order_rows
from dakehu.foundation.gates.output import plain_of
from dakehu.foundation.schema.fields import has_spec, spec_of

CAP = 10_000
AHEAD = 500  # candidates tested per batch
# At least this many must pass to continue; otherwise sorting the rows that pass other conditions is faster.
WORTHWHILE = 25
NUMBER = "id"


@dataclass(frozen=True)
class Page:
    """Rows of one page. `before` and `after` are the cursors of its neighbours, "" where there is none. `total` is the
    number of all rows if known from reading the page, else None."""

    rows: list[Any]
    before: str
    after: str
    total: int | None = None


@dataclass(frozen=True)
class _Key:
    path: str
    column: Any
    down: bool
    nullable: bool

    def of(self, row: Any) -> Any:
        for step in self.path.split("__"):
            try:
                row = getattr(row, step) if row is not None else None
            except ObjectDoesNotExist:  # no related row
                return None
        return row

    def later(self, value: Any, back: bool) -> Q:
        """Return the rows beyond `value` in reading direction; those without a value are last."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if back else Q(pk__in=[])
        test = Q(**{f"{self.path}__{'lt' if self.down != back else 'gt'}": value})
        return test | Q(**{f"{self.path}__isnull": True}) if self.nullable and not back else test

    def order(self, back: bool) -> OrderBy:
        said = {("nulls_first" if back else "nulls_last"): True} if self.nullable else {}
        return OrderBy(F(self.path), descending=self.down != back, **said)


@dataclass(frozen=True)
class Candidates:
    """Ids that include all rows of a list, where testing whether a row belongs to it is expensive.

    `rows`: the queryset of the list without that test; `test`: returns the ids that pass it.
    """

    ids: set[int]
    rows: Any
    test: Callable[[list[int]], set[int]]


def page_of(
    rows: Any,
    order: str,
    size: int,
    *,
    after: str = "",
    before: str = "",
    last: bool = False,
    are_few: bool = False,
    candidates: "Candidates | None" = None,
) -> Page:
    """Return one page of the queryset `rows` in `order` ("-assets,name" as in `narrow`, which has checked the columns;
    rows of equal value are ordered by id in the same direction). `after` and `before` are cursors of an earlier page;
    with neither it is the first page, with `last` the last one. `are_few`: sort and count all of them in one
    statement. `candidates`: ids that include all rows, so that others need not be tested. Raises Refused for a cursor
    of another order."""
    keys = _keys(rows.model, order)
    back = bool(before) or (last and not after)
    place = _read(before or after, order, keys)
    total = None
    if are_few:
        numbers, total = _sorted_numbers(rows, keys, size, place, back)
    elif candidates is not None:
        numbers = _numbers_among(candidates, keys, size, place, back)
    else:
        numbers = _numbers(rows, keys, size, place, back)
    more, found = len(numbers) > size, _looked_up(rows, numbers[:size], keys)
    if back:
        found.reverse()
    has_before, has_after = (more, bool(before)) if back else (bool(after), more)
    if total is None and not (has_before or has_after):
        total = len(found)
    if not found:
        return Page([], "", "", total)
    first, end = (_place(row, order, keys) for row in (found[0], found[-1]))
    return Page(found, first if has_before else "", end if has_after else "", total)


@dataclass(frozen=True)
class NumberPage:
    """Ids (primary keys) of the rows of one page, in order. `after` is the cursor of the next page, "" on the last."""

    numbers: list[int]
    after: str


def number_page_of(
    rows: Any, order: str, size: int, *, after: str = "", skip: int = 0, by_number: frozenset[str] = frozenset()
) -> NumberPage:
    """Return one page as in `page_of`, reading only the ids; without an order, by ascending id.

    The order may include "id". `skip` leaves out rows of the first page. `by_number` lists key columns that are sorted
    by id instead of name. Raises Refused for a cursor of another order.
    """
    keys = _keys_to_number(rows.model, order, by_number)
    place = _read(after, order, keys)
    if skip and place is None:
        found = rows.order_by(*(key.order(False) for key in keys)).values_list("pk", flat=True)
        numbers = list(found[skip : skip + size + 1])
    else:
        numbers = _numbers(rows, keys, size, place, False)
    shown = numbers[:size]
    if len(numbers) <= size or not shown:
        return NumberPage(shown, "")
    last = rows.filter(pk=shown[-1]).values_list(*(key.path for key in keys))[0]
    return NumberPage(shown, _place_text(last, order))


def _numbers(rows: Any, keys: list[_Key], size: int, place: list[Any] | None, back: bool) -> list[int]:
    """Return the ids of a page and of one more row where there is one.

    The rows with a value in the first column and those without one are two consecutive lists.
    """
    numbers: list[int] = []
    first = keys[0]
    for empty in _parts(first, place, back):
        part = rows
        rest = keys
        if first.nullable:
            part = part.filter(**{f"{first.path}__isnull": empty})
            rest = keys[1:] if empty else [_Key(first.path, first.column, first.down, False), *keys[1:]]
        values = place[len(keys) - len(rest) :] if place is not None else None
        if values is not None and (not first.nullable or (place is not None and (place[0] is None) == empty)):
            part = part.filter(_beyond(rest, values, back))
        part = part.order_by(*(key.order(back) for key in rest))
        numbers += part.values_list("pk", flat=True)[: size + 1 - len(numbers)]
        if len(numbers) > size:
            break
    return numbers


def _sorted_numbers(
    rows: Any, keys: list[_Key], size: int, place: list[Any] | None, back: bool
) -> tuple[list[int], int | None]:
    """Return the same by sorting all rows, and their number where no cursor excludes any."""
    part = rows if place is None else rows.filter(_beyond(keys, place, back))
    part = part.order_by(*(key.order(back) for key in keys))
    if place is not None:
        return list(part.values_list("pk", flat=True)[: size + 1]), None
    found = list(part.annotate(all_rows=Window(Count("*"))).values_list("pk", "all_rows")[: size + 1])
    return [number for number, _ in found], found[0][1] if found else 0


def _numbers_among(
    candidates: Candidates, keys: list[_Key], size: int, place: list[Any] | None, back: bool
) -> list[int]:
    """Return the same for rows that are expensive to test: candidates are read in order and tested in batches until
    the page is full.

    They are read from an index alone first, then tested by the conditions of the list. Without such an index, or where
    few pass, the database chooses between looking up all candidates and an index of the conditions.
    """
    every = candidates.rows.model.objects
    numbers: list[int] = []
    asked, from_index = AHEAD, _orders_an_index(every.model, keys)
    while True:
        if from_index:
            with without_table_scans(every.model):
                batch = _numbers(every.filter(pk__tested_among=candidates.ids), keys, asked - 1, place, back)
        else:
            batch = _numbers(candidates.rows.filter(pk__among=candidates.ids), keys, asked - 1, place, back)
        passed = batch
        if from_index and batch:
            passed = list(candidates.rows.order_by().filter(pk__among=batch).values_list("pk", flat=True))
        matching = candidates.test(passed) if passed else set()
        numbers += [number for number in batch if number in matching]
        missing = size + 1 - len(numbers)
        if missing <= 0 or len(batch) < asked:
            return numbers[: size + 1]
        place = _place_of(every, batch, keys)
        from_index = from_index and len(matching) >= WORTHWHILE
        likely = missing * (asked if from_index else len(passed)) // max(len(matching), 1)
        asked = min(4 * AHEAD, AHEAD + likely if from_index else 2 * (missing + likely))


def _place_of(every: Any, numbers: list[int], keys: list[_Key]) -> list[Any]:
    """Return the cursor of the last of these rows that still exists; Refused where none does."""
    for number in reversed(numbers):
        values = every.filter(pk=number).values_list(*(key.path for key in keys)).first()
        if values is not None:
            return list(values)
    raise _lapsed()


def _orders_an_index(model: Any, keys: list[_Key]) -> bool:
    """Return whether an index covers the column of this order and the id, so that rows are read in order without the
    table."""
    columns = [key.path for key in keys[:-1]] + ["id"]
    return any(list(index.fields[: len(columns)]) == columns for index in model._meta.indexes if not index.condition)


def _looked_up(rows: Any, numbers: list[int], keys: list[_Key]) -> list[Any]:
    """Return the rows with these ids, in this order. Filtering and sorting thus read an index alone, and the table is
    read only for shown rows; a row deleted in the meantime is left out."""
    fresh = rows.model.objects.filter(pk__among=numbers)
    fresh.query.select_related = rows.query.select_related
    named, is_left_out = rows.query.deferred_loading
    paths = {key.path for key in keys[:-1]}
    fresh.query.deferred_loading = (named - paths if is_left_out else named | paths, is_left_out)
    beside = sorted({key.path.rpartition("__")[0] for key in keys if hasattr(key.column, "own")})
    held = {row.pk: row for row in (fresh.select_related(*beside) if beside else fresh)}
    return [held[number] for number in numbers if number in held]


def count_rows(rows: Any, cap: int = CAP) -> tuple[int, bool]:
    """Return (number of rows, whether there are more): counting stops at `cap`, because counting all takes as long as
    reading all."""
    number = rows.order_by()[: cap + 1].count()
    return min(number, cap), number > cap


def _parts(first: _Key, place: list[Any] | None, back: bool) -> tuple[bool, ...]:
    if not first.nullable:
        return (False,)
    parts = (True, False) if back else (False, True)
    return parts if place is None or parts[0] == (place[0] is None) else parts[1:]


def _beyond(keys: list[_Key], values: list[Any], back: bool) -> Q:
    """Return the rows beyond a cursor: beyond in the first column, or equal there and beyond in the next, and so on.
    The first column also has a bound of its own, so that an index finds the start."""
    test = Q(pk__in=[])
    for depth in reversed(range(len(keys))):
        equal = (
            Q(**{keys[depth].path: values[depth]})
            if values[depth] is not None
            else Q(**{f"{keys[depth].path}__isnull": True})
        )
        test = keys[depth].later(values[depth], back) | (equal & test)
    if len(keys) > 1 and not keys[0].nullable:
        bound = "lte" if keys[0].down != back else "gte"
        test &= Q(**{f"{keys[0].path}__{bound}": values[0]})
    return test


def _keys(model: Any, order: str, by_number: frozenset[str] = frozenset(), upwards: bool = False) -> list[_Key]:
    """Return the columns of an order, the id of the row last. A key to another row is sorted by the name of that row,
    where visible to the reader."""
    made: list[_Key] = []
    for column, down in order_rows(model, order):
        path, nullable = column.name, column.null
        if isinstance(column, models.ForeignKey):
            is_number = path in by_number
            path, column = (column.attname, column.target_field) if is_number else _name_behind(column)
        made.append(_Key(path, column, down, nullable))
    return [*made, _Key("pk", model._meta.pk, made[-1].down if made else not upwards, False)]


def _keys_to_number(model: Any, order: str, by_number: frozenset[str]) -> list[_Key]:
    """Return the same for an order that may include the id of the row; columns after it are irrelevant."""
    parts = [part.strip() for part in order.split(",")]
    at = next((place for place, part in enumerate(parts) if part.lstrip("-") == NUMBER), None)
    if at is None:
        return _keys(model, order, by_number, upwards=True)
    keys = _keys(model, ",".join(parts[:at]), by_number)
    return [*keys[:-1], _Key("pk", model._meta.pk, parts[at].startswith("-"), False)]


def _name_behind(column: Any) -> tuple[str, Any]:
    target: Any = column.remote_field.model
    named = {field.name: field for field in target._meta.fields}
    name = next((n for n in ("name", *target.lookup_fields) if n in named), "")
    if not name or (has_spec(named[name]) and spec_of(named[name]).sensitivity > current_actor().clearance):
        return column.attname, target._meta.pk
    return f"{column.name}__{name}", named[name]


def _place(row: Any, order: str, keys: list[_Key]) -> str:
    return _place_text([key.of(row) for key in keys], order)


def _place_text(values: Iterable[Any], order: str) -> str:
    body = json.dumps([order, *(plain_of(value) for value in values)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _read(place: str, order: str, keys: list[_Key]) -> list[Any] | None:
    if not place:
        return None
    try:
        said, *values = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if said != order or len(values) != len(keys) or values[-1] is None:
            raise ValueError(place)
        return [key.column.to_python(value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, ValidationError, binascii.Error):
        raise _lapsed() from None


def _lapsed() -> Refused:
    sentence = bilingual(
        "这一页的位置已失效，请回到首页。", "This place in the list has lapsed; go back to the first page."
    )
    return Refused({"page": [sentence]})
