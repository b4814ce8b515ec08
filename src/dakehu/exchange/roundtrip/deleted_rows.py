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
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.schema.fields import model_of

SHOWN_CELLS = 5
# Action that removes a row, and the name of its parameter. Rows of other worksheets cannot be deleted.
DELETE_ACTIONS: dict[str, tuple[str, str]] = {
    "investments": ("ledger.remove_investment", "investment"),
    "follow_ups": ("service.cancel_follow_up", "follow_up"),
}
NOT_DELETABLE = {
    "clients": bilingual(
        "客户不能用表格删除；请在客户页面合并或处理。",
        "Clients are not deleted by a worksheet; merge them or settle them on their page.",
    ),
    "interactions": bilingual("服务记录须留存，不能删除。", "Service records must be kept and cannot be deleted."),
    "needs": bilingual(
        "需求与偏好随客户保留；如需清空，请清空各格。", "Needs stay with their client; to clear them, empty the cells."
    ),
}


END_STATES = bilingual("这项计划已经结束，记录保留。", "This plan has ended; its record stays.")


@dataclass(frozen=True)
class DeletedRow:
    """A row missing from a worksheet.

    `why_not` says why it cannot be deleted (None: it can), `changed` whether it was changed on the desk since the
    export, `goes` whether it is to be deleted, `open` whether that is undecided.
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
        """Return the key under which a decision about the row is kept."""
        return f"{self.part}:{self.number}"


def deleted_rows(merged: RoundtripMerge, grids: list[Grid], plan: ImportMapping) -> list[DeletedRow]:
    """Return the rows of the exports named by the file's keys that the file lacks.

    A missing worksheet or key column says nothing about its rows.
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
    ended = _ended_follow_ups(current[frames.NUMBER]) if name == "follow_ups" else set()
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
        why_not = END_STATES if row_id in ended else NOT_DELETABLE.get(name)
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


def _ended_follow_ups(ids: list[int]) -> set[int]:
    """Return the ids of follow-ups that are done or cancelled."""
    rows = model_of("service.FollowUp").objects.filter(pk__among=ids)
    return set(rows.exclude(state="planned").values_list("pk", flat=True))


def remove(missing: list[DeletedRow]) -> dict[str, int]:
    """Delete the rows chosen for deletion, each by its action; return {worksheet: rows}."""
    counts: dict[str, int] = {}
    for row in missing:
        if row.goes:
            action, parameter = DELETE_ACTIONS[row.part]
            run: Callable[..., Any] = ACTIONS[action].body
            run(**{parameter: row.number})
            counts[row.part] = counts.get(row.part, 0) + 1
    return counts
