"""Small tables by worksheet: each row is checked and written by the actions of a single record, so that no rule is
duplicated."""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.schema.parameters import Parameter

Check = Callable[[Any, bool], None]


def evaluate_rows(
    model: Any,
    columns: Columns,
    count: int,
    evaluation: ImportEvaluation,
    *,
    key: tuple[str, ...],
    fields: tuple[str, ...],
    parameters: Iterable[Parameter],
    check: Check,
    mode: str = "both",
    clients: list[int] | None = None,
) -> ImportEvaluation:
    """Compare rows with the visible stored ones, by the fields of `key`, and set the outcome of each.

    `clients` has the client of each row where each belongs to one; 0 and less are not stored yet. `check(row, is_new)`
    gets the resulting unsaved record and raises Refused for an invalid one.
    """
    compared = tuple(name for name in fields if name in columns and name not in key)
    keys = _keys(columns, count, key)
    if clients is None:
        stored = _stored_rows(model, key, compared)
    else:
        keys = [(client, *rest) for client, rest in zip(clients, keys, strict=True)]
        stored = row_matching.stored_by_client(model, key, compared, clients)
    row_matching.evaluate(model, columns, keys, stored, compared, evaluation, mode=mode)
    row_matching.hide_foreign_values(model, columns, evaluation)
    row_matching.require_columns(parameters, columns, evaluation)
    return check_rows(model, columns, evaluation, fields, check, clients)


def check_rows(
    model: Any,
    columns: Columns,
    evaluation: ImportEvaluation,
    fields: tuple[str, ...],
    check: Check,
    clients: list[int] | None = None,
) -> ImportEvaluation:
    """Mark the rows that `check` refuses as faults (see evaluate_rows)."""
    held = model.objects.in_bulk([evaluation.targets[place] for place in evaluation.rows(UPDATED)])
    for place in evaluation.rows(CREATED, UPDATED):
        is_new = evaluation.verdicts[place] == CREATED
        try:
            if is_new:
                owner = {} if clients is None else {"client_id": clients[place] if clients[place] > 0 else None}
                row = model(**owner, **row_matching.filled_values(columns, fields, place))
            else:
                row = copy(held[evaluation.targets[place]])
                for name, (_, given) in evaluation.differences[place].items():
                    setattr(row, name, given)
            check(row, is_new)
        except Refused as refused:
            name, messages = next(iter(refused.messages.items()))
            evaluation.fault(place, name, _value(columns, name, place), _to_bilingual(messages[0]))
    return evaluation


def write_client_rows(
    columns: Columns,
    evaluation: ImportEvaluation,
    fields: tuple[str, ...],
    clients: dict[int, Any],
    create: Callable[[Any, dict[str, Any]], Any],
    change: Callable[[int, dict[str, Any]], Any],
) -> None:
    """Write evaluated rows of clients, each by the action of a single one; `clients` are the clients of the rows by
    index."""
    for place in evaluation.rows(CREATED):
        evaluation.targets[place] = create(clients[place], row_matching.filled_values(columns, fields, place)).pk
    for place, differences in evaluation.differences.items():
        if evaluation.verdicts[place] == UPDATED:
            change(evaluation.targets[place] or 0, {name: given for name, (_, given) in differences.items()})


def write_rows(
    columns: Columns,
    evaluation: ImportEvaluation,
    fields: tuple[str, ...],
    create: Callable[[dict[str, Any]], Any],
    change: Callable[[int, dict[str, Any]], Any],
) -> None:
    """Write evaluated rows, each by the action of a single one."""
    for place in evaluation.rows(CREATED):
        evaluation.targets[place] = create(row_matching.filled_values(columns, fields, place)).pk
    for place, differences in evaluation.differences.items():
        if evaluation.verdicts[place] == UPDATED:
            change(evaluation.targets[place] or 0, {name: given for name, (_, given) in differences.items()})


def _keys(columns: Columns, count: int, key: tuple[str, ...]) -> list[Any]:
    """Return the key of each row."""
    return [tuple(_plain(_value(columns, name, place)) for name in key) for place in range(count)]


def _stored_rows(model: Any, key: tuple[str, ...], compared: tuple[str, ...]) -> Stored:
    """Return the visible rows by their key."""
    found: Stored = {}
    attnames = [model._meta.get_field(name).attname for name in (*key, *compared)]
    for pk, *values in model.objects.order_by("pk").values_list("pk", *attnames):
        found.setdefault(tuple(_plain(one) for one in values[: len(key)]), []).append((pk, tuple(values[len(key) :])))
    return found


def _value(columns: Columns, name: str, place: int) -> Any:
    return columns[name][place] if name in columns else None


def _plain(value: Any) -> Any:
    """Return a value for comparison: a time to the minute, as stored in worksheets, a row by its id."""
    if isinstance(value, datetime):
        return (value + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return getattr(value, "pk", value)


def _to_bilingual(message: Bilingual | str) -> Bilingual:
    return message if isinstance(message, Bilingual) else bilingual(message, message)
