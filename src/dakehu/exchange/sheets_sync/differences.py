"""Compare a worksheet with the desk, given the base values when both were last equal. Pure.

First the edits made in the sheet (`edits_of`), which the ordinary import then applies; later the values missing in it
(`plan_writing`). Changed cells that could not be imported, formulas and cells with errors are not overwritten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dakehu.exchange.sheets_sync.base_files import VERSION, Rows
from dakehu.exchange.sheets_sync.cells import LONGEST
from dakehu.exchange.sheets_sync.keys import SheetKey
from dakehu.exchange.sheets_sync.layout import SheetRow, Tab

MANY_MISSING = 10  # rows deleted from a sheet at once, from which deleting more than half is treated as a mistake


@dataclass
class Edits:
    """The edits made in a worksheet.

    `changed` are {row of the desk: row of the sheet}, `typed` {mark: row} of new rows, `unmarked` rows without a
    mark yet, `foreign` rows with an invalid key, `missing` rows of the desk missing in the sheet, `shifted` rows
    with another row's content: they were sorted without their key.
    """

    changed: dict[int, SheetRow] = field(default_factory=dict)
    typed: dict[str, SheetRow] = field(default_factory=dict)
    unmarked: list[SheetRow] = field(default_factory=list)
    foreign: list[SheetRow] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    shifted: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)  # unchanged rows with a key

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to import; deleted rows alone do not cause an import."""
        return not (self.changed or self.typed or self.unmarked or self.foreign)


@dataclass(frozen=True)
class KeyedRow:
    """A row of the sheet and its identity: a row of the desk (`number`), a typed one (`mark`), or neither."""

    row: SheetRow
    number: int = 0
    mark: str = ""
    is_foreign: bool = False


def identify(tab: Tab, parse: Callable[[str], SheetKey], new_rows: Mapping[str, int], base: Rows) -> list[KeyedRow]:
    """Return the identity of each row. Of rows with the same key the closest to the base keeps it; others are new."""
    found: list[KeyedRow] = []
    bearers: dict[tuple[int, str], list[SheetRow]] = {}
    for row in tab.rows:
        if not row.key:
            if not row.is_empty:
                found.append(KeyedRow(row))
            continue
        key = parse(row.key)
        number = key.number or new_rows.get(key.mark, 0)
        if not number and not key.mark:
            if not row.is_empty:
                found.append(KeyedRow(row, is_foreign=True))
            continue
        bearers.setdefault((number, "" if number else key.mark), []).append(row)
    for (number, mark), rows in bearers.items():
        original = min(rows, key=lambda row: (row.is_empty, len(changed_fields(row, base.get(number, {})))))
        for row in rows:
            if row is original:
                found.append(KeyedRow(row, number, mark))
            elif not row.is_empty:
                found.append(KeyedRow(row))
    return sorted(found, key=lambda keyed: keyed.row.index)


def changed_fields(row: SheetRow, base: Mapping[str, str]) -> set[str]:
    """Return the fields of a row whose text differs from the base; a cell with an error is treated as unchanged."""
    return {name for name, text in row.cells.items() if name not in row.errors and text != base.get(name, "")}


def edits_of(keyed: list[KeyedRow], base: Rows) -> Edits:
    """Return the edits made in a worksheet since both sides were last equal."""
    edits, seen = Edits(), set()
    contents = _unique_contents(base)
    for item in keyed:
        row = item.row
        if item.is_foreign:
            edits.foreign.append(row)
        elif item.mark:
            edits.typed[item.mark] = row
        elif not item.number:
            edits.unmarked.append(row)
        elif item.number in base and not row.is_empty:
            seen.add(item.number)
            if not changed_fields(row, base[item.number]):
                edits.kept.append(item.number)
            elif contents.get(_content(row.cells, row.cells), item.number) != item.number:
                edits.shifted.append(item.number)
            else:
                edits.changed[item.number] = row
    edits.missing = [number for number in base if number not in seen]
    if len(edits.shifted) == 1:  # a single row made equal to another is an edit
        number = edits.shifted.pop()
        edits.changed[number] = next(item.row for item in keyed if item.number == number)
    return edits


def _content(cells: Mapping[str, str], fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells.get(name, "") for name in sorted(fields) if name != VERSION)


def _unique_contents(base: Rows) -> dict[tuple[str, ...], int]:
    """Return {content of a row: its number} of contents that are unique to one row."""
    found: dict[tuple[str, ...], int] = {}
    for number, cells in base.items():
        content = _content(cells, cells)
        found[content] = 0 if content in found else number
    return {content: number for content, number in found.items() if number}


def is_mass_deletion(edits: Edits, base: Rows) -> bool:
    """Return whether so many rows were deleted from a sheet that it is probably a mistake."""
    return len(edits.missing) > MANY_MISSING and 2 * len(edits.missing) > len(base)


@dataclass
class Writing:
    """The writes to a worksheet, and its values afterwards (`base`).

    `cells` are {row index: {field: text}}, `keys` {row index: row of the desk} of cells that get another key, `added` rows
    of the desk at the end, `removed` row indexes to delete, `emptied` those of which only our columns are cleared.
    `left` counts cells left although the desk differs: {reason: count}.
    """

    cells: dict[int, dict[str, str]] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    emptied: list[int] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    planned: Rows = field(default_factory=dict)
    base: Rows = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is written."""
        return not (self.cells or self.keys or self.added or self.removed or self.emptied)

    @property
    def rows(self) -> int:
        """Return how many rows of the sheet change visibly: key changes alone are not counted."""
        return len(self.cells) + len(self.added) + len(self.removed) + len(self.emptied)


def plan_writing(tab: Tab, keyed: list[KeyedRow], desk: Rows, base: Rows, parse: Callable[[str], SheetKey]) -> Writing:
    """Return the writes that make the sheet equal to the desk, except for edits not yet imported."""
    plan = Writing()
    present: set[int] = set()
    for item in keyed:
        number, row = item.number, item.row
        if not number:
            continue
        present.add(number)
        before = base.get(number, {})
        if number in desk:
            _plan_row(plan, tab, row, number, desk[number], before)
            if parse(row.key).number != number:
                plan.keys[row.index] = number
        elif row.is_empty or not changed_fields(row, before):
            (plan.emptied if row.has_others or row.formulas else plan.removed).append(row.index)
        else:
            plan.left["gone"] = plan.left.get("gone", 0) + 1
            plan.base[number] = before
    for number, cells in desk.items():
        if number not in present:
            plan.added.append(number)
            shown = {name: cells.get(name, "") if len(cells.get(name, "")) <= LONGEST else "" for name in tab.fields}
            plan.planned[number] = plan.base[number] = {**shown, VERSION: cells[VERSION]}
    return plan


def _plan_row(
    plan: Writing, tab: Tab, row: SheetRow, number: int, desk: Mapping[str, str], before: Mapping[str, str]
) -> None:
    """Plan the cells of one row that both sides have."""
    after: dict[str, str] = {VERSION: desk[VERSION]}
    for name in tab.fields:
        wanted, said, was = desk.get(name, ""), row.cells[name], before.get(name, "")
        reason = "" if said == wanted and name not in row.errors else _reason_to_leave(row, name, said, was, wanted)
        if reason:
            plan.left[reason] = plan.left.get(reason, 0) + 1
            after[name] = was
        else:
            after[name] = wanted
            if said != wanted:
                plan.cells.setdefault(row.index, {})[name] = wanted
                plan.planned.setdefault(number, {})[name] = wanted
    plan.base[number] = after


def _reason_to_leave(row: SheetRow, name: str, said: str, was: str, wanted: str) -> str:
    """Return why a cell is left unchanged, "" if it is written."""
    if name in row.formulas:
        return "formula"
    if name in row.errors:
        return "error"
    if said != was and not row.is_empty:
        return "open"
    return "long" if len(wanted) > LONGEST else ""


def apply_planned(base: Rows, planned: Rows, keyed: list[KeyedRow]) -> Rows:
    """Return the base values of the sheet, updated with planned cells that were actually written.

    For a run interrupted while writing: a cell with the planned value was written, any other was not.
    """
    rows = {item.number: item.row for item in keyed if item.number}
    after = {number: dict(cells) for number, cells in base.items()}
    for number, cells in planned.items():
        if number in rows and not rows[number].is_empty:
            said = rows[number].cells
            written = {name: text for name, text in cells.items() if said.get(name, cells[name]) == text}
            after[number] = {**after.get(number, said if number not in base else {}), **written}
    return after
