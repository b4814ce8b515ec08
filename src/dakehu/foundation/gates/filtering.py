"""Search, filter and sort for a reader, who cannot filter by values shown to them masked."""

from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import limits
from dakehu.foundation.gates.encrypted_lookup import record_lookup
from dakehu.foundation.gates.input import reader_of
from dakehu.foundation.gates.row_lookup import Unfit, cleared_lookup_fields
from dakehu.foundation.schema.custom_fields import MultipleChoice
from dakehu.foundation.schema.fields import (
    FieldSpec,
    described_fields,
    has_spec,
    normalize_name,
    spec_of,
    spelling_index,
)
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.related_columns import extension_columns

BAND = "band"  # index of a band in which a masked amount is shown: 0 is the lowest
MONTH = "month"  # month 1 to 12, of a day in any year
OPERATORS = {
    "eq": "",
    "ne": "",
    "has": "icontains",
    "starts": "istartswith",
    "gt": "gt",
    "ge": "gte",
    "lt": "lt",
    "le": "lte",
    "in": "in",
    "empty": "isnull",
    "filled": "isnull",
    BAND: "",
    MONTH: "month",
}


def filter_rows(rows: Any, filters: Mapping[str, Any] | None = None, order: str = "") -> Any:
    """Keep the rows that pass all `filters` ({"field": value} or {"field.op": value}), sorted by `order`
    ("field" or "-field", comma separated). Raises Refused for unknown or uncleared columns and bad values."""
    if filters is not None and not isinstance(filters, Mapping):
        raise Refused({"filters": [bilingual("应为一个 JSON 对象。", "Must be one JSON object.")]})
    model = rows.model
    index = _spellings(model)
    for key, value in (filters or {}).items():
        if value in (None, ""):
            continue
        head, _, op = key.partition(".")
        fault = limits.find_json_fault(value)
        if fault is not None:
            raise Refused({key: [fault]})
        further = getattr(model, "list_filters", {}).get(head)
        if further is not None and not op:
            rows = further(rows, value)
            continue
        rows = _filter(rows, _column(model, index, head, op), op or "eq", value)
    if order:
        columns = [("-" if down else "") + column.name for column, down in order_rows(model, order)]
        rows = rows.order_by(*columns, "-pk")
    return rows


def equal_values(model: Any, filters: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """Return {column: value} of those `filters` by which a column of these names must equal one value; values of other
    columns, which may name a row to be looked up, are not read. Raises Refused as `filter_rows` does."""
    index, found = _spellings(model), {}
    for key, value in filters.items():
        head, _, op = key.partition(".")
        is_further = not op and head in getattr(model, "list_filters", {})
        if value in (None, "") or op not in ("", "eq") or is_further:
            continue
        column = _column(model, index, head)
        if column.name in names and column.model is model and not isinstance(column, EncryptedTextField):
            try:
                found[column.name] = _reader(column)(value)
            except Unfit as unfit:
                raise Refused({column.name: [unfit.message]}) from None
    return found


def _reader(column: Any) -> Any:
    """Return the parser of a column's values."""
    return reader_of(Parameter(column.name, column.model._meta.label, getattr(column, "own", column.name)))


def _spellings(model: Any) -> dict[str, str]:
    """Return {any spelling: name} of the columns of a model visible to the reader."""
    return _spellings_of(
        tuple((name, field) for name, field, _ in [*described_fields(model), *extension_columns(model)])
    )


@lru_cache(maxsize=256)  # a list calls it several times per page
def _spellings_of(columns: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    return spelling_index({name: spec_of(field) for name, field in columns})


def order_rows(model: Any, order: str) -> list[tuple[Any, bool]]:
    """Return [(column, whether descending)] of an order such as "-assets,name". Raises Refused for columns that are
    unknown or above the reader's clearance. "id" is the id of a row, in order of creation."""
    index = _spellings(model)
    parts = [part.strip() for part in order.split(",") if part.strip()]
    return [
        (model._meta.pk if part.lstrip("-") == "id" else _column(model, index, part.lstrip("-")), part.startswith("-"))
        for part in parts
    ]


def cleared_column(model: Any, name: str) -> Any:
    """Return the column by which the reader may filter or sort. Raises Refused for one that is unknown or above the
    reader's clearance."""
    return _column(model, _spellings(model), name)


def _column(model: Any, index: dict[str, str], name: str, op: str = "") -> Any:
    found = index.get(normalize_name(name))
    if found is None:
        raise Refused({name: [bilingual("没有“{name}”这一列。", "There is no column “{name}”.", name=name)]})
    borrowed = next((field for own, field, _ in extension_columns(model) if own == found), None)
    column = model._meta.get_field(found) if borrowed is None else borrowed
    spec: FieldSpec = spec_of(column)
    shown_as_band = op == BAND and _band_edges(column)  # this much of the amount is visible to the reader anyway
    if spec.sensitivity > current_actor().clearance and not shown_as_band:
        raise _clearance_refusal(name, spec.label)
    return column


def _clearance_refusal(name: str, label: str) -> Refused:
    sentence = bilingual("您不能按“{label}”筛选或排序。", "You may not filter or sort by “{label}”.", label=label)
    return Refused({name: [sentence]})


def _filter(rows: Any, column: Any, op: str, value: Any) -> Any:
    if op not in OPERATORS:
        raise Refused({column.name: [bilingual("没有“{op}”这种条件。", "There is no condition “{op}”.", op=op)]})
    if op == BAND:
        return _filter_band(rows, column, str(value))
    if op == MONTH:
        return _filter_month(rows, column, str(value))
    if op in ("empty", "filled"):
        blank = Q(**{f"{column.name}__isnull": True})
        if isinstance(column, (models.CharField, models.TextField)):
            blank |= Q(**{column.name: ""})
        return rows.filter(blank) if op == "empty" else rows.exclude(blank)
    if isinstance(column, EncryptedTextField):
        return rows.filter(encrypted_condition(column, value))
    if op in ("has", "starts"):
        if isinstance(value, (list, dict)):
            raise Refused(
                {column.name: [bilingual("这里只能填一个值。", "One value goes here, not a list or an object.")]}
            )
        listed = column.choice_set.read(str(value)) if hasattr(column, "choice_set") else None
        value = listed.value if listed is not None else value  # a label of the choice set finds its code
        if isinstance(column, models.ForeignKey):
            return rows.filter(_names_behind(column, op, value))
        return rows.filter(**{f"{column.name}__{OPERATORS[op]}": value})
    read = _reader(column)
    try:
        if op == "in":
            many = value if isinstance(value, (list, tuple)) else _split_choices(column, str(value))
            return rows.filter(**{f"{column.name}__in": [read(v) for v in many]})
        meant = read(value)
    except Unfit as unfit:
        raise Refused({column.name: [unfit.message]}) from None
    if op == "ne":
        return rows.exclude(**{column.name: meant})
    if op == "eq" and isinstance(column, models.DateTimeField):
        return rows.filter(**{f"{column.name}__date": meant.date()})
    lookup = OPERATORS[op]
    return rows.filter(**{f"{column.name}__{lookup}" if lookup else column.name: meant})


def _band_edges(column: Any) -> tuple[int, ...]:
    """Return the edges of the bands in which a masked column is shown, none where its mask has no bands."""
    edges: tuple[int, ...] = getattr(spec_of(column).mask, "band_edges", ()) if has_spec(column) else ()
    return edges


def _filter_band(rows: Any, column: Any, place: str) -> Any:
    edges = _band_edges(column)
    if not edges or not (place.isascii() and place.isdecimal() and int(place) <= len(edges)):
        raise Refused({column.name: [bilingual("没有这个金额区间。", "There is no such band of amounts.")]})
    low, high = (0, *edges)[int(place)], (*edges, None)[int(place)]
    rows = rows.filter(**{f"{column.name}__gte": low})
    return rows if high is None else rows.filter(**{f"{column.name}__lt": high})


def _filter_month(rows: Any, column: Any, month: str) -> Any:
    is_month = month.isascii() and month.isdecimal() and len(month) < 3 and 1 <= int(month) <= 12
    if not isinstance(column, models.DateField) or not is_month:
        raise Refused(
            {column.name: [bilingual("只有日期可按月份筛选，月份为 1 至 12。", "Days only; a month is 1 to 12.")]}
        )
    return rows.filter(**{f"{column.name}__month": int(month)})


def _names_behind(column: Any, op: str, value: Any) -> Q:
    """Return the condition on rows whose key leads to a row of this name, by names the reader sees unmasked. Raises
    Refused without any."""
    names = cleared_lookup_fields(column.remote_field.model)
    if not names:
        raise _clearance_refusal(column.name, spec_of(column).label if has_spec(column) else column.name)
    test = Q()
    for name in names:
        test |= Q(**{f"{column.name}__{name}__{OPERATORS[op]}": str(value)})
    return test


def _split_choices(column: Any, text: str) -> list[str]:
    """Return the values in a comma-separated text. Names of a choice set may contain commas themselves."""
    words = getattr(column, "choice_set", None)
    chosen = MultipleChoice(words).read(text) if words is not None and not hasattr(words, "many") else None
    return (text if chosen is None else chosen.value).split(",")


def encrypted_condition(column: EncryptedTextField, value: Any) -> Q:
    """Return a condition of equality through the field's blind index. Raises Refused for a field without one."""
    for beside in column.model._meta.fields:
        if isinstance(beside, BlindIndex) and beside.of == column.name and beside.part is None:
            index = beside.index_of(str(value))
            record_lookup(beside, index)
            return Q(**{beside.name: index})
    label = spec_of(column).label if has_spec(column) else column.name
    raise Refused({column.name: [bilingual("不能按“{label}”查找。", "“{label}” cannot be looked up.", label=label)]})
