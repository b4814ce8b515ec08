"""Check the pivots of a finished file.

Schema validators and other readers accept a pivot with indexes beyond its lists; Excel offers to repair the file. So
every index is compared with the length of its list.
"""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from xml.etree import ElementTree  # reads only files written by this package

import polars as pl

from dakehu.exchange.workbook.writing.spec import CannotWrite

M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DATA_FIELDS = -2


def check_indices(path: Path) -> int:
    """Check every pivot of a file; return their number. Raises CannotWrite naming part and index."""
    with zipfile.ZipFile(path) as package:
        names = set(package.namelist())
        fields_of = {name: _check_cache(package, name) for name in sorted(names) if _is(name, "pivotCacheDefinition")}
        tables = [name for name in sorted(names) if _is(name, "pivotTable")]
        for name in tables:
            cache = _target(package, name, "pivotCacheDefinition")
            if cache not in fields_of:
                raise _broken_pivot_error(name, f"cache {cache}", "missing")
            _check_table(_parse_part(package.read(name)), name, fields_of[cache])
    return len(tables)


def _parse_part(body: bytes) -> ElementTree.Element:
    """Parse a part."""
    return ElementTree.fromstring(body)  # noqa: S314


def _is(name: str, stem: str) -> bool:
    """Return whether a part is of a kind."""
    return posixpath.basename(name).startswith(stem) and name.endswith(".xml")


def _target(package: zipfile.ZipFile, part: str, kind: str) -> str:
    """Return the part that another part refers to."""
    folder, leaf = posixpath.split(part)
    links = _parse_part(package.read(f"{folder}/_rels/{leaf}.rels"))
    for link in links:
        if link.get("Type", "").endswith("/" + kind):
            return posixpath.normpath(posixpath.join(folder, link.get("Target", "")))
    raise _broken_pivot_error(part, kind, "no relationship")


def _check_cache(package: zipfile.ZipFile, name: str) -> list[int | None]:
    """Return the number of shared items per field, None if the records contain the values."""
    root = _parse_part(package.read(name))
    fields: list[int | None] = []
    for field in root.iter(M + "cacheField"):
        shared = field.find(M + "sharedItems")
        count = None if shared is None or shared.get("count") is None else len(shared)
        if count is not None and shared is not None and shared.get("count") != str(count):
            raise _broken_pivot_error(name, f"sharedItems {shared.get('count')}", f"{count} items")
        fields.append(count)
    records = _target(package, name, "pivotCacheRecords")
    _check_records(package.read(records), records, fields, int(root.get("recordCount", "-1")))
    return fields


def _check_records(body: bytes, name: str, fields: list[int | None], expected: int) -> None:
    """Check the records of a cache."""
    rows = body.decode().split("<r>")[1:]
    if len(rows) != expected:
        raise _broken_pivot_error(name, f"{len(rows)} records", f"recordCount {expected}")
    values = pl.Series(rows).str.extract_all(r"<[a-z][^>]*/>")
    uneven = (values.list.len() != len(fields)).sum()
    if uneven:
        raise _broken_pivot_error(name, f"{uneven} records", f"not {len(fields)} values each")
    for position, count in enumerate(fields):
        index = values.list.get(position).str.extract(r'^<x v="(\d+)"/>$').cast(pl.Int64)
        if count is None and index.null_count() < len(index):
            raise _broken_pivot_error(name, f"field {position}", "index into a list that does not exist")
        if count is not None and (index.null_count() or not index.is_between(0, count - 1).all()):
            raise _broken_pivot_error(name, f"field {position}: {index.max()}", f"{count} shared items")


def _check_table(root: ElementTree.Element, name: str, fields: list[int | None]) -> None:
    """Check a pivot table."""
    pivot_fields = list(root.iter(M + "pivotField"))
    if len(pivot_fields) != len(fields):
        raise _broken_pivot_error(name, f"{len(pivot_fields)} pivotFields", f"{len(fields)} cacheFields")
    shown: list[int] = []
    for position, field in enumerate(pivot_fields):
        items = [int(item.get("x", "-1")) for item in field.iter(M + "item") if item.get("t") is None]
        count = fields[position]
        if any(not 0 <= item < (count or 0) for item in items):
            raise _broken_pivot_error(name, f"field {position} items {items}", f"{count} shared items")
        if count is not None and sorted(items) != list(range(count)):
            raise _broken_pivot_error(name, f"field {position} items {items}", f"not each of {count} once")
        shown.append(len(items))
    values = list(root.iter(M + "dataField"))
    for value in values:
        _check_index(name, "dataField", int(value.get("fld", "-1")), len(fields))
    for axis, lines in (("rowFields", "rowItems"), ("colFields", "colItems")):
        targets = [int(f.get("x", "-1")) for f in root.iterfind(f"{M}{axis}/{M}field")]
        limits = [len(values) if t == DATA_FIELDS else shown[_check_index(name, axis, t, len(fields))] for t in targets]
        for line in root.iterfind(f"{M}{lines}/{M}i"):
            _check_index(name, f"{lines} i", int(line.get("i", "0")), max(len(values), 1))
            if line.get("t") == "grand":
                continue
            for limit, point in zip(limits, line.iterfind(M + "x"), strict=False):
                _check_index(name, f"{lines} x", int(point.get("v", "0")), limit)


def _check_index(name: str, what: str, index: int, count: int) -> int:
    """Return an index. Raises CannotWrite if it is out of range."""
    if not 0 <= index < count:
        raise _broken_pivot_error(name, f"{what} {index}", f"{count}")
    return index


def _broken_pivot_error(part: str, found: str, limit: str) -> CannotWrite:
    """Return the error of a broken pivot."""
    return CannotWrite(
        f"生成的透视表有误（{part}：{found}，应符合 {limit}）。文件未保存，请把这句话报告给管理员。",
        f"The pivot just written is faulty ({part}: {found}, against {limit}). Nothing was saved; report this line.",
    )
