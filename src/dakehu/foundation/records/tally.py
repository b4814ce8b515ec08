"""What an act did to tables in bulk, for its audit entry: one change a table, row numbers as runs."""

from collections.abc import Iterable
from typing import Any

from dakehu.foundation.actions.registry import Change, current_act
from dakehu.foundation.base.id_ranges import IdRanges


def add_row_counts(model: Any, told: dict[str, IdRanges], columns: Iterable[str] = ()) -> None:
    """Add to what the present act did to a table in bulk: one change a table, numbers as runs."""
    changes = current_act().changes
    label = model._meta.label
    last = next((c for c in reversed(changes) if c.kind == "many" and c.model == label), None)
    if last is None:
        last = Change(label, None, "many", {}, {"columns": []})
        changes.append(last)
    for name, numbers in told.items():
        known = IdRanges.of(last.after.get(name, ()))
        known.merge(numbers)
        last.after[name] = known.runs
    last.after["columns"] = sorted({*last.after["columns"], *columns})
