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
from dakehu.foundation.base.i18n import Bilingual, language
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.resources import KEPT, Resource, SheetOf, with_worksheet

SHOWN_CELLS = 5


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
    resource, sheet = _declared(name)
    ended = _ended_rows(resource, sheet, now[frames.NUMBER])
    made = []
    for at, number in enumerate(now[frames.NUMBER]):
        then = [text_of(base[n][places[number]]) for n in shown]
        present = [text_of(now[n][at]) if n in now else "" for n in shown]
        changed = now[frames.VERSION][at] != base[frames.VERSION][places[number]] and then != present
        why_not = sheet.ended if number in ended else _why_kept(resource, sheet)
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


def _declared(name: str) -> tuple[Resource, SheetOf]:
    return next((resource, sheet) for resource, sheet in with_worksheet() if sheet.name == name)


def _why_kept(resource: Resource, sheet: SheetOf) -> Bilingual | None:
    """Why no row of a sheet can be deleted; None where rows can."""
    return sheet.kept or (None if resource.delete else KEPT)


def _ended_rows(resource: Resource, sheet: SheetOf, numbers: list[int]) -> set[int]:
    """The rows whose state no longer lets them go."""
    if sheet.open_state is None:
        return set()
    field, value = sheet.open_state
    rows = model_of(resource.model).objects.filter(pk__among=numbers)
    return set(rows.exclude(**{field: value}).values_list("pk", flat=True))


def remove(missing: list[DeletedRow]) -> dict[str, int]:
    """Take away what is to go, each by its own verb; returns {part: rows}."""
    made: dict[str, int] = {}
    for row in missing:
        if row.goes:
            resource, _ = _declared(row.part)
            run: Callable[..., Any] = ACTIONS[resource.delete].body
            run(**{resource.key: row.number})
            made[row.part] = made.get(row.part, 0) + 1
    return made
