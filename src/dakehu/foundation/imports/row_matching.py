"""Bulk rows: whole columns evaluated against stored rows, then written in the open act.

A row is created, updated, unchanged, skipped or at fault. An empty cell is no value: it never erases. A cell that
still has the mask of the stored value is no value either. Evaluation only reads, so a dry run and the real run share
it; the real run evaluates again inside its own transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.base.chunks import CHUNK, chunks
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.gates.input import CellError, missing_parameters
from dakehu.foundation.records.bulk import load_rows, record_rows
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import has_spec, may
from dakehu.foundation.schema.parameters import Parameter

CREATED, UPDATED, UNCHANGED, SKIPPED, ERROR = "created", "updated", "unchanged", "skipped", "errors"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, ERROR)
MODES = ("both", "create", "update")

Columns = dict[str, list[Any]]
Stored = dict[Any, list[tuple[int, tuple[Any, ...]]]]
Same = Callable[[Any, Any], bool]


@dataclass
class ImportEvaluation:
    """The effect of columns on one table, by row.

    `targets` has the id of the stored row (None: none). `differences` maps a row to {field: (stored, given)}. Faults
    and warnings have the index of the row. `anchored` lists rows whose stored row is certain, by its id in `targets`,
    with the fields in which they change it: there an empty value erases.
    """

    verdicts: list[str]
    targets: list[int | None]
    differences: dict[int, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    faults: list[CellError] = field(default_factory=list)
    warnings: list[CellError] = field(default_factory=list)
    anchored: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, count: int) -> "ImportEvaluation":
        return cls([""] * count, [None] * count)

    def fault(self, row: int, name: str, value: Any, message: Bilingual) -> None:
        self.verdicts[row] = ERROR
        self.faults.append(CellError(row, name, "" if value is None else str(value), message))

    def warn(self, row: int, name: str, value: Any, message: Bilingual) -> None:
        self.warnings.append(CellError(row, name, "" if value is None else str(value), message))

    def counts(self) -> dict[str, int]:
        return {verdict: self.verdicts.count(verdict) for verdict in OUTCOMES}

    def rows(self, *verdicts: str) -> list[int]:
        return [row for row, verdict in enumerate(self.verdicts) if verdict in verdicts]


def stored_by_client(model: Any, key: tuple[str, ...], fields: tuple[str, ...], clients: Iterable[int]) -> Stored:
    """Return {(client id, *key values): [(pk, values of fields)]} of rows in scope that belong to `clients`, oldest
    first."""
    found: Stored = {}
    columns = [model._meta.get_field(name).attname for name in fields]
    for part in chunks(sorted({c for c in clients if c > 0})):
        rows = model.objects.filter(client_id__among=part).order_by("pk").values_list("pk", "client_id", *key, *columns)
        for pk, client, *rest in rows.iterator(chunk_size=CHUNK):
            found.setdefault((client, *rest[: len(key)]), []).append((pk, tuple(rest[len(key) :])))
    return found


def equality_columns(model: Any, name: str) -> Same:
    """Return whether a given value equals the stored one, for one field. Keys to other rows compare by id."""
    column = model._meta.get_field(name)
    if isinstance(column, models.ForeignKey):
        return lambda stored, given: stored == given.pk
    facts = column.spec if has_spec(column) else None
    if facts is None or facts.sensitivity <= PUBLIC:
        return lambda stored, given: bool(stored == given)
    mask = facts.mask

    def same(stored: Any, given: Any) -> bool:
        if stored == given:
            return True
        if not isinstance(given, str) or stored in (None, ""):
            return False
        return given == DOTS or (mask is not None and given == mask(str(stored)))

    return same


def evaluate(
    model: Any,
    columns: Columns,
    keys: list[Any],
    stored: Stored,
    fields: tuple[str, ...],
    row_evaluation: ImportEvaluation,
    *,
    mode: str = "both",
    same: dict[str, Same] | None = None,
) -> ImportEvaluation:
    """Set the outcome of every row without one. Anchored rows change their stored row; the others are matched by equal
    keys to the remaining stored rows in order: the second to the second."""
    _evaluate_keyed(model, columns, row_evaluation, mode)
    claimed = {row_evaluation.targets[row] for row in row_evaluation.anchored}
    compare = [
        (n, columns[n], (same or {}).get(n) or equality_columns(model, n), i)
        for i, n in enumerate(fields)
        if n in columns
    ]
    seen: dict[Any, int] = {}
    for row, key in enumerate(keys):
        if row_evaluation.verdicts[row]:
            continue
        nth = seen.get(key, 0)
        seen[key] = nth + 1
        matches = [m for m in stored.get(key, ()) if m[0] not in claimed] if claimed else stored.get(key, ())
        if nth >= len(matches):
            row_evaluation.verdicts[row] = SKIPPED if mode == "update" else CREATED
            continue
        pk, values = matches[nth]
        row_evaluation.targets[row] = pk
        if mode == "create":
            row_evaluation.verdicts[row] = SKIPPED
            continue
        changed = {}
        for name, given_column, is_same, place in compare:
            given = given_column[row]
            if given is not None and given != "" and not is_same(values[place], given):
                changed[name] = (values[place], given)
        row_evaluation.verdicts[row] = UPDATED if changed else UNCHANGED
        if changed:
            row_evaluation.differences[row] = changed
    return row_evaluation


def _evaluate_keyed(model: Any, columns: Columns, row_evaluation: ImportEvaluation, mode: str) -> None:
    rows = [row for row in row_evaluation.anchored if not row_evaluation.verdicts[row]]
    fields = {f.name: f for f in model._meta.fields}  # including those stored in `extra`
    names = sorted(
        {name for row in rows for name in row_evaluation.anchored[row] if name in fields and name in columns}
    )
    read = [fields[name].attname for name in names]
    same = {name: equality_columns(model, name) for name in names}
    held: dict[int, dict[str, Any]] = {}
    for part in chunks(sorted({row_evaluation.targets[row] or 0 for row in rows})):
        for pk, *values in model.objects.filter(pk__in=part).values_list("pk", *read):
            held[pk] = dict(zip(names, values, strict=True))
    for row in rows:
        if mode == "create":
            row_evaluation.verdicts[row] = SKIPPED
            continue
        changed = {}
        for name in sorted(row_evaluation.anchored[row] & set(names)):
            before, given = held[row_evaluation.targets[row] or 0][name], columns[name][row]
            if given in (None, ""):
                given = None if fields[name].null else ""
                if before not in (None, ""):
                    changed[name] = (before, given)
            elif not same[name](before, given):
                changed[name] = (before, given)
        row_evaluation.verdicts[row] = UPDATED if changed else UNCHANGED
        if changed:
            row_evaluation.differences[row] = changed


def hide_foreign_values(model: Any, columns: Columns, row_evaluation: ImportEvaluation) -> None:
    """Allow a custom field that the reader's role may see but not edit in a file, as long as its values are
    unchanged."""
    for custom in custom_fields.custom_fields_of(model._meta.label):
        if custom.name not in columns or may(custom.spec.edited_by):
            continue
        for row, value in enumerate(columns[custom.name]):
            new = row_evaluation.verdicts[row] == CREATED and value not in (None, "")
            if new or custom.name in row_evaluation.differences.get(row, ()):
                row_evaluation.fault(row, custom.name, value, custom_fields.edit_refusal(custom.spec))


def filled_values(columns: Columns, fields: Iterable[str], row: int) -> dict[str, Any]:
    """Return a row's values of `fields`: empty ones are left to the model's defaults."""
    made = {}
    for name in fields:
        value = columns[name][row] if name in columns else None
        if value is not None and value != "":
            made[name] = value
    return made


def write_dependents(
    model: Any,
    columns: Columns,
    row_evaluation: ImportEvaluation,
    fields: tuple[str, ...],
    clients: list[int],
    finish: Callable[[Any, int, bool], None] = lambda row, place, new: None,
    also: tuple[str, ...] = (),
) -> tuple[list[Any], list[Any]]:
    """Write rows that belong to clients (`clients` has one for each row, 0 for none); returns (created, changed) rows.

    `targets` of the evaluation then include the created rows too.

    `finish(row object, index, is new)` sets derived values before the rows are written; `also` lists the columns that
    it may set on a stored row.
    """
    made, changed, touched = [], [], set(also)
    for place in row_evaluation.rows(CREATED):
        row = model(client_id=clients[place] or None, **filled_values(columns, fields, place))
        finish(row, place, True)
        made.append(row)
    held = load_rows(model, (row_evaluation.targets[place] for place in row_evaluation.differences))
    for place, differences in row_evaluation.differences.items():
        row = held[row_evaluation.targets[place]]  # type: ignore[index]
        for name, (_, given) in differences.items():
            setattr(row, name, given)
        touched.update(differences)
        finish(row, place, False)
        changed.append(row)
    if made or changed:
        record_rows(
            model, made, changed, sorted(touched), client_ids={row.client_id for row in (*made, *changed)} - {None}
        )
    for place, row in zip(row_evaluation.rows(CREATED), made, strict=True):
        row_evaluation.targets[place] = row.pk
    return made, changed


def require_columns(
    parameters: Iterable[Parameter], columns: Columns, row_evaluation: ImportEvaluation
) -> ImportEvaluation:
    """Require for a row to be created the required parameters of the action for a single row."""
    for parameter in parameters:
        if not parameter.required or parameter.name == "client":
            continue
        column = columns.get(parameter.name)
        for row in row_evaluation.rows(CREATED):
            if column is None or column[row] in (None, ""):
                row_evaluation.fault(row, parameter.name, "", missing_parameters(parameter))
    return row_evaluation
