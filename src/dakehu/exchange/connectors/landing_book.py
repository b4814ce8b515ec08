"""The rows of a run as sheets and a mapping that the ordinary import reads.

A row that the desk has already carries a sealed row key (decision 0018), and beside it lies what the source said of it
when it was last imported. So the import compares three ways, cell by cell: what the source said, what it says now, what
the desk says.
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
UNREADABLE = (*conversion.CHANNELS, "id_number")  # fields that the desk shows masked, so that they cannot be compared


@dataclass(frozen=True)
class Rows:
    """The rows of one table to import, and what the source said of them when they were last imported."""

    table: SourceTableShape
    landing: Landing
    now: pl.DataFrame
    before: pl.DataFrame


def build(connection: Connection, desk: DeskRecords, tables: list[Rows]) -> tuple[list[FrameSheet], ImportMapping]:
    """Return the sheets of a run and how they are read; a table without rows has no sheet."""
    chosen = [rows for rows in tables if rows.landing.part != KEPT and rows.now.height]
    targets = _targets(connection, desk, chosen)
    sheets = [_sheet(rows, desk, rows.now) for rows in chosen]
    unknown_staff = desk.unknown_staff.copy()  # the rows of before count nobody a second time
    plan = ImportMapping([_mapping(connection, rows, sheet) for rows, sheet in zip(chosen, sheets, strict=True)])
    profiles.apply_saved_profiles(plan)
    plan.prefer = "" if connection.prefer == "ask" else str(connection.prefer)
    keys = _row_keys(desk, chosen, sheets, plan, targets)
    desk.unknown_staff = unknown_staff
    return [_add_key_column(sheet, keys) for sheet in sheets], plan


def _targets(connection: Connection, desk: DeskRecords, chosen: list[Rows]) -> dict[str, int]:
    """Return {record: row of the desk} of the rows that the desk has."""
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
    """Return the sheet of one table: the key, the columns that land, and the source's other columns as they stand."""
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
    """Return how a sheet is read: the landing's columns by their fields, the others by nobody until a person says."""
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
    """Return {record: sealed key} of the rows that the desk has, having saved what the source said of them before."""
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
    """Return {field: cells} of the rows that the desk has, as the import would read them now, or would have before."""
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
    """Return a sheet whose rows of unknown records are empty: the source said nothing of them before."""
    cells = [
        [cell if record in known else "" for cell, record in zip(column, sheet.records, strict=True)]
        for column in sheet.cells
    ]
    return FrameSheet(sheet.name, sheet.table, sheet.headings, cells, sheet.records)


def _base(now: dict[str, list[Any]], before: dict[str, list[Any]], rows: list[int]) -> pl.DataFrame:
    """Return what the source said before as a frame. Of a masked field it is said that nothing was, where it changed."""
    columns: dict[str, list[Any]] = {}
    for name, cells in now.items():
        past = before.get(name) or [None] * len(cells)
        if name in UNREADABLE:
            past = [old if old == new else None for old, new in zip(past, cells, strict=True)]
        columns[name] = past
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(pl.Series(NUMBER, rows, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64).alias(VERSION))


def _add_key_column(sheet: FrameSheet, keys: dict[str, str]) -> FrameSheet:
    """Return a sheet with the keys in its first column."""
    cells = [[keys.get(record, "") for record in sheet.records], *sheet.cells[1:]]
    return FrameSheet(sheet.name, sheet.table, sheet.headings, cells, sheet.records)


def rows_to_import(fetched: pl.DataFrame, before: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a table to import: those set aside last time, and those that differ from what was imported."""
    return row_files.merge(aside, row_files.changed_rows(fetched, before)).drop(MODIFIED, strict=False)
