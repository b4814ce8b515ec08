"""Rows of an import that say what was known of a client on an earlier day."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from dakehu.domains.clients.bulk_import.evaluation import OLDER, ClientEvaluation
from dakehu.domains.clients.models import Client, History
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, SKIPPED, UNCHANGED, UPDATED, Columns, ImportEvaluation
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import editable_fields, spec_of


def history_fields() -> tuple[str, ...]:
    """Return the fields of a client that an import may write, and the day of the data."""
    return (*(name for name in editable_fields("clients.Client") if name != "code"), "as_of_on")


def evaluate_history(made: ClientEvaluation, columns: Columns, keys: list[Any]) -> None:
    """Find the rows of earlier days that are not stored yet; the last row of a day counts."""
    days = columns.get("as_of_on")
    if days is None:
        return
    present = {
        keys[row]: row for row, v in enumerate(made.weighed.verdicts) if v in (CREATED, UPDATED, UNCHANGED, SKIPPED)
    }
    kept: dict[Any, int] = {}
    for row in made.weighed.rows(OLDER):
        now = present.get(keys[row])
        if now is not None:
            made.people[row] = made.people[now]
        if made.people[row] and (now is None or days[now] != days[row]):
            kept[keys[row], days[row]] = row  # the last row of a day counts
    made.history = [(row, day) for (_, day), row in kept.items()]
    known: set[Any] = set()
    for part in chunks(sorted({made.people[row] for row, _ in made.history if made.people[row] > 0})):
        known.update(History.objects.filter(client_id__among=part).values_list("client_id", "as_of_on"))
    made.histories = ImportEvaluation.of(len(made.history))
    made.histories.verdicts = [UNCHANGED if (made.people[r], d) in known else CREATED for r, d in made.history]


def history_values(values: dict[str, Any]) -> dict[str, Any]:
    """What was known, as JSON, without anything sealed."""
    kept = {}
    for name, value in values.items():
        column: Any = None if name == "staff" else Client._meta.get_field(name)
        if column is None or spec_of(column).sensitivity == SECRET or value in (None, ""):
            continue
        if isinstance(value, models.Model):
            value = value.pk
        kept[name] = (
            value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        )
    return kept


def write_history(columns: Columns, made: ClientEvaluation) -> None:
    """Store the rows of earlier days."""
    fresh = [
        History(
            client_id=made.people[row],
            as_of_on=day,
            known=history_values(row_matching.filled_values(columns, history_fields(), row)),
        )
        for (row, day), verdict in zip(made.history, made.histories.verdicts, strict=True)
        if verdict == CREATED
    ]
    if fresh:
        record_rows(History, fresh, [], [])
