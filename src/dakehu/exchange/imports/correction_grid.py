"""In-place correction of rows at fault: shown with the fault of each cell, changed per cell, and immediately
re-evaluated by the parsing and rules of the dry run (see revalidation)."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from dakehu.exchange.imports import batch_files, corrections, revalidation
from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports.corrections import Corrections
from dakehu.exchange.imports.revalidation import Lines, Row
from dakehu.exchange.mapping.conversion import text_of
from dakehu.exchange.mapping.mapping import KEEP, ImportMapping, TableMapping
from dakehu.exchange.sheets.definitions import ROW_KEY, worksheets
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.input import field_behind, parse_columns
from dakehu.foundation.imports import batches
from dakehu.foundation.jobs import queue as jobs

MOST = 20_000  # cells changed per request
LONGEST = 5_000  # characters in a cell


def can_correct(batch: Any) -> bool:
    """Return whether a batch is after its dry run and before its import, so that it can be corrected."""
    return batch.state in (BatchState.CHECKED, BatchState.REFUSED)


def state_of(batch: Any) -> Corrections:
    """Return the corrections and the remaining faults, initially those of the last dry run."""
    made = corrections.corrections_of(batch)
    if made.report != batches.report_key(batch):
        result = batches.report_of(batch)
        made.faults, made.in_all = result.get("faults", []), result.get("faults_in_all", 0)
        made.report = batches.report_key(batch)
    return made


def tables(batch: Any) -> list[dict[str, Any]]:
    """Return the tables with faults or corrections: [{number, sheet, title, columns, faults}]. Each column: {index,
    heading, field, label, choices: the labels of a choice, [] for other kinds}."""
    plan, state = batch_files.plan_of(batch), state_of(batch)
    shown = _rows_to_show(plan, state)
    return [
        {
            "number": number,
            "sheet": table.sheet,
            "title": worksheets()[table.part].title,
            "columns": [_column(table, column) for column in table.columns if _editable(column)],
            "faults": sum(f["table"] == number for f in state.faults),
        }
        for number, table in enumerate(plan.tables)
        if any(n == number for n, _ in shown)
    ]


def rows(batch: Any, number: int) -> list[dict[str, Any]]:
    """Return the rows of a table with faults or corrections, in sheet order: {line, cells: {index: text},
    faults: [{index or None, zh, en, remedy_zh, remedy_en}], came: {index: original text}}."""
    plan, state = batch_files.plan_of(batch), state_of(batch)
    shown = {line for n, line in _rows_to_show(plan, state) if n == number}
    return _render_rows(plan, state, revalidation.lines(batch), number, shown)


def correct_cells(pk: int, number: int, cells: list[tuple[int, int, str | None]]) -> list[dict[str, Any]]:
    """Change cells of one table, each (line, index of the column, text or None to restore the original), and
    re-evaluate. Return the rows whose cells or faults changed (see rows). Raises Refused, NotFound."""
    if len(cells) > MOST:
        raise Refused(
            bilingual("一次最多修改 {n} 格，请分几次。", "At most {n} cells can be changed at once.", n=f"{MOST:,}")
        )
    lines = revalidation.lines(batches.get_own(pk))
    touched = {(number, line) for line, _, _ in cells}
    with act("workbook.correct_cells"):
        batch, plan, state = _open_corrections(pk)
        _set_cells(plan, state, lines, number, cells)
        before = _faults_by_row(state)
        revalidation.revalidate(plan, state, lines, touched)
        corrections.save_corrections(batch, state)
    after = _faults_by_row(state)
    changed = {row for row in {*before, *after} if before.get(row) != after.get(row)} | touched
    return _render_rows(plan, state, lines, number, {line for n, line in changed if n == number})


def replace_values(pk: int, number: int, index: int, value: str, text: str) -> tuple[int, bool]:
    """Replace exactly `value` by `text` in one column, in every row at fault there. If the file has more faults
    than are listed, in every row with that value, provided that the value itself is unreadable; then the whole
    file is dry-run again in the background. Return (cells changed, whether a dry run was started)."""
    batch = batches.get_own(pk)
    plan, state, lines = batch_files.plan_of(batch), state_of(batch), revalidation.lines(batch)
    table = _table(plan, number)
    now = corrections.apply_to_lines(lines[number], table, state.cells)
    alike = set(now.filter(pl.col(f"c{index}").fill_null("") == value)["line"]) if f"c{index}" in now.columns else set()
    listed = {f["row"] for f in state.faults if f["table"] == number and _index(table, f["field"]) == index} & alike
    beyond = alike - listed if state.in_all > len(state.faults) and _unreadable(table, index, value) else set()
    if not beyond:
        correct_cells(pk, number, [(line, index, text) for line in sorted(listed)])
        return len(listed), False
    with act("workbook.correct_cells"):
        batch, plan, state = _open_corrections(pk)
        _set_cells(plan, state, lines, number, [(line, index, text) for line in sorted(listed | beyond)])
        corrections.save_corrections(batch, state)
    imports.start_dry_run(pk)
    return len(listed | beyond), True


def faulty_values(batch: Any, number: int) -> list[tuple[int, str, int]]:
    """Return the distinct texts at fault of each column of a table, with their row counts, most frequent first."""
    counted: dict[tuple[int, str], int] = {}
    for row in rows(batch, number):
        for index in {f["index"] for f in row["faults"] if f["index"] is not None}:
            mark = index, row["cells"][index]
            counted[mark] = counted.get(mark, 0) + 1
    return sorted(((i, text, n) for (i, text), n in counted.items()), key=lambda v: (v[0], -v[2], v[1]))


# --- display ---------------------------------------------------------------------------------


def _editable(column: Any) -> bool:
    return bool(column.feeds) and all(feed.field != ROW_KEY for feed in column.feeds)


def _column(table: TableMapping, column: Any) -> dict[str, Any]:
    feed, part = column.feeds[0], worksheets()[table.part]
    parameter = part.parameter(feed.field)
    words = parameter.choice_set or getattr(field_behind(parameter), "choice_set", None)
    return {
        "index": column.index,
        "heading": column.heading,
        "field": feed.field,
        "label": part.spec(feed.field).label,
        "choices": [str(one.text) for one in words or ()],
    }


def _index(table: TableMapping, field: str) -> int | None:
    """Return the index of the column mapped to a field; None if the file has none."""
    return next((c.index for c in table.columns if any(f.field == field for f in c.feeds)), None)


def _faults_by_row(state: Corrections) -> dict[Row, list[tuple[str, str]]]:
    made: dict[Row, list[tuple[str, str]]] = {}
    for fault in state.faults:
        made.setdefault((fault["table"], fault["row"]), []).append((fault["field"], fault["zh"]))
    return made


def _rows_to_show(plan: ImportMapping, state: Corrections) -> set[Row]:
    """Return the rows at fault, and corrected ones, so that each can be restored."""
    made = set(_faults_by_row(state))
    for number, table in enumerate(plan.tables):
        if table.part:
            for line, row in state.cells.get(table.sheet, {}).items():
                records = {corrections.record_at(table, line, column) for column in row}
                made |= {(number, record) for record, index in records if _matches(table, record, index)}
    return made


def _matches(table: TableMapping, record: int, index: int) -> bool:
    inside = table.layout == "card" or table.first_row < record <= table.last_row + 1
    return inside and any(c.index == index and _editable(c) for c in table.columns)


def _render_rows(
    plan: ImportMapping, state: Corrections, lines: Lines, number: int, shown: Iterable[int]
) -> list[dict[str, Any]]:
    table = _table(plan, number)
    wanted = lines[number].filter(pl.col("line").is_in(sorted(shown)))
    now = corrections.apply_to_lines(wanted, table, state.cells)
    indexes = [c.index for c in table.columns if _editable(c)]
    faults: dict[int, list[dict[str, Any]]] = {}
    for fault in state.faults:
        if fault["table"] == number:
            result = {name: fault[name] for name in ("zh", "en", "remedy_zh", "remedy_en")}
            faults.setdefault(fault["row"], []).append({"index": _index(table, fault["field"]), **result})
    made = []
    for was, row in zip(wanted.iter_rows(named=True), now.iter_rows(named=True), strict=True):
        line = row["line"]
        came = {}
        for index in indexes:
            at, column = corrections.cell_at(table, line, index)
            if column in state.cells.get(table.sheet, {}).get(at, {}):
                came[index] = was[f"c{index}"] or ""
        made.append(
            {
                "line": line,
                "cells": {i: row[f"c{i}"] or "" for i in indexes},
                "faults": faults.get(line, []),
                "came": came,
            }
        )
    return made


# --- changes -------------------------------------------------------------------------------


def _open_corrections(pk: int) -> tuple[Any, ImportMapping, Corrections]:
    imports.can_import()
    batch = batches.get_own(pk, lock=True)
    if not can_correct(batch):
        raise Refused(
            bilingual(
                "先预览，才知道有哪些要改正；已导入的文件不能再改。",
                "A trial shows what there is to mend; an imported file is not mended any more.",
            )
        )
    job = jobs.get_job(batch.job_ref, current_actor().user_id) if batch.job_ref else None
    if job and not job["ended"]:
        raise Refused(
            bilingual(
                "这个文件正在预览或导入，请等它结束再改。",
                "This file is being tried or imported; wait until that ends.",
            )
        )
    return batch, batch_files.plan_of(batch), state_of(batch)


def _table(plan: ImportMapping, number: int) -> TableMapping:
    if not 0 <= number < len(plan.tables) or not plan.tables[number].part:
        raise NotFound(bilingual("表", "table"), number)
    return plan.tables[number]


def _set_cells(
    plan: ImportMapping, state: Corrections, lines: Lines, number: int, cells: list[tuple[int, int, str | None]]
) -> None:
    table = _table(plan, number)
    known = {line: place for place, line in enumerate(lines[number]["line"])}
    for line, index, text in cells:
        if line not in known or not _matches(table, line, index):
            raise NotFound(bilingual("单元格", "cell"), f"{line}:{index}")
        if text is not None and len(text) > LONGEST:
            raise Refused(bilingual("一格最多 {n} 个字。", "A cell holds at most {n} signs.", n=f"{LONGEST:,}"))
    for line, index, text in cells:
        result = None if text is None else text_of(text)
        as_it_came = result == (lines[number][known[line], f"c{index}"] or "")
        state.put(table.sheet, *corrections.cell_at(table, line, index), None if as_it_came else result)


def _unreadable(table: TableMapping, index: int, value: str) -> bool:
    """Return whether a value is unreadable in any row."""
    feed = next((f for c in table.columns if c.index == index for f in c.feeds), None)
    if feed is None or feed.values or feed.otherwise != KEEP:
        return False
    return bool(parse_columns([worksheets()[table.part].parameter(feed.field)], {feed.field: [value]}, 1)[1])
