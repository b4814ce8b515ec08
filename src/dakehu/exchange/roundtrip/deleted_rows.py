"""Rows that an export held and the file that came back lacks: asked about, never deleted of themselves."""

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
# What becomes of a row that is to go: the verb, and how it calls the row. The other parts keep what they hold.
VERBS: dict[str, tuple[str, str]] = {
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
    """A row that the sheet lacks. `why_not` says why it cannot go (None: it can), `changed` whether it was changed on
    the desk since the export; `goes` whether it is to go, `open` whether that is still to be decided."""

    part: str
    number: int
    text: str
    why_not: Bilingual | None
    changed: bool
    goes: bool
    open: bool = False

    @property
    def mark(self) -> str:
        return f"{self.part}:{self.number}"


def deleted_rows(meeting: RoundtripMerge, grids: list[Grid], plan: ImportMapping) -> list[DeletedRow]:
    """What the file lacks of the exports that its keys name. A sheet that is gone, or whose key column is gone, says
    nothing about its rows."""
    exports = {key.export for keys in meeting.keys.values() for key in keys.values()}
    made: list[DeletedRow] = []
    for name in worksheets():
        if any(g.plan.part == name and _row_keys(g) for g in grids):
            for export in sorted(exports):
                made += _rows_of(name, export, meeting, plan)
    return made


def _row_keys(grid: Grid) -> bool:
    return any(feed.field == ROW_KEY for column in grid.plan.columns for feed in column.feeds)


def _rows_of(name: str, export: str, meeting: RoundtripMerge, plan: ImportMapping) -> list[DeletedRow]:
    base = meeting.exports.held(export, name)
    if base is None:
        return []
    emptied = meeting.emptied.get(name, set())
    here = {key.number for row, key in meeting.keys.get(name, {}).items() if row not in emptied}
    places = {number: place for place, number in enumerate(base[frames.NUMBER]) if number not in here}
    if not places:
        return []
    now = frames.frame(worksheets()[name], (), language(), rows=sorted(places)).to_dict(as_series=False)
    shown = [n for n in base if not n.startswith("#")]
    ended = _is_ended(now[frames.NUMBER]) if name == "follow_ups" else set()
    made = []
    for at, number in enumerate(now[frames.NUMBER]):
        then = [text_of(base[n][places[number]]) for n in shown]
        present = [text_of(now[n][at]) if n in now else "" for n in shown]
        changed = now[frames.VERSION][at] != base[frames.VERSION][places[number]] and then != present
        why_not = END_STATES if number in ended else NOT_DELETABLE.get(name)
        made.append(_evaluated(name, number, [text for text in present if text], changed, why_not, plan))
    return made


def _evaluated(
    name: str, number: int, texts: list[str], changed: bool, why_not: Bilingual | None, plan: ImportMapping
) -> DeletedRow:
    text = " · ".join(text[:30] for text in texts[:SHOWN_CELLS])
    wanted = f"{name}:{number}" in plan.deleted
    if why_not is not None:
        return DeletedRow(name, number, text, why_not, changed, False)
    if not plan.delete_missing or wanted:
        return DeletedRow(name, number, text, None, changed, wanted)
    if changed and plan.prefer not in (FILE, DESK):
        return DeletedRow(name, number, text, None, changed, False, open=True)
    return DeletedRow(name, number, text, None, changed, not changed or plan.prefer == FILE)


def _is_ended(numbers: list[int]) -> set[int]:
    """Plans that are done or cancelled already."""
    rows = model_of("service.FollowUp").objects.filter(pk__among=numbers)
    return set(rows.exclude(state="planned").values_list("pk", flat=True))


def remove(missing: list[DeletedRow]) -> dict[str, int]:
    """Take away what is to go, each by its own verb; returns {part: rows}."""
    made: dict[str, int] = {}
    for row in missing:
        if row.goes:
            verb, called = VERBS[row.part]
            run: Callable[..., Any] = ACTIONS[verb].body
            run(**{called: row.number})
            made[row.part] = made.get(row.part, 0) + 1
    return made
