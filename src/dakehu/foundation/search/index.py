"""Maintain the search table: one line for each searchable row.

Lines are written in the action that writes the row. A model declares its searchable fields: `searched = {"name": NAME,
"code": CODE, "remark": TEXT}`. The tokens of fields above PUBLIC have a separate mark, which readers without clearance
cannot match. Encrypted fields are never indexed.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db import connections, models, router

from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.database import write_pipeline
from dakehu.foundation.schema.fields import spec_of
from dakehu.foundation.search.text import CLEARED, OPEN, code_tokens, mark, name_tokens, tokens

How = Callable[[str], str]
NAME: How = name_tokens
CODE: How = code_tokens
TEXT: How = tokens

AT_ONCE = 5000
_line_label = ""


def set_line_model(label: str) -> None:
    """Set the model of the search table; called once at start-up by the domain that owns clients."""
    global _line_label
    _line_label = label


def line_model() -> Any:
    """Return the model of the search table."""
    return apps.get_model(_line_label)


def search_fields_of(model: Any) -> dict[str, How]:
    """Return {field: tokeniser} of a model, {} if it is not searchable."""
    return getattr(model, "searched", {})


def searched_models() -> list[Any]:
    """Return all searchable models."""
    return [m for m in apps.get_models() if search_fields_of(m)]


def is_affected_by(model: Any, columns: Iterable[str]) -> bool:
    """Return whether writing these columns changes the search lines of a row."""
    fields = search_fields_of(model)
    return bool(fields) and any(name in fields or name == model.client_path for name in columns)


def _mark_of(model: Any, name: str) -> str:
    """Return the mark of a field's tokens."""
    return CLEARED if spec_of(model._meta.get_field(name)).sensitivity > PUBLIC else OPEN


def update(model: Any, rows: list[Any], *, new: bool) -> None:
    """Rewrite the lines of stored rows, inside the open transaction."""
    if not rows or not search_fields_of(model):
        return
    if not new:
        remove(model, [row.pk for row in rows])
    columns = {name: [getattr(row, name) for row in rows] for name in search_fields_of(model)}
    client = model._meta.pk.attname if model.client_path == "pk" else model._meta.get_field(model.client_path).attname
    _write(model, [row.pk for row in rows], [getattr(row, client) for row in rows], columns)


def update_columns(model: Any, ids: list[int], columns: dict[str, list[Any]]) -> None:
    """Write the lines of rows that were just written as whole columns."""
    if search_fields_of(model):
        clients = ids if model.client_path == "pk" else columns[model._meta.get_field(model.client_path).attname]
        _write(model, ids, clients, columns)


def _write(model: Any, ids: list[int], clients: list[int], columns: dict[str, list[Any]]) -> None:
    """Write the lines of rows from their columns. Rows without a client are not indexed."""
    words = [
        _words_of(columns[name], tokeniser, _mark_of(model, name))
        for name, tokeniser in search_fields_of(model).items()
        if name in columns
    ]
    if not words:
        return
    joined = words[0] if len(words) == 1 else [" ".join(filter(None, row)) for row in zip(*words, strict=True)]
    lines = [line for line in zip(clients, ids, joined, strict=True) if line[2] and line[0] is not None]
    _insert(model._meta.label, lines)


def _words_of(values: list[Any], tokeniser: How, sign: str) -> list[str]:
    """Return the marked tokens of a column; repeated values are tokenised once."""
    known = {value: mark(tokeniser(str(value)), sign) if value else "" for value in set(values)}
    return [known[value] for value in values]


def count_missing(model: Any, limit: int = 1000) -> int:
    """Return the number of searchable rows without a line, at most `limit`. Run as the system."""
    lines: Any = models.QuerySet(line_model()).filter(what=model._meta.label, number=models.OuterRef("pk"))
    rows: Any = models.QuerySet(model).exclude(models.Exists(lines))
    if model.client_path != "pk":
        rows = rows.exclude(**{model.client_path: None})
    rows = rows.order_by("-pk")[:limit]
    return sum(
        any(tokeniser(str(getattr(row, name) or "")) for name, tokeniser in search_fields_of(model).items())
        for row in rows
    )


def remove(model: Any, ids: Iterable[int]) -> None:
    """Remove the lines of deleted rows, inside the open transaction."""
    if not search_fields_of(model):
        return
    line = line_model()
    connection = connections[router.db_for_write(line)]
    all_ids = list(ids)
    with connection.cursor() as cursor:
        for start in range(0, len(all_ids), AT_ONCE):
            some_ids = all_ids[start : start + AT_ONCE]
            placeholders = ", ".join(["%s"] * len(some_ids))
            sql = f"DELETE FROM {line._meta.db_table} WHERE what = %s AND number IN ({placeholders})"  # noqa: S608  names come from models
            cursor.execute(sql, [model._meta.label, *some_ids])


def _insert(label: str, lines: list[tuple[int, int, str]]) -> None:
    """Insert lines of one model from (client id, row id, tokens)."""
    line = line_model()
    connection = connections[router.db_for_write(line)]
    table = f"INSERT INTO {line._meta.db_table} (what, client_id, number, words)"
    if connection.vendor == "postgresql":
        arrays = "unnest(%s::bigint[], %s::bigint[], %s::text[]) AS given"
        for start in range(0, len(lines), AT_ONCE):
            clients, row_ids, words = zip(*lines[start : start + AT_ONCE], strict=True)
            texts = '{"' + '","'.join(words) + '"}'  # tokens are letters and digits
            arrays_of_ids = [f"{{{','.join(map(str, column))}}}" for column in (clients, row_ids)]
            statement = f"{table} SELECT %s, given.* FROM {arrays}"  # noqa: S608  names come from models
            write_pipeline.write(connection, statement, [label, *arrays_of_ids, texts])
    else:
        with connection.cursor() as cursor:
            cursor.executemany(f"{table} VALUES (%s, %s, %s, %s)", [(label, *line_values) for line_values in lines])


def rebuild(report: Callable[[str, int], None]) -> None:
    """Rewrite every line. Run as the system inside an action.

    `report(label, rows)` is called after each part.
    """
    for model in searched_models():
        last, count = 0, 0
        while True:
            rows: list[Any] = list(models.QuerySet(model).filter(pk__gt=last).order_by("pk")[:AT_ONCE])
            if not rows:
                break
            update(model, rows, new=False)
            last, count = rows[-1].pk, count + len(rows)
            report(model._meta.label, count)
