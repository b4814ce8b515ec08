"""Evaluate a file, and optionally write it: whole, or in slices if it is long, so that its length costs time but
not memory.

Slices keep related rows together: rows that share a client identifier, or lack one, are processed last and in
one slice. A file with several tables or other sheets is evaluated whole, since its rows refer
to each other.
"""

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from dakehu.exchange.imports import dry_run, report
from dakehu.exchange.imports.dry_run import DryRun, Progress
from dakehu.exchange.imports.ignored_columns import ignored_columns
from dakehu.exchange.mapping import left_out
from dakehu.exchange.mapping.conversion import Grid, grid_of, lines_of
from dakehu.exchange.mapping.mapping import ImportMapping, TableMapping, check_mapping
from dakehu.exchange.sheets.definitions import ROW_KEY
from dakehu.exchange.workbook.reading import Book
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database import write_pipeline

SLICE = 20_000
NAMED_BY = ("code", "id_number", "phone", "name")  # the first of these fields in a file identifies clients
BY_KEY = {"code": "code", "id_number": "id_number", "mobile": "phone", "name": "name"}


def run(
    book: Book,
    plan: ImportMapping,
    progress: Progress,
    *,
    limit: int = report.FAULTS_KEPT,
    write: Callable[[DryRun], None] | None = None,
    skip_errors: bool = False,
    ignored: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Evaluate a file and return the report (report.report, at most `limit` faults). `write` is called with each part
    that was evaluated; no longer after a fault, unless `skip_errors`. `ignored` are the columns mapped to no
    field, if already known."""
    ignored = ignored_columns(book, plan) if ignored is None else ignored
    table = _is_long(book, plan)
    if table is None:
        made = dry_run.run(book, plan, progress)
        result = report.report(made, limit)
        if write is not None and not report.count_undecided(made) and (skip_errors or not made.faults()):
            progress(0.85, bilingual("正在写入", "Writing"))
            write(made)
        return add_ignored_columns(result, book, plan, ignored)
    result = {}
    for grid, done, every in _split_table(book, plan, table):
        progress(
            0.05 + 0.9 * done / every,
            bilingual(
                "已处理 {done} 行，共 {every} 行", "{done} of {every} rows", done=f"{done:,}", every=f"{every:,}"
            ),
        )
        made = dry_run.evaluate_sheet(plan, [grid], lambda *_: None)
        result = report.join_reports(result, report.report(made, limit), limit)
        if write is not None and (skip_errors or not result["faults_in_all"]):
            write(made)
            write_pipeline.check_constraints()
    return add_ignored_columns(
        {**result, "faults": sorted(result["faults"], key=lambda f: f["row"])}, book, plan, ignored
    )


def add_ignored_columns(
    result: dict[str, Any], book: Book, plan: ImportMapping, ignored: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a report with unmapped columns, content outside the tables, and warnings about hidden rows."""
    hidden = left_out.hidden_rows(book, plan)
    return {
        **result,
        "ignored": ignored,
        "left_out": left_out.ignored_cells(book, plan),
        "warnings": [*hidden, *result["warnings"]],
        "warnings_in_all": result["warnings_in_all"] + len(hidden),
    }


def _is_long(book: Book, plan: ImportMapping) -> TableMapping | None:
    """Return the only table of a plan, if it is one of clients and longer than a slice."""
    read = [t for t in plan.tables if t.part]
    if len(read) != 1 or read[0].part != "clients" or read[0].layout != "rows":
        return None
    table = read[0]
    if any(feed.field == ROW_KEY for column in table.columns for feed in column.feeds):
        return None  # a re-imported export is compared as a whole
    long = table.last_row - table.first_row >= SLICE
    return table if long and any(s.name == table.sheet for s in book.sheets) and _mark(plan, table) else None


def _mark(plan: ImportMapping, table: TableMapping) -> int | None:
    """Return the column that identifies rows of the file."""
    fed = {feed.field: column.index for column in table.columns for feed in column.feeds}
    wanted = NAMED_BY if plan.key == "auto" else (BY_KEY[plan.key],)
    return next((fed[name] + 1 for name in wanted if name in fed), None)


def _split_table(book: Book, plan: ImportMapping, table: TableMapping) -> Iterator[tuple[Grid, int, int]]:
    """Yield (slice, rows before it, total rows)."""
    check_mapping(plan)
    frame = next(s.frame for s in book.sheets if s.name == table.sheet)
    lines = lines_of(frame, table)
    mark = pl.col(f"c{(_mark(plan, table) or 1) - 1}").str.strip_chars().str.normalize("NFKC").str.to_uppercase()
    alone = lines.select((mark.is_unique() & mark.is_not_null() & (mark != "")).fill_null(value=False)).to_series()
    apart, together = lines.filter(alone), lines.filter(~alone)
    for start in range(0, apart.height, SLICE):
        yield grid_of(apart.slice(start, SLICE), table), start, lines.height
    if together.height:
        write_pipeline.wait_for_writes()  # they may refer to clients created by an earlier slice
        yield grid_of(together, table), apart.height, lines.height
