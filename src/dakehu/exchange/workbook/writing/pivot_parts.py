"""Write pivot tables as package parts: cache definition, records, table definition, relations.

Source: ECMA-376 part 1, 18.10 (pivot tables) and 12.3.11–13 (parts and relationships).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import polars as pl
from xlsxwriter.utility import xl_range

from dakehu.exchange.workbook.writing.pivot import Cache, Items, Pivot, column_caption, row_caption, total_caption
from dakehu.exchange.workbook.writing.spec import Language, PivotValue

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SUBTOTAL = {
    "sum": "",
    "mean": ' subtotal="average"',
    "count": ' subtotal="count"',
    "min": ' subtotal="min"',
    "max": ' subtotal="max"',
}
FORMAT_NUMBER = {"#,##0.00": 4, "0.00%": 10, "0": 1}
LONG_TEXT = 255
CHUNK = 50_000

Edits = dict[str, Callable[[bytes], bytes]]


def pivot_parts(pivots: Sequence[tuple[str, Pivot]], language: Language) -> tuple[Edits, dict[str, Iterable[bytes]]]:
    """Return (edits, new parts) for pivots, each with the name of its sheet part.

    Sheet parts are named `xl/worksheets/sheetN.xml`.
    """
    caches = list({id(pivot.cache): pivot.cache for _, pivot in pivots}.values())
    additions: dict[str, Iterable[bytes]] = {}
    types: list[tuple[str, str]] = []
    sheet_links: dict[str, list[tuple[str, str]]] = {}
    for number, cache in enumerate(caches, 1):
        definition = f"xl/pivotCache/pivotCacheDefinition{number}.xml"
        records = f"xl/pivotCache/pivotCacheRecords{number}.xml"
        link = _links([("pivotCacheRecords", f"pivotCacheRecords{number}.xml")])
        additions[definition] = [_definition(cache).encode()]
        additions[f"xl/pivotCache/_rels/pivotCacheDefinition{number}.xml.rels"] = [link]
        additions[records] = _records(cache)
        types += [(definition, "pivotCacheDefinition"), (records, "pivotCacheRecords")]
    for number, (sheet_part, pivot) in enumerate(pivots, 1):
        cache_number = next(i for i, cache in enumerate(caches, 1) if cache is pivot.cache)
        name = f"xl/pivotTables/pivotTable{number}.xml"
        link = _links([("pivotCacheDefinition", f"../pivotCache/pivotCacheDefinition{cache_number}.xml")])
        additions[name] = [_table(pivot, cache_number, language).encode()]
        additions[f"xl/pivotTables/_rels/pivotTable{number}.xml.rels"] = [link]
        types.append((name, "pivotTable"))
        sheet_links.setdefault(sheet_part, []).append(("pivotTable", f"../pivotTables/pivotTable{number}.xml"))
    edits: Edits = {
        "[Content_Types].xml": lambda body: _declare(body, types),
        "xl/workbook.xml": lambda body: _register(body, len(caches)),
        "xl/_rels/workbook.xml.rels": lambda body: _append_relationships(
            body,
            [("pivotCacheDefinition", f"pivotCache/pivotCacheDefinition{n + 1}.xml") for n in range(len(caches))],
            "rIdPivotCache",
        ),
    }
    for sheet_part, links in sheet_links.items():
        folder, _, leaf = sheet_part.rpartition("/")
        rels = f"{folder}/_rels/{leaf}.rels"
        edits[rels] = lambda body, links=links: _append_relationships(body, links, "rIdPivot")  # type: ignore[misc]
        additions[rels] = [_links(links, "rIdPivot")]
    return edits, additions


def _attribute(text: str) -> str:
    """Quote an attribute."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        text = text.replace(sign, entity)
    return f'"{text}"'


def _links(links: Sequence[tuple[str, str]], prefix: str = "rId") -> bytes:
    """Write a part of relationships."""
    lines = "".join(_link(kind, target, f"{prefix}{n}") for n, (kind, target) in enumerate(links, 1))
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'.encode()


def _link(kind: str, target: str, name: str) -> str:
    """Write a relationship."""
    return f'<Relationship Id="{name}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'


def _append_relationships(body: bytes, links: Sequence[tuple[str, str]], prefix: str) -> bytes:
    """Append relationships to a part."""
    lines = "".join(_link(kind, target, f"{prefix}{n}") for n, (kind, target) in enumerate(links, 1))
    return body.replace(b"</Relationships>", lines.encode() + b"</Relationships>")


def _declare(body: bytes, types: Sequence[tuple[str, str]]) -> bytes:
    """Append content types."""
    lines = "".join(f'<Override PartName="/{name}" ContentType="{CONTENT}.{kind}+xml"/>' for name, kind in types)
    return body.replace(b"</Types>", lines.encode() + b"</Types>")


def _register(body: bytes, caches: int) -> bytes:
    """Append caches to the workbook part."""
    lines = "".join(f'<pivotCache cacheId="{n}" r:id="rIdPivotCache{n}"/>' for n in range(1, caches + 1))
    after_calculation = re.compile(rb"(<calcPr[^>]*/>)")
    return after_calculation.sub(rb"\1<pivotCaches>" + lines.encode() + b"</pivotCaches>", body, count=1)


def _definition(cache: Cache) -> str:
    """Write a cache definition."""
    columns = cache.sheet.spec.columns
    extent = xl_range(0, 0, cache.frame.height, len(columns) - 1)
    fields = "".join(
        f'<cacheField name={_attribute(column.heading)} numFmtId="{_format_of(cache.frame[column.key])}">'
        f"{_shared_items_xml(cache.frame[column.key], cache.items.get(column.key))}</cacheField>"
        for column in columns
    )
    return (
        f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{DOCUMENT}" r:id="rId1" refreshOnLoad="1" '
        f'refreshedBy="dakehu" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" '
        f'recordCount="{cache.frame.height}"><cacheSource type="worksheet"><worksheetSource ref="{extent}" '
        f"sheet={_attribute(cache.sheet.spec.name)}/></cacheSource>"
        f'<cacheFields count="{len(columns)}">{fields}</cacheFields></pivotCacheDefinition>'
    )


def _format_of(series: pl.Series) -> int:
    """Return the number format of a series."""
    return 14 if series.dtype in (pl.Date, pl.Datetime) else 0


def _shared_items_xml(series: pl.Series, items: Items | None) -> str:
    """Write `<sharedItems>`: the list of an axis, otherwise the kinds of values in the records."""
    blank = ' containsBlank="1"' if series.null_count() else ""
    if items is not None:
        listed = "".join("<m/>" if item is None else f"<s v={_attribute(item)}/>" for item in items)
        return f'<sharedItems{blank} count="{len(items)}">{listed}</sharedItems>'
    if series.null_count() == len(series):
        return '<sharedItems containsNonDate="0" containsString="0" containsBlank="1"/>'
    if series.dtype == pl.String:
        lengths = series.str.len_chars().max()
        long = ' longText="1"' if isinstance(lengths, int) and lengths > LONG_TEXT else ""
        return f"<sharedItems{blank}{long}/>"
    semi = "" if blank else ' containsSemiMixedTypes="0"'
    low, high = series.min(), series.max()
    if series.dtype in (pl.Date, pl.Datetime):
        first, last = _moment(str(low)), _moment(str(high))
        return (
            f'<sharedItems{semi} containsNonDate="0" containsDate="1" containsString="0"{blank} '
            f'minDate="{first}" maxDate="{last}"/>'
        )
    whole = ' containsInteger="1"' if series.dtype.is_integer() else ""
    return (
        f'<sharedItems{semi} containsString="0"{blank} containsNumber="1"{whole} minValue="{low}" maxValue="{high}"/>'
    )


def _moment(text: str) -> str:
    """Convert a day or time to the format of the part."""
    return text[:19].replace(" ", "T") if len(text) > 10 else f"{text}T00:00:00"


def _records(cache: Cache) -> Iterator[bytes]:
    """Yield the records of a cache."""
    frame = cache.frame
    yield f'{HEAD}<pivotCacheRecords xmlns="{MAIN}" count="{frame.height}">'.encode()
    values = [_record_value(frame, column.key, cache.items) for column in cache.sheet.spec.columns]
    for start in range(0, frame.height, CHUNK):
        lines = frame.slice(start, CHUNK).select(pl.concat_str([pl.lit("<r>"), *values, pl.lit("</r>")]).alias("x"))
        yield str(lines["x"].str.join("").item()).encode()
    yield b"</pivotCacheRecords>"


def _record_value(frame: pl.DataFrame, key: str, items: dict[str, Items]) -> pl.Expr:
    """Return the expression of a column's record values."""
    column, dtype = pl.col(key), frame.schema[key]
    if key in items:
        position = {item: index for index, item in enumerate(items[key]) if item is not None}
        blank = items[key].index(None) if None in items[key] else 0
        index = column.replace_strict(position, default=blank, return_dtype=pl.Int64)
        return pl.format('<x v="{}"/>', index)
    if dtype == pl.Date:
        filled = pl.format('<d v="{}T00:00:00"/>', column.cast(pl.String))
    elif isinstance(dtype, pl.Datetime):
        filled = pl.format('<d v="{}"/>', column.dt.strftime("%Y-%m-%dT%H:%M:%S"))
    elif dtype.is_numeric():
        filled = pl.format('<n v="{}"/>', column)
    else:
        text = column.cast(pl.String)
        for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
            text = text.str.replace_all(sign, entity, literal=True)
        filled = pl.format('<s v="{}"/>', text)
    return filled.fill_null("<m/>")


def _table(pivot: Pivot, cache_number: int, language: Language) -> str:
    """Write a table definition."""
    spec, columns = pivot.spec, pivot.cache.sheet.spec.columns
    keys = [column.key for column in columns]
    row, column = spec.anchor
    extent = xl_range(row, column, row + pivot.height - 1, column + pivot.width - 1)
    has_several_values = len(spec.values) > 1
    location = (
        f'<location ref="{extent}" firstHeaderRow="{0 if has_several_values else 1}" '
        f'firstDataRow="{2 if spec.across else 1}" firstDataCol="1"/>'
    )
    fields = "".join(_field(pivot, key) for key in keys)
    rows = (
        f'<rowFields count="1"><field x="{keys.index(spec.down)}"/></rowFields>'
        f'<rowItems count="{len(pivot.down) + 1}">{_lines(len(pivot.down))}</rowItems>'
    )
    data = "".join(_data_field(value, keys.index(value.key)) for value in spec.values)
    return (
        f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name={_attribute(spec.name)} cacheId="{cache_number}" '
        'applyNumberFormats="0" applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" '
        'applyAlignmentFormats="0" applyWidthHeightFormats="1" '
        f'dataCaption="{"值" if language == "zh" else "Values"}" grandTotalCaption="{total_caption(language)}" '
        'updatedVersion="6" minRefreshableVersion="3" useAutoFormatting="1" itemPrintTitles="1" createdVersion="6" '
        'indent="0" outline="1" outlineData="1" multipleFieldFilters="0" '
        f'rowHeaderCaption="{row_caption(language)}" colHeaderCaption="{column_caption(language)}">'
        f'{location}<pivotFields count="{len(keys)}">{fields}</pivotFields>{rows}{_column_fields(pivot, keys)}'
        f'<dataFields count="{len(spec.values)}">{data}</dataFields>'
        '<pivotTableStyleInfo name="PivotStyleLight16" showRowHeaders="1" showColHeaders="1" showRowStripes="0" '
        'showColStripes="0" showLastColumn="1"/></pivotTableDefinition>'
    )


def _field(pivot: Pivot, key: str) -> str:
    """Write a pivot field."""
    spec = pivot.spec
    data = ' dataField="1"' if any(value.key == key for value in spec.values) else ""
    all_items = pivot.cache.items.get(key)
    if all_items is None:
        return f'<pivotField{data} showAll="0"/>'
    axis, shown = "", all_items
    if key == spec.down:
        axis, shown = ' axis="axisRow"', pivot.down
    elif key == spec.across:
        axis, shown = ' axis="axisCol"', pivot.across
    items = "".join(f'<item x="{all_items.index(item)}"/>' for item in shown)
    return (
        f'<pivotField{_caption_xml(pivot, key)}{axis}{data} showAll="0"><items count="{len(shown) + 1}">{items}<item t="default"/></items>'
        "</pivotField>"
    )


def _caption_xml(pivot: Pivot, key: str) -> str:
    """Write the caption of a field that groups, in one language; nothing if another field or value has that name."""
    columns = pivot.cache.sheet.spec.columns
    caption = next((column.caption for column in columns if column.key == key), "")
    others = [column.heading for column in columns] + [value.heading for value in pivot.spec.values]
    others += [column.caption for column in columns if column.key != key]
    if key not in (pivot.spec.down, pivot.spec.across) or not caption or caption in others:
        return ""
    return f" name={_attribute(caption)}"


def _lines(count: int) -> str:
    """Write the items of an axis."""
    plain = "".join(f'<i><x v="{n}"/></i>' if n else "<i><x/></i>" for n in range(count))
    return f'{plain}<i t="grand"><x/></i>'


def _column_fields(pivot: Pivot, keys: list[str]) -> str:
    """Write the column fields."""
    spec = pivot.spec
    if spec.across:
        return (
            f'<colFields count="1"><field x="{keys.index(spec.across)}"/></colFields>'
            f'<colItems count="{len(pivot.across) + 1}">{_lines(len(pivot.across))}</colItems>'
        )
    if len(spec.values) == 1:
        return '<colItems count="1"><i/></colItems>'
    items = "".join(f'<i i="{n}"><x v="{n}"/></i>' if n else "<i><x/></i>" for n in range(len(spec.values)))
    return f'<colFields count="1"><field x="-2"/></colFields><colItems count="{len(spec.values)}">{items}</colItems>'


def _data_field(value: PivotValue, field: int) -> str:
    """Write a data field."""
    return (
        f'<dataField name={_attribute(value.heading)} fld="{field}"{SUBTOTAL[value.how]} baseField="0" baseItem="0" '
        f'numFmtId="{FORMAT_NUMBER[value.number_format]}"/>'
    )
