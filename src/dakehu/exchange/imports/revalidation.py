"""Re-evaluation of rows of a file after some of their cells were corrected.

A file of ordinary length is re-evaluated as a whole. In a long file only the changed rows are, together with those
that share their client identifiers; the dry run before the import reads the whole file anyway.

To avoid opening a long file for every cell, the original lines of its tables are stored encrypted next to it
in a format that is fast to read.
"""

import io
import zipfile
from typing import Any

import polars as pl

from dakehu.exchange.imports import batch_files, corrections, dry_run, report
from dakehu.exchange.imports.corrections import Corrections
from dakehu.exchange.mapping.conversion import column_renderer, grid_of, lines_of
from dakehu.exchange.mapping.mapping import ImportMapping, TableMapping
from dakehu.foundation.actions.registry import act
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches

WHOLE = 5_000  # rows of a file up to which it is re-evaluated as a whole
NAMED_BY = ("code", "name", "id_number", "phone")  # the identifiers of clients; other sheets use client_code …
Lines = dict[int, pl.DataFrame]  # the original lines of each table read, by its number
Row = tuple[int, int]  # number of the table, line of the record


def lines(batch: Any) -> Lines:
    """Return the original lines of the tables of a batch; stored at the first call."""
    key = batch.report.get("rows")
    if not key:
        return _cached_lines(batch)
    with zipfile.ZipFile(io.BytesIO(files.read(key)[1])) as archive:
        return {int(name): pl.read_parquet(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def _cached_lines(batch: Any) -> Lines:
    plan = batch_files.plan_of(batch)
    frames = {sheet.name: sheet.frame for sheet in batch_files.book_as_read(batch).sheets}
    made = {
        number: lines_of(frames[table.sheet], table)
        for number, table in enumerate(plan.tables)
        if table.part and table.sheet in frames
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for number, found in made.items():
            part = io.BytesIO()
            found.write_parquet(part, compression="zstd")
            archive.writestr(str(number), part.getvalue())
    with act("workbook.correct_cells"):
        held = batches.get_own(batch.pk, lock=True)
        held.report = {**held.report, "rows": files.save("rows.zip", body.getvalue()).key}
        held.save()
    return made


def revalidate(plan: ImportMapping, state: Corrections, came: Lines, touched: set[Row]) -> None:
    """Update the faults of a file after cells of some rows were changed."""
    now = {n: corrections.apply_to_lines(found, plan.tables[n], state.cells) for n, found in came.items()}
    whole = sum(found.height for found in now.values()) <= WHOLE
    if not whole:
        touched = touched | _clients_naming(plan, now, touched, state)
        now = {n: _requested_rows(plan, n, now, touched) for n in now}
    read = [
        grid_of(found, plan.tables[n]) for n, found in ((n, column_renderer(f)) for n, f in now.items()) if found.height
    ]
    result = report.report(dry_run.evaluate_sheet(plan, read, lambda *_: None, whole=whole))
    if whole:
        state.faults, state.in_all = result["faults"], result["faults_in_all"]
        return
    stays = [f for f in state.faults if (f["table"], f["row"]) not in touched]
    fresh = [f for f in result["faults"] if (f["table"], f["row"]) in touched]
    state.in_all += len(stays) + len(fresh) - len(state.faults)
    state.faults = sorted([*stays, *fresh], key=lambda f: (f["table"], f["row"]))


def _requested_rows(plan: ImportMapping, number: int, now: Lines, touched: set[Row]) -> pl.DataFrame:
    """Return the changed rows of a table; for clients also those with the same identifiers, and two more, so that
    none looks like the only client of its sheet."""
    table, found = plan.tables[number], now[number]
    wanted = pl.col("line").is_in(sorted(line for n, line in touched if n == number))
    if table.part == "clients":
        first = pl.col("line").is_in(found["line"].head(2).to_list())
        wanted = wanted | first | _name_condition(table, _names(plan, now, touched))
    return found.filter(wanted)


def _clients_naming(plan: ImportMapping, now: Lines, touched: set[Row], state: Corrections) -> set[Row]:
    """Return rows at fault about the same clients as changed rows: this correction may have resolved their faults."""
    names = _names(plan, now, touched)
    at_fault: dict[int, set[int]] = {}
    for fault in state.faults:
        at_fault.setdefault(fault["table"], set()).add(fault["row"])
    return {
        (number, line)
        for number, lines_at_fault in at_fault.items()
        for line in now[number].filter(
            pl.col("line").is_in(sorted(lines_at_fault)) & _name_condition(plan.tables[number], names)
        )["line"]
    }


def _names(plan: ImportMapping, now: Lines, rows: set[Row]) -> dict[str, set[str]]:
    """Return the identifiers of the clients of some rows, by kind."""
    made: dict[str, set[str]] = {name: set() for name in NAMED_BY}
    for number, found in now.items():
        some = found.filter(pl.col("line").is_in(sorted(line for n, line in rows if n == number)))
        for name, column in _naming(plan.tables[number]).items():
            made[name] |= set(some.select(_is_same(column)).to_series()) - {None, ""}
    return made


def _naming(table: TableMapping) -> dict[str, str]:
    """Return {kind of identifier: column}."""
    fed = {feed.field: f"c{column.index}" for column in table.columns for feed in column.feeds}
    prefix = "" if table.part == "clients" else "client_"
    return {name: fed[prefix + name] for name in NAMED_BY if prefix + name in fed}


def _name_condition(table: TableMapping, names: dict[str, set[str]]) -> pl.Expr:
    tests = [_is_same(column).is_in(sorted(names[name])) for name, column in _naming(table).items() if names[name]]
    return pl.any_horizontal(tests).fill_null(value=False) if tests else pl.lit(value=False)


def _is_same(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.normalize("NFKC").str.to_uppercase()
