"""Export a pivot as a workbook with a native pivot table.

The cache of a pivot table contains its rows. It is written from the rows visible to the requesting person, with the
columns of this pivot only; a pivot with a column that is masked for the reader is refused (insight.pivot).
"""

from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.insight.pivots.computation import Axis, Pivot, work_out
from dakehu.domains.insight.pivots.queries import COLUMNS, FILTERS, MEASURE, PAST, ROWS, TOP, find_past
from dakehu.domains.insight.pivots.rules import SHARES, MeasureName
from dakehu.exchange.workbook import writing
from dakehu.exchange.workbook.writing.spec import Cell
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import model_of

MOST = 200_000  # rows of a file
NATIVE = {"count": "count", "sum": "sum", "mean": "mean", "min": "min", "max": "max"}
WIDTHS = (28.0, *(16.0,) * 60)


@action(
    "workbook.export_pivot",
    needs=Permission.EXPORT,
    zh="导出透视表",
    en="Export a pivot",
    parameters=(ROWS, COLUMNS, MEASURE, FILTERS, TOP, PAST),
    is_public=False,
    irreversible=bilingual(
        "文件下载后无法收回，导出会记入操作日志。",
        "A downloaded file cannot be called back; the export is recorded in the audit trail.",
    ),
)
def write_pivot(
    *,
    rows: str,
    columns: str | None = None,
    measure: str | None = None,
    filters: dict[str, Any] | None = None,
    top: int | None = None,
    past: str | None = None,
) -> bytes:
    """Return the workbook of a pivot: a row for each client counted, a native pivot table over them, and the figures.

    Raises Refused for too many rows, for columns not permitted for the reader, and if an export of so many clients
    needs an approval that is missing.
    """
    pivot = work_out(rows, columns, measure, filters, top, find_past(past))
    if pivot.data.height > MOST:
        raise refusal(
            "filters",
            "共 {n} 位客户，超过一个文件的 {most} 行，请先加筛选条件。",
            "{n} clients are more than the {most} rows of a file: add filters first.",
            n=pivot.data.height,
            most=MOST,
        )
    ids = pivot.data.ids.tolist()
    permits.use_permit(ExportWay.WORKBOOK, ids, not filters)  # without filters all visible clients are counted
    try:
        content = writing.write_bytes(pivot_book(pivot))
    except writing.CannotWrite as error:
        raise Refused(bilingual(error.zh, error.en)) from error
    add_audit_note(rows=rows, columns=columns or "", measure=pivot.measure, clients=len(ids))
    return content


def export_pivot(definition: dict[str, Any]) -> tuple[str, bytes]:
    """Return (file name, workbook) of the definition of a pivot."""
    top = definition.get("top")
    given = {name: definition.get(name) for name in ("columns", "measure", "filters", "past")}
    content = write_pivot(rows=definition.get("rows") or "", **given, top=int(top) if top else None)
    name = bilingual("透视表-{day}.xlsx", "Pivot-{day}.xlsx", day=f"{clock.today():%Y%m%d}")
    return str(name), content


def pivot_book(pivot: Pivot) -> writing.BookSpec:
    """Return the workbook: the sheet of rows, and the page with the pivot table and the computed figures."""
    title = str(bilingual("透视表", "Pivot"))
    sheet = _sheet(pivot)
    pages = [_page(pivot, sheet, title), figures_page(pivot, str(bilingual("数值", "Figures")))]
    return writing.BookSpec(title=title, sheets=[sheet], pages=pages, language=language(), created=clock.now())


def _sheet(pivot: Pivot) -> writing.SheetSpec:
    """Return the rows: the client's code, the row and column groups, and the measured number."""
    codes = read_columns(
        model_of("clients.Client").objects.order_by("pk").values_list("pk", "code"), {"id": pl.Int64, "code": pl.String}
    )
    frame = pl.DataFrame({"id": pivot.data.ids}).with_columns(pl.col("id").cast(pl.Int64))
    frame = frame.join(codes, on="id", how="left", maintain_order="left").select("code")
    frame = frame.with_columns(_group_column("down", pivot.down))
    columns = [_column("code", str(bilingual("客户号", "Client code"))), _column("down", pivot.down.source.label)]
    if pivot.across is not None:
        frame = frame.with_columns(_group_column("across", pivot.across))
        label = pivot.across.source.label
        columns.append(_column("across", label if label != pivot.down.source.label else f"{label} 2"))
    if pivot.measured is not None and pivot.measure != MeasureName.DISTINCT:
        numbers = pivot.data.numbers(pivot.measured)
        cents = pivot.measured.cents
        frame = frame.with_columns((numbers / cents if cents else numbers).alias("value"))
        columns.append(
            writing.ColumnSpec(
                "value", pivot.measured.spec.label, "money" if cents else "rate" if _is_rate(pivot) else "money"
            )
        )
    return writing.SheetSpec(
        str(bilingual("明细", "Rows")), str(bilingual("明细", "Rows")), columns, frame, frozen_columns=1, spare_rows=0
    )


def _column(key: str, heading: str) -> writing.ColumnSpec:
    return writing.ColumnSpec(key, heading, "text", locked=True)


def _is_rate(pivot: Pivot) -> bool:
    return pivot.measured is not None and pivot.measured.spec.unit == "%"


def _group_column(name: str, axis: Axis) -> pl.Series:
    labels = np.array([group["label"] for group in axis.groups] or [""], dtype=object)
    return pl.Series(name, labels[axis.places].tolist() if len(axis.places) else [], dtype=pl.String)


def _page(pivot: Pivot, sheet: writing.SheetSpec, title: str) -> writing.PageSpec:
    """Return the page of the pivot table. Counts replace aggregates that Excel lacks (medians, distinct values)."""
    heads = [
        Cell(0, 0, title, "title"),
        Cell(1, 0, describe_pivot(pivot), "note"),
    ]
    basis = "sum" if pivot.measured is not None else "count"
    how = basis if pivot.measure in SHARES else NATIVE.get(pivot.measure, "count")
    has_value = how != "count" and pivot.measured is not None
    label = f"{pivot.measured.spec.label} " if has_value and pivot.measured is not None else ""
    value = writing.PivotValue(
        "value" if has_value else "code",
        how,  # type: ignore[arg-type]
        f"{label}{MeasureName.text_of(how)}" if has_value else str(bilingual("客户数", "Clients counted")),
        "0.00%" if has_value and _is_rate(pivot) else "#,##0.00" if has_value else "0",
    )
    spec = writing.PivotSpec(
        "Pivot1",
        sheet.name,
        "down",
        (value,),
        (3, 0),
        across="across" if pivot.across is not None else None,
        down_order=[group["label"] for group in pivot.down.groups],
        across_order=[group["label"] for group in pivot.across.groups] if pivot.across is not None else (),
    )
    return writing.PageSpec(title, heads, pivots=(spec,) if pivot.data.height else (), widths=WIDTHS)


def figures_page(pivot: Pivot, name: str) -> writing.PageSpec:
    """Return the figures as computed by the desk, independent of Excel's own aggregation."""
    number = {"money": "money", "share": "rate", "count": "integer"}.get(pivot.unit, "number")
    columns = pivot.across.groups if pivot.across is not None else []
    total = str(bilingual("总计", "Total"))
    cells = [Cell(0, 0, describe_pivot(pivot), "note"), Cell(2, 0, pivot.down.source.label, "head")]
    cells += [Cell(2, at, one["label"], "head_number") for at, one in enumerate(columns, 1)]
    cells.append(Cell(2, len(columns) + 1, total, "head_number"))
    table = pivot.table
    for at, group in enumerate(pivot.down.groups):
        values = [*table.cells[at], table.row_totals[at]]
        cells.append(Cell(at + 3, 0, group["label"], "label"))
        cells += [Cell(at + 3, place, pivot.shown(value), number) for place, value in enumerate(values, 1)]  # type: ignore[arg-type]
    last = len(pivot.down.groups) + 3
    cells.append(Cell(last, 0, total, "total"))
    totals = [*table.column_totals, table.total]
    cells += [Cell(last, place, pivot.shown(value), f"total_{number}") for place, value in enumerate(totals, 1)]  # type: ignore[arg-type]
    return writing.PageSpec(name, cells, widths=WIDTHS)


def describe_pivot(pivot: Pivot) -> str:
    """Return what a pivot measures, its date and the number of clients."""
    label = MeasureName.text_of(pivot.measure)
    measured = f"{pivot.measured.spec.label} · {label}" if pivot.measured is not None else label
    moment = clock.local(pivot.data.as_of).isoformat(sep=" ", timespec="minutes")[:16]
    return str(
        bilingual(
            "{measure}，截至 {moment}，{n} 位客户",
            "{measure}, as of {moment}, {n} clients",
            measure=measured,
            moment=moment,
            n=pivot.data.height,
        )
    )
