"""Write a workbook from its specification: template, rows, pivots, check, encryption."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from xlsxwriter.utility import xl_range

from dakehu.exchange.workbook.writing.encryption import encrypt_file
from dakehu.exchange.workbook.writing.guide_sheet import cover_name, cover_page
from dakehu.exchange.workbook.writing.normalise import NormalisedSheet, normalise_sheet
from dakehu.exchange.workbook.writing.package import protect_sheet, rewrite, sheet_lock, widen_table
from dakehu.exchange.workbook.writing.pivot import Pivot, compute, make_cache
from dakehu.exchange.workbook.writing.pivot_check import check_indices
from dakehu.exchange.workbook.writing.pivot_parts import pivot_parts
from dakehu.exchange.workbook.writing.sheet_xml import rows_xml
from dakehu.exchange.workbook.writing.spec import BookSpec, CannotWrite, PageSpec, PivotSpec, pick
from dakehu.exchange.workbook.writing.template import Template, template_table_range, write_template


def write(book: BookSpec, path: Path) -> Path:
    """Write a workbook to a path atomically. Raises CannotWrite before anything is written there."""
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=".dakehu-", suffix=".xlsx", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        _compose(book, draft)
        if book.file_password:
            encrypt_file(draft, book.file_password)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def write_bytes(book: BookSpec) -> bytes:
    """Return the workbook as bytes, for a small download."""
    with tempfile.TemporaryDirectory(prefix="dakehu-") as folder:
        return write(book, Path(folder) / "book.xlsx").read_bytes()


def _compose(book: BookSpec, draft: Path) -> None:
    """Write the unencrypted workbook."""
    sheets = [normalise_sheet(sheet, book.language) for sheet in book.sheets]
    pages = [cover_page(book, sheets), *book.pages]
    _check_names([sheet.spec.name for sheet in sheets] + [page.name for page in pages], book)
    pivots = _pivots(pages, {sheet.spec.name: sheet for sheet in sheets}, book)
    template = write_template(book, sheets, pages, pivots)
    tables = [(template.parts[page], pivot) for page, page_pivots in pivots.items() for pivot in page_pivots]
    edits, additions = pivot_parts(tables, book.language) if tables else ({}, {})
    edits |= _sheet_edits(book, sheets, template) | _table_edits(sheets)
    rows = {template.parts[sheet.spec.name]: rows_xml(sheet, template.styles[sheet.spec.name]) for sheet in sheets}
    rewrite(template.body, draft, rows, edits, additions)
    check_indices(draft)


def _check_names(names: list[str], book: BookSpec) -> None:
    """Raise CannotWrite for repeated sheet names."""
    names = [*names, pick(book.language, "字典", "Lists")]
    repeated = {name for name in names if sum(another.casefold() == name.casefold() for another in names) > 1}
    if repeated:
        raise CannotWrite(
            f"工作表名称重复：{'、'.join(sorted(repeated))}（「{cover_name(book)}」和「{names[-1]}」是保留名称）。",
            f"Sheet names repeat: {', '.join(sorted(repeated))} (“{cover_name(book)}” and “{names[-1]}” are taken).",
        )


def _pivots(pages: list[PageSpec], sheets: dict[str, NormalisedSheet], book: BookSpec) -> dict[str, list[Pivot]]:
    """Return the computed pivots by page. A source without rows has no pivot; the page states this."""
    wanted: dict[str, list[PivotSpec]] = {}
    for page in pages:
        for spec in page.pivots:
            if spec.source not in sheets:
                raise CannotWrite(
                    f"透视表「{spec.name}」的来源工作表「{spec.source}」不存在。",
                    f"Pivot “{spec.name}” reads the sheet “{spec.source}”, which is not in this book.",
                )
            wanted.setdefault(spec.source, []).append(spec)
    filled = {name: specs for name, specs in wanted.items() if sheets[name].height}
    caches = {name: make_cache(sheets[name], specs) for name, specs in filled.items()}
    return {
        page.name: [compute(spec, caches[spec.source], book.language) for spec in page.pivots if spec.source in caches]
        for page in pages
    }


def _sheet_edits(
    book: BookSpec, sheets: list[NormalisedSheet], template: Template
) -> dict[str, Callable[[bytes], bytes]]:
    """Return the edits that protect each sheet and set its extent."""
    lock = sheet_lock(book.sheet_password)
    extents = {
        template.parts[sheet.spec.name]: xl_range(0, 0, sheet.height, len(sheet.spec.columns) - 1) for sheet in sheets
    }
    return {part: protect_sheet(lock, extents.get(part)) for part in template.parts.values()}


def _table_edits(sheets: list[NormalisedSheet]) -> dict[str, Callable[[bytes], bytes]]:
    """Return the edits that extend every table to its last prepared row."""
    return {
        f"xl/tables/table{number}.xml": widen_table(
            xl_range(*template_table_range(sheet)), xl_range(0, 0, sheet.last_row, len(sheet.spec.columns) - 1)
        )
        for number, sheet in enumerate(sheets, 1)
    }
