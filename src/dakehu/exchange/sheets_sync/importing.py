"""Import of the edits in a sheet by the ordinary import: one batch for the whole spreadsheet.

Each row of the desk has a sealed row key, stored with the sheet's values when both sides were last equal. The
import therefore does a three-way comparison per cell, as for a re-imported workbook.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import polars as pl

from dakehu.exchange.imports import frame_files, origins
from dakehu.exchange.imports.dry_run import DryRun
from dakehu.exchange.imports.frame_files import FrameSheet
from dakehu.exchange.mapping import conversion
from dakehu.exchange.mapping.mapping import ColumnMapping, FieldMapping, ImportMapping, TableMapping
from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.sheets.definitions import ROW_KEY, Worksheet
from dakehu.exchange.sheets.frames import NUMBER, VERSION
from dakehu.exchange.sheets_sync import base_files
from dakehu.exchange.sheets_sync.base_files import Rows
from dakehu.exchange.sheets_sync.differences import Edits
from dakehu.exchange.sheets_sync.layout import SheetRow
from dakehu.exchange.sheets_sync.models import LinkedSheet, SheetRun
from dakehu.exchange.workbook.reading import Book, Sheet
from dakehu.foundation.actions.registry import act
from dakehu.foundation.imports import batches
from dakehu.foundation.imports.row_matching import CREATED, ERROR, SKIPPED, UNCHANGED, UPDATED

ORIGIN = "sheet"
KEY_HEADING = "行钥 Row key"
NO_KEY = "?"  # replaces an invalid key, so that the import reports it
COUNTED = (CREATED, UPDATED, UNCHANGED, SKIPPED)
REASONS = 30


@dataclass(frozen=True)
class PartEdits:
    """The edits in one worksheet, and its base values. `deleted` are rows of the desk to delete."""

    worksheet: Worksheet
    fields: list[str]
    edits: Edits
    base: Rows
    deleted: list[int]


def open_batch(link: LinkedSheet, run: SheetRun, parts: list[PartEdits]) -> Any:
    """Open a batch of all rows changed or typed in the sheet; None if there is none."""
    chosen = [(part, rows) for part in parts if (rows := _rows_of(part))]
    if not chosen:
        return None
    plan = ImportMapping([_table(part, len(rows)) for part, rows in chosen])
    plan.prefer = "" if str(link.prefer) == "ask" else str(link.prefer)
    plan.delete_missing = any(part.deleted for part, _ in chosen)
    keys = _row_keys(chosen)
    sheets = [_sheet(part, rows, keys) for part, rows in chosen]
    return origins.open_batch(f"{link.name} {run.pk}", sheets, plan, kind=ORIGIN, number=run.pk)


def record_of(number: int) -> str:
    """Return the record of a row of the desk."""
    return f"r{number}"


def _rows_of(part: PartEdits) -> dict[str, SheetRow]:
    """Return {record: row} to import; with rows to delete, an unchanged row shows that the worksheet has keys."""
    rows = {record_of(number): row for number, row in part.edits.changed.items()}
    rows |= part.edits.typed
    rows |= {f"?{row.index}": row for row in part.edits.foreign}
    if part.deleted and not part.edits.changed and part.edits.kept:
        number = part.edits.kept[0]
        rows[record_of(number)] = SheetRow(0, "", dict(part.base[number]))
    return rows


def _sheet(part: PartEdits, rows: dict[str, SheetRow], keys: dict[str, str]) -> FrameSheet:
    """Return the rows of a worksheet as the import reads them; a cell with an error keeps its base value."""
    name = part.worksheet.name
    cells = [[keys.get(f"{name}:{record}", NO_KEY if record.startswith("?") else "") for record in rows]]
    for field in part.fields:
        cells.append([_text(part, record, row, field) for record, row in rows.items()])
    return FrameSheet(part.worksheet.title.in_("zh"), name, _headings(part), cells, list(rows))


def _text(part: PartEdits, record: str, row: SheetRow, name: str) -> str:
    if name in row.errors and record.startswith("r"):
        return part.base.get(int(record[1:]), {}).get(name, "")
    return row.cells.get(name, "")


def _headings(part: PartEdits) -> list[str]:
    return [KEY_HEADING, *(part.worksheet.spec(name).heading for name in part.fields)]


def _table(part: PartEdits, height: int) -> TableMapping:
    """Return the mapping of a worksheet's rows: each column is mapped to the field of its mark."""
    columns = [
        ColumnMapping(index, heading, feeds=[FieldMapping(name)], how="profile")
        for index, (heading, name) in enumerate(zip(_headings(part), [ROW_KEY, *part.fields], strict=True))
    ]
    return TableMapping(
        part.worksheet.title.in_("zh"), part.worksheet.name, "rows", 0, 1, height, columns, name_by_code=False
    )


def _row_keys(chosen: list[tuple[PartEdits, dict[str, SheetRow]]]) -> dict[str, str]:
    """Return {record: sealed key} of rows that exist on the desk, after saving their base values.

    Records of different worksheets may be equal, so they are distinguished by worksheet first.
    """
    frames: dict[str, pl.DataFrame] = {}
    order: dict[str, list[int]] = {}
    for part, rows in chosen:
        numbers = [int(record[1:]) for record in rows if record.startswith("r")]
        numbers += [number for number in part.deleted if number not in numbers]
        if numbers:
            order[part.worksheet.name] = numbers
            frames[part.worksheet.name] = _base_frame(part, numbers)
    if not frames:
        return {}
    with act("workbook.upload"):
        export = row_keys.save_export({name: [frame] for name, frame in frames.items()})
    return {
        f"{name}:{record_of(number)}": key
        for name, frame in frames.items()
        for number, key in zip(order[name], row_keys.row_keys_of(export, name, frame, 0), strict=True)
    }


def _base_frame(part: PartEdits, numbers: list[int]) -> pl.DataFrame:
    """Return the base values of the sheet, as the import would have read them."""
    cells = [["#"] * len(numbers)]
    cells += [[part.base.get(number, {}).get(name, "") for number in numbers] for name in part.fields]
    columns = {f"c{i}": [h, *c] for i, (h, c) in enumerate(zip(_headings(part), cells, strict=True))}
    table = _table(part, len(numbers))
    book = Book("", [Sheet(table.sheet, pl.DataFrame(columns).with_columns(pl.all().replace("", None)))])
    raw = conversion.stack(part.worksheet, conversion.grids(book, ImportMapping([table]))).raw
    versions = [int(part.base.get(number, {}).get(base_files.VERSION) or 0) for number in numbers]
    frame = pl.DataFrame({n: c for n, c in raw.items() if n != ROW_KEY}, schema=dict.fromkeys(part.fields, pl.String))
    return frame.with_columns(pl.Series(NUMBER, numbers, dtype=pl.Int64), pl.Series(VERSION, versions, dtype=pl.Int64))


class SheetWriter:
    """Records what an import does with the rows of a sheet (imports.origins.OriginWriter)."""

    def __init__(self, batch: Any) -> None:
        self.sheets = frame_files.records_of(batches.content_of(batch)[0])
        self.parts: dict[str, dict[str, Any]] = {}
        self.reasons: dict[str, Counter[tuple[str, str]]] = {}

    def add(self, made: DryRun) -> None:
        """Record verdict, row and reasons of every record in a part that was written."""
        for part, stack in made.stacks.items():
            verdicts = stack.row_evaluation.verdicts
            is_clients = part == "clients" and made.clients is not None
            targets = made.clients.people if is_clients else stack.row_evaluation.targets  # type: ignore[union-attr]
            known: set[int] = set()
            for row, (number, line) in enumerate(stack.origin):
                grid = made.grids[number]
                if grid.of is None:
                    known.add(row)
                    record = self.sheets[grid.plan.sheet][1][grid.lines[line] - 1]
                    self._note(part, record, verdicts[row], targets[row])
            for fault in stack.row_evaluation.faults:
                if fault.row in known:
                    self._reason(part, stack.part.spec(fault.field), fault.message)

    def _note(self, part: str, record: str, verdict: str, row: int | None) -> None:
        outcome = self.parts.setdefault(part, {**dict.fromkeys((*COUNTED, "aside"), 0), "rows": {}, "left": []})
        if verdict == ERROR:
            outcome["aside"] += 1
            outcome["left"].append(record)
            return
        outcome[verdict if verdict in COUNTED else SKIPPED] += 1
        if row is not None and row > 0:
            outcome["rows"][record] = row

    def _reason(self, part: str, spec: Any, message: Any) -> None:
        """Count a reason by its text. Inserted values belong to clients and are omitted, except the field's name."""
        texts = {}
        for code, template, label in (("zh", message.zh, spec.zh), ("en", message.en, spec.en)):
            filled = {n: label if str(value) in (spec.zh, spec.en) else "…" for n, value in message.values.items()}
            texts[code] = template.format(**filled) if filled else template
        reason = f"{spec.zh}：{texts['zh']}", f"{spec.en}: {texts['en']}"
        self.reasons.setdefault(part, Counter())[reason] += 1

    def finish(self) -> dict[str, Any]:
        """Return the outcome of each worksheet for the report."""
        for part, outcome in self.parts.items():
            most = self.reasons.get(part, Counter()).most_common(REASONS)
            outcome["reasons"] = [[zh, en, count] for (zh, en), count in most]
        return {"sheet": self.parts}


def cells_of(batch: Any) -> dict[str, dict[str, dict[str, str]]]:
    """Return {worksheet: {record: {field: text}}} of the rows of a batch, unchanged."""
    content = batches.content_of(batch)[0]
    records = frame_files.records_of(content)
    plan = ImportMapping.of(batch.plan)
    found: dict[str, dict[str, dict[str, str]]] = {}
    for sheet, table in zip(frame_files.book_of(content, batch.filename).sheets, plan.tables, strict=True):
        columns = {
            column.feeds[0].field: sheet.frame[f"c{column.index}"].fill_null("").to_list()[1:]
            for column in table.columns
            if column.feeds and column.feeds[0].field != ROW_KEY
        }
        names = records[sheet.name][1][1:]
        found[table.part] = {
            name: {field: cells[index] for field, cells in columns.items()} for index, name in enumerate(names)
        }
    return found


origins.register(ORIGIN, SheetWriter)
