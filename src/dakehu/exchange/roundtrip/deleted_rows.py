"""Find exported rows that are missing from the returned workbook.

They are reported, never deleted silently.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dakehu.exchange.mapping.conversion import Grid, text_of
from dakehu.exchange.mapping.mapping import ImportMapping
from dakehu.exchange.roundtrip.merge import DESK, FILE, RoundtripMerge
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import ROW_KEY, worksheets
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual, language
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.resources import KEPT, Resource, SheetOf, with_worksheet

SHOWN_CELLS = 5


@dataclass(frozen=True)
class DeletedRow:
    """A row missing from a worksheet.

    `why_not` is why it cannot be deleted (None: it can), `changed` whether it was changed on the desk since the
    export, `goes` whether it will be deleted, `open` whether that is undecided.
    """

    part: str
    number: int
    text: str
    why_not: Bilingual | None
    changed: bool
    goes: bool
    open: bool = False

    @property
    def mark(self) -> str:
        """Return the key under which a decision about the row is stored."""
        return f"{self.part}:{self.number}"


def deleted_rows(merged: RoundtripMerge, grids: list[Grid], plan: ImportMapping) -> list[DeletedRow]:
    """Return the rows of the exports named by the file's keys that the file lacks.

    A missing worksheet or key column does not mean that its rows were deleted.
    """
    exports = {key.export for keys in merged.keys.values() for key in keys.values()}
    missing: list[DeletedRow] = []
    for name in worksheets():
        if any(grid.plan.part == name and _has_row_keys(grid) for grid in grids):
            for export in sorted(exports):
                missing += _rows_of(name, export, merged, plan)
    return missing


def _has_row_keys(grid: Grid) -> bool:
    """Return whether a grid has a column of row keys."""
    return any(feed.field == ROW_KEY for column in grid.plan.columns for feed in column.feeds)


def _rows_of(name: str, export: str, merged: RoundtripMerge, plan: ImportMapping) -> list[DeletedRow]:
    """Return the missing rows of one worksheet of one export."""
    base = merged.exports.held(export, name)
    if base is None:
        return []
    emptied = merged.emptied.get(name, set())
    present_ids = {key.number for row, key in merged.keys.get(name, {}).items() if row not in emptied}
    positions = {row_id: place for place, row_id in enumerate(base[frames.NUMBER]) if row_id not in present_ids}
    if not positions:
        return []
    current = frames.frame(worksheets()[name], (), language(), rows=sorted(positions)).to_dict(as_series=False)
    fields = [name_of_field for name_of_field in base if not name_of_field.startswith("#")]
    resource, sheet = _declaration_of(name)
    ended = _ended_rows(resource, sheet, current[frames.NUMBER])
    missing = []
    for index, row_id in enumerate(current[frames.NUMBER]):
        exported_texts = [text_of(base[name_of_field][positions[row_id]]) for name_of_field in fields]
        current_texts = [
            text_of(current[name_of_field][index]) if name_of_field in current else "" for name_of_field in fields
        ]
        changed = (
            current[frames.VERSION][index] != base[frames.VERSION][positions[row_id]]
            and exported_texts != current_texts
        )
        why_not = sheet.ended if row_id in ended else _no_deletion_reason(resource, sheet)
        missing.append(_deleted_row(name, row_id, [text for text in current_texts if text], changed, why_not, plan))
    return missing


def _deleted_row(
    name: str, row_id: int, texts: list[str], changed: bool, why_not: Bilingual | None, plan: ImportMapping
) -> DeletedRow:
    """Decide what happens to a missing row."""
    text = " · ".join(text[:30] for text in texts[:SHOWN_CELLS])
    is_chosen = f"{name}:{row_id}" in plan.deleted
    if why_not is not None:
        return DeletedRow(name, row_id, text, why_not, changed, False)
    if not plan.delete_missing or is_chosen:
        return DeletedRow(name, row_id, text, None, changed, is_chosen)
    if changed and plan.prefer not in (FILE, DESK):
        return DeletedRow(name, row_id, text, None, changed, False, open=True)
    return DeletedRow(name, row_id, text, None, changed, not changed or plan.prefer == FILE)


def _declaration_of(name: str) -> tuple[Resource, SheetOf]:
    """Return the resource and the declaration of a worksheet."""
    return next((resource, sheet) for resource, sheet in with_worksheet() if sheet.name == name)


def _no_deletion_reason(resource: Resource, sheet: SheetOf) -> Bilingual | None:
    """Return why no row of a worksheet can be deleted; None if rows can."""
    return sheet.kept or (None if resource.delete else KEPT)


def _ended_rows(resource: Resource, sheet: SheetOf, row_ids: list[int]) -> set[int]:
    """Return the rows whose state no longer allows deletion."""
    if sheet.open_state is None:
        return set()
    field, value = sheet.open_state
    rows = model_of(resource.model).objects.filter(pk__among=row_ids)
    return set(rows.exclude(**{field: value}).values_list("pk", flat=True))


def remove(missing: list[DeletedRow]) -> dict[str, int]:
    """Delete the rows chosen for deletion, each by its action; return {worksheet: rows}."""
    counts: dict[str, int] = {}
    for row in missing:
        if row.goes:
            resource, _ = _declaration_of(row.part)
            run: Callable[..., Any] = ACTIONS[resource.delete].body
            run(**{resource.key: row.number})
            counts[row.part] = counts.get(row.part, 0) + 1
    return counts
