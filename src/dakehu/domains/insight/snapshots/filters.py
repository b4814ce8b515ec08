"""The filters of the list of clients, applied to the columns of a snapshot; missing columns are queried in the list."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.clients.masks import BAND_EDGES
from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.sources import Source, every_source, spellings
from dakehu.domains.insight.snapshots.collection import BAND
from dakehu.domains.insight.snapshots.store import CLIENT, Snapshot
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.gates import filtering
from dakehu.foundation.gates.input import reader_of
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of, normalize_name
from dakehu.foundation.schema.parameters import Parameter

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
SERVED = ("manager", "team")


def check_filters(filters: Any) -> None:
    """Raise Refused for filters that the reader may not use, or invalid ones."""
    own = filters
    if isinstance(filters, Mapping):
        own = {key: value for key, value in filters.items() if fact_of(key) is None}
        for key in filters:
            source = fact_of(key)
            if source is not None:
                check_fact(source, key)
    filtering.filter_rows(model_of("clients.Client").objects.none(), own)


def check_fact(source: Source, parameter: str) -> None:
    """Raise Refused if the reader is not cleared for a nightly fact."""
    if source.spec.sensitivity > current_actor().clearance:
        raise refusal(
            parameter,
            "您不能按“{label}”筛选或排序。",
            "You may not filter or sort by “{label}”.",
            label=source.spec.label,
        )


def fact_of(key: str) -> Source | None:
    """Return the nightly fact of a filter, None for a column of the list."""
    sources = every_source()
    name = spellings().get(normalize_name(key.partition(".")[0]))
    return sources[name] if name is not None and sources[name].is_fact else None


def kept_rows(
    snapshot: Snapshot, rows: np.ndarray | None, filters: Mapping[str, Any], asks_list: bool = True
) -> np.ndarray | None:
    """Return those of given rows (None: all) that pass all filters, already checked by check_filters.

    Raises Refused for a filter that the snapshot cannot evaluate if the list, which is current, may not be queried.
    """
    sources, left = every_source(), {}
    index = spellings()
    mask: np.ndarray | None = None
    for key, value in filters.items():
        if value in (None, ""):
            continue
        head, _, op = key.partition(".")
        source = sources.get(index.get(normalize_name(head), ""))
        found = None if source is None else _matching(snapshot, source, op or "eq", value, key)
        if found is None:
            left[key] = value
        else:
            mask = found if mask is None else mask & found
    if left and not asks_list:
        raise refusal("filters", "这个条件没有保存历史。", "No history of this filter is kept.")
    if left:
        found = _asked_of_list(snapshot, left)
        mask = found if mask is None else mask & found
    if mask is None:
        return rows
    return np.flatnonzero(mask) if rows is None else rows[mask[rows]]


def _asked_of_list(snapshot: Snapshot, filters: dict[str, Any]) -> np.ndarray:
    """Return which clients pass filters by columns missing in the snapshot, by current data."""
    found = filtering.filter_rows(model_of("clients.Client").objects.all(), filters).order_by().values_list("pk")
    return np.isin(snapshot.ids, read_columns(found, {CLIENT: pl.Int64}).get_column(CLIENT).to_numpy())


def _matching(snapshot: Snapshot, source: Source, op: str, value: Any, key: str) -> np.ndarray | None:
    """Return for each row whether it passes a filter, None if the snapshot cannot evaluate it."""
    if not snapshot.has(source.name):
        return None if not source.is_fact else np.zeros(snapshot.height, bool)
    if source.kind == "number":
        return _matching_numbers(snapshot, source, op, value, key)
    coded = snapshot.coded(source.name)
    if op in ("empty", "filled"):
        return (coded.codes == 0) == (op == "empty")
    if op == filtering.MONTH:
        return coded.matches(lambda day: day.month == int(value))
    if op == "in":
        many = value if isinstance(value, (list, tuple)) else None
        if many is None:
            return None  # a comma-separated text: parsed by the list
        meant = {_read(source, one, key) for one in many}
        return coded.matches(lambda one: one in meant)
    if op not in COMPARISONS or (source.kind not in ("date",) and op not in ("eq", "ne")):
        return None
    right, compare = _read(source, value, key), COMPARISONS[op]
    return coded.matches(lambda one: compare(one, right), missing=op == "ne")


def _matching_numbers(snapshot: Snapshot, source: Source, op: str, value: Any, key: str) -> np.ndarray | None:
    numbers = snapshot.numbers(source.name)
    if op in ("empty", "filled"):
        return (numbers.is_null() == (op == "empty")).to_numpy()
    if op == filtering.BAND:
        place = int(value)
        return (
            snapshot.coded(source.name + BAND).matches(lambda one: one == place) if place <= len(BAND_EDGES) else None
        )
    if op not in COMPARISONS:
        return None
    right = float(_read(source, value, key))
    if source.cents:
        right = rules.cents_of(right)
    return COMPARISONS[op](numbers, right).fill_null(op == "ne").to_numpy()


def _read(source: Source, value: Any, key: str) -> Any:
    """Return a value in the column's type. Raises Refused for one that cannot be parsed."""
    if source.name in SERVED:
        return int(value)
    try:
        if source.is_fact:
            return _read_fact(source, value)
        own = getattr(source.field, "own", source.field.name)
        read = reader_of(Parameter(source.name, source.field.model._meta.label, own))(value)
    except (filtering.Unfit, ValueError) as unfit:
        message = getattr(unfit, "message", None)
        if message is None:
            raise refusal(key, "“{value}”不是数值。", "“{value}” is no number.", value=str(value)[:80]) from None
        raise Refused({key: [message]}) from None
    if source.kind == "key":
        return read.pk
    return read if source.kind in ("date", "flag", "number") else str(read)


def _read_fact(source: Source, value: Any) -> Any:
    if source.kind == "flag":
        return str(value).lower() in ("true", "1", "是", "yes")
    return date.fromisoformat(str(value)) if source.kind == "date" else float(value)
