"""Render a report for the acting person: its pivots in that reader's scope and clearance, as a workbook or a PDF."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.insight.choices import FileKind, ReportKind
from dakehu.domains.insight.pivots.computation import Pivot, work_out
from dakehu.exchange.pivots.service import MOST, describe_pivot, figures_page, pivot_book
from dakehu.exchange.reports import charts
from dakehu.exchange.reports.typst_pdf import render_pdf
from dakehu.exchange.workbook import writing
from dakehu.exchange.workbook.writing.spec import Cell
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language

SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 24  # of a sheet, leaving space for a number


@dataclass(frozen=True)
class Part:
    """A card of a report: its title, and its pivot, or a text: the card's text, or why this reader gets no figures."""

    title: str
    pivot: Pivot | None = None
    text: str = ""


def parts_of(report: Any) -> list[Part]:
    """Return the parts of a report for the reader."""
    if report.kind == ReportKind.PIVOT:
        return [_part(report.name, report.definition)]
    cards = report.definition["cards"]
    return [
        Part(card["title"], text=card["text"]) if "text" in card else _part(card["title"], card["pivot"])
        for card in cards
    ]


def _part(title: str, definition: dict[str, Any]) -> Part:
    top = definition.get("top")
    try:
        pivot = work_out(
            definition["rows"],
            definition.get("columns"),
            definition.get("measure"),
            definition.get("filters"),
            int(top) if top else None,
        )
    except Refused as refused:
        return Part(title, text=next(iter(refused.as_plain().values()))[0])
    return Part(title, pivot)


def render_report_file(report: Any, parts: list[Part], file_kind: str) -> tuple[str, bytes]:
    """Return (file name, content) of a report. Raises Refused if the content does not fit the file format."""
    day = f"{clock.today():%Y%m%d}"
    stem = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", report.name)
    if file_kind == FileKind.PDF:
        return f"{stem}-{day}.pdf", render_pdf(_pdf_content(report, parts), "tables.typ")
    try:
        return f"{stem}-{day}.xlsx", writing.write_bytes(_book(report, parts))
    except writing.CannotWrite as error:
        raise Refused(bilingual(error.zh, error.en)) from error


def _book(report: Any, parts: list[Part]) -> writing.BookSpec:
    """Return the workbook: a page for each part. A pivot includes its native table and rows if the reader may export so
    many clients without approval; otherwise only its figures."""
    pivot = parts[0].pivot
    if report.kind == ReportKind.PIVOT and pivot is not None and may_hold_rows(pivot):
        return pivot_book(pivot)
    pages = [
        figures_page(part.pivot, name) if part.pivot is not None else _text_page(name, part)
        for name, part in zip(_sheet_names(parts), parts, strict=True)
    ]
    return writing.BookSpec(title=report.name, sheets=[], pages=pages, language=language(), created=clock.now())


def may_hold_rows(pivot: Pivot) -> bool:
    """Return whether the file of the reader may contain a row for each client."""
    if not current_actor().may(Permission.EXPORT) or pivot.data.height > MOST:
        return False
    if not permits.is_way_closed(ExportWay.SCHEDULES, pivot.data.height):
        return True
    return not permits.is_permit_missing(ExportWay.WORKBOOK, pivot.data.ids.tolist(), False)


def rows_in(report: Any, parts: list[Part], file_kind: str) -> int:
    """Return how many clients have a row in the file of a report."""
    pivot = parts[0].pivot
    holds = report.kind == ReportKind.PIVOT and file_kind == FileKind.WORKBOOK
    return pivot.data.height if holds and pivot is not None and may_hold_rows(pivot) else 0


def _text_page(name: str, part: Part) -> writing.PageSpec:
    return writing.PageSpec(name, [Cell(0, 0, part.title, "title"), Cell(2, 0, part.text, "note")], widths=(60.0,))


def _sheet_names(parts: list[Part]) -> Iterator[str]:
    for number, part in enumerate(parts, 1):
        yield f"{number} {SHEET_NAME.sub(' ', part.title)[:LONGEST_NAME]}".strip()


def _pdf_content(report: Any, parts: list[Part]) -> dict[str, Any]:
    """Return the content of the PDF."""
    made = bilingual(
        "{name}，{moment} 生成，只含您可见的客户",
        "{name}, made {moment}, of clients in your sight",
        name=current_actor().name,
        moment=clock.local(clock.now()).isoformat(sep=" ", timespec="minutes")[:16],
    )
    return {
        "title": report.name,
        "made": str(made),
        "language": language(),
        "font": charts.FONT,
        "parts": [_printed_part(part) for part in parts],
    }


def _printed_part(part: Part) -> dict[str, Any]:
    if part.pivot is None:
        return {"title": part.title, "note": part.text, "head": [], "rows": []}
    pivot, table = part.pivot, part.pivot.table
    total = str(bilingual("总计", "Total"))
    columns = pivot.across.groups if pivot.across is not None else []
    head = [pivot.down.source.label, *(one["label"] for one in columns), total]
    rows = [
        [group["label"], *(_text(pivot, value) for value in (*cells, whole))]
        for group, cells, whole in zip(pivot.down.groups, table.cells, table.row_totals, strict=True)
    ]
    rows.append([total, *(_text(pivot, value) for value in (*table.column_totals, table.total))])
    return {"title": part.title, "note": describe_pivot(pivot), "head": head, "rows": rows}


def _text(pivot: Pivot, value: Any) -> str:
    shown = pivot.shown(value)
    if shown is None:
        return "–"
    return {"share": f"{shown:.1%}", "count": f"{shown:,}"}.get(pivot.unit, f"{shown:,.2f}")
