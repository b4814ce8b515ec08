"""Format values of rows as text: label and text of columns, tables of rows, and values of the audit."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import columns_of, render_row, render_rows
from dakehu.foundation.gates.output import Column, name_of
from dakehu.foundation.schema import custom_fields

ROWS_SHOWN = 200


def spec_of(row: Any, names: tuple[str, ...], empty: bool = False) -> list[dict[str, Any]]:
    """Return label and text of the named columns of a row; empty ones only if requested."""
    shown, plain = render_row(row, names, shown=True), render_row(row, names)
    return [
        {
            "label": column.label,
            "text": shown[column.name],
            "plain": plain[column.name],
            "kind": column.kind,
            "name": column.name,
            "edits": "",
            "opens": isinstance(column.field, custom_fields.SecretField),
        }
        for column in columns_of(type(row), names)
        if empty or shown[column.name] not in ("", None)
    ]


def table_of(rows: Any, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return columns and cells of a list of rows, as shown values together with the plain ones."""
    columns = [c for c in columns_of(rows.model) if c.spec.listed or c.kind == "rate"]
    columns = [c for c in columns if c.name not in leave_out]
    rows = list(rows[:ROWS_SHOWN])
    shown, plain = render_rows(rows, shown=True), render_rows(rows)
    lines = [
        {
            "id": p["id"],
            "row_version": p["row_version"],
            "state": p.get("state", ""),
            "cells": [
                {"label": c.label, "kind": c.kind, "text": s[c.name], "plain": p[c.name], "name": c.name}
                for c in columns
            ],
        }
        for s, p in zip(shown, plain, strict=True)
    ]
    return {"columns": columns, "lines": lines, "count": len(lines)}


def value_text(column: Column | None, value: Any) -> str:
    """Return a readable text of an audit value, which may be a code, a row id, an ISO moment or a structure."""
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, dict):
        return _joined([f"{name} {value_text(None, part)}" for name, part in value.items()])
    if isinstance(value, list):
        return _joined([value_text(column if column and column.choice_set else None, part) for part in value])
    if column is None:
        return str(value)
    if column.choice_set is not None:
        return str(column.choice_set.text_of(value))
    if column.kind == "bool" and isinstance(value, bool):
        return str(bilingual("是", "Yes") if value else bilingual("否", "No"))
    if column.kind == "datetime":
        return str(value)[:16].replace("T", " ")
    if column.kind == "key" and str(value).isdigit():
        row = column.field.remote_field.model.objects.filter(pk=value).first()
        return name_of(row, current_actor().clearance) if row is not None else str(value)
    return str(value)


def _joined(texts: list[str]) -> str:
    return str(bilingual("{texts}", "{texts}", texts=texts))
