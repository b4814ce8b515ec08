"""The search table: a line for each row that people look for, kept in step inside the act that writes the row.

A model says what it is found by: `searched = {"name": NAME, "code": CODE, "remark": TEXT}`. Fields above PUBLIC go into a
line of their own, which readers without clearance are not given. Sealed fields never go in.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db import connections, models, router

from dakehu.foundation.access.sensitivity import PERSONAL, PUBLIC
from dakehu.foundation.database import write_pipeline
from dakehu.foundation.schema.fields import spec_of
from dakehu.foundation.search.text import code_tokens, name_tokens, tokens

How = Callable[[str], str]
NAME: How = name_tokens
CODE: How = code_tokens
TEXT: How = tokens

AT_ONCE = 5000
_line_label = ""


def set_line_model(label: str) -> None:
    """Called once at start-up by the room that owns clients: the model of the search table."""
    global _line_label
    _line_label = label


def line_model() -> Any:
    return apps.get_model(_line_label)


def searched(model: Any) -> dict[str, How]:
    return getattr(model, "searched", {})


def searched_models() -> list[Any]:
    return [m for m in apps.get_models() if searched(m)]


def is_affected_by(model: Any, columns: Iterable[str]) -> bool:
    """Whether writing these fields changes what rows are found by."""
    wanted = searched(model)
    return bool(wanted) and any(name in wanted or name == model.client_path for name in columns)


def _levels(model: Any) -> dict[int, list[tuple[str, How]]]:
    """What goes into the line of each sensitivity: [(column, how)]."""
    made: dict[int, list[tuple[str, How]]] = {}
    for name, how in searched(model).items():
        sensitivity = PERSONAL if spec_of(model._meta.get_field(name)).sensitivity > PUBLIC else PUBLIC
        made.setdefault(int(sensitivity), []).append((name, how))
    return made


def update(model: Any, rows: list[Any], *, new: bool) -> None:
    """Write the lines of stored rows anew, inside the open transaction."""
    if not rows or not searched(model):
        return
    if not new:
        remove(model, [row.pk for row in rows])
    columns = {name: [getattr(row, name) for row in rows] for name in searched(model)}
    client = model._meta.pk.attname if model.client_path == "pk" else model._meta.get_field(model.client_path).attname
    _write(model, [row.pk for row in rows], [getattr(row, client) for row in rows], columns)


def update_columns(model: Any, numbers: list[int], columns: dict[str, list[Any]]) -> None:
    """Write the lines of rows that were just written as whole columns."""
    if searched(model):
        clients = numbers if model.client_path == "pk" else columns[model._meta.get_field(model.client_path).attname]
        _write(model, numbers, clients, columns)


def _write(model: Any, numbers: list[int], clients: list[int], columns: dict[str, list[Any]]) -> None:
    for level, fields in _levels(model).items():
        given = [(columns[name], how) for name, how in fields if name in columns]
        told: list[tuple[int, int, str]] = []
        for place, number in enumerate(numbers):
            words = " ".join(filter(None, (how(str(values[place])) for values, how in given if values[place])))
            if words:
                told.append((clients[place], number, words))
        _insert(model._meta.label, level, told)


def count_missing(model: Any, most: int = 1000) -> int:
    """How many rows, `most` at most, hold words to be found by and have no line. Run as the system."""
    there: Any = models.QuerySet(line_model()).filter(what=model._meta.label, number=models.OuterRef("pk"))
    rows: Any = models.QuerySet(model).exclude(models.Exists(there)).order_by("-pk")[:most]
    return sum(any(how(str(getattr(row, name) or "")) for name, how in searched(model).items()) for row in rows)


def remove(model: Any, numbers: Iterable[int]) -> None:
    """Remove the lines of rows that go, inside the open transaction."""
    if not searched(model):
        return
    line = line_model()
    connection = connections[router.db_for_write(line)]
    every = list(numbers)
    with connection.cursor() as cursor:
        for start in range(0, len(every), AT_ONCE):
            part = every[start : start + AT_ONCE]
            places = ", ".join(["%s"] * len(part))
            sql = f"DELETE FROM {line._meta.db_table} WHERE what = %s AND number IN ({places})"  # noqa: S608  names come from models
            cursor.execute(sql, [model._meta.label, *part])


def _insert(label: str, level: int, told: list[tuple[int, int, str]]) -> None:
    """Write lines of one model and level from (client, number, words)."""
    line = line_model()
    connection = connections[router.db_for_write(line)]
    table = f"INSERT INTO {line._meta.db_table} (what, level, client_id, number, words)"
    if connection.vendor == "postgresql":
        arrays = "unnest(%s::bigint[], %s::bigint[], %s::text[]) AS given"
        for start in range(0, len(told), AT_ONCE):
            clients, numbers, words = zip(*told[start : start + AT_ONCE], strict=True)
            texts = '{"' + '","'.join(words) + '"}'  # tokens are letters and digits
            given = [f"{{{','.join(map(str, column))}}}" for column in (clients, numbers)]
            statement = f"{table} SELECT %s, %s, given.* FROM {arrays}"  # noqa: S608  names come from models
            write_pipeline.write(connection, statement, [label, level, *given, texts])
    else:
        with connection.cursor() as cursor:
            cursor.executemany(f"{table} VALUES (%s, %s, %s, %s, %s)", [(label, level, *one) for one in told])


def rebuild(told: Callable[[str, int], None]) -> None:
    """Write every line anew. Run as the system, inside an act; `told(label, rows)` is called as it goes on."""
    for model in searched_models():
        last, count = 0, 0
        while True:
            rows: list[Any] = list(models.QuerySet(model).filter(pk__gt=last).order_by("pk")[:AT_ONCE])
            if not rows:
                break
            update(model, rows, new=False)
            last, count = rows[-1].pk, count + len(rows)
            told(model._meta.label, count)
