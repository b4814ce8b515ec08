"""One exchange between a spreadsheet and the desk: read, open the import, write back.

Planned writes are stored first, so that the run after an interrupted one can tell which cells the desk wrote.
"""

import zlib
from functools import partial
from typing import Any

from dakehu.exchange.sheets_sync import base_files, importing, keys, requests
from dakehu.exchange.sheets_sync.acknowledging import part_of
from dakehu.exchange.sheets_sync.base_files import Rows
from dakehu.exchange.sheets_sync.desk_rows import DeskPart, chosen_parts, read_desk
from dakehu.exchange.sheets_sync.differences import (
    Edits,
    KeyedRow,
    Writing,
    apply_planned,
    edits_of,
    identify,
    is_mass_deletion,
    plan_writing,
)
from dakehu.exchange.sheets_sync.google import GoogleSheets
from dakehu.exchange.sheets_sync.importing import PartEdits
from dakehu.exchange.sheets_sync.layout import Tab, find_tabs, marked_parts, read_rows
from dakehu.exchange.sheets_sync.models import SheetPart, SheetRun
from dakehu.exchange.sheets_sync.reasons import (
    LEFT,
    MISSING_COLUMN,
    NEW_TAB,
    NO_KEYS,
    PUT_BACK,
    SHIFTED,
    TOO_MANY_MISSING,
    note_of,
)
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.registry import act
from dakehu.foundation.imports import batches
from dakehu.foundation.records.recorded import add_audit_note

COUNTS = ("seen", "created", "updated", "unchanged", "skipped", "deleted", "aside", "pushed", "both", "left")


class Exchange:
    """The exchange of one run. `read` may be called again after an import."""

    def __init__(self, run: SheetRun, google: GoogleSheets) -> None:
        self.run, self.link, self.google = run, run.link, google
        self.desk: dict[str, DeskPart] = {}
        self.tabs: dict[str, Tab] = {}
        self.broken: set[str] = set()
        self.known: dict[str, SheetPart] = {}
        self.base: dict[str, Rows] = {}
        self.keyed: dict[str, list[KeyedRow]] = {}
        self.edits: dict[str, Edits] = {}
        self.tables: dict[str, dict[str, Any]] = {}

    def read(self) -> None:
        """Read both sides, and determine the edits made in the sheet."""
        marks = self.google.marks()
        self.tabs = find_tabs(marks, self.link.pk)
        self.broken = marked_parts(marks, self.link.pk) - set(self.tabs)
        self.desk = {part.name: read_desk(self.link, part) for part in chosen_parts(self.link)}
        self.tabs = {name: tab for name, tab in self.tabs.items() if name in self.desk}
        grids = self.google.grids(tab.sheet_id for tab in self.tabs.values()) if self.tabs else {}
        for name, desk in self.desk.items():
            zh, en = desk.worksheet.title.in_("zh"), desk.worksheet.title.in_("en")
            self.tables.setdefault(name, {"zh": zh, "en": en, "reasons": [], **dict.fromkeys(COUNTS, 0)})
        for name, tab in self.tabs.items():
            self._keep_shared_columns(name, tab)
            read_rows(tab, self.desk[name].kinds, grids.get(tab.sheet_id, ()))
            self._identify(name, tab)
        for name in sorted(self.broken & set(self.desk)):
            self._note(name, NO_KEYS)

    def _keep_shared_columns(self, name: str, tab: Tab) -> None:
        """Keep only the columns of a tab that the desk shares; a deleted column is not restored."""
        shared = {column.field: column for column in self.desk[name].columns}
        tab.columns = {field: at for field, at in tab.columns.items() if field in shared or field == importing.ROW_KEY}
        for field, column in shared.items():
            if field not in tab.columns:
                self._note(name, MISSING_COLUMN, column=column.heading)

    def _identify(self, name: str, tab: Tab) -> None:
        """Identify each row, and its edits."""
        known = self.known[name] = part_of(self.link, name)
        parse = partial(keys.parse, self.link.pk, name)
        base = base_files.load(known.base_key)
        keyed = identify(tab, parse, known.new_rows, base)
        if known.planned_key:
            base = apply_planned(base, base_files.load(known.planned_key), keyed)
        for item in keyed:
            if item.number and item.number not in base and not item.row.is_empty:
                base[item.number] = self._unknown_base(name, item)
        self.base[name], self.keyed[name], self.edits[name] = base, keyed, edits_of(keyed, base)
        self.tables[name]["seen"] = len(keyed)

    def _unknown_base(self, name: str, item: KeyedRow) -> dict[str, str]:
        """Return the assumed base of a row without a stored base: the non-preferred side is treated as unchanged."""
        desk = self.desk[name].rows.get(item.number)
        return dict(desk if desk is not None and str(self.link.prefer) == "file" else item.row.cells)

    def open_batch(self) -> bool:
        """Open the import of the edits. Return whether there is anything to import."""
        self._mark_new_rows()
        parts = []
        for name, edits in self.edits.items():
            if edits.shifted:
                self._note(name, SHIFTED, n=len(edits.shifted))
                self.tables[name]["aside"] += len(edits.shifted)
            deleted = self._deleted_row_ids(name, edits)
            if not edits.is_empty or deleted:
                worksheet, fields = self.desk[name].worksheet, self.tabs[name].fields
                parts.append(PartEdits(worksheet, fields, edits, self.base[name], deleted))
        with act("sheets.run"):
            batch = importing.open_batch(self.link, self.run, parts)
            if batch is not None:
                self.run.batch_ref, self.run.is_acknowledged = batch.pk, False
            self.run.save()
        return batch is not None

    def _mark_new_rows(self) -> None:
        """Assign a mark to every typed row before it is imported."""
        made: list[dict[str, Any]] = []
        for name, edits in self.edits.items():
            marks = {row.index: keys.new_mark(self.link.pk) for row in edits.unmarked}
            for row in edits.unmarked:
                edits.typed[keys.parse(self.link.pk, name, marks[row.index]).mark] = row
            made += requests.mark_rows(self.tabs[name], marks)
            edits.unmarked = []
        if made:
            self.google.write(made)

    def _deleted_row_ids(self, name: str, edits: Edits) -> list[int]:
        """Return the rows of the desk to delete because they are missing in the sheet."""
        missing = [number for number in edits.missing if number in self.desk[name].rows]
        if not missing:
            return []
        if not self.link.deletes:
            self._note(name, PUT_BACK, n=len(missing))
            return []
        if is_mass_deletion(edits, self.base[name]) or not (edits.kept or edits.changed):
            self._note(name, TOO_MANY_MISSING, n=len(missing))
            return []
        return missing

    def note_import(self) -> None:
        """Record the import's results by worksheet."""
        batch = Batch.objects.get(pk=self.run.batch_ref)
        report = batches.report_of(batch)
        for name, outcome in report.get("sheet", {}).items():
            for count in ("created", "updated", "unchanged", "skipped", "aside"):
                self.tables[name][count] += outcome.get(count, 0)
            self.tables[name]["reasons"] += outcome.get("reasons", [])
        for cell in report.get("cells", ()):
            if cell["fate"] == "clash":
                self.tables[cell["part"]]["both"] += 1
        for row in report.get("missing", ()):
            self.tables[row["part"]]["deleted"] += bool(row["goes"])
        self._save_tables()

    def write(self) -> None:
        """Write missing values to the sheet, and store the new base."""
        made: list[dict[str, Any]] = []
        plans: dict[str, Writing] = {}
        titles: set[str] | None = None
        for name, desk in self.desk.items():
            if name in self.broken:
                continue
            if name not in self.tabs:
                titles = set(self.google.titles().values()) if titles is None else titles
                made += self._new_tab(name, desk, titles)
            parse = partial(keys.parse, self.link.pk, name)
            plan = plans[name] = plan_writing(
                self.tabs[name], self.keyed.get(name, []), desk.rows, self.base.get(name, {}), parse
            )
            key_of = partial(keys.row_key, self.link.pk, name)
            made += requests.write(self.tabs[name], plan, desk.rows, desk.kinds, key_of)
            self.tables[name]["pushed"] = plan.rows
            self.tables[name]["left"] = sum(plan.left.values())
            self.tables[name]["reasons"] += [[*note_of(LEFT[reason]), count] for reason, count in plan.left.items()]
        if made:
            self._save_planned(plans)
            self.google.write(made)
        self._save_base(plans)

    def _new_tab(self, name: str, desk: DeskPart, titles: set[str]) -> list[dict[str, Any]]:
        """Return the requests of a worksheet that the spreadsheet does not have yet."""
        title = desk.worksheet.title.in_(self.link.language)
        if title in titles:
            title = f"{title} {self.link.name}"
        titles.add(title)
        number = zlib.crc32(f"{self.link.pk} {name} {self.run.pk}".encode()) & 0x7FFFFFFF
        tab, made = requests.new_tab(self.link.pk, name, title, number, desk.columns, len(desk.rows))
        self.tabs[name], self.known[name] = tab, part_of(self.link, name)
        self._note(name, NEW_TAB)
        return made

    def _save_planned(self, plans: dict[str, Writing]) -> None:
        """Store the planned writes; the audit entry records how much is sent."""
        with act("sheets.write"):
            for name, plan in plans.items():
                known = self.known[name]
                if plan.planned:
                    known.base_key = base_files.save(name, self.base.get(name, {}), known.base_key)
                    known.planned_key = base_files.save(f"{name} planned", plan.planned, known.planned_key)
                    known.save()
            written = {name: plan.rows for name, plan in plans.items() if not plan.is_empty}
            add_audit_note(sheet=self.link.name, run=self.run.pk, rows=written)

    def _save_base(self, plans: dict[str, Writing]) -> None:
        """Store the current values of the sheet where they changed."""
        with act("sheets.conclude"):
            for name, plan in plans.items():
                known = self.known.get(name) or part_of(self.link, name)
                kept = {mark: number for mark, number in known.new_rows.items() if number not in self.desk[name].rows}
                if plan.base != base_files.load(known.base_key) or known.planned_key or kept != known.new_rows:
                    known.base_key = base_files.save(name, plan.base, known.base_key)
                    known.planned_key, known.rows, known.new_rows = "", len(plan.base), kept
                    known.save()
            self._save_tables()

    def _save_tables(self) -> None:
        """Store the counts with the run."""
        with act("sheets.conclude"):
            self.run.tables = {name: dict(table) for name, table in self.tables.items()}
            self.run.save()

    def _note(self, name: str, note: Any, **values: Any) -> None:
        """Add a sentence to the notes of the run, once."""
        desk = self.desk[name].worksheet.title
        said = note_of(note, **values)
        line = [f"{desk.in_('zh')}：{said[0]}", f"{desk.in_('en')}: {said[1]}"]
        if line not in self.run.notes:
            self.run.notes = [*self.run.notes, line]
