"""The rows of a run as sheets and a mapping that the ordinary import reads.

A row that exists on the desk has a sealed row key (decision 0018), stored with the source's values at the time
when it was last imported. The import therefore does a three-way comparison per cell: the source's previous value, its
current value, and the desk's value.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import polars as pl

from dakehu.exchange.connectors import row_files
from dakehu.exchange.connectors.desk_records import DeskRecords
from dakehu.exchange.connectors.landings import CLIENTS, KEPT, Landing, Record
from dakehu.exchange.connectors.models import Connection, RecordLink
from dakehu.exchange.connectors.source import ID, MODIFIED, SourceTableShape
from dakehu.exchange.imports.frame_files import FrameSheet
from dakehu.exchange.mapping import conversion, profiles
from dakehu.exchange.mapping.mapping import ColumnMapping, FieldMapping, ImportMapping, TableMapping
from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.sheets.definitions import ROW_KEY, worksheets
from dakehu.exchange.sheets.frames import NUMBER, VERSION
from dakehu.exchange.workbook.reading import Book, Sheet
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.chunks import chunks

KEY_HEADING = "行钥 Row key"
SAMPLES = 3
UNREADABLE = (*conversion.CHANNELS, "id_number")  # fields masked by the desk, which cannot be compared


@dataclass(frozen=True)
class Rows:
    """The rows of one table to import, and the source's values when they were last imported."""

    table: SourceTableShape
    landing: Landing
    now: pl.DataFrame
    before: pl.DataFrame


def build(connection: Connection, desk: DeskRecords, tables: list[Rows]) -> tuple[list[FrameSheet], ImportMapping]:
    """Return the sheets of a run and their mapping; a table without rows has no sheet."""
    chosen = [rows for rows in tables if rows.landing.part != KEPT and rows.now.height]
    targets = _targets(connection, desk, chosen)
    sheets = [_sheet(rows, desk, rows.now) for rows in chosen]
    unknown_staff = desk.unknown_staff.copy()  # so that the previous rows are not counted again
    plan = ImportMapping([_mapping(connection, rows, sheet) for rows, sheet in zip(chosen, sheets, strict=True)])
    profiles.apply_saved_profiles(plan)
    plan.prefer = "" if connection.prefer == "ask" else str(connection.prefer)
    keys = _row_keys(desk, chosen, sheets, plan, targets)
    desk.unknown_staff = unknown_staff
    return [_add_key_column(sheet, keys) for sheet in sheets], plan


def _targets(connection: Connection, desk: DeskRecords, chosen: list[Rows]) -> dict[str, int]:
    """Return {record: row id} of the rows that exist on the desk."""
    found: dict[str, int] = {}
    for rows in chosen:
        records = rows.now[ID].to_list()
        if rows.landing.part == CLIENTS:
            found |= {record: row for record in records if (row := desk.row_of(record)) is not None}
            continue
        for some in chunks(sorted(records)):
            links = RecordLink.objects.filter(connection=connection, part=rows.landing.part, record__in=some)
            found.update(links.values_list("record", "row_ref"))
    return found


def _sheet(rows: Rows, desk: DeskRecords, frame: pl.DataFrame) -> FrameSheet:
    """Return the sheet of one table: the key, the mapped columns, and the source's other columns unchanged."""
    records: list[Record] = frame.to_dicts()
    consumed = rows.landing.consumed()
    others = [column for column in rows.table.columns if column.name not in consumed]
    headings = [KEY_HEADING, *(column.heading for column in rows.landing.columns)]
    for column in others:
        headings.append(column.label if column.label not in headings else f"{column.label} ({column.name})")
    cells = [[""] * len(records)]
    cells += [[column.value(record, desk) for record in records] for column in rows.landing.columns]
    cells += [[record.get(column.name) or "" for record in records] for column in others]
    name = f"{rows.table.label} {rows.table.name}" if rows.table.label != rows.table.name else rows.table.name
    return FrameSheet(name, rows.table.name, headings, cells, [record[ID] for record in records])


def _mapping(connection: Connection, rows: Rows, sheet: FrameSheet) -> TableMapping:
    """Return the mapping of a sheet: the landing's columns to their fields, the others unmapped."""
    fields = [ROW_KEY, *(column.field for column in rows.landing.columns)]
    columns = [
        ColumnMapping(
            index,
            heading,
            feeds=[FieldMapping(fields[index])] if index < len(fields) else [],
            how="profile" if index < len(fields) else "",
            samples=[cell for cell in sheet.cells[index] if cell][:SAMPLES],
        )
        for index, heading in enumerate(sheet.headings)
    ]
    signature = hashlib.sha256(f"connection {connection.pk} {rows.table.name}".encode()).hexdigest()
    return TableMapping(
        sheet.name,
        rows.landing.part,
        "rows",
        0,
        1,
        len(sheet.records),
        columns,
        signature=signature,
        name_by_code=False,
        profile=connection.name,
    )


def _row_keys(
    desk: DeskRecords, chosen: list[Rows], sheets: list[FrameSheet], plan: ImportMapping, targets: dict[str, int]
) -> dict[str, str]:
    """Return {record: sealed key} of the rows that exist on the desk, after saving the source's previous values."""
    frames: dict[str, pl.DataFrame] = {}
    order: dict[str, list[str]] = {}
    for part in dict.fromkeys(rows.landing.part for rows in chosen):
        kept = [
            (rows, sheet, table)
            for rows, sheet, table in zip(chosen, sheets, plan.tables, strict=True)
            if rows.landing.part == part
        ]
        now, before = (_fields_of(part, kept, desk, targets, is_now) for is_now in (True, False))
        order[part] = [record for _, sheet, _ in kept for record in sheet.records if record in targets]
        if order[part]:
            frames[part] = _base(now, before, [targets[record] for record in order[part]])
    if not frames:
        return {}
    with act("workbook.upload"):
        export = row_keys.save_export({part: [frame] for part, frame in frames.items()})
    return {
        record: key
        for part, frame in frames.items()
        for record, key in zip(order[part], row_keys.row_keys_of(export, part, frame, 0), strict=True)
    }


def _fields_of(
    part: str, kept: list[Any], desk: DeskRecords, targets: dict[str, int], is_now: bool
) -> dict[str, list[Any]]:
    """Return {field: cells} of existing rows, as the import reads them now, or would have read them before."""
    sheets, plans = [], []
    for rows, sheet, table in kept:
        records = [record for record in sheet.records if record in targets]
        wanted = pl.DataFrame({ID: records}, schema={ID: pl.String})
        source = rows.now if is_now else rows.before
        frame = wanted.join(source, on=ID, how="left").with_columns(pl.all().fill_null(""))
        own = _sheet(rows, desk, frame) if records else None
        if own is None:
            continue
        if not is_now:
            known = set(source[ID].to_list()) if source.height else set()
            own = _blank_unknown_rows(own, known)
        cells = [["#"] * len(records), *own.cells[1:]]
        columns = {
            f"c{index}": [heading, *column]
            for index, (heading, column) in enumerate(zip(own.headings, cells, strict=True))
        }
        sheets.append(Sheet(sheet.name, pl.DataFrame(columns).with_columns(pl.all().replace("", None))))
        plans.append(TableMapping(**{**table.__dict__, "last_row": len(records)}))
    if not sheets:
        return {}
    plan = ImportMapping(plans)
    stack = conversion.stack(worksheets()[part], conversion.grids(Book("", sheets), plan))
    return {name: column for name, column in stack.raw.items() if name != ROW_KEY}


def _blank_unknown_rows(sheet: FrameSheet, known: set[str]) -> FrameSheet:
    """Return a sheet whose rows of unknown records are empty: the source had no previous values."""
    cells = [
        [cell if record in known else "" for cell, record in zip(column, sheet.records, strict=True)]
        for column in sheet.cells
    ]
    return FrameSheet(sheet.name, sheet.table, sheet.headings, cells, sheet.records)


def _base(now: dict[str, list[Any]], before: dict[str, list[Any]], rows: list[int]) -> pl.DataFrame:
    """Return the source's previous values as a frame. A masked field that changed is given as previously empty."""
    columns: dict[str, list[Any]] = {}
    for name, cells in now.items():
        past = before.get(name) or [None] * len(cells)
        if name in UNREADABLE:
            past = [old if old == new else None for old, new in zip(past, cells, strict=True)]
        columns[name] = past
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(pl.Series(NUMBER, rows, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64).alias(VERSION))


def _add_key_column(sheet: FrameSheet, keys: dict[str, str]) -> FrameSheet:
    """Return a sheet with the keys as its first column."""
    cells = [[keys.get(record, "") for record in sheet.records], *sheet.cells[1:]]
    return FrameSheet(sheet.name, sheet.table, sheet.headings, cells, sheet.records)


def rows_to_import(fetched: pl.DataFrame, before: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a table to import: those set aside last time, and those that differ from what was imported."""
    return row_files.merge(aside, row_files.changed_rows(fetched, before)).drop(MODIFIED, strict=False)
