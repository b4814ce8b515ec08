"""A list of rows as columns and cells."""

from typing import Any

from dakehu.foundation.gates import columns_of, render_rows

ROWS_SHOWN = 200


def table_of(rows: Any, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Columns and cells of a list of rows, in shown values with the plain ones beside them."""
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
