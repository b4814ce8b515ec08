"""Import rows with data of an earlier day."""

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


def evaluate_history(evaluation: ClientEvaluation, columns: Columns, keys: list[Any]) -> None:
    """Find the rows of earlier days that are not stored yet; the last row of a day is used."""
    days = columns.get("as_of_on")
    if days is None:
        return
    present = {
        keys[row]: row
        for row, verdict in enumerate(evaluation.row_evaluation.verdicts)
        if verdict in (CREATED, UPDATED, UNCHANGED, SKIPPED)
    }
    rows_of_days: dict[Any, int] = {}
    for row in evaluation.row_evaluation.rows(OLDER):
        current_row = present.get(keys[row])
        if current_row is not None:
            evaluation.people[row] = evaluation.people[current_row]
        if evaluation.people[row] and (current_row is None or days[current_row] != days[row]):
            rows_of_days[keys[row], days[row]] = row  # the last row of a day is used
    evaluation.history = [(row, day) for (_, day), row in rows_of_days.items()]
    known: set[Any] = set()
    for some_ids in chunks(
        sorted({evaluation.people[row] for row, _ in evaluation.history if evaluation.people[row] > 0})
    ):
        known.update(History.objects.filter(client_id__among=some_ids).values_list("client_id", "as_of_on"))
    evaluation.histories = ImportEvaluation.of(len(evaluation.history))
    evaluation.histories.verdicts = [
        UNCHANGED if (evaluation.people[row_index], of_day) in known else CREATED
        for row_index, of_day in evaluation.history
    ]


def history_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as JSON, without secret ones."""
    result = {}
    for name, value in values.items():
        column: Any = None if name == "staff" else Client._meta.get_field(name)
        if column is None or spec_of(column).sensitivity == SECRET or value in (None, ""):
            continue
        if isinstance(value, models.Model):
            value = value.pk
        result[name] = (
            value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        )
    return result


def write_history(columns: Columns, evaluation: ClientEvaluation) -> None:
    """Store the rows of earlier days."""
    entries = [
        History(
            client_id=evaluation.people[row],
            as_of_on=day,
            known=history_values(row_matching.filled_values(columns, history_fields(), row)),
        )
        for (row, day), verdict in zip(evaluation.history, evaluation.histories.verdicts, strict=True)
        if verdict == CREATED
    ]
    if entries:
        record_rows(History, entries, [], [])
