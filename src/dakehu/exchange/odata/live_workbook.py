"""Add queries to an existing workbook: each on a separate sheet, filled by Excel on refresh.

The other parts of the workbook stay byte-identical; only the lists of parts and sheets change. The
query parts are written by pyOpenVBA (MIT), whose author tests them against Excel's own output.
"""

import os
import re
import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from dakehu.exchange.odata.power_query import LiveQuery
from dakehu.exchange.workbook.own_pages import LIVE_PREFIXES

WORKBOOK, RELATIONS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
SHEET_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
BLANK = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
LONGEST = 31  # characters of a sheet name


def add_live_sheets(path: Path, queries: list[LiveQuery], language: str) -> list[str]:
    """Add a sheet with a live query for each of `queries` to the workbook at `path`; return their names.

    The file is replaced only once it is completely written.
    """
    prefix = LIVE_PREFIXES[language]
    names = [f"{prefix}{query.name}"[:LONGEST] for query in queries]
    handle, draft_name = tempfile.mkstemp(prefix=".dakehu-", suffix=".xlsx", dir=path.parent)
    os.close(handle)
    draft = Path(draft_name)
    try:
        _add_blank_sheets(path, draft, names)
        from pyopenvba import PowerQueryWorkbook  # slow to import, and few exports are live

        with PowerQueryWorkbook(draft) as book:
            for number, (query, sheet) in enumerate(zip(queries, names, strict=True), start=1):
                book.add_query(query.name, query.formula)
                book.load_to_sheet(query.name, list(query.headings), sheet=sheet, table_name=f"live_query_{number}")
            book.save(draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return names


def _add_blank_sheets(source: Path, target: Path, names: list[str]) -> None:
    """Copy a workbook part by part, with empty sheets of these names appended."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        workbook, relations, types = (old.read(part).decode() for part in (WORKBOOK, RELATIONS, TYPES))
        last = max(int(number) for number in re.findall(r'\bsheetId="(\d+)"', workbook))
        sheets, links, kinds = "", "", ""
        for number, name in enumerate(names, start=1):
            part, link = f"live{number}.xml", f"rIdLive{number}"
            sheets += f'<sheet name={quoteattr(name)} sheetId="{last + number}" r:id="{link}"/>'
            links += f'<Relationship Id="{link}" Type="{SHEET_RELATION}" Target="worksheets/{part}"/>'
            kinds += f'<Override PartName="/xl/worksheets/{part}" ContentType="{SHEET_TYPE}"/>'
        changed = {
            WORKBOOK: workbook.replace("</sheets>", f"{sheets}</sheets>"),
            RELATIONS: relations.replace("</Relationships>", f"{links}</Relationships>"),
            TYPES: types.replace("</Types>", f"{kinds}</Types>"),
        }
        for item in old.infolist():
            text = changed.get(item.filename)
            new.writestr(item, old.read(item) if text is None else text.encode(), zipfile.ZIP_DEFLATED)
        for number in range(1, len(names) + 1):
            new.writestr(f"xl/worksheets/live{number}.xml", BLANK)
