"""Data of the import wizard: sheets, tables, columns with their guesses, samples, and the error workbook."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dakehu.domains.clients.bulk_import.matching import KEYS
from dakehu.exchange.imports import batch_files
from dakehu.exchange.mapping import profiles
from dakehu.exchange.mapping.conversion import grids
from dakehu.exchange.mapping.mapping import ImportMapping, TableMapping
from dakehu.exchange.sheets.definitions import spellings, worksheets
from dakehu.exchange.workbook import writing
from dakehu.exchange.workbook.reading.table_detection import letters
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.imports import batches
from dakehu.foundation.imports.row_matching import MODES

MODE_NAMES = {
    "both": bilingual("新增并更新", "Create and update"),
    "create": bilingual("只新增", "Create only"),
    "update": bilingual("只更新", "Update only"),
}
KEY_NAMES = {
    "auto": bilingual("自动（客户号、证件、手机、姓名）", "Automatic (code, ID, mobile, name)"),
    "code": bilingual("客户号", "Client code"),
    "id_number": bilingual("证件号码", "ID number"),
    "mobile": bilingual("手机号码", "Mobile"),
    "name": bilingual("客户姓名", "Client name"),
}


def describe(number: int) -> dict[str, Any]:
    """Return a batch as plain values: the mapping of each table, with the choices for every select box."""
    batch = batches.get_own(number)
    plan = batch_files.plan_of(batch)
    return {
        "batch": batch.pk,
        "filename": batch.filename,
        "state": str(batch.state),
        "job": batch.job_ref,
        "mode": plan.mode,
        "key": plan.key,
        "modes": [{"value": m, "text": str(MODE_NAMES[m])} for m in MODES],
        "keys": [{"value": k, "text": str(KEY_NAMES[k])} for k in KEYS],
        "parts": [{"value": "", "text": str(bilingual("不导入", "Leave out"))}]
        + [{"value": p.name, "text": str(p.title)} for p in worksheets().values()],
        "fields": {name: fields_of(name) for name in worksheets()},
        "sources": [{"value": name, "text": profile["name"]} for name, profile in profiles.built_in().items()],
        "tables": [_table(place, table) for place, table in enumerate(plan.tables)],
        "report": batches.report_of(batch),
    }


def fields_of(part: str) -> list[dict[str, str]]:
    """Return the fields that a column of a part can map to: [{"value", "text"}], the empty choice first."""
    made = [{"value": "", "text": str(bilingual("不导入", "Leave out"))}]
    return made + [{"value": name, "text": facts.label} for name, facts, _ in spellings(worksheets()[part])]


def _table(place: int, table: TableMapping) -> dict[str, Any]:
    return {
        "number": place,
        "sheet": table.sheet,
        "part": table.part,
        "title": str(worksheets()[table.part].title) if table.part else "",
        "layout": table.layout,
        "header_row": table.header_row + 1,
        "rows": table.last_row - table.first_row + 1 - len(table.skipped),
        "left_out": [row + 1 for row in table.skipped],
        "source": table.profile,
        "columns": [
            {
                "index": c.index,
                "letter": letters(c.index) if table.layout == "rows" else str(c.index + 1),
                "heading": c.heading,
                "samples": c.samples[:3],
                "fields": [f.field for f in c.feeds],
                "field": c.feeds[0].field if c.feeds else "",
                "how": c.how,
                "suggestion": c.suggestion,
            }
            for c in table.columns
        ],
    }


def error_workbook(number: int) -> tuple[str, bytes]:
    """Return (name, content) of a workbook with the original rows at fault, to be corrected and uploaded again. Raises
    NotFound while there are no faults."""
    batch = batches.get_own(number)
    faults = batches.report_of(batch).get("faults", [])
    if not faults:
        raise NotFound(bilingual("错误清单", "list of faults"))
    plan, speaking = batch_files.plan_of(batch), language()
    for table in plan.tables:  # the whole row is written, mapped or not
        for column in table.columns:
            column.feeds = column.feeds or [None]  # type: ignore[list-item]
    tables = []
    names = _names(plan)
    for grid in grids(batch_files.book_of(batch), plan):
        columns = grid.plan.columns
        cells = {line: [grid.cells[c.index][row] for c in columns] for row, line in enumerate(grid.lines)}
        tables.append(writing.FaultyTable(names[plan.tables.index(grid.plan)], [c.heading for c in columns], cells))
    errors = [
        writing.CellError(names[f["table"]], f["row"], f["column"], f["value"], f[speaking], f[f"remedy_{speaking}"])
        for f in faults
    ]
    with TemporaryDirectory(prefix="dakehu-") as folder:
        path = writing.write_errors(tables, errors, Path(folder) / "errors.xlsx", speaking)  # type: ignore[arg-type]
        content = path.read_bytes()
    stem = Path(batch.filename).stem
    return str(bilingual("{stem}-待改正.xlsx", "{stem}-to-mend.xlsx", stem=stem)), content


def _names(plan: ImportMapping) -> list[str]:
    """Return a name for each table, unique if a sheet contains several."""
    seen: dict[str, int] = {}
    made = []
    for table in plan.tables:
        seen[table.sheet] = seen.get(table.sheet, 0) + 1
        made.append(table.sheet if seen[table.sheet] == 1 else f"{table.sheet[:27]} {seen[table.sheet]}")
    return made
