"""Guess the mapping of a file from its content: its tables, their columns' fields, units and date orders."""

from dakehu.domains.ledger.feeds.declarations import FEEDS
from dakehu.exchange.feeds import layouts as feed_layouts
from dakehu.exchange.mapping.cell_values import NUMBERS
from dakehu.exchange.mapping.mapping import (
    PRICES,
    STATEMENT,
    ColumnMapping,
    FieldMapping,
    ImportMapping,
    TableMapping,
)
from dakehu.exchange.mapping.units import COUNT, MONEY, FoundUnit, unit_in_heading, units_in_lines, units_in_row
from dakehu.exchange.prices import layouts as price_layout
from dakehu.exchange.sheets import definitions
from dakehu.exchange.statements.layouts import MONEY_FIELDS, STATEMENT_FIELDS, is_of_bank
from dakehu.exchange.workbook import reading
from dakehu.exchange.workbook.own_pages import is_live_sheet, is_own_page
from dakehu.foundation.base.date_parsing import find_order, is_ambiguous


def guess_mapping(book: reading.Book) -> ImportMapping:
    """Return the plan guessed from names, aliases and content. Hidden sheets and the desk's own pages are omitted."""
    made: list[TableMapping] = []
    lexicon = reading.Lexicon(definitions.terms())
    for sheet in book.sheets:
        if not sheet.visible or is_own_page(sheet.name) or is_live_sheet(sheet.name):
            continue
        if definitions.find_read_only_sheet(sheet.name) is not None:
            continue
        tables = [_table(found, sheet) for found in reading.detect_tables(sheet, lexicon)]
        if any(is_of_bank(row) for row in sheet.head(reading.SEARCH)):
            for table in tables:
                table.part, table.asks = "", "bank"
        made += tables
    return ImportMapping(made)


def _table(found: reading.Table, sheet: reading.Sheet) -> TableMapping:
    known = definitions.worksheets()
    part = found.part if found.part in known else ""
    columns = [
        ColumnMapping(
            c.index,
            c.heading,
            [FieldMapping(c.field)] if c.field and part else [],
            c.how,
            c.suggestion or "",
            c.samples,
        )
        for c in found.columns
    ]
    asks = "heading" if found.header_row < 0 else ""
    table = TableMapping(
        found.sheet,
        part or "",
        found.layout,
        found.header_row,
        found.first_row,
        found.last_row,
        columns,
        found.value_column,
        [row - 1 for row, _ in found.skipped],
        reading.signature(found),
        asks=asks,
    )
    _drop_unfit(table)
    notes = [text for row, why in found.skipped if why == "note" for text in sheet.frame.row(row - 1) if text]
    settle_columns(table, sheet, found.lines_above, notes)
    _take_unit_line(table, sheet)
    return table


def _take_unit_line(table: TableMapping, sheet: reading.Sheet) -> None:
    """Read a line of units directly under the headings (（单位） | | 万元) as the units of its columns, not as a row."""
    at = table.first_row
    if table.layout != "rows" or table.header_row < 0 or at > table.last_row:
        return
    row = sheet.frame.row(at)
    cells = [(row[column.index] or "") if column.index < len(row) else "" for column in table.columns]
    found, kinds = units_in_row(cells), kinds_of_values(table.part)
    if not found:
        return
    table.skipped = [at, *table.skipped]
    for place, column in enumerate(table.columns):
        column.samples = (
            [sample for sample in column.samples if sample != cells[place]] if cells[place] else column.samples
        )
        kind = next((kinds[feed.field] for feed in column.feeds if feed.field in kinds), "")
        unit = found.get(place)
        if unit is not None and kind in NUMBERS and column.unit_how != "heading":
            column.unit, column.unit_how = (unit.text, "heading") if unit.kind == kind else (cells[place], "unknown")


def _drop_unfit(table: TableMapping) -> None:
    """Drop alias matches whose content does not fit: a column `type` containing Sale is not the kind of client."""
    parameters = (
        {parameter.name: parameter for parameter in definitions.worksheets()[table.part].parameters}
        if table.part
        else {}
    )
    for column in table.columns:
        if (
            column.how == "alias"
            and column.feeds
            and not definitions.fits(parameters[column.feeds[0].field], column.samples)
        ):
            column.suggestion, column.feeds, column.how = column.feeds[0].field, [], "unfit"


_SHORT_DAY = r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"


def settle_columns(table: TableMapping, sheet: reading.Sheet, above: list[str], notes: list[str] | None = None) -> None:
    """Determine the unit of every numeric column, and the order of day and month of every date column."""
    stated = units_in_lines(above, notes)
    is_ours = any(feed.field == definitions.ROW_KEY for column in table.columns for feed in column.feeds)
    kinds, own = kinds_of_values(table.part), units_in_labels(table.part)
    for column in table.columns:
        kind = next((kinds[feed.field] for feed in column.feeds if feed.field in kinds), "")
        if kind in NUMBERS and column.unit_how != "hand":
            _find_unit(column, kind, stated)
            if column.unit_how == "unknown" and any(own.get(feed.field) == column.unit for feed in column.feeds):
                column.unit, column.unit_how = (
                    "",
                    "",
                )  # the field's own label states the unit: 对照组比例（%）
            shows_percent = table.layout == "rows" and column.index in sheet.percent_columns
            if column.unit == "%" and (shows_percent or is_ours):
                column.unit, column.unit_how = "", ""  # the cells contain percent signs
        elif kind not in NUMBERS:
            column.unit, column.unit_how = "", ""
        if table.layout == "rows" and not column.order and column.index < sheet.frame.width:
            cells = sheet.frame[f"c{column.index}"].slice(table.first_row, table.last_row - table.first_row + 1)
            days = cells.filter(cells.str.contains(_SHORT_DAY).fill_null(value=False)).unique().to_list()
            column.ambiguous = any(is_ambiguous(day) for day in days)
            column.order = find_order(days) if column.ambiguous else ""


def kinds_of_values(part: str) -> dict[str, str]:
    """Return {field: type of its cells} of a part."""
    if part == STATEMENT:
        return {**dict.fromkeys(MONEY_FIELDS, MONEY), "quantity": COUNT}
    if part == PRICES:
        return {"price": MONEY}
    feed = feed_layouts.feed_of_part(part)
    if feed is not None:
        return feed_layouts.kinds_of_numbers(feed)
    return (
        {
            parameter.name: definitions.kind_of_value(parameter)
            for parameter in definitions.worksheets()[part].parameters
        }
        if part
        else {}
    )


def units_in_labels(part: str) -> dict[str, str]:
    """Return {field: the unit text in its own label} of a part: its numbers are stored unchanged."""
    worksheet = definitions.worksheets().get(part)
    specs = definitions.spellings(worksheet) if worksheet else ()
    found = ((name, unit_in_heading(spec.zh)) for name, spec, _ in specs)
    return {name: unit.words for name, unit in found if unit is not None}


def _find_unit(column: ColumnMapping, kind: str, stated: dict[str, FoundUnit]) -> None:
    """Set the unit from the heading, else the one stated above; a unit of another kind than the field's is unknown."""
    for found, how in ((unit_in_heading(column.heading), "heading"), (stated.get(kind), "above")):
        if found is None:
            continue
        fits = found.unit is not None and found.unit.kind == kind
        column.unit = found.unit.text if fits and found.unit is not None else found.words
        column.unit_how = how if fits else "unknown"
        return
    column.unit, column.unit_how = "", ""


def kinds_of_sheets() -> dict[str, tuple[str, ...]]:
    """Return {part: the fields its columns can map to}; statement and prices are read by the ledger's own readers."""
    fields = {
        name: tuple(parameter.name for parameter in part.parameters) for name, part in definitions.worksheets().items()
    }
    feeds = {feed_layouts.part_of(feed.name): tuple(feed_layouts.labels_of(feed)) for feed in FEEDS.values()}
    return {**fields, STATEMENT: STATEMENT_FIELDS, PRICES: tuple(price_layout.HEADINGS), **feeds}
